"""Declaring: what is recorded, whom it pages, and what is owed to Slack."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from bot.clock import ManualClock
from bot.core.catalogue import Catalogue
from bot.core.debts import DebtKind
from bot.core.facts import IncidentDeclared, PageAdopted
from bot.core.ids import ChannelId, PageId, SeverityId, TeamId, UserId, by_user
from bot.core.page import Page, PageState
from bot.core.policy import Level, Target, TargetKind
from bot.errors import NotAllowed, Wrong
from bot.store import incidents, meta, pages, timeline
from bot.store.database import Database
from bot.store.tables import SlackUserRow
from bot.usecases import incident_channel, paging
from bot.usecases.declaring import Declare, Declared, PageWhom, declare
from tests.company import (
    BOB,
    CHECKOUT,
    DAVE,
    ERIN,
    FRANK,
    PLATFORM_DEFAULT,
    SEARCH,
    SEV1,
    SEV2,
    SEV3,
    company,
)
from tests.owed import look_at_homes, owed, owed_kinds, pay_all

COMPANY = company()


async def _declare(database: Database, by: UserId = DAVE, **changes: Any) -> Declared:
    request = replace(Declare("Search is down", SEV2, service=SEARCH), **changes)
    return await declare(database, COMPANY, request, by)


async def _alert_pages(database: Database, catalogue: Catalogue = COMPANY) -> Page:
    """A page as an alert of the service search begins it."""
    async with database.write() as tx:
        return await paging.begin(
            tx, catalogue, service=SEARCH, title="5xx", severity=SEV3, by=by_user(DAVE), group=True
        )


async def test_a_declared_incident_pages_who_is_on_call_and_owes_its_channel(database: Database) -> None:
    await look_at_homes(database, BOB, DAVE, ERIN)
    declared = await _declare(database)
    assert declared.page is not None
    assert (declared.page.paged, declared.adopted) == ((ERIN,), False)
    assert declared.incident.invited == (DAVE, ERIN)
    assert declared.incident.roles == {}  # who declares does not lead by that
    assert await owed(database, DebtKind.INCIDENT_CHANNEL) == [{"incident": declared.incident.id}]
    assert [dm["user"] for dm in await owed(database, DebtKind.PAGE_DM)] == [ERIN]
    assert {home["user"] for home in await owed(database, DebtKind.HOME)} == {BOB, DAVE, ERIN}


async def test_the_timeline_begins_with_the_declaration_and_holds_its_page(database: Database) -> None:
    declared = await _declare(database, link="https://acme.slack.com/archives/C1/p1")
    async with database.read() as conn:
        facts = await timeline.of_incident(conn, declared.incident.id)
    assert isinstance(facts[0], IncidentDeclared)
    assert [fact.kind for fact in facts][1:] == ["note_added", "page_started", "level_paged"]


async def test_a_repeated_submission_finds_the_first_incident(database: Database) -> None:
    first = await _declare(database, trigger_key="V123")
    again = await _declare(database, trigger_key="V123")
    assert again.already
    assert again.incident.id == first.incident.id
    assert len(await owed(database, DebtKind.PAGE_DM)) == 1


async def test_two_people_who_declare_at_once_get_two_numbers_and_one_page_each(database: Database) -> None:
    both = await asyncio.gather(_declare(database, by=DAVE), _declare(database, by=BOB, trigger_key="V2"))
    assert {declared.incident.id for declared in both} == {1, 2}
    assert len({declared.page.id for declared in both if declared.page}) == 2


async def test_the_services_open_page_is_adopted_and_nobody_is_paged_twice(database: Database) -> None:
    running = await _alert_pages(database)
    declared = await _declare(database)
    assert declared.adopted
    assert declared.page is not None
    assert (declared.page.id, declared.page.incident) == (running.id, declared.incident.id)
    assert len(await owed(database, DebtKind.PAGE_DM)) == 1
    assert ERIN in declared.incident.invited


async def test_an_adopted_page_becomes_as_bad_as_its_incident_and_its_timeout_stricter(
    database: Database, clock: ManualClock
) -> None:
    running = await _alert_pages(database)
    assert running.due_at == clock.now() + timedelta(minutes=10)
    declared = await _declare(database, severity=SEV1)
    assert declared.page is not None
    assert declared.page.severity == SEV1
    assert declared.page.due_at == clock.now() + timedelta(minutes=3)  # the default for SEV1


async def test_a_page_of_another_incident_is_left_to_it(database: Database) -> None:
    first = await _declare(database)
    second = await _declare(database, title="Search is slow")
    assert first.page is not None
    assert second.page is not None
    assert not second.adopted
    assert second.page.id != first.page.id
    async with database.read() as conn:
        kept = await pages.load(conn, first.page.id)
    assert kept is not None
    assert kept.incident == first.incident.id


async def test_declared_from_a_page_it_takes_that_page_whatever_the_service(database: Database) -> None:
    running = await _alert_pages(database)
    declared = await _declare(database, service=None, page=running.id)
    assert declared.page is not None
    assert declared.page.id == running.id
    async with database.read() as conn:
        facts = await timeline.of_incident(conn, declared.incident.id)
    assert any(isinstance(fact, PageAdopted) for fact in facts)


async def test_two_people_cannot_declare_from_one_page(database: Database) -> None:
    running = await _alert_pages(database)
    await _declare(database, page=running.id)
    with pytest.raises(Wrong, match="has its incident already"):
        await _declare(database, by=BOB, page=running.id)


async def test_without_a_service_the_default_policy_is_paged(database: Database) -> None:
    declared = await _declare(database, service=None)
    assert declared.page is not None
    assert declared.page.policy.id == COMPANY.default_policy
    assert declared.page.paged == (ERIN,)


async def test_chosen_people_and_teams_are_paged_until_one_acknowledges(
    database: Database, clock: ManualClock
) -> None:
    declared = await _declare(
        database, whom=PageWhom.CHOSEN, people=(BOB,), teams=(TeamId("platform"),), service=None
    )
    assert declared.page is not None
    assert declared.page.paged == (BOB, ERIN, FRANK)
    assert set(declared.incident.invited) == {DAVE, BOB, ERIN, FRANK}
    for minutes in (10, 10, 10):
        await pay_all(database)
        clock.forward(minutes=minutes)
        await paging.advance_due(database, COMPANY)
        assert {dm["user"] for dm in await owed(database, DebtKind.PAGE_DM)} == {BOB, ERIN, FRANK}


async def test_somebody_who_is_not_configured_can_be_chosen(database: Database) -> None:
    declared = await _declare(database, whom=PageWhom.CHOSEN, people=(UserId("U0NEW"),))
    assert declared.page is not None
    assert declared.page.paged == ("U0NEW",)


async def test_chosen_people_join_the_adopted_page_without_paging_anybody_twice(database: Database) -> None:
    running = await _alert_pages(database)
    declared = await _declare(database, whom=PageWhom.CHOSEN, people=(ERIN, BOB))
    assert declared.page is not None
    assert declared.page.id == running.id
    assert [dm["user"] for dm in await owed(database, DebtKind.PAGE_DM)] == [ERIN, BOB]


async def test_nobody_is_paged_when_nobody_is_asked_for(database: Database) -> None:
    declared = await _declare(database, whom=PageWhom.NOBODY)
    assert declared.page is None
    assert declared.incident.invited == (DAVE,)
    assert DebtKind.PAGE_DM not in await owed_kinds(database)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": "   "}, "The title is empty"),
        ({"title": "x" * 201}, "The title has 201 characters"),
        ({"description": "x" * 3001}, "The description has 3001 characters"),
        ({"severity": SeverityId("SEV9")}, "There is no severity SEV9"),
        ({"service": "nothing"}, "There is no service nothing"),
        ({"whom": PageWhom.CHOSEN}, "Choose at least one"),
        ({"whom": PageWhom.CHOSEN, "teams": (TeamId("nobody"),)}, "There is no team nobody"),
        ({"page": PageId(99)}, "There is no page P-99"),
    ],
)
async def test_what_cannot_be_declared_is_said_and_nothing_is_recorded(
    database: Database, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Wrong, match=sentence):
        await _declare(database, **changes)
    async with database.read() as conn:
        assert await incidents.recent(conn) == ()
    assert await owed_kinds(database) == set()


@pytest.mark.parametrize(
    ("slack_says", "sentence"),
    [
        ({"is_restricted": True}, "you are a guest"),
        ({"is_bot": True}, "you are a bot"),
        ({"deleted": True}, "you are deactivated"),
        ({"team_id": "TOTHER"}, "from another organization"),
    ],
)
async def test_only_full_members_declare(
    database: Database, slack_says: dict[str, Any], sentence: str
) -> None:
    row = {
        "id": DAVE,
        "team_id": "TACME",
        "name": "dave",
        "real_name": "",
        "email": "",
        "tz": "UTC",
        "deleted": False,
        "is_bot": False,
        "is_restricted": False,
    }
    table = SlackUserRow.__table__  # type: ignore[attr-defined]
    async with database.write() as tx:
        await meta.put(tx.conn, "workspace", {"team_id": "TACME", "name": "acme"})
        await tx.conn.execute(insert(table).values(row | slack_says))
    with pytest.raises(NotAllowed, match=sentence):
        await _declare(database)


async def test_a_private_incident_pages_people_and_no_channel(database: Database) -> None:
    first, *others = PLATFORM_DEFAULT.levels
    told = Level((*first.targets, Target(TargetKind.CHANNEL, "#platform")), first.ack_timeout)
    teams = {key: replace(team, channel="#platform") for key, team in COMPANY.teams.items()}
    catalogue = replace(
        COMPANY,
        teams=teams,
        policies={PLATFORM_DEFAULT.id: replace(PLATFORM_DEFAULT, levels=(told, *others))},
    )
    request = Declare("Somebody is in our network", SEV1, service=SEARCH, private=True)
    declared = await declare(database, catalogue, request, DAVE)
    assert declared.page is not None
    assert declared.page.paged == (ERIN,)
    assert DebtKind.PAGE_CHANNEL not in await owed_kinds(database)


async def test_alerts_join_the_page_of_a_declared_incident_but_not_of_a_private_one(
    database: Database,
) -> None:
    key = pages.group_key(SEARCH, PLATFORM_DEFAULT)
    await _declare(database, private=True)
    async with database.write() as tx:
        assert await pages.open_for(tx.conn, [key]) == {}
    public = await _declare(database)
    async with database.write() as tx:
        running = await pages.open_for(tx.conn, [key])
    assert public.page is not None
    assert running[key].id == public.page.id


async def test_the_channel_once_made_owes_all_that_lives_in_it(database: Database) -> None:
    declared = await _declare(database)
    await pay_all(database)
    async with database.write() as tx:
        await incident_channel.channel_made(tx, declared.incident.id, ChannelId("C1"), "inc-1-search-is-down")
    assert await owed_kinds(database) >= {
        DebtKind.INCIDENT_CARD,
        DebtKind.INCIDENT_MEMBERS,
        DebtKind.INCIDENT_TOPIC,
        DebtKind.INCIDENT_BOOKMARKS,
        DebtKind.INCIDENT_ANNOUNCEMENT,
    }
    await pay_all(database)
    async with database.write() as tx:
        await incident_channel.channel_made(tx, declared.incident.id, ChannelId("C1"), "inc-1-search-is-down")
    assert await owed_kinds(database) == set()  # twice is once


async def test_a_private_incident_is_never_announced(database: Database) -> None:
    declared = await _declare(database, private=True)
    async with database.write() as tx:
        await incident_channel.channel_made(tx, declared.incident.id, ChannelId("G1"), "inc-1")
    assert DebtKind.INCIDENT_ANNOUNCEMENT not in await owed_kinds(database)


async def test_a_channel_that_cannot_be_made_is_told_once_and_can_be_tried_again(database: Database) -> None:
    declared = await _declare(database)
    number = declared.incident.id
    for _ in range(2):
        async with database.write() as tx:
            await incident_channel.setup_failed(tx, number, "channel", "restricted_action")
    (told,) = await owed(database, DebtKind.NOTICE)
    assert (told["to"], told["what"], told["reason"]) == (DAVE, "setup_failed", "restricted_action")
    assert DebtKind.INCIDENT_ANNOUNCEMENT in await owed_kinds(database)
    await pay_all(database)
    retried = await incident_channel.retry_setup(database, COMPANY, number, DAVE)
    assert retried.incident.setup_problem == ""
    assert await owed_kinds(database) == {DebtKind.INCIDENT_CHANNEL}


async def test_a_posted_card_is_pinned(database: Database) -> None:
    declared = await _declare(database)
    async with database.write() as tx:
        await incident_channel.channel_made(tx, declared.incident.id, ChannelId("C1"), "inc-1")
        await incident_channel.card_posted(tx, declared.incident.id, ChannelId("C1"), "1.0", 2)
    assert DebtKind.INCIDENT_PIN in await owed_kinds(database)


async def test_a_resolved_page_is_not_adopted(database: Database) -> None:
    running = await _alert_pages(database)
    await paging.resolve(database, COMPANY, running.id, by_user(BOB))
    declared = await _declare(database, page=running.id)
    assert declared.page is not None
    assert declared.page.id != running.id
    assert declared.page.state is PageState.TRIGGERED


async def test_who_is_on_call_by_the_schedule_is_paged(database: Database) -> None:
    declared = await _declare(database, service=CHECKOUT)
    assert declared.page is not None
    assert declared.page.paged == ("UANA",)  # Saturday of ana's week
