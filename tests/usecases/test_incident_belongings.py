"""Links, tasks and merging: one transaction each, seen in the timeline and wherever the incident is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.core.debts import DebtKind
from bot.core.facts import TaskDone
from bot.core.ids import ChannelId, IncidentId, TaskId, UserId
from bot.core.incident import IncidentStatus, Outcome
from bot.errors import Wrong
from bot.queries import incidents as queries
from bot.queries import timeline as timelines
from bot.slack.render.timeline import sentences
from bot.store import incidents, pages, tasks
from bot.store.database import Database
from bot.usecases import (
    incident_channel,
    incident_links,
    incident_merging,
    incident_paging,
    incident_tasks,
    incident_updates,
)
from bot.usecases.declaring import Declare, PageWhom, declare
from tests.company import BOB, CAROL, CHECKOUT, DAVE, SEARCH, SEV2, company
from tests.owed import owed, owed_kinds, pay_all, posts

COMPANY = company()
CPU = "https://grafana.example.com/d/1"


async def _declared(
    database: Database, title: str, by: UserId = DAVE, *, private: bool = False, search: bool = True
) -> IncidentId:
    request = Declare(title, SEV2, service=SEARCH if search else CHECKOUT, private=private)
    request = replace(request, whom=PageWhom.NOBODY if private else PageWhom.ON_CALL)
    number = (await declare(database, COMPANY, request, by)).incident.id
    async with database.write() as tx:
        await incident_channel.channel_made(tx, number, ChannelId(f"C{number}"), f"inc-{number}")
    await pay_all(database)
    return number


async def _two(database: Database) -> tuple[IncidentId, IncidentId]:
    """The one that goes on, and the one that ends in it."""
    return await _declared(database, "Search is down"), await _declared(
        database, "Checkout", CAROL, search=False
    )


async def _lines(database: Database, number: IncidentId) -> list[str]:
    async with database.read() as conn:
        view = await timelines.of_incident(conn, COMPANY, number)
    assert view is not None
    return sentences(view)


async def test_a_link_is_a_fact_a_post_and_owed_to_card_and_bookmarks(database: Database) -> None:
    number = await _declared(database, "Search is down")
    await incident_links.add_link(database, COMPANY, number, BOB, CPU, "CPU")
    assert await owed_kinds(database) >= {DebtKind.INCIDENT_CARD, DebtKind.INCIDENT_BOOKMARKS}
    assert await posts(database) == ["link"]
    assert (await _lines(database, number))[-1] == f"CPU ({CPU}), by @UBOB"
    again = await incident_links.add_link(database, COMPANY, number, BOB, CPU, "CPU")
    assert again.outcome is Outcome.UNCHANGED
    await incident_links.remove_link(database, COMPANY, number, CAROL, CPU)
    async with database.read() as conn:
        view = await queries.card(conn, COMPANY, number)
    assert view is not None
    assert (view.links, [link.url for link in view.removed_links]) == ((), [CPU])


async def test_what_is_no_address_is_refused_with_a_hint(database: Database) -> None:
    number = await _declared(database, "Search is down")
    with pytest.raises(Wrong, match=r"not a web address.*https://"):
        await incident_links.add_link(database, COMPANY, number, BOB, "grafana.example.com/d/1")


async def test_a_twenty_first_link_is_refused(database: Database) -> None:
    number = await _declared(database, "Search is down")
    for page in range(20):
        await incident_links.add_link(database, COMPANY, number, BOB, f"{CPU}?{page}")
    with pytest.raises(Wrong, match="20 links"):
        await incident_links.add_link(database, COMPANY, number, BOB, CPU)


async def test_related_incidents_name_each_other_until_one_takes_it_back(database: Database) -> None:
    one, two = await _two(database)
    await incident_links.relate(database, COMPANY, one, BOB, two)
    assert await posts(database) == ["related", "related"]
    assert (await _lines(database, one))[-1] == f"INC-{two}, by @UBOB"
    assert (await _lines(database, two))[-1] == f"INC-{one}, by @UBOB"
    again = await incident_links.relate(database, COMPANY, two, BOB, one)
    assert again.outcome is Outcome.UNCHANGED
    await incident_links.unrelate(database, COMPANY, two, BOB, one)
    async with database.read() as conn:
        assert [(await incidents.load(conn, each)).related for each in (one, two)] == [(), ()]  # type: ignore[union-attr]
    with pytest.raises(Wrong, match="with itself"):
        await incident_links.relate(database, COMPANY, one, BOB, one)


async def test_a_task_is_added_assigned_done_and_reopened(database: Database, clock: ManualClock) -> None:
    number = await _declared(database, "Search is down")
    due = clock.now() + timedelta(hours=2)
    added = await incident_tasks.add(
        database, COMPANY, number, DAVE, " Call  the bank ", None, due, once="view:V1"
    )
    assert added is not None
    assert (added.task.text, added.task.due_at) == ("Call the bank", due)
    assert await incident_tasks.add(database, COMPANY, number, DAVE, "Call the bank", once="view:V1") is None
    await incident_tasks.assign(database, COMPANY, added.task.id, BOB, BOB)
    assert (await incident_tasks.finish(database, COMPANY, added.task.id, BOB)).done
    assert not (await incident_tasks.finish(database, COMPANY, added.task.id, CAROL)).done
    async with database.read() as conn:
        view = await queries.card(conn, COMPANY, number)
        shown = await queries.tasks_of(conn, number)
    assert view is not None
    assert (view.tasks, view.open_tasks) == (1, 0)
    assert [(task.assignee, task.done_by) for task in shown.tasks] == [(BOB, BOB)]
    await incident_tasks.reopen(database, COMPANY, added.task.id, CAROL)
    assert await posts(database) == ["task_added", "task_assigned", "task_done", "task_reopened"]
    facts = [line for line in await _lines(database, number) if "Call the bank" in line]
    assert len(facts) == 4
    assert TaskDone.kind == "task_done"


async def test_a_task_that_is_empty_or_not_there_is_refused(database: Database) -> None:
    number = await _declared(database, "Search is down")
    with pytest.raises(Wrong, match="The task is empty"):
        await incident_tasks.add(database, COMPANY, number, DAVE, "  ")
    with pytest.raises(Wrong, match="There is no task 99"):
        await incident_tasks.finish(database, COMPANY, TaskId(99), DAVE)


async def test_merging_moves_everything_and_tells_both_channels(
    database: Database, clock: ManualClock
) -> None:
    one, two = await _two(database)
    await incident_updates.note(database, COMPANY, two, CAROL, "the cache is cold")
    await incident_links.add_link(database, COMPANY, two, CAROL, CPU, "CPU")
    await incident_tasks.add(database, COMPANY, two, CAROL, "Call the bank")
    clock.forward(minutes=1)
    await incident_updates.note(database, COMPANY, one, DAVE, "the index is fine")
    await pay_all(database)
    before = await _lines(database, two)
    done = await incident_merging.merge(database, COMPANY, two, one, BOB)
    assert (done.merged.status, done.merged.merged_into) == (IncidentStatus.MERGED, one)
    assert CAROL in done.survivor.invited
    async with database.read() as conn:
        moved = await pages.of_incident(conn, one)
        assert len(moved) == 2
        assert await pages.of_incident(conn, two) == ()
        assert len(await tasks.of_incident(conn, one)) == 1
        card = await queries.card(conn, COMPANY, one)
    assert card is not None
    assert ([link.text for link in card.links], card.absorbed) == (["CPU"], (two,))
    assert await posts(database) == ["merged", "announcement_update", "absorbed"]
    shown = {(each["incident"]) for each in await owed(database, DebtKind.INCIDENT_ANNOUNCEMENT)}
    assert shown == {one, two}
    assert {each["incident"] for each in await owed(database, DebtKind.INCIDENT_CARD)} == {one, two}
    lines = await _lines(database, one)
    cache = next(at for at, line in enumerate(lines) if "the cache is cold" in line)
    index = next(at for at, line in enumerate(lines) if "the index is fine" in line)
    assert lines[cache].startswith(f"[INC-{two}] ")
    assert not lines[index].startswith("[")
    assert cache < index
    own = await _lines(database, two)
    assert own[: len(before)] == before
    assert own[-1] == f"INC-{two} into INC-{one}, by @UBOB"


async def test_what_happens_to_a_moved_page_is_the_survivors_alone(database: Database) -> None:
    one, two = await _two(database)
    await incident_merging.merge(database, COMPANY, two, one, BOB)
    before = await _lines(database, two)
    await incident_paging.acknowledge(database, COMPANY, one, BOB)
    assert await _lines(database, two) == before
    assert sum(line == "by @UBOB" for line in await _lines(database, one)) == 2


async def test_merging_twice_is_once_and_a_merged_one_is_worked_on_no_more(database: Database) -> None:
    one, two = await _two(database)
    await incident_merging.merge(database, COMPANY, two, one, BOB)
    await pay_all(database)
    lines = await _lines(database, one)
    assert (await incident_merging.merge(database, COMPANY, two, one, BOB)).already
    assert (await owed_kinds(database), await _lines(database, one)) == (set(), lines)
    for refused in (
        incident_updates.note(database, COMPANY, two, BOB, "x"),
        incident_updates.reopen(database, COMPANY, two, BOB),
        incident_links.relate(database, COMPANY, one, BOB, two),
    ):
        with pytest.raises(Wrong, match=f"INC-{two} is merged into INC-{one}"):
            await refused
    with pytest.raises(Wrong, match="merged into another incident itself"):
        await incident_merging.merge(database, COMPANY, one, two, BOB)


async def test_a_private_incident_is_not_merged_into_a_public_one(database: Database) -> None:
    public = await _declared(database, "Search is down")
    private = await _declared(database, "Breach", DAVE, private=True)
    with pytest.raises(Wrong, match="what only the members"):
        await incident_merging.merge(database, COMPANY, private, public, DAVE)
    with pytest.raises(Wrong, match="There is no INC-2"):
        await incident_merging.merge(database, COMPANY, public, private, CAROL)
    await incident_merging.merge(database, COMPANY, public, private, DAVE)
    async with database.read() as conn:
        card = await queries.card(conn, COMPANY, public)
    assert card is not None
    assert card.merged_into is not None
    assert card.merged_into.channel is None
