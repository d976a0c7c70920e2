"""Working on an incident: each step is a fact, and shows wherever the incident is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.core.catalogue import COMMANDER
from bot.core.debts import DebtKind
from bot.core.decision import Reply
from bot.core.ids import ChannelId, IncidentId, RoleId, ServiceId, SeverityId, TeamId, UserId, by_user
from bot.core.incident import Incident, IncidentStatus, Outcome
from bot.core.page import Page, PageState
from bot.errors import Wrong
from bot.store import directory, incidents, messages, pages, timeline
from bot.store.database import Database
from bot.store.directory import SlackUser
from bot.usecases import direct_pages, incident_channel, incident_paging, incident_updates, paging
from bot.usecases.declaring import Declare, PageWhom, declare
from tests.company import (
    ANA,
    BOB,
    CAROL,
    CHECKOUT,
    DATABASE,
    DAVE,
    ERIN,
    FRANK,
    SEARCH,
    SEV1,
    SEV2,
    SEV3,
    company,
)
from tests.owed import look_at_homes, owed, owed_kinds, pay_all, posts

COMPANY = company()
CHANNEL = ChannelId("C1")
SHOWN = {DebtKind.INCIDENT_CARD, DebtKind.INCIDENT_TOPIC, DebtKind.INCIDENT_ANNOUNCEMENT}


async def _running(database: Database, **changes: Any) -> IncidentId:
    """An incident of dave's with its channel, all debts paid; erin is paged."""
    request = replace(Declare("Search is down", SEV2, service=SEARCH), **changes)
    declared = await declare(database, COMPANY, request, DAVE)
    async with database.write() as tx:
        await incident_channel.channel_made(tx, declared.incident.id, CHANNEL, "inc-1-search-is-down")
    await pay_all(database)
    return declared.incident.id


async def _incident(database: Database, number: IncidentId) -> Incident:
    async with database.read() as conn:
        found = await incidents.load(conn, number)
    assert found is not None
    return found


async def _pages(database: Database, number: IncidentId) -> tuple[Page, ...]:
    async with database.read() as conn:
        return await pages.of_incident(conn, number)


async def _kinds(database: Database, number: IncidentId) -> list[str]:
    async with database.read() as conn:
        return [fact.kind for fact in await timeline.of_incident(conn, number)]


async def test_an_update_shows_on_card_channel_and_announcement(
    database: Database, clock: ManualClock
) -> None:
    number = await _running(database)
    await incident_updates.post_update(
        database, COMPANY, number, BOB, " Rolling back ", IncidentStatus.IDENTIFIED
    )
    after = await _incident(database, number)
    assert after.update is not None
    assert (after.update.text, after.update.by) == ("Rolling back", BOB)
    assert after.next_update_at == clock.now() + timedelta(minutes=30)  # every 30 min for SEV2
    assert await owed_kinds(database) >= SHOWN
    assert await posts(database) == ["update", "announcement_update"]
    assert (await _kinds(database, number))[-2:] == ["status_changed", "update_posted"]


async def test_an_update_that_leaves_the_status_leaves_the_topic(database: Database) -> None:
    number = await _running(database)
    await incident_updates.post_update(database, COMPANY, number, BOB, "Still looking")
    assert DebtKind.INCIDENT_TOPIC not in await owed_kinds(database)


@pytest.mark.parametrize(
    ("severity", "asked", "due_in"),
    [
        (SEV1, None, 15),
        (SEV2, None, 30),
        (SEV3, None, None),  # milder ones owe none
        (SEV1, timedelta(minutes=60), 60),
        (SEV1, incident_updates.NO_NEXT_UPDATE, None),
    ],
)
async def test_the_next_update_is_due_by_severity_unless_somebody_says(
    database: Database,
    clock: ManualClock,
    severity: SeverityId,
    asked: timedelta | None,
    due_in: int | None,
) -> None:
    number = await _running(database, severity=severity)
    await incident_updates.post_update(database, COMPANY, number, BOB, "Looking", next_after=asked)
    due_at = (await _incident(database, number)).next_update_at
    assert due_at == (clock.now() + timedelta(minutes=due_in) if due_in else None)


async def test_a_repeated_submission_posts_one_update(database: Database) -> None:
    number = await _running(database)
    for _ in range(2):
        await incident_updates.post_update(database, COMPANY, number, BOB, "Looking", once="view:V1")
    assert await posts(database) == ["update", "announcement_update"]


