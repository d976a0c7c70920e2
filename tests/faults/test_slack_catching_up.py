"""What happened in Slack while no socket was connected is found afterwards, once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.core.page import PageState
from bot.sandbox import posting
from bot.sandbox.posting import Content
from bot.sandbox.server import Running
from bot.sandbox.state import Conversation, Message
from bot.slack.listeners import catching_up
from bot.store import alerts
from bot.store.database import Database
from bot.usecases import hearing
from tests.conftest import NIGHT
from tests.slack.office import Hands, NightClock, Office, eventually
from tests.slack.test_incident_story import declare

DISK = "Disk is full on db-1"


async def post(hands: Hands, slack: Running, text: str) -> None:
    async with hands.http.post(slack.webhook_url, json={"text": text}) as answer:
        assert answer.status == 200


async def pages_seen(hands: Hands, who: str = "ana") -> int:
    return sum(DISK in message["plain"] for message in await hands.messages(who))


async def level(office: Office) -> None:
    """Until what was missed before has been read."""

    async def known() -> bool:
        return bool(await hearing.heard(office.db))

    await eventually(known, "the position is kept")


async def cut_off(office: Office, hands: Hands) -> None:
    """No socket, and none to be had. What is said now Slack tells nobody."""
    await level(office)
    await hands.fault(method="apps.connections.open", http=503)
    await hands.fault(socket="close")

    async def deaf() -> bool:
        return not await office.sockets.connected()

    await eventually(deaf, "no socket is left")


@pytest.fixture(autouse=True)
def events_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox repeats an event as Slack does; here it is dropped at once, as Slack does at last."""
    monkeypatch.setattr("bot.sandbox.socket_mode.EVENT_RETRIES_AFTER", ())


async def test_an_alert_posted_while_the_bot_was_down_pages_once(
    slack: Running, database: Database, hands: Hands
) -> None:
    before = Office(slack, database, NightClock(NIGHT))
    await before.start()
    await level(before)
    await before.stop()
    await post(hands, slack, DISK)
    after = Office(slack, database, NightClock(NIGHT))
    await after.start()
    await hands.sees("ana", DISK)
    await hands.fault(socket="close")
    await eventually(after.sockets.connected, "connected again, and caught up again")
    await after.quiet()
    assert await pages_seen(hands) == 1
    assert "1 event" in (await hands.sees("ana", DISK))["plain"]
    await after.stop()


async def test_an_alert_posted_while_no_socket_was_connected_pages_once(
    office: Office, slack: Running, hands: Hands
) -> None:
    await cut_off(office, hands)
    await post(hands, slack, DISK)
    await hands.mend()
    await hands.sees("ana", DISK)
    await office.quiet()
    assert await pages_seen(hands) == 1


async def test_a_problem_that_came_and_went_meanwhile_is_over(
    office: Office, slack: Running, hands: Hands
) -> None:
    await cut_off(office, hands)
    await post(hands, slack, f"FIRING: {DISK}")
    await post(hands, slack, f"RESOLVED: {DISK}")
    await hands.mend()

    async def over() -> bool:
        async with office.db.read() as conn:
            counts = await alerts.count_by_status(conn)
        return dict(counts) == {"resolved": 1}

    await eventually(over, "it fired and was resolved, in this order")
    assert (await office.page_now(1)).state is PageState.RESOLVED  # type: ignore[arg-type]


async def test_what_was_posted_before_the_bot_ever_listened_is_no_alert(
    slack: Running, database: Database, hands: Hands
) -> None:
    await post(hands, slack, DISK)
    office = Office(slack, database, NightClock(NIGHT))
    await office.start()
    await level(office)
    await hands.fault(socket="close")
    await post(hands, slack, "Something else")
    await hands.sees("ana", "Something else")
    assert await pages_seen(hands) == 0
    await office.stop()


async def test_catching_up_waits_for_slacks_limits_and_errors(
    office: Office, slack: Running, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "TRY_AGAIN_AFTER", 0.2)
    await cut_off(office, hands)
    await post(hands, slack, DISK)
    await hands.mend()
    await hands.fault(method="conversations.history", error="ratelimited", retry_after=1, times=1)
    await hands.fault(method="conversations.history", http=500, times=2)
    await hands.sees("ana", DISK)
    assert await pages_seen(hands) == 1


@pytest.fixture
async def channel(office: Office, hands: Hands) -> AsyncIterator[str]:
    """An incident's channel, with dave in it."""
    await declare(hands)
    name = f"#{(await hands.channel('dave', 'inc-1-'))['name']}"
    await hands.sees("dave", "🚨 INC-1", name)

    async def joined() -> bool:
        return bool((await office.incident()).joined)

    await eventually(joined, "dave is known to be there")
    yield name


def find(slack: Running, channel: str, ts: str) -> tuple[Conversation, Message]:
    found = slack.sandbox.workspace.channel_named(channel.removeprefix("#"))
    assert found is not None
    return found, found.messages[ts]


async def test_what_people_did_in_an_incidents_channel_meanwhile_is_in_its_timeline(
    office: Office, slack: Running, hands: Hands, channel: str
) -> None:
    said: list[dict[str, Any]] = []
    for text in ("kept and edited", "kept and let go", "kept later", "kept and deleted"):
        said.append(await hands.do("post", **{"as": "dave", "in": channel, "text": text}))
    for number in (0, 1, 3):
        await react(hands, channel, said[number]["ts"])

    async def noted() -> bool:
        return (await office.facts()).count("note_added") == 3

    await eventually(noted, "three messages are kept")
    await cut_off(office, hands)
    posting.edit(slack.sandbox, *find(slack, channel, said[0]["ts"]), Content("It was release 4711"), "U1")
    await react(hands, channel, said[1]["ts"], remove=True)
    await react(hands, channel, said[2]["ts"])
    posting.delete(slack.sandbox, *find(slack, channel, said[3]["ts"]))
    await hands.do("join", **{"as": "carol", "in": channel})
    await hands.mend()

    async def told() -> bool:
        facts = await office.facts()
        wanted = {"note_edited": 1, "note_retracted": 1, "note_added": 4, "note_source_deleted": 1}
        return {kind: facts.count(kind) for kind in wanted} == wanted

    await eventually(told, "the timeline tells it")
    await eventually(lambda: _is_there(office, hands, "carol"), "carol came")
    again = await office.facts()
    await hands.fault(socket="close")
    await eventually(office.sockets.connected, "connected again")
    await office.quiet()
    assert await office.facts() == again, "reading twice changes nothing"


async def react(hands: Hands, channel: str, ts: str, *, remove: bool = False) -> None:
    await hands.do("react", **{"as": "dave", "in": channel, "ts": ts, "name": "pushpin", "remove": remove})


async def _is_there(office: Office, hands: Hands, who: str) -> bool:
    ids = {person.name: person.id for person in office.sandbox.sandbox.workspace.people.values()}
    return ids[who] in (await office.incident()).joined


async def test_the_position_stands_still_while_nothing_can_be_heard(
    slack: Running, database: Database, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "OVERLAP_SECONDS", 0.0)
    monkeypatch.setattr(catching_up, "REMEMBER_EVERY_SECONDS", 0.02)
    office = Office(slack, database, NightClock(NIGHT))
    await office.start()
    await cut_off(office, hands)
    await post(hands, slack, DISK)
    await asyncio.sleep(0.5)  # many times the moment at which it would be remembered
    await hands.mend()
    await hands.sees("ana", DISK)
    await office.stop()
