"""What the screens are told: cards, lists, Home, who is on call, timelines, the operator's rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.core.catalogue import COMMANDER
from bot.core.ids import (
    ChannelId,
    IncidentId,
    IntegrationId,
    PersonId,
    RoleId,
    ScheduleId,
    UserId,
    by_integration,
    by_user,
)
from bot.core.incident import IncidentStatus
from bot.core.schedule import Override
from bot.core.views import PagedLine
from bot.errors import Wrong
from bot.queries import home, incidents, on_call, show, timeline
from bot.store import overrides
from bot.store.database import Database
from bot.usecases import incident_channel, incident_updates, paging
from bot.usecases.declaring import Declare, Declared, PageWhom, declare
from tests.company import ANA, BOB, CAROL, CHECKOUT, DAVE, FRANK, SEARCH, SEV1, SEV2, SEV3, company

COMPANY = company()
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""When ana's and carol's shifts end."""


async def _declare(database: Database, by: UserId = DAVE, **changes: Any) -> Declared:
    request = replace(Declare("Checkout is down", SEV1, service=CHECKOUT), **changes)
    return await declare(database, COMPANY, request, by)


async def test_the_card_tells_who_was_paged_and_what_came_of_it(
    database: Database, clock: ManualClock
) -> None:
    declared = await _declare(database)
    assert declared.page is not None
    start = clock.now()
    clock.forward(minutes=1)
    await paging.decline(database, COMPANY, declared.page.id, ANA)
    clock.forward(minutes=1)
    await paging.acknowledge(database, COMPANY, declared.page.id, BOB)
    async with database.read() as conn:
        view = await incidents.card(conn, COMPANY, declared.incident.id)
    assert view is not None
    assert view.paged == (
        PagedLine(ANA, "declined", start + timedelta(minutes=1)),
        PagedLine(CAROL, "paged", start + timedelta(minutes=1)),
        PagedLine(BOB, "acknowledged", start + timedelta(minutes=2)),
    )
    assert view.open_pages == (declared.page.id,)


async def test_the_card_names_service_severity_and_roles(database: Database) -> None:
    number = (await _declare(database)).incident.id
    await incident_updates.assign_role(database, COMPANY, number, DAVE, COMMANDER, BOB)
    await incident_updates.assign_role(database, COMPANY, number, DAVE, RoleId("scribe"), CAROL)
    async with database.read() as conn:
        view = await incidents.card(conn, COMPANY, number)
    assert view is not None
    assert view.service is not None
    assert (view.service.name, view.service.team, view.service.tier) == ("checkout", "payments", 1)
    assert view.severity.criteria == "Customers can't buy"
    assert (view.commander, view.roles) == (BOB, {"Scribe": CAROL})


async def test_whoever_comes_late_gets_the_last_three_updates(database: Database) -> None:
    number = (await _declare(database)).incident.id
    for text in ("one", "two", "three", "four"):
        await incident_updates.post_update(database, COMPANY, number, BOB, text)
    async with database.read() as conn:
        briefing = await incidents.briefing(conn, COMPANY, number)
    assert briefing is not None
    assert [update.text for update in briefing.updates] == ["two", "three", "four"]


async def test_lists_are_open_mine_all_or_of_a_severity(database: Database) -> None:
    first = (await _declare(database)).incident.id
    second = (await _declare(database, by=BOB, title="Search", severity=SEV3, service=SEARCH)).incident.id
    await incident_updates.resolve(database, COMPANY, second, BOB, "", "")
    third = (await _declare(database, by=BOB, title="Slow", severity=SEV2, whom=PageWhom.NOBODY)).incident.id
    for which, expected in {
        "open": [third, first],
        "ALL": [third, second, first],
        "mine": [first],  # dave declared it
        "sev2": [third],
    }.items():
        async with database.read() as conn:
            found = await incidents.lines(conn, COMPANY, DAVE, which)
        assert [line.id for line in found] == expected, which
    async with database.read() as conn:
        with pytest.raises(Wrong, match="sev1"):
            await incidents.lines(conn, COMPANY, DAVE, "sev9")