async def test_a_worse_severity_makes_its_pages_stricter_and_rewrites_their_copies(
    database: Database, clock: ManualClock
) -> None:
    number = await _running(database)
    (page,) = await _pages(database, number)
    async with database.write() as tx:
        await messages.add(tx.conn, messages.of_page(page.id), "dm", "D1", "1.0", page.version, tx.now)
    changed = await incident_updates.change_severity(database, COMPANY, number, BOB, SEV1)
    (raised,) = changed.pages
    assert (raised.severity, raised.due_at) == (SEV1, clock.now() + timedelta(minutes=3))
    assert await owed_kinds(database) >= SHOWN | {DebtKind.PAGE_COPY}
    assert await posts(database) == ["severity"]


async def test_a_milder_severity_never_slows_a_running_page(database: Database) -> None:
    number = await _running(database)
    (before,) = await _pages(database, number)
    await incident_updates.change_severity(database, COMPANY, number, BOB, SEV3)
    (after,) = await _pages(database, number)
    assert (after.severity, after.due_at) == (SEV2, before.due_at)


async def test_the_commander_is_invited_and_named_everywhere(database: Database) -> None:
    number = await _running(database)
    await look_at_homes(database, CAROL, DAVE, ERIN)
    await incident_updates.assign_role(database, COMPANY, number, DAVE, COMMANDER, CAROL)
    after = await _incident(database, number)
    assert after.roles == {COMMANDER: CAROL}
    assert CAROL in after.invited
    assert await owed_kinds(database) >= SHOWN | {DebtKind.INCIDENT_MEMBERS}
    assert {home["user"] for home in await owed(database, DebtKind.HOME)} >= {CAROL, DAVE, ERIN}


async def test_the_same_again_changes_and_posts_nothing(database: Database) -> None:
    number = await _running(database)
    await incident_updates.assign_role(database, COMPANY, number, DAVE, COMMANDER, CAROL)
    await pay_all(database)
    again = await incident_updates.assign_role(database, COMPANY, number, DAVE, COMMANDER, CAROL)
    same = await incident_updates.change_severity(database, COMPANY, number, BOB, SEV2)
    assert {again.outcome, same.outcome} == {Outcome.UNCHANGED}
    assert await owed_kinds(database) == set()


async def test_a_note_keeps_its_link(database: Database) -> None:
    number = await _running(database)
    link = "https://acme.slack.com/archives/C1/p1"
    await incident_updates.note(database, COMPANY, number, BOB, "CPU is at 100 %", link)
    async with database.read() as conn:
        fact = (await timeline.of_incident(conn, number))[-1]
    assert (fact.by, getattr(fact, "text", ""), getattr(fact, "link", "")) == (
        by_user(BOB),
        "CPU is at 100 %",
        link,
    )


async def test_acknowledging_in_the_channel_stops_its_pages_and_invites(database: Database) -> None:
    number = await _running(database)
    acted = await incident_paging.acknowledge(database, COMPANY, number, BOB)
    assert [decision.reply for decision in acted.decisions] == [Reply.DONE]
    assert BOB in (await _incident(database, number)).invited
    assert await posts(database) == ["acknowledged"]
    late = await incident_paging.acknowledge(database, COMPANY, number, CAROL)
    assert [decision.reply for decision in late.decisions] == [Reply.HELD_BY_OTHER]
    assert await posts(database) == ["acknowledged"]


async def test_the_channel_gets_the_runbook_of_the_service_that_was_acknowledged(database: Database) -> None:
    number = await _running(database, service=CHECKOUT)
    await incident_paging.acknowledge(database, COMPANY, number, BOB)
    (told,) = await owed(database, DebtKind.INCIDENT_POST)
    assert (told["what"], told["runbook"]) == ("acknowledged", "https://wiki.example.com/checkout")


async def test_escalating_in_the_channel_pages_the_next_level(database: Database) -> None:
    number = await _running(database)
    acted = await incident_paging.escalate(database, COMPANY, number, DAVE)
    assert [decision.page.paged for decision in acted.decisions] == [(FRANK,)]
    assert [dm["user"] for dm in await owed(database, DebtKind.PAGE_DM)] == [FRANK]


