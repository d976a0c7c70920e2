"""Giving a page to others, asking others for help, and answering for several pages at once."""

from __future__ import annotations

import pytest

from bot.clock import ManualClock
from bot.core.debts import DebtKind
from bot.core.decision import Reply
from bot.core.ids import ScheduleId, TeamId, UserId, by_user
from bot.core.page import PageState
from bot.core.whom import Whom
from bot.errors import Wrong
from bot.store import timeline
from bot.store.database import Database
from bot.usecases import page_responders, paging
from bot.usecases.paging import Seen
from tests.company import ANA, BOB, CAROL, DAVE, ERIN, FRANK, SEARCH
from tests.owed import owed
from tests.usecases.test_paging import COMPANY, begin, begin_alone, load, notifications


async def asked(database: Database) -> list[tuple[str, str, bool]]:
    """Whom a notice tells of whose answer."""
    told = [one for one in await owed(database, DebtKind.NOTICE) if one["what"] == "responder_answered"]
    return [(one["to"], one["user"], one["coming"]) for one in told]


async def test_a_page_that_somebody_has_is_given_to_others_who_are_paged_now(
    database: Database, clock: ManualClock
) -> None:
    page = await begin(database)
    await paging.acknowledge(database, COMPANY, page.id, ANA)
    clock.forward(minutes=1)
    given = await page_responders.give(database, COMPANY, page.id, ANA, Whom(teams=(TeamId("platform"),)))
    assert given.people == (ERIN, FRANK)
    now = await load(database, page.id)
    assert now.state is PageState.TRIGGERED
    assert now.paged == (ERIN, FRANK)
    assert now.due_at is not None
    assert (await notifications(database, page.id))[1:] == [(ERIN, "owed"), (FRANK, "owed")]


async def test_people_are_found_by_schedules_and_services(database: Database) -> None:
    page = await begin(database)
    whom = Whom(schedules=(ScheduleId("payments-secondary"),), services=(SEARCH,))
    called = await page_responders.call_in(database, COMPANY, page.id, ANA, whom)
    assert called.people == (CAROL, ERIN)


async def test_nobody_is_paged_when_none_of_the_chosen_can_be(database: Database) -> None:
    page = await begin(database)
    with pytest.raises(Wrong, match="Nobody was paged"):
        await page_responders.give(database, COMPANY, page.id, ANA, Whom(teams=(TeamId("nobody"),)))
    assert (await load(database, page.id)).paged == (ANA,)


async def test_whoever_asked_for_help_hears_each_answer_once(database: Database) -> None:
    page = await begin(database)
    await paging.acknowledge(database, COMPANY, page.id, ANA)
    await page_responders.call_in(database, COMPANY, page.id, ANA, Whom((CAROL, DAVE)))
    first = await paging.accept(database, COMPANY, page.id, CAROL)
    again = await paging.accept(database, COMPANY, page.id, CAROL)
    assert (first.reply, again.reply) == (Reply.DONE, Reply.ALREADY_YOURS)
    for _ in range(2):
        declined = await paging.decline(database, COMPANY, page.id, DAVE)
        assert declined.reply is Reply.HELD_BY_OTHER
    assert await asked(database) == [(ANA, CAROL, True), (ANA, DAVE, False)]
    now = await load(database, page.id)
    assert (now.acknowledged_by, now.accepted) == (ANA, (CAROL,))


async def test_whoever_comes_may_still_say_that_they_can_not(database: Database) -> None:
    page = await begin(database)
    await paging.acknowledge(database, COMPANY, page.id, ANA)
    await page_responders.call_in(database, COMPANY, page.id, ANA, Whom((CAROL,)))
    await paging.accept(database, COMPANY, page.id, CAROL)
    await paging.decline(database, COMPANY, page.id, CAROL)
    assert (await load(database, page.id)).accepted == ()
    assert await asked(database) == [(ANA, CAROL, True), (ANA, CAROL, False)]


async def test_nobody_is_told_of_people_whom_the_policy_paged(database: Database) -> None:
    page = await begin(database)
    await paging.decline(database, COMPANY, page.id, ANA)
    assert await asked(database) == []


async def test_all_pages_of_mine_are_acknowledged_at_once_but_none_that_i_have_not_seen(
    database: Database,
) -> None:
    first, second, unseen = [await begin_alone(database) for _ in range(3)]
    others = await begin_alone(database)
    await page_responders.give(database, COMPANY, others.id, BOB, Whom((BOB,)))
    await paging.decline(database, COMPANY, second.id, ANA)
    third = await begin_alone(database)
    decisions = await paging.acknowledge_all(database, COMPANY, ANA, unseen.id)
    assert [decision.page.id for decision in decisions] == [first.id, unseen.id]
    assert {decision.reply for decision in decisions} == {Reply.DONE}
    states = [(await load(database, page.id)).state for page in (first, second, unseen, third)]
    assert [state is PageState.ACKNOWLEDGED for state in states] == [True, False, True, False]
    assert await paging.acknowledge_all(database, COMPANY, ANA, unseen.id) == ()


async def test_a_chosen_level_is_paged_now_and_an_unknown_one_is_refused(database: Database) -> None:
    page = await begin(database)
    decision = await paging.escalate(database, COMPANY, page.id, by_user(ANA), level=3)
    assert (decision.reply, decision.page.level, decision.page.paged) == (Reply.NEXT_PAGED, 3, (FRANK,))
    with pytest.raises(Wrong, match=f"P-{page.id} has 3 levels, and no level 4"):
        await paging.escalate(database, COMPANY, page.id, by_user(ANA), level=4)


@pytest.mark.parametrize(("by", "reply"), [(ANA, Reply.NOT_DUE), (CAROL, Reply.HELD_BY_OTHER)])
async def test_an_escalation_that_comes_late_changes_nothing(
    database: Database, by: UserId, reply: Reply
) -> None:
    page = await begin(database)
    seen = Seen.of(page)
    await paging.acknowledge(database, COMPANY, page.id, ANA)
    decision = await paging.escalate(database, COMPANY, page.id, by_user(by), seen=seen)
    assert decision.reply is reply
    assert (await load(database, page.id)).acknowledged_by == ANA
    async with database.read() as conn:
        assert "page_escalated" not in {fact.kind for fact in await timeline.of_page(conn, page.id)}
