"""The page behind the link of a message outside Slack: what it shows, and that only a person's own button acts."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.clock import ManualClock
from bot.core.called import Called
from bot.core.ids import TOCSIN, NotificationId, PageId, UserId, by_user
from bot.core.page import Page, PageState
from bot.core.policy import AckBy, Level, Target, TargetKind
from bot.errors import StoodDown
from bot.links import Links
from bot.signing import Signer
from bot.store import directory, pages
from bot.store.database import Database
from bot.usecases import paging
from bot.web.one_tap import OneTap
from bot.web.server import application
from tests.company import ANA, BOB, CAROL, CHECKOUT, CHECKOUT_CRITICAL, FRANK, SEV1, company
from tests.people import slack_user

COMPANY = company()
BASE = "https://tocsin.example.com"
SIGNER = Signer(b"a key for the tests alone")
LINKS = Links(BASE, SIGNER)

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    routes = OneTap(database, lambda: COMPANY, SIGNER, LINKS).routes()
    async with TestClient(TestServer(application(routes))) as client:
        yield client


@pytest.fixture
async def page(database: Database) -> Page:
    """Ana is paged by it, at level 1."""
    async with database.write() as tx:
        people = {ANA: "Ana", BOB: "Bob", CAROL: "Carol", FRANK: "Frank"}
        await directory.save(tx.conn, [slack_user(user, name) for user, name in people.items()])
        return await paging.begin(
            tx, COMPANY, service=CHECKOUT, title="Error rate <b>& rising</b>", severity=SEV1, by=TOCSIN
        )


async def called(database: Database, page: PageId, user: UserId = ANA) -> Called:
    """The last attempt to reach `user`."""
    async with database.read() as conn:
        notes = [note.id for note in await pages.notifications(conn, page) if note.user == user]
    return Called(notes[-1], page, user)


async def path(database: Database, page: PageId, user: UserId = ANA) -> str:
    return LINKS.page(await called(database, page, user)).removeprefix(BASE)


async def state(database: Database, page: PageId) -> tuple[PageState, int]:
    async with database.read() as conn:
        found = await pages.load(conn, page)
    assert found is not None
    return found.state, found.step


def proof_of(body: str) -> str:
    found = re.search(r'name="proof" value="([^"]+)"', body)
    assert found is not None
    return found[1]


def buttons(body: str) -> list[str]:
    return re.findall(r'name="answer" value="(\w+)"', body)


async def press(client: Client, at: str, answer: str, body: str | None = None) -> ClientResponse:
    """The button of the page as it is now, or as `body` showed it."""
    shown = body or await (await client.get(at)).text()
    return await client.post(at, data={"proof": proof_of(shown), "answer": answer}, allow_redirects=False)


def test_a_link_fits_an_sms() -> None:
    assert len(LINKS.page(Called(NotificationId(1_234_567), PageId(234_567), UserId("U01ABCDEFGH")))) <= 120


async def test_the_page_says_what_why_and_what_comes_next(
    database: Database, client: Client, page: Page
) -> None:
    async with database.write() as tx:
        await directory.save(tx.conn, [replace(slack_user(ANA, "Ana"), tz="Europe/Berlin")])
    answer = await client.get(await path(database, page.id))
    body = await answer.text()
    assert (answer.status, answer.content_type) == (200, "text/html")
    for words in (
        "Nobody has it yet",
        "Error rate &lt;b&gt;&amp; rising&lt;/b&gt;",
        "SEV1 · checkout (payments, tier 1) · since 03:47 (0 s ago)",
        "Why you: you are on call for payments-primary until Mon 23 Nov at 10:00.",
        "Next: Carol (payments-secondary) is paged at 03:50 if nobody acknowledges.",
        'href="https://wiki.example.com/checkout"',
        "P-1. A button acts as Ana; opening this page changes nothing.",
        "Can&#39;t take it<small>The next level is paged now.",
        "Times are in Europe/Berlin.",
    ):
        assert words in body, words
    assert buttons(body) == ["acknowledge", "decline", "escalate"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    style = body.partition("<style>")[2].partition("</style>")[0]
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert answer.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{allowed}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert "<script" not in body and 'style="' not in body


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"Purpose": "prefetch"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"User-Agent": "Slackbot-LinkExpanding 1.0"}),
        ("OPTIONS", {}),
        ("PUT", {}),
    ],
)
async def test_opening_the_link_however_acknowledges_nothing(
    database: Database, client: Client, page: Page, method: str, headers: dict[str, str]
) -> None:
    at = await path(database, page.id)
    before = await state(database, page.id)
    for asked in (at, f"{at}?answer=acknowledge"):
        await client.request(method, asked, headers=headers)
    assert await state(database, page.id) == before == (PageState.TRIGGERED, 1)


async def test_the_button_acknowledges_and_a_second_tap_changes_nothing(
    database: Database, client: Client, page: Page, clock: ManualClock
) -> None:
    at = await path(database, page.id)
    body = await (await client.get(at)).text()
    clock.forward(minutes=2)
    answer = await press(client, at, "acknowledge", body)
    assert answer.status == 303
    assert answer.url.join(answer.url.with_path(answer.headers["Location"])).name == at.rpartition("/")[2]
    assert (await state(database, page.id))[0] is PageState.ACKNOWLEDGED
    again = await client.post(at, data={"proof": proof_of(body), "answer": "acknowledge"})
    shown = await again.text()
    assert again.status == 200
    assert "You have it since 02:49. Nobody else is paged." in shown
    assert buttons(shown) == ["decline", "escalate"]


async def test_who_comes_late_reads_who_has_it_and_takes_nothing_away(
    database: Database, client: Client, page: Page, clock: ManualClock
) -> None:
    at = await path(database, page.id)
    body = await (await client.get(at)).text()
    clock.forward(minutes=1)
    await paging.acknowledge(database, COMPANY, page.id, BOB)
    answer = await press(client, at, "acknowledge", body)
    shown = await (await client.get(at)).text()
    assert answer.status == 303
    assert "Bob has it: acknowledged 02:48, 1 min after it began." in shown
    assert buttons(shown) == []
    async with database.read() as conn:
        found = await pages.load(conn, page.id)
    assert found and found.acknowledged_by == BOB


async def test_declining_pages_the_next_level_and_says_whom(
    database: Database, client: Client, page: Page
) -> None:
    at = await path(database, page.id)
    await press(client, at, "decline")
    shown = await (await client.get(at)).text()
    assert "You can't take it. Paged now: Carol." in shown.replace("&#39;", "'")
    assert buttons(shown) == ["acknowledge", "escalate"]
    assert await state(database, page.id) == (PageState.TRIGGERED, 2)


async def test_two_taps_on_escalate_are_one_escalation(
    database: Database, client: Client, page: Page
) -> None:
    at = await path(database, page.id)
    body = await (await client.get(at)).text()
    await asyncio.gather(*(press(client, at, "escalate", body) for _ in range(4)))
    assert await state(database, page.id) == (PageState.TRIGGERED, 2)
    shown = await (await client.get(at)).text()
    assert "It has moved on. Paged now: Carol." in shown
    await press(client, at, "escalate", shown)
    assert await state(database, page.id) == (PageState.TRIGGERED, 3)


async def test_where_all_must_acknowledge_the_page_says_who_is_missing(
    database: Database, client: Client, page: Page
) -> None:
    both = Level((Target(TargetKind.USER, "ana"), Target(TargetKind.USER, "bob")), ack=AckBy.ALL)
    policy = replace(CHECKOUT_CRITICAL, levels=(both, *CHECKOUT_CRITICAL.levels[1:]))
    async with database.write() as tx:
        begun = await paging.begin(
            tx, COMPANY, service=None, title="x", severity=SEV1, by=TOCSIN, policy=policy, group=False
        )
    mine, his = await path(database, begun.id), await path(database, begun.id, BOB)
    await press(client, mine, "acknowledge")
    shown = await (await client.get(mine)).text()
    assert "Ana acknowledged. Bob must as well." in shown
    assert buttons(shown) == ["escalate"]
    await press(client, his, "acknowledge")
    assert (await state(database, begun.id))[0] is PageState.ACKNOWLEDGED


async def test_a_page_that_is_over_has_no_buttons_and_stays_over(
    database: Database, client: Client, page: Page
) -> None:
    at = await path(database, page.id)
    body = await (await client.get(at)).text()
    await paging.resolve(database, COMPANY, page.id, by_user(BOB))
    for one in ("acknowledge", "decline", "escalate"):
        assert (await press(client, at, one, body)).status == 303
    answer = await client.get(at)
    shown = await answer.text()
    assert (answer.status, buttons(shown)) == (200, [])
    assert "Resolved 02:47 by Bob" in shown
    assert (await state(database, page.id))[0] is PageState.RESOLVED


async def test_an_altered_link_is_not_there(database: Database, client: Client, page: Page) -> None:
    mine = await called(database, page.id)
    at = await path(database, page.id)
    changed = at[:-1] + ("A" if at[-1] != "A" else "E")
    other_key = Links(BASE, Signer(b"somebody else's key")).page(mine).removeprefix(BASE)
    other_purpose = f"/v1/p/{SIGNER.sign('callback', str(mine), None)}"
    no_subject = f"/v1/p/{SIGNER.sign('page', 'page:7', None)}"
    for wrong in (changed, other_key, other_purpose, no_subject, "/v1/p/x", "/v1/p/%F0%9F%94%A5"):
        for method in ("GET", "POST"):
            answer = await client.request(method, wrong)
            assert (answer.status, answer.content_type) == (404, "text/html"), wrong
    assert "This link is not whole." in await (await client.get(changed)).text()
    assert await state(database, page.id) == (PageState.TRIGGERED, 1)


async def test_a_link_works_for_a_day(
    database: Database, client: Client, page: Page, clock: ManualClock
) -> None:
    at = await path(database, page.id)
    body = await (await client.get(at)).text()
    clock.forward(hours=23, minutes=59)
    assert (await client.get(at)).status == 200
    clock.forward(minutes=1)
    answer = await client.get(at)
    assert answer.status == 410
    assert "links work for a day" in await answer.text()
    assert (await press(client, at, "acknowledge", body)).status == 410
    assert (await state(database, page.id))[0] is PageState.TRIGGERED


async def test_a_link_acts_as_the_person_it_was_sent_to_and_carries_to_no_other_page(
    database: Database, client: Client, page: Page
) -> None:
    mine = await called(database, page.id)
    for other in (
        replace(mine, user=BOB),
        replace(mine, page=PageId(2)),
        replace(mine, notification=NotificationId(mine.notification + 1)),
    ):
        assert (await client.get(LINKS.page(other).removeprefix(BASE))).status == 410
    await press(client, LINKS.page(mine).removeprefix(BASE), "acknowledge")
    async with database.read() as conn:
        found = await pages.load(conn, page.id)
    assert found and found.acknowledged_by == ANA


@pytest.mark.parametrize(
    ("change", "words"),
    [({"deleted": True}, "you are deactivated here"), ({"is_restricted": True}, "you are a guest here")],
)
async def test_whoever_is_no_full_member_any_more_is_refused(
    database: Database, client: Client, page: Page, change: dict[str, bool], words: str
) -> None:
    at = await path(database, page.id)
    body = await (await client.get(at)).text()
    async with database.write() as tx:
        await directory.save(tx.conn, [replace(slack_user(ANA, "Ana"), **change)])  # type: ignore[arg-type]
    answer = await client.get(at)
    assert answer.status == 403
    assert words in await answer.text()
    assert (await press(client, at, "acknowledge", body)).status == 403
    assert (await state(database, page.id))[0] is PageState.TRIGGERED


async def test_somebody_whom_slack_never_told_of_is_refused(database: Database, client: Client) -> None:
    async with database.write() as tx:
        begun = await paging.begin(tx, COMPANY, service=CHECKOUT, title="x", severity=SEV1, by=TOCSIN)
    assert (await client.get(await path(database, begun.id))).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.com"},
    ],
)
async def test_a_form_on_another_site_does_nothing(
    database: Database, client: Client, page: Page, headers: dict[str, str]
) -> None:
    at = await path(database, page.id)
    form = {"proof": proof_of(await (await client.get(at)).text()), "answer": "acknowledge"}
    assert (await client.post(at, data=form, headers=headers)).status == 403
    assert (await state(database, page.id))[0] is PageState.TRIGGERED
    own = {"Sec-Fetch-Site": "same-origin", "Origin": BASE}
    assert (await client.post(at, data=form, headers=own, allow_redirects=False)).status == 303


async def test_a_post_without_the_forms_own_proof_does_nothing(
    database: Database, client: Client, page: Page
) -> None:
    at = await path(database, page.id)
    body = await (await client.get(at)).text()
    others = SIGNER.sign("one-tap form", "7.7.UBOB:1", None)
    for form in (
        {"answer": "acknowledge"},
        {"answer": "acknowledge", "proof": others},
        {"answer": "acknowledge", "proof": at.rpartition("/")[2]},
        {"answer": "resolve", "proof": proof_of(body)},
        {"proof": proof_of(body)},
    ):
        answer = await client.post(at, data=form)
        assert answer.status == 403, form
        assert "press the button there" in await answer.text()
    assert (await state(database, page.id))[0] is PageState.TRIGGERED


async def test_who_opens_a_link_again_and_again_is_asked_to_wait(
    database: Database, client: Client, page: Page
) -> None:
    at = await path(database, page.id)
    answers = [await client.get(at) for _ in range(31)]
    assert [answer.status for answer in answers] == [200] * 30 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 3
    await paging.escalate(database, COMPANY, page.id, by_user(BOB))
    assert (await client.get(await path(database, page.id, CAROL))).status == 200


async def test_what_could_not_be_saved_is_said(database: Database, client: Client, page: Page) -> None:
    at = await path(database, page.id)
    body = await (await client.get(at)).text()
    database.stand_down(StoodDown("another version has the database"))
    answer = await press(client, at, "acknowledge", body)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert "Not saved: the database is busy." in await answer.text()
    assert (await state(database, page.id))[0] is PageState.TRIGGERED