async def test_escalating_to_a_level_pages_that_one_and_says_so(database: Database) -> None:
    number = await _running(database)
    await incident_paging.escalate(database, COMPANY, number, DAVE)
    acted = await incident_paging.escalate(database, COMPANY, number, DAVE, level=1)
    assert [decision.page.paged for decision in acted.decisions] == [(ERIN,)]
    assert [post["level"] for post in await owed(database, DebtKind.INCIDENT_POST)] == [None, 1]
    with pytest.raises(Wrong, match="has 2 levels, and no level 7"):
        await incident_paging.escalate(database, COMPANY, number, DAVE, level=7)


async def test_with_no_open_page_there_is_nothing_to_acknowledge(database: Database) -> None:
    number = await _running(database, whom=PageWhom.NOBODY)
    with pytest.raises(Wrong, match="Nobody is being paged for INC-1"):
        await incident_paging.acknowledge(database, COMPANY, number, BOB)


async def test_of_an_incident_that_is_over_reopening_is_advised_and_not_paging(database: Database) -> None:
    number = await _running(database)
    await incident_updates.resolve(database, COMPANY, number, BOB, "", "")
    for act in (incident_paging.acknowledge, incident_paging.escalate):
        with pytest.raises(Wrong, match=r"INC-1 is resolved, .* reopen it: /incident reopen INC-1\."):
            await act(database, COMPANY, number, BOB)


async def test_more_people_join_the_page_that_nobody_has(database: Database) -> None:
    number = await _running(database)
    done = await incident_paging.page_people(database, COMPANY, number, DAVE, users=(BOB, ERIN))
    assert done.people == (BOB,)  # erin is paged already
    assert len(await _pages(database, number)) == 1
    assert [dm["user"] for dm in await owed(database, DebtKind.PAGE_DM)] == [BOB]
    assert set((await _incident(database, number)).invited) >= {BOB, ERIN}
    assert await posts(database) == ["paged"]


async def test_people_called_after_an_acknowledgment_get_a_page_that_does_not_give_up(
    database: Database, clock: ManualClock
) -> None:
    number = await _running(database)
    await incident_paging.acknowledge(database, COMPANY, number, ERIN)
    await pay_all(database)
    done = await incident_paging.page_people(database, COMPANY, number, ERIN, users=(BOB,))
    first, second = await _pages(database, number)
    assert (first.state, second.state) == (PageState.ACKNOWLEDGED, PageState.TRIGGERED)
    assert done.people == (BOB,)
    await pay_all(database)
    clock.forward(minutes=10)
    await paging.advance_due(database, COMPANY)
    assert [dm["user"] for dm in await owed(database, DebtKind.PAGE_DM)] == [BOB]


async def test_another_services_on_call_is_paged_for_it(database: Database) -> None:
    number = await _running(database)
    async with database.write() as tx:
        alerted = await paging.begin(
            tx, COMPANY, service=DATABASE, title="Disk full", severity=SEV3, by=by_user(DAVE)
        )
    done = await incident_paging.page_people(
        database, COMPANY, number, DAVE, services=(DATABASE,), teams=(TeamId("payments"),)
    )
    assert done.pages[0].id == alerted.id  # adopted: erin hears of it once
    assert set(done.people) == {ANA, BOB, CAROL, DAVE}
    assert {page.incident for page in done.pages} == {number}


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ({}, "Nobody is named"),
        ({"teams": (TeamId("nobody"),)}, "There is no team nobody"),
        ({"services": (ServiceId("nothing"),)}, "There is no service nothing"),
    ],
)
async def test_paging_what_is_not_there_is_said(
    database: Database, named: dict[str, Any], sentence: str
) -> None:
    number = await _running(database)
    with pytest.raises(Wrong, match=sentence):
        await incident_paging.page_people(database, COMPANY, number, DAVE, **named)
    assert await owed_kinds(database) == set()


async def test_resolving_ends_its_pages_and_is_told_everywhere(database: Database) -> None:
    number = await _running(database)
    changed = await incident_updates.resolve(database, COMPANY, number, BOB, "A bad release", "Rolled back")
    assert [page.state for page in changed.pages] == [PageState.RESOLVED]
    assert changed.incident.status is IncidentStatus.RESOLVED
    assert await owed_kinds(database) >= SHOWN
    assert await posts(database) == ["resolved", "announcement_update"]
    assert (await _kinds(database, number))[-2:] == ["incident_resolved", "page_resolved"]