async def test_private_incidents_are_in_no_list_of_others(database: Database) -> None:
    number = (await _declare(database, private=True, title="Intruder in the checkout")).incident.id
    async with database.read() as conn:
        for reader, visible in ((DAVE, True), (ANA, True), (FRANK, False)):  # ana is paged for it
            lists = [
                await incidents.lines(conn, COMPANY, reader, "open"),
                await incidents.lines(conn, COMPANY, reader, "all"),
                await incidents.similar(conn, COMPANY, reader, CHECKOUT, "Intruder"),
                (await home.home(conn, COMPANY, reader, MONDAY)).incidents,
            ]
            for found in lists:
                assert [line.id for line in found] == ([number] if visible else [])
        rows = [await show.incidents(conn), await show.pages(conn)]
        rows += [await show.timeline(conn, subject) or [] for subject in ("INC-1", "P-1")]
    assert "Intruder" not in str(rows)
    assert [fact["kind"] for fact in rows[2] if fact["data"]] == ["level_paged"]


async def test_an_incident_is_meant_by_number_or_by_channel(database: Database) -> None:
    number = (await _declare(database)).incident.id
    async with database.write() as tx:
        await incident_channel.channel_made(tx, number, ChannelId("C1"), "inc-1")
    async with database.read() as conn:
        here = await incidents.from_number_or_channel(conn, None, ChannelId("C1"), BOB)
        named = await incidents.from_number_or_channel(conn, number, ChannelId("C9"), BOB)
        assert here.id == named.id == number
        assert await incidents.find(conn, None, ChannelId("C9"), BOB) is None
        with pytest.raises(Wrong, match=r"Which incident\?.* Open: INC-1 Checkout is down \(SEV1\)"):
            await incidents.from_number_or_channel(conn, None, ChannelId("C9"), BOB)


async def test_a_private_incident_answers_as_one_that_does_not_exist(database: Database) -> None:
    number = (await _declare(database, private=True)).incident.id
    answers = []
    async with database.read() as conn:
        for wanted in (number, IncidentId(99)):
            with pytest.raises(Wrong) as refused:
                await incidents.from_number_or_channel(conn, wanted, None, FRANK)
            answers.append(str(refused.value).replace(f"INC-{wanted}", "INC-?"))
        with pytest.raises(Wrong, match="No incident is open"):
            await incidents.from_number_or_channel(conn, None, None, FRANK)
    assert answers[0] == answers[1]


async def test_whoever_speaks_in_a_private_channel_sees_its_incident(database: Database) -> None:
    number = (await _declare(database, private=True)).incident.id
    async with database.write() as tx:
        await incident_channel.channel_made(tx, number, ChannelId("G1"), "inc-1")
    async with database.read() as conn:
        assert (await incidents.from_number_or_channel(conn, number, ChannelId("G1"), FRANK)).id == number


@pytest.mark.parametrize(
    ("service", "title", "alike"),
    [
        (CHECKOUT, "Something else", True),  # the same service
        (None, "checkout DOWN!", True),
        (SEARCH, "The search is down", False),  # one word of two is not most of them
        (None, "", False),
    ],
)
async def test_an_open_incident_that_may_be_the_same_is_offered(
    database: Database, service: Any, title: str, alike: bool
) -> None:
    await _declare(database)
    async with database.read() as conn:
        found = await incidents.similar(conn, COMPANY, BOB, service, title)
    assert bool(found) is alike


async def test_the_declare_form_knows_who_is_on_call_and_what_the_page_says(
    database: Database, clock: ManualClock
) -> None:
    async with database.write() as tx:
        page = await paging.begin(
            tx, COMPANY, service=CHECKOUT, title="5xx on checkout", severity=SEV2, by=by_user(BOB)
        )
    async with database.read() as conn:
        form = await incidents.declare_form(conn, COMPANY, BOB, clock.now(), page=page.id)
    assert (form.title, form.service, form.severity, form.page) == (
        "5xx on checkout",
        CHECKOUT,
        SEV2,
        page.id,
    )
    (primary,) = form.on_call[CHECKOUT]
    assert (primary.name, primary.user, primary.until) == ("Ana", ANA, MONDAY)
    assert [severity.id for severity in form.severities][:2] == [SEV1, SEV2]
    assert [team for team, _ in form.teams] == list(COMPANY.teams)


