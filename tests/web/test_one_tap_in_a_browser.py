"""The page behind a one-tap link on a telephone: a real browser obeys its policy, and its buttons still act."""

from __future__ import annotations

from aiohttp.test_utils import TestServer
from playwright.async_api import ConsoleMessage

from bot.core.called import Called
from bot.core.ids import TOCSIN
from bot.core.page import PageState
from bot.links import Links
from bot.signing import Signer
from bot.store import directory, pages
from bot.store.database import Database
from bot.usecases import paging
from bot.web.one_tap import OneTap
from bot.web.server import application
from tests.company import ANA, CHECKOUT, SEV1, company
from tests.e2e.world import free_port
from tests.people import slack_user
from tests.sandbox.browsing import PHONE, browser

COMPANY = company()
SIGNER = Signer(b"a key for the tests alone")


async def test_a_telephone_shows_it_whole_and_one_tap_takes_the_page_sqlite(database: Database) -> None:
    port = free_port()
    links = Links(f"http://127.0.0.1:{port}", SIGNER)
    routes = OneTap(database, lambda: COMPANY, SIGNER, links).routes()
    title = "Checkout error rate above 5 % for 10 minutes in averyveryverylongregionnamewithoutspaces-1"
    async with database.write() as tx:
        await directory.save(tx.conn, [slack_user(ANA, "Ana")])
        page = await paging.begin(tx, COMPANY, service=CHECKOUT, title=title, severity=SEV1, by=TOCSIN)
    async with database.read() as conn:
        [note, *_] = await pages.notifications(conn, page.id)
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    async with TestServer(application(routes), port=port), browser() as chromium:
        width, height = PHONE
        window = await chromium.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark",
            java_script_enabled=False,
        )
        window.on("console", hear)
        await window.goto(links.page(Called(note.id, page.id, ANA)))
        acknowledge = window.get_by_role("button", name="Acknowledge")
        box = await acknowledge.bounding_box()
        assert box is not None
        assert box["height"] >= 60
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert await acknowledge.evaluate("one => getComputedStyle(one).borderRadius") == "12px", (
            "its style is allowed"
        )
        assert await window.evaluate("document.documentElement.scrollWidth") == width
        ground = await window.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(18, 19, 21)", "dark where the telephone is"
        await acknowledge.click()
        assert await window.get_by_text("You have it since 02:47").count() == 1
    async with database.read() as conn:
        found = await pages.load(conn, page.id)
    assert found is not None
    assert (found.state, found.acknowledged_by) == (PageState.ACKNOWLEDGED, ANA)
    assert said == [], "nothing was refused by the page's own policy"