async def test_its_pages_may_go_on_after_it(database: Database) -> None:
    number = await _running(database)
    await incident_updates.resolve(database, COMPANY, number, BOB, "", "", resolve_pages=False)
    assert [page.state for page in await _pages(database, number)] == [PageState.TRIGGERED]


async def test_resolved_twice_the_first_one_counts(database: Database) -> None:
    number = await _running(database)
    await incident_updates.resolve(database, COMPANY, number, BOB, "A bad release", "")
    late = await incident_updates.resolve(database, COMPANY, number, CAROL, "Something else", "")
    assert late.outcome is Outcome.NOT_OPEN
    assert (late.incident.resolved_by, late.incident.what_happened) == (BOB, "A bad release")


async def test_what_is_over_is_reopened_before_it_is_updated(database: Database) -> None:
    number = await _running(database)
    await incident_updates.resolve(database, COMPANY, number, BOB, "", "")
    with pytest.raises(Wrong, match="INC-1 is resolved, so nothing was posted"):
        await incident_updates.post_update(database, COMPANY, number, BOB, "Back again")
    await incident_updates.reopen(database, COMPANY, number, BOB, "It is back")
    await incident_updates.post_update(database, COMPANY, number, BOB, "Back again")
    assert (await _incident(database, number)).status is IncidentStatus.INVESTIGATING


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda d, n: incident_updates.post_update(d, COMPANY, n, BOB, "  "), "The update is empty"),
        (lambda d, n: incident_updates.note(d, COMPANY, n, BOB, "x" * 3001), "The note has 3001 characters"),
        (
            lambda d, n: incident_updates.change_status(d, COMPANY, n, BOB, IncidentStatus.RESOLVED),
            "cannot set the status resolved",
        ),
        (
            lambda d, n: incident_updates.change_severity(d, COMPANY, n, BOB, SeverityId("SEV9")),
            "There is no severity SEV9",
        ),
        (
            lambda d, n: incident_updates.assign_role(d, COMPANY, n, BOB, RoleId("cook"), BOB),
            "There is no role cook",
        ),
        (lambda d, _: incident_updates.reopen(d, COMPANY, IncidentId(99), BOB), "There is no INC-99"),
    ],
)
async def test_a_mistake_is_one_kind_sentence_and_changes_nothing(
    database: Database, call: Any, sentence: str
) -> None:
    number = await _running(database)
    before = await _incident(database, number)
    with pytest.raises(Wrong, match=sentence):
        await call(database, number)
    assert await _incident(database, number) == before
    assert await owed_kinds(database) == set()


async def test_a_private_incident_is_not_there_for_others(database: Database) -> None:
    number = await _running(database, private=True)
    missing = "There is no INC-{} that you can see. /incident list shows the open ones."
    for wanted in (number, IncidentId(99)):
        with pytest.raises(Wrong) as refused:
            await incident_updates.note(database, COMPANY, wanted, BOB, "Let me in")
        assert str(refused.value) == missing.format(wanted)
        with pytest.raises(Wrong) as refused:
            await incident_channel.join(database, COMPANY, wanted, BOB)
        assert str(refused.value) == missing.format(wanted)


async def test_whoever_a_private_incident_paged_may_join_it(database: Database) -> None:
    number = await _running(database, private=True)
    await incident_paging.escalate(database, COMPANY, number, DAVE)
    joined = await incident_channel.join(database, COMPANY, number, FRANK)
    assert FRANK in joined.incident.invited
    assert DebtKind.INCIDENT_MEMBERS in await owed_kinds(database)


async def test_private_updates_stay_in_the_channel(database: Database) -> None:
    number = await _running(database, private=True)
    await incident_updates.post_update(database, COMPANY, number, DAVE, "Looking")
    await incident_updates.resolve(database, COMPANY, number, DAVE, "", "")
    assert await posts(database) == ["update", "resolved"]
    assert DebtKind.INCIDENT_ANNOUNCEMENT not in await owed_kinds(database)


