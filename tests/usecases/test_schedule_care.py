"""Owners hear what is wrong with their schedules: on Mondays, and at once of people on call whom nothing reaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import text

from bot.clock import ManualClock
from bot.core.catalogue import Catalogue, Provider, ProviderType, Service
from bot.core.checkup import Topic
from bot.core.contact import MethodKind
from bot.core.ids import PersonId, PolicyId, ProviderId, ScheduleId, ServiceId, TeamId, UserId
from bot.core.quiet_hours import Quiet
from bot.core.schedule import Layer, RotationUnit, Schedule
from bot.core.schedule_findings import digest_at
from bot.core.shift_views import Digest
from bot.queries import checkup
from bot.queries import schedule_care as queries
from bot.store import contacts
from bot.store.database import Database
from bot.usecases import hand_offs, overrides, reachability, time_off
from tests.company import ANA, BOB, CAROL, CHECKOUT_CRITICAL, DAVE, ERIN, FRANK, company

PRIMARY = ScheduleId("payments-primary")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def owned(by: str | None = "erin") -> Catalogue:
    """The company, where Erin owns the first schedule; Frank is the admin."""
    owner, known = PersonId(by) if by else None, company().schedules
    return replace(company(), schedules={**known, PRIMARY: replace(known[PRIMARY], owner=owner)})


def without(catalogue: Catalogue, *gone: str) -> Catalogue:
    """Their accounts are deactivated."""
    left = {person: replace(catalogue.people[person], reachable=False) for person in map(PersonId, gone)}
    return replace(catalogue, people={**catalogue.people, **left})


async def told(db: Database, what: str) -> list[str]:
    """Whom, in order."""
    async with db.read() as conn:
        keys = [str(row.key) for row in await conn.execute(text("SELECT key FROM debt ORDER BY id"))]
    return [key.rpartition(":")[2] for key in keys if f":{what}:" in key]


async def seen(db: Database, catalogue: Catalogue, reader: UserId, now: datetime) -> Digest | None:
    """What the reader's digest would say if it were sent now."""
    data = {"schedules": [PRIMARY] if reader == ERIN else [], "to": reader}
    async with db.read() as conn:
        looked_at = await checkup.company(conn, catalogue, now, public_url=True)
        return await queries.digest(conn, catalogue, data, now, looked_at)


async def test_all_well_is_not_told(database: Database, clock: ManualClock) -> None:
    teams = {key: replace(team, owner=PersonId("dave")) for key, team in owned().teams.items()}
    catalogue = replace(owned(), teams=teams)
    for reader in (ERIN, DAVE, FRANK):
        assert await seen(database, catalogue, reader, clock.now()) is None


async def test_owners_hear_what_concerns_their_teams_and_admins_the_rest(
    database: Database, clock: ManualClock
) -> None:
    unused = replace(CHECKOUT_CRITICAL, id=PolicyId("other"), name="other")
    known = without(owned(), "carol")
    payments = replace(known.teams[TeamId("payments")], owner=PersonId("erin"))
    catalogue = replace(
        known,
        teams={**known.teams, payments.id: payments},
        policies={**known.policies, unused.id: unused},
        services={**known.services, ServiceId("x"): Service(ServiceId("x"), "X")},
    )
    erin = await seen(database, catalogue, ERIN, clock.now())
    frank = await seen(database, catalogue, FRANK, clock.now())
    assert erin and frank
    assert [(one.topic, one.subject) for one in erin.findings] == [
        (Topic.NO_ACCOUNT, "Carol"),
        (Topic.EMPTY_LEVEL, "checkout-critical"),
    ]
    assert [(one.topic, one.subject) for one in frank.findings] == [
        (Topic.EMPTY_LEVEL, "other"),
        (Topic.UNUSED_POLICY, "other"),
        (Topic.NO_OWNER, "X"),
        (Topic.TEAM_WITHOUT_OWNER, "platform"),
    ]
    assert await seen(database, catalogue, DAVE, clock.now()) is None


async def test_what_an_owner_who_is_gone_should_hear_the_admins_hear(
    database: Database, clock: ManualClock
) -> None:
    catalogue = without(owned(), "carol", "erin")
    payments = replace(catalogue.teams[TeamId("payments")], owner=PersonId("erin"))
    catalogue = replace(catalogue, teams={**catalogue.teams, payments.id: payments})
    frank = await seen(database, catalogue, FRANK, clock.now())
    assert frank and (Topic.NO_ACCOUNT, "Carol") in [(one.topic, one.subject) for one in frank.findings]


async def test_nobody_is_named_twice_in_one_digest(database: Database, clock: ManualClock) -> None:
    erin = await seen(database, without(owned(), "bob"), ERIN, clock.now())
    assert erin
    assert [line.person for line in erin.schedules[0].unreachable] == ["Bob"]
    assert "Bob" not in [one.subject for one in erin.findings]


