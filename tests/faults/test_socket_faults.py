"""What happens to sockets: closed, refreshed, silent, doubled, out of order; what people do counts, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import text

from bot.core.page import PageState
from bot.sandbox.server import Running
from bot.store import alerts, pages
from bot.store.database import Database
from bot.usecases import hearing
from tests.conftest import NIGHT
from tests.slack.office import Hands, NightClock, Office, eventually
from tests.slack.test_incident_story import declare

ERROR_RATE = "Error rate above 5 %"
DISK = "Disk is full on db-1"
SAID_WITHIN_SECONDS = 10.0


async def click_until_it_counts(hands: Hands) -> None:
    """As people do: a click that Slack shows as failed is repeated."""

    async def acked() -> bool:
        return bool((await hands.click("ana", "Acknowledge", "@Tocsin"))["acked"])

    await eventually(acked, "a click is acked")


@pytest.mark.parametrize("fault", ["close", "warning", "refresh"])
async def test_a_socket_that_goes_is_replaced_and_clicks_count(
    office: Office, hands: Hands, fault: str
) -> None:
    page = await office.page(ERROR_RATE)
    await hands.sees("ana", ERROR_RATE)
    await hands.fault(socket=fault)
    await click_until_it_counts(hands)
    await hands.sees("ana", "has it: acknowledged")
    assert (await office.page_now(page.id)).state is PageState.ACKNOWLEDGED
    assert (await office.facts_of(page.id)).count("page_acknowledged") == 1


async def test_silent_sockets_are_noticed_by_their_pings_and_nothing_is_lost(
    office: Office, slack: Running, hands: Hands
) -> None:
    async def level() -> bool:
        return bool(await hearing.heard(office.db))

    await eventually(level, "it is known up to when was heard")
    await hands.fault(socket="silent")
    async with hands.http.post(slack.webhook_url, json={"text": DISK}) as answer:
        assert answer.status == 200

    async def speaking() -> bool:
        connections = slack.sandbox.sockets._connections
        return bool(connections) and not any(each.silent for each in connections)

    await eventually(speaking, "new sockets are open")
    await hands.sees("ana", DISK)
    await office.quiet()
    assert sum(DISK in message["plain"] for message in await hands.messages("ana")) == 1


async def test_doubled_clicks_count_once(office: Office, hands: Hands) -> None:
    await hands.fault(socket="duplicate")
    page = await office.page(ERROR_RATE)
    await hands.sees("ana", ERROR_RATE)
    await hands.click("ana", "Acknowledge", "@Tocsin")
    await hands.sees("ana", "has it: acknowledged")
    await hands.mend()
    await office.quiet()
    facts = await office.facts_of(page.id)
    assert facts.count("page_acknowledged") == 1
    assert "acknowledged_late" not in facts


async def test_a_pushpin_that_comes_and_goes_out_of_order_ends_as_it_is(office: Office, hands: Hands) -> None:
    await declare(hands)
    channel = f"#{(await hands.channel('dave', 'inc-1-'))['name']}"
    await hands.sees("dave", "🚨 INC-1", channel)
    await office.quiet()
    await hands.fault(socket="reorder")
    kept, let_go = [
        (await hands.do("post", **{"as": "dave", "in": channel, "text": text}))["ts"] for text in ("a", "b")
    ]
    for ts, changes in ((kept, (False, True, False)), (let_go, (False, True))):
        for remove in changes:
            where = {"as": "dave", "in": channel, "ts": ts}
            await hands.do("react", **where, name="pushpin", remove=remove)
    await hands.mend()

    async def as_it_is() -> bool:
        await office.quiet()
        facts = await office.facts()
        return facts.count("note_added") - facts.count("note_retracted") == 1

    await eventually(as_it_is, "one message is kept")


async def says(hands: Hands, slack: Running, *said: str) -> None:
    """A bot posts these in a watched channel, one after the other."""
    for words in said:
        async with hands.http.post(slack.webhook_url, json={"text": words}) as answer:
            assert answer.status == 200


async def told(office: Office) -> list[tuple[str, str]]:
    """What was recorded of alerts, in the order in which it reached us."""
    async with office.db.read() as conn:
        rows = await conn.execute(text("SELECT kind, data FROM timeline ORDER BY id"))
        return [(row.kind, str(row.data)) for row in rows if row.kind.startswith("alert_")]


async def test_a_resolved_message_that_overtakes_its_firing_leaves_no_page(
    office: Office, slack: Running, hands: Hands
) -> None:
    await hands.fault(socket="reorder")
    await says(hands, slack, f"FIRING: {DISK}", f"RESOLVED: {DISK}")

    async def late() -> bool:
        return bool(await told(office))

    await eventually(late, "the firing came after its end")
    assert [kind for kind, _ in await told(office)] == ["alert_overtaken"]
    await hands.mend()
    async with office.db.read() as conn:
        assert await pages.open_pages(conn) == ()
        assert await alerts.count_by_status(conn) == {"resolved": 1}
    await says(hands, slack, f"FIRING: {DISK}")
    await hands.sees("ana", DISK)


async def test_a_resolved_message_that_the_next_firing_overtakes_closes_no_page(
    office: Office, slack: Running, hands: Hands
) -> None:
    await says(hands, slack, f"FIRING: {DISK}")
    await hands.sees("ana", DISK)
    await hands.fault(socket="reorder")
    await says(hands, slack, f"RESOLVED: {DISK}", f"FIRING: {DISK}")

    async def late() -> bool:
        return len(await told(office)) == 2

    await eventually(late, "the end came after the next firing")
    (fired, _), (overtaken, data) = await told(office)
    assert (fired, overtaken) == ("alert_fired", "alert_overtaken") and "resolved" in data
    async with office.db.read() as conn:
        (page,) = await pages.open_pages(conn)
    assert page.state is PageState.TRIGGERED


@pytest.fixture
async def stranger(slack: Running) -> AsyncIterator[SocketModeClient]:
    web = AsyncWebClient(token="xoxb-sandbox", base_url=slack.api_url)
    client = SocketModeClient(app_token="xapp-sandbox", web_client=web)
    await client.connect()  # type: ignore[no-untyped-call]
    yield client
    await client.close()  # type: ignore[no-untyped-call]


async def test_whoever_starts_beside_another_bot_says_so_to_the_admins_within_ten_seconds(
    slack: Running, database: Database, hands: Hands, stranger: SocketModeClient
) -> None:
    office = Office(slack, database, NightClock(NIGHT))
    began = asyncio.get_running_loop().time()
    await office.start()
    await hands.sees("frank", "Another bot with the same app token")
    assert asyncio.get_running_loop().time() - began < SAID_WITHIN_SECONDS
    await office.stop()