async def test_joining_is_a_fact_once_and_leaving_is_respected(database: Database) -> None:
    number = await _running(database)
    for _ in range(2):
        await incident_channel.member_joined(database, COMPANY, CHANNEL, ERIN)
    assert (await _kinds(database, number)).count("person_joined") == 1
    await incident_channel.member_left(database, COMPANY, CHANNEL, ERIN)
    after = await _incident(database, number)
    assert (after.joined, after.invited) == ((), (DAVE,))  # erin is not fetched back


async def test_other_channels_are_nobodys_business(database: Database) -> None:
    await _running(database)
    assert await incident_channel.member_joined(database, COMPANY, ChannelId("C9"), ERIN) is None
    assert await owed_kinds(database) == set()


async def test_an_archived_channel_is_written_down_and_catches_up_when_it_is_back(database: Database) -> None:
    number = await _running(database)
    await incident_channel.channel_archived(database, COMPANY, CHANNEL, True, by_user(BOB))
    assert (await _incident(database, number)).archived
    await incident_updates.post_update(database, COMPANY, number, BOB, "Also here", IncidentStatus.MONITORING)
    assert DebtKind.INCIDENT_CARD not in await owed_kinds(database)  # nothing can be written there
    assert await posts(database) == ["announcement_update"]
    await pay_all(database)
    await incident_channel.channel_archived(database, COMPANY, CHANNEL, False, by_user(BOB))
    assert await owed_kinds(database) >= SHOWN


async def test_a_deactivated_account_cannot_be_chosen_alone(database: Database) -> None:
    gone = {key: replace(person, reachable=person.user_id != BOB) for key, person in COMPANY.people.items()}
    catalogue = replace(COMPANY, people=gone)
    request = Declare("Search is down", SEV2, whom=PageWhom.CHOSEN, people=(BOB,))
    with pytest.raises(Wrong, match="Bob has no active Slack account"):
        await declare(database, catalogue, request, DAVE)
    both = replace(request, people=(BOB, UserId("UCAROL")))
    declared = await declare(database, catalogue, both, DAVE)
    assert declared.unreachable == ("Bob has no active Slack account",)


GINA, ROBOT = UserId("UGINA"), UserId("UROBOT")


async def _guest_and_bot(database: Database) -> None:
    of_slack = ("", "UTC")
    async with database.write() as tx:
        await directory.save(
            tx.conn,
            [
                SlackUser(GINA, "T1", "gina", "Gina", *of_slack, False, is_bot=False, is_restricted=True),
                SlackUser(ROBOT, "T1", "robot", "", *of_slack, False, is_bot=True, is_restricted=False),
            ],
        )


async def test_a_guest_or_a_bot_neither_leads_nor_takes_over(database: Database) -> None:
    number = await _running(database)
    await _guest_and_bot(database)
    for user, said in ((GINA, "Gina is a guest here"), (ROBOT, "robot is a bot here")):
        with pytest.raises(Wrong, match=said):
            await incident_updates.assign_role(database, COMPANY, number, DAVE, COMMANDER, user)
        with pytest.raises(Wrong, match="Nothing was changed") as wrong:
            await incident_updates.hand_off(database, COMPANY, number, DAVE, user, "Rolling back")
        assert wrong.value.field == "to"
    assert (await _incident(database, number)).roles == {}


async def test_a_guest_who_could_not_acknowledge_is_not_paged(database: Database) -> None:
    number = await _running(database)
    await _guest_and_bot(database)
    with pytest.raises(
        Wrong, match="Nobody was paged: Gina is a guest here, and only full members can be paged"
    ):
        await incident_paging.page_people(database, COMPANY, number, DAVE, users=(GINA,))
    with pytest.raises(Wrong, match="Nobody was paged: Gina is a guest here"):
        await direct_pages.page(database, COMPANY, DAVE, users=(GINA,))
    done = await incident_paging.page_people(database, COMPANY, number, DAVE, users=(GINA, BOB))
    assert done.people == (BOB,)
    assert [reason.partition(",")[0] for reason in done.unreachable] == ["Gina is a guest here"]


async def test_whoever_is_paged_already_is_told_by_the_page(database: Database) -> None:
    number = await _running(database)
    (page,) = await _pages(database, number)
    again = await incident_paging.page_people(database, COMPANY, number, DAVE, services=(SEARCH,))
    assert (again.people, again.running) == ((), (page.id,))
    more = await incident_paging.page_people(database, COMPANY, number, DAVE, users=(BOB,))
    assert (more.people, more.running) == ((BOB,), ())