async def test_a_gap_is_told_to_the_owner_each_monday_once(database: Database, clock: ManualClock) -> None:
    ends = Layer(((PersonId("ana"),),), RotationUnit.WEEKS, 1, time(9), date(2026, 1, 12), date(2026, 12, 14))
    catalogue = replace(owned(), schedules={PRIMARY: replace(owned().schedules[PRIMARY], layers=(ends,))})
    digests = []
    for hours in (0, 54, 1, 1, 7 * 24):  # Saturday 02:47; Monday 08:47, 09:47, 10:47; the next Monday
        clock.forward(hours=hours)
        await hand_offs.advance_due(database, catalogue)
        digests.append([to for to in await told(database, "digest") if to == ERIN])
    assert digests == [[], [], [ERIN], [ERIN], [ERIN, ERIN]]
    view = await seen(database, catalogue, ERIN, clock.now())
    assert view is not None
    (gap,) = view.schedules[0].gaps
    assert gap[0] == datetime(2026, 12, 14, 9, tzinfo=UTC)


async def test_what_a_digest_finds(database: Database, clock: ManualClock) -> None:
    catalogue = without(owned(), "bob")
    at = clock.now().replace(hour=10, minute=0)
    await time_off.enter(database, catalogue, DAVE, at, at.replace(hour=20), DAVE, "wedding")
    await overrides.override(database, catalogue, PRIMARY, DAVE, at, at.replace(hour=12), CAROL)
    view = await seen(database, catalogue, ERIN, clock.now())
    assert view is not None
    (found,) = view.schedules
    assert [(line.person, line.starts_at) for line in found.unreachable] == [("Bob", MONDAY)]
    assert [line.person for line in found.away] == ["Dave"]
    assert not found.is_empty


async def test_a_digest_names_whom_nothing_wakes_in_do_not_disturb(
    database: Database, clock: ManualClock
) -> None:
    push = Provider(ProviderId("push"), ProviderType.APPRISE, (MethodKind.PUSH,))
    catalogue = replace(owned(), providers={push.id: push})
    night = clock.now() - timedelta(hours=5), clock.now() + timedelta(hours=4)
    for user in (ANA, BOB):
        await reachability.remember_quiet(database, Quiet(user, *night))
    async with database.write() as tx:
        phone = await contacts.add(tx.conn, BOB, MethodKind.PUSH, "ntfy://example.com/topic", "", tx.now)
        await contacts.change(tx.conn, phone, verified_at=tx.now)
    uncarried = await seen(database, owned(), ERIN, clock.now())
    assert uncarried and uncarried.schedules == ()
    assert [(one.topic, one.subject) for one in uncarried.findings] == [(Topic.NO_CARRIER, "Bob")]
    view = await seen(database, catalogue, ERIN, clock.now())
    assert view is not None
    assert [(line.person, line.why) for line in view.schedules[0].unreachable] == [("Ana", "silent")]


async def test_a_rotation_of_nobody_is_one_problem(database: Database, clock: ManualClock) -> None:
    nobody = Schedule(PRIMARY, "payments-primary", "UTC", (), owner=PersonId("erin"))
    view = await seen(database, replace(owned(), schedules={PRIMARY: nobody}), ERIN, clock.now())
    assert view is not None
    assert view.schedules[0].is_empty


async def test_an_account_that_is_gone_is_told_once_until_it_is_back(
    database: Database, clock: ManualClock
) -> None:
    owners = []
    for catalogue in (
        owned(),
        without(owned(), "bob"),
        without(owned(), "bob"),
        owned(),
        without(owned(), "bob"),
    ):
        await hand_offs.advance_due(database, catalogue)
        owners.append(await told(database, "unreachable_on_call"))
        clock.forward(minutes=5)
    assert owners == [[], [ERIN], [ERIN], [ERIN], [ERIN, ERIN]]


async def test_without_an_owner_who_can_be_reached_the_admins_hear_it(database: Database) -> None:
    await hand_offs.advance_due(database, without(owned("erin"), "ana", "erin"))
    assert await told(database, "unreachable_on_call") == [FRANK]


async def test_nobody_is_called_gone_before_slack_has_told_who_is_there(database: Database) -> None:
    strangers = {
        key: replace(person, user_id=None, reachable=False) for key, person in owned().people.items()
    }
    await hand_offs.advance_due(database, replace(owned(), people=strangers))
    assert await told(database, "unreachable_on_call") == []


@pytest.mark.parametrize(
    ("zone", "after", "due"),
    [
        ("UTC", datetime(2026, 11, 21, 3, tzinfo=UTC), MONDAY),
        ("UTC", MONDAY, datetime(2026, 11, 30, 9, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 10, 30, tzinfo=UTC), datetime(2026, 11, 2, 14, tzinfo=UTC)),
        ("Australia/Sydney", datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 22, 22, tzinfo=UTC)),
    ],
)
def test_mondays_at_nine_by_the_owners_clocks(zone: str, after: datetime, due: datetime) -> None:
    assert digest_at(after, zone) == due
