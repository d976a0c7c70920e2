"""The sockets: bad tokens are said at the start, a second bot is noticed, a stop loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import CannotStart
from bot.sandbox.server import Running
from bot.slack import counting
from bot.slack.directs import Directs
from bot.slack.gateway import Gateway
from bot.slack.socket import NEEDED_SCOPES, Sockets
from bot.store.database import Database
from tests.conftest import NIGHT
from tests.slack.office import Hands, NightClock, Office, eventually

MANIFEST = Path(__file__).parents[2] / "slack_app_manifest.yml"


def sockets(sandbox: Running, database: Database, bot_token: str, app_token: str) -> Sockets:
    office = Office(sandbox, database, NightClock(NIGHT))
    client = AsyncWebClient(token=bot_token, base_url=sandbox.api_url)
    return Sockets(
        office.bolt, app_token, Gateway(client, office.clock, Directs(database)), database, office.catalogue
    )


@pytest.mark.parametrize(
    ("bot_token", "app_token", "named"),
    [
        ("xoxb-wrong", "xapp-sandbox", "SLACK_BOT_TOKEN"),
        ("xoxb-sandbox", "xapp-wrong", "SLACK_APP_TOKEN"),
        ("xoxb-sandbox", "xoxb-sandbox", "SLACK_APP_TOKEN"),
        ("xoxp-ana", "xapp-sandbox", "SLACK_BOT_TOKEN"),
    ],
)
async def test_a_bad_token_is_named_with_its_cure(
    sandbox: Running, database: Database, bot_token: str, app_token: str, named: str
) -> None:
    tried = sockets(sandbox, database, bot_token, app_token)
    with pytest.raises(CannotStart, match=named):
        await tried.identify()
        await tried.connect()


async def test_the_tokens_tell_whose_workspace_it_is(sandbox: Running, database: Database) -> None:
    identity = await sockets(sandbox, database, "xoxb-sandbox", "xapp-sandbox").identify()
    assert identity.team_id.startswith("T")
    assert identity.bot_id.startswith("B")


def test_the_scopes_that_are_needed_are_in_the_manifest() -> None:
    manifest = YAML(typ="safe").load(MANIFEST.read_text())
    assert set(manifest["oauth_config"]["scopes"]["bot"]) >= NEEDED_SCOPES


async def test_two_sockets_are_open_and_come_back_after_a_refresh(office: Office, people: Hands) -> None:
    async def both() -> bool:
        return office.sandbox.sandbox.sockets.count == 2

    assert await both()
    await people.fault(socket="refresh")
    await eventually(both, "both are there again")
    answer = await people.command("ana", "/oncall")
    assert answer["acked"]
    assert await office.sockets.connected()


async def test_an_address_that_opens_nothing_is_not_tried_forever(
    office: Office, people: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a while without network: the ticket in the address is used up or too old."""
    sockets = office.sandbox.sandbox.sockets
    ticket, stale = sockets.ticket, ["stale", "stale"]
    monkeypatch.setattr(sockets, "ticket", lambda: stale.pop() if stale else ticket())
    await people.fault(socket="close")

    async def both() -> bool:
        return not stale and sockets.count == 2

    await eventually(both, "both sockets are open again")
    assert (await people.command("ana", "/oncall"))["acked"]


@pytest.fixture
async def other_bot(sandbox: Running) -> AsyncIterator[SocketModeClient]:
    client = SocketModeClient(
        app_token="xapp-sandbox",
        web_client=AsyncWebClient(token="xoxb-sandbox", base_url=sandbox.api_url),
    )
    yield client
    await client.close()  # type: ignore[no-untyped-call]


async def test_another_bot_with_the_same_token_is_told_to_the_admins(
    sandbox: Running,
    database: Database,
    people: Hands,
    other_bot: SocketModeClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counting, "COUNT_EVERY_SECONDS", 0.3)
    monkeypatch.setattr(counting, "COUNT_AGAIN_AFTER_SECONDS", 0.1)
    await other_bot.connect()  # type: ignore[no-untyped-call]
    office = Office(sandbox, database, NightClock(NIGHT))
    await office.start()
    told = await people.sees("frank", "Another bot with the same app token")
    assert "3 connections" in told["plain"]
    await office.stop()


async def test_a_bot_that_runs_says_within_ten_seconds_that_another_one_has_come(
    office: Office, people: Hands, other_bot: SocketModeClient
) -> None:
    """With the real pauses."""
    began = asyncio.get_running_loop().time()
    await other_bot.connect()  # type: ignore[no-untyped-call]
    told = await people.sees("frank", "Another bot with the same app token")
    assert "3 connections, 2 are mine" in told["plain"]
    assert asyncio.get_running_loop().time() - began < 10


async def test_what_comes_over_the_socket_that_counts_is_served(
    office: Office, people: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held open, because a click that Slack sends at the very moment of a hang-up is nobody's to serve."""
    opened, released = asyncio.Event(), asyncio.Event()
    hang_up = counting._hang_up

    async def later(probe: counting.Probe) -> None:
        opened.set()
        await released.wait()
        await hang_up(probe)

    monkeypatch.setattr(counting, "_hang_up", later)
    monkeypatch.setattr(counting, "COUNT_EVERY_SECONDS", 0.05)
    await office.sockets.stop()
    await office.sockets.connect()
    await asyncio.wait_for(opened.wait(), 10)
    answers = [await people.command("ana", "/oncall") for _ in range(30)]
    assert all(answer["acked"] and answer["reply"] for answer in answers)
    released.set()


async def test_our_own_refreshed_sockets_are_no_other_bot(
    office: Office, people: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNT_EVERY_SECONDS", 0.3)
    monkeypatch.setattr(counting, "COUNT_AGAIN_AFTER_SECONDS", 0.1)
    await people.fault(socket="refresh")
    await eventually(office.sockets.connected, "connected again")
    await office.quiet()
    assert await people.messages("frank") == []


async def test_a_stop_waits_for_who_is_at_work(office: Office, people: Hands) -> None:
    page = await office.page()
    await people.sees("ana", "Error rate")
    async with office.db.write():  # the click waits for the database
        click = asyncio.create_task(people.click("ana", "Acknowledge", "@Tocsin"))

        async def at_work() -> bool:
            return any("acknowledge" in name for name in office.bolt.running.at_work)

        await eventually(at_work, "the click is at work")
        stopping = asyncio.create_task(office.sockets.stop())
        await asyncio.sleep(0)
    await stopping
    assert (await click)["acked"]
    assert (await office.page_now(page.id)).acknowledged_by is not None
    assert not await office.sockets.connected()
