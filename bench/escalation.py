"""Ten thousand pages due at once, a step to fifty people, and a long policy simulated."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.burst import steps
from bench.figures import Figure, median, percentile
from bot.clock import SystemClock
from bot.core.catalogue import Catalogue, Person, Service, Team
from bot.core.debts import Debt, DebtKind, Outcome, Sent
from bot.core.ids import TOCSIN, PersonId, PolicyId, ServiceId, TeamId, UserId
from bot.core.policy import LastResort, Level, Policy, Target, TargetKind
from bot.core.schedule import all_changes
from bot.core.simulation import World, simulate
from bot.engine.deliver import Outbox
from bot.store.database import Database
from bot.store.migrations import migrate
from bot.store.uow import Tx
from bot.usecases import paging

MANY, PEOPLE, LEVELS = 10_000, 50, 20
STEPS, RUNS, SIMULATIONS = 20, 3, 20
NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
LONG = PolicyId("long")


async def measure() -> list[Figure]:
    runs = [await steps(MANY) for _ in range(RUNS)]
    handed = await _handed()
    due = f"{MANY:,} pages due at once, all steps committed"
    return [
        Figure(due, median(took for took, _, _ in runs), "ms", "reach 1,500"),
        Figure("the same, memory more than before", median(grown for *_, grown in runs), "MB", "flat"),
        Figure(
            f"from a step's commit until {PEOPLE} attempts are handed over, p99",
            percentile(handed, 0.99),
            "ms",
            "reach 200",
        ),
        Figure(f"a policy of {LEVELS} levels simulated", _simulated(), "ms", "reach 5"),
    ]


def _company(levels: int) -> Catalogue:
    """A team of fifty, who are all paged at once; a service for each step, so that no storm gathers them."""
    people = [
        Person(PersonId(f"p{number}"), f"Person {number}", f"p{number}", UserId(f"U{number:08}"))
        for number in range(PEOPLE)
    ]
    team = Team(TeamId("all"), "All", tuple(person.id for person in people))
    level = Level((Target(TargetKind.TEAM, team.id),), timedelta(minutes=5))
    policy = Policy(LONG, "long", (level,) * levels, LastResort(levels))
    services = [
        Service(ServiceId(f"service-{number}"), f"service {number}", policy=LONG) for number in range(STEPS)
    ]
    return Catalogue(
        people={person.id: person for person in people},
        teams={team.id: team},
        services={service.id: service for service in services},
        policies={LONG: policy},
        default_policy=LONG,
    )


class _Carrier:
    """Whoever carries pages; remembers when each attempt was given to them."""

    def __init__(self) -> None:
        self.at: list[float] = []

    async def send(self, debt: Debt) -> Outcome:
        self.at.append(time.monotonic())
        return Sent()

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        """Nothing follows."""


async def _handed() -> list[float]:
    """Milliseconds from a step's commit until each of its attempts is handed over, of several steps."""
    waited: list[float] = []
    company, carrier = _company(1), _Carrier()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        db = Database(f"sqlite+aiosqlite:///{Path(folder) / 'handed.db'}", SystemClock())
        await migrate(db)
        outbox = Outbox(db, {DebtKind.PAGE_DM: carrier})
        for service in company.services:
            carrier.at.clear()
            async with db.write() as tx:
                await paging.begin(tx, company, service=service, title="x", severity=None, by=TOCSIN)
            committed = time.monotonic()
            while len(carrier.at) < PEOPLE or outbox.in_flight:
                await outbox.run()
                await asyncio.sleep(0.001)
            waited += [(at - committed) * 1000 for at in carrier.at]
        await db.close()
    return waited


def _simulated() -> float:
    """Milliseconds, the median of several; each level pages another person."""
    company = _company(LEVELS)
    levels = tuple(
        Level((Target(TargetKind.USER, person),), timedelta(minutes=5))
        for person in list(company.people)[:LEVELS]
    )
    policy = replace(company.policies[LONG], levels=levels)
    company = replace(company, policies={LONG: policy})
    world = World(company, all_changes())
    took = []
    for _ in range(SIMULATIONS):
        begun = time.perf_counter()
        simulate(world, company.running_policies[LONG], NOW, service=ServiceId("service-0"))
        took.append((time.perf_counter() - begun) * 1000)
    return median(took)
