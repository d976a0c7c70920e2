"""The DM with a person is opened once: Slack lets an app open some fifty a minute, and no page must wait for that."""

from __future__ import annotations

import pytest

from bot.core.ids import UserId
from bot.sandbox.server import Running
from bot.slack.gateway import KEPT_FOR_PAGES, POST_BURST, RateLimited
from bot.store.database import Database
from tests.conftest import NIGHT
from tests.slack.office import Hands, NightClock, Office


async def is_paged(who: str, title: str, office: Office, people: Hands) -> None:
    """The page reaches this person, who ends it."""
    await office.page(title)
    await people.sees(who, title)
    await people.click(who, "page_more", "@Tocsin", option="Resolve")
    await office.quiet()


async def opened(people: Hands, office: Office, who: str) -> int:
    """How often the DM with this person was opened."""
    user = next(p.id for p in office.sandbox.sandbox.workspace.people.values() if p.name == who)
    return sum(call["args"]["users"] == user for call in await people.calls("conversations.open"))


async def test_after_a_start_no_dm_is_opened_that_was_open(
    sandbox: Running, database: Database, people: Hands
) -> None:
    for title in ("Error rate above 5 %", "Latency above 2 s"):
        office = Office(sandbox, database, NightClock(NIGHT))
        await office.start()
        await is_paged("ana", title, office, people)
        await office.stop()
    assert await opened(people, office, "ana") == 1


async def test_a_dm_that_is_gone_is_opened_again(office: Office, people: Hands) -> None:
    await is_paged("ana", "Error rate above 5 %", office, people)
    await people.fault(method="chat.postMessage", error="channel_not_found", times=1)
    await is_paged("carol", "Latency above 2 s", office, people)
    await is_paged("ana", "Queue is full", office, people)
    assert await opened(people, office, "ana") == 2


async def test_whatever_else_is_told_somebody_at_once_a_page_does_not_wait(office: Office) -> None:
    user = next(p.id for p in office.sandbox.sandbox.workspace.people.values() if p.name == "ana")
    channel = await office.gateway.direct(UserId(user))
    for number in range(POST_BURST - KEPT_FOR_PAGES):
        await office.gateway.call("chat.postMessage", channel=channel, text=f"notice {number}")
    with pytest.raises(RateLimited):
        await office.gateway.call("chat.postMessage", channel=channel, text="one too many")
    await office.gateway.call("chat.postMessage", is_page=True, channel=channel, text="a page")