async def test_on_call_tells_my_shift_my_next_one_and_each_team(
    database: Database, clock: ManualClock
) -> None:
    async with database.read() as conn:
        anas = await on_call.on_call(conn, COMPANY, ANA, clock.now())
        bobs = await on_call.on_call(conn, COMPANY, BOB, clock.now())
    assert [(shift.schedule, shift.ends_at) for shift in anas.mine] == [("payments-primary", MONDAY)]
    assert anas.next is not None
    assert anas.next.starts_at == MONDAY + timedelta(days=7)
    assert bobs.mine == ()
    assert bobs.next is not None
    assert (bobs.next.schedule, bobs.next.starts_at) == ("payments-primary", MONDAY)
    teams = {team.team: [[person.name for person in level] for level in team.levels] for team in anas.teams}
    assert teams == {"payments": [["Ana"], ["Carol"], ["Frank"]], "platform": [["Erin"], ["Frank"]]}


async def test_an_override_is_on_call_by_the_same_resolver(database: Database, clock: ManualClock) -> None:
    now = clock.now()
    override = Override(
        schedule=ScheduleId("payments-primary"),
        person=PersonId("frank"),
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=8),
        made_at=now,
    )
    async with database.write() as tx:
        await overrides.add(tx.conn, override)
    async with database.read() as conn:
        franks = await on_call.on_call(conn, COMPANY, FRANK, now)
    assert [(shift.schedule, shift.ends_at) for shift in franks.mine] == [
        ("payments-primary", now + timedelta(hours=8))
    ]
    assert [person.name for person in franks.teams[0].levels[0]] == ["Frank"]


async def test_home_shows_what_is_on_me(database: Database, clock: ManualClock) -> None:
    mine = await _declare(database)
    other = await _declare(database, by=BOB, title="Search", service=SEARCH)
    async with database.read() as conn:
        view = await home.home(conn, COMPANY, ANA, clock.now())
    assert mine.page is not None
    assert [line.id for line in view.pages] == [mine.page.id]
    assert view.pages[0].service == "checkout"
    assert [line.id for line in view.incidents] == [other.incident.id, mine.incident.id]
    assert view.mine == (mine.incident.id,)


async def test_a_timeline_names_machines_and_leaves_people_to_slack(database: Database) -> None:
    declared = await _declare(database)
    assert declared.page is not None
    await paging.resolve(
        database, COMPANY, declared.page.id, by_integration(IntegrationId("demo-alertmanager"))
    )
    async with database.read() as conn:
        view = await timeline.of_incident(conn, COMPANY, declared.incident.id)
        of_page = await timeline.of_page(conn, COMPANY, declared.page.id)
        assert await timeline.of_incident(conn, COMPANY, IncidentId(99)) is None
    assert view is not None
    assert view.title == "INC-1 Checkout is down"
    assert view.names == {"tocsin": "Tocsin", "integration:demo-alertmanager": "Alertmanager"}
    assert of_page is not None
    assert [fact.kind for fact in of_page.facts] == ["page_started", "level_paged", "page_resolved"]


async def test_the_operators_rows_have_the_numbers_that_people_use(database: Database) -> None:
    await _declare(database)
    async with database.read() as conn:
        (incident,) = await show.incidents(conn)
        (page,) = await show.pages(conn)
        facts = await show.timeline(conn, "inc-1")
        assert await show.alerts(conn) == []
        assert [await show.timeline(conn, subject) for subject in ("INC-9", "P-9", "nonsense", "")] == [
            None
        ] * 4
    assert (incident["id"], incident["status"]) == ("INC-1", IncidentStatus.INVESTIGATING)
    assert (page["id"], page["incident"], page["level"], page["paged"]) == ("P-1", "INC-1", 1, [ANA])
    assert facts is not None
    assert [fact["kind"] for fact in facts] == ["incident_declared", "page_started", "level_paged"]
    assert facts[-1]["data"]["people"] == (ANA,)
    assert all(set(fact) == set(facts[0]) for fact in facts)
