"""The demo company as a catalogue: teams payments and platform, and the people who answer for them."""

from __future__ import annotations

from datetime import date, time, timedelta

from bot.core.catalogue import (
    COMMANDER,
    Catalogue,
    Integration,
    IntegrationType,
    Person,
    Role,
    Service,
    Severity,
    Team,
)
from bot.core.ids import (
    IntegrationId,
    PersonId,
    PolicyId,
    RoleId,
    ScheduleId,
    ServiceId,
    SeverityId,
    TeamId,
    UserId,
)
from bot.core.policy import LastResort, Level, Policy, Target, TargetKind
from bot.core.schedule import Layer, RotationUnit, Schedule

ANA, BOB, CAROL = UserId("UANA"), UserId("UBOB"), UserId("UCAROL")
DAVE, ERIN, FRANK = UserId("UDAVE"), UserId("UERIN"), UserId("UFRANK")

CHECKOUT, SEARCH, DATABASE = ServiceId("checkout"), ServiceId("search"), ServiceId("database")
SEV1, SEV2, SEV3, SEV4 = (SeverityId(f"SEV{n}") for n in range(1, 5))

FIRST_MONDAY = date(2026, 1, 12)
"""On Saturday 21 November 2026 ana has payments-primary and carol payments-secondary, until Monday 09:00 UTC."""


def _person(name: str) -> Person:
    return Person(
        PersonId(name), name.capitalize(), slack=name, user_id=UserId(f"U{name.upper()}"), time_zone="UTC"
    )


def _weekly(schedule: str, first: str, second: str) -> Schedule:
    layer = Layer(
        participants=((PersonId(first),), (PersonId(second),)),
        unit=RotationUnit.WEEKS,
        every=1,
        hand_off=time(9, 0),
        starts_on=FIRST_MONDAY,
    )
    return Schedule(ScheduleId(schedule), schedule, "UTC", (layer,), team=TeamId("payments"))


def _user(name: str) -> Level:
    return Level((Target(TargetKind.USER, name),))


def _schedule(name: str) -> Level:
    return Level((Target(TargetKind.SCHEDULE, name),))


CHECKOUT_CRITICAL = Policy(
    id=PolicyId("checkout-critical"),
    name="checkout-critical",
    levels=(_schedule("payments-primary"), _schedule("payments-secondary"), _user("frank")),
    last_resort=LastResort(level=3, every=timedelta(minutes=10)),
    ack_timeout=timedelta(minutes=5),
    severity_timeouts={SEV1: timedelta(minutes=3)},
    repeat=1,
)
PLATFORM_DEFAULT = Policy(
    id=PolicyId("platform-default"),
    name="platform-default",
    levels=(_user("erin"), _user("frank")),
    last_resort=LastResort(level=2, every=timedelta(minutes=10)),
    ack_timeout=timedelta(minutes=10),
    repeat=1,
)


def _services() -> tuple[Service, ...]:
    runbook = "https://wiki.example.com/checkout"
    return (
        Service(CHECKOUT, "checkout", TeamId("payments"), 1, CHECKOUT_CRITICAL.id, runbook=runbook),
        Service(SEARCH, "search", TeamId("platform"), None, PLATFORM_DEFAULT.id),
        Service(DATABASE, "database", TeamId("platform"), None, PLATFORM_DEFAULT.id),
    )


def _integrations() -> tuple[Integration, ...]:
    words = {"critical": SEV1, "warning": SEV3}
    return (
        Integration(
            IntegrationId("demo-alertmanager"),
            "Alertmanager",
            IntegrationType.ALERTMANAGER,
            service=CHECKOUT,
            severities=words,
        ),
        Integration(
            IntegrationId("demo-generic"),
            "Generic",
            IntegrationType.GENERIC,
            service=CHECKOUT,
            severities=words,
        ),
        Integration(
            IntegrationId("demo-slack"),
            "Slack alerts",
            IntegrationType.SLACK,
            channel="#alerts",
            service=CHECKOUT,
            severities=words,
        ),
    )


def _severities() -> tuple[Severity, ...]:
    criteria = ("Customers can't buy", "Customers are slowed down", "Few are affected", "Nobody notices")
    return tuple(
        Severity(SeverityId(f"SEV{rank}"), f"SEV{rank}", text, rank) for rank, text in enumerate(criteria, 1)
    )


def company() -> Catalogue:
    """What `manifests/demo` describes, with the Slack users UANA, UBOB, … known."""
    payments = tuple(PersonId(name) for name in ("ana", "bob", "carol", "dave"))
    platform = tuple(PersonId(name) for name in ("erin", "frank"))
    teams = (
        Team(TeamId("payments"), "payments", payments),
        Team(TeamId("platform"), "platform", platform),
    )
    schedules = (
        _weekly("payments-primary", "ana", "bob"),
        _weekly("payments-secondary", "carol", "dave"),
    )
    roles = (
        Role(COMMANDER, "Incident commander"),
        Role(RoleId("communications"), "Communications lead"),
        Role(RoleId("scribe"), "Scribe"),
    )
    return Catalogue(
        revision=1,
        people={person: _person(person) for person in (*payments, *platform)},
        teams={team.id: team for team in teams},
        services={service.id: service for service in _services()},
        schedules={schedule.id: schedule for schedule in schedules},
        policies={policy.id: policy for policy in (CHECKOUT_CRITICAL, PLATFORM_DEFAULT)},
        integrations={integration.id: integration for integration in _integrations()},
        severities={severity.id: severity for severity in _severities()},
        roles={role.id: role for role in roles},
        default_policy=PLATFORM_DEFAULT.id,
        fallback_channel="#incidents",
        announcement_channel="#incidents",
        admins=(PersonId("frank"),),
    )
