"""Policies in full in a real database; and what a simulation says is what then happens."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.core.catalogue import Catalogue, Person, ServiceUrgency, SupportHours, Webhook
from bot.core.contact import MethodKind
from bot.core.debts import DebtKind
from bot.core.decision import Reply
from bot.core.ids import TOCSIN, PageId, PersonId, PolicyId, WebhookId
from bot.core.page import Page, PageState
from bot.core.policy import AckBy, Assign, LastResort, Level, Policy, Target, TargetKind
from bot.core.quiet_hours import Quiet
from bot.core.schedule import TimeOfDay, all_changes
from bot.core.simulation import World, simulate
from bot.core.whom import Whom
from bot.queries import simulation
from bot.store import pages, quiets, timeline
from bot.store.database import Database
from bot.store.tables import ContactMethodRow
from bot.usecases import page_responders, paging
from tests.company import ANA, BOB, CAROL, CHECKOUT, ERIN, FRANK, SEV2, company
from tests.conftest import NIGHT
from tests.owed import owed

MINUTE = timedelta(minutes=1)
MAIN, OTHER = PolicyId("main"), PolicyId("other")
PRIMARY, SECONDARY = (Target(TargetKind.SCHEDULE, f"payments-{name}") for name in ("primary", "secondary"))
PAYMENTS, PLATFORM = (Target(TargetKind.TEAM, name) for name in ("payments", "platform"))
ERINS, MANAGER = Target(TargetKind.USER, "erin"), Target(TargetKind.MANAGER)
HAND_OFF, HOOK = Target(TargetKind.POLICY, "other"), Target(TargetKind.WEBHOOK, "board")
GONE = Target(TargetKind.SCHEDULE, "gone")


def level(*targets: Target, **more: Any) -> Level:
    return replace(Level(targets, 5 * MINUTE), **more)


def with_policies(main: Policy, other: Policy | None = None, **service: Any) -> Catalogue:
    """The demo company, whose checkout has this policy; Frank is everybody's manager."""
    demo = company()
    policies = {**demo.policies, main.id: main} | ({other.id: other} if other else {})
    managed: Mapping[PersonId, Person] = {
        key: replace(person, manager=PersonId("frank") if key != "frank" else None)
        for key, person in demo.people.items()
    }
    checkout = replace(demo.services[CHECKOUT], policy=main.id, **service)
    hooks = {WebhookId("board"): Webhook(WebhookId("board"), "Board", "https://hooks.example.com/x")}
    return replace(
        demo,
        policies=policies,
        people=managed,
        services={**demo.services, CHECKOUT: checkout},
        webhooks=hooks,
    )


def policy(name: PolicyId, *levels: Level, **more: Any) -> Policy:
    plain = Policy(name, name, levels, LastResort(1, 10 * MINUTE))
    return replace(plain, **more)


async def begin(db: Database, catalogue: Catalogue) -> Page:
    async with db.write() as tx:
        return await paging.begin(
            tx, catalogue, service=CHECKOUT, title="Latency", severity=SEV2, by=TOCSIN, group=False
        )


async def load(db: Database, page: PageId) -> Page:
    async with db.read() as conn:
        found = await pages.load(conn, page)
    assert found is not None
    return found


async def go_on(db: Database, clock: ManualClock, catalogue: Catalogue, page: PageId) -> Page:
    """To the page's next step."""
    due_at = (await load(db, page)).due_at
    assert due_at is not None
    clock.set(max(due_at, clock.now()))
    await paging.advance_due(db, catalogue)
    return await load(db, page)


async def attempts(db: Database, page: PageId) -> list[tuple[datetime, str, str, str]]:
    """When, whom and by what, with the reason."""
    async with db.read() as conn:
        notes = await pages.notifications(conn, page)
    return [(note.due_at or note.created_at, note.addressee, note.method, note.reason) for note in notes]


async def facts(db: Database, page: PageId) -> list[str]:
    async with db.read() as conn:
        return [fact.kind for fact in await timeline.of_page(conn, page)]


async def add_method(db: Database, user: str, kind: MethodKind, address: str) -> None:
    async with db.write() as tx:
        row = {"user": user, "kind": kind.value, "address": address, "made_at": tx.now, "verified_at": tx.now}
        rest = {"label": "", "code_hash": "", "code_tries": 0, "problem": ""}
        await tx.conn.execute(ContactMethodRow.__table__.insert(), [row | rest])  # type: ignore[attr-defined]


async def test_turns_are_kept_from_page_to_page(database: Database) -> None:
    turns = with_policies(policy(MAIN, level(PLATFORM, assign=Assign.ROUND_ROBIN)))
    seen = [(await begin(database, turns)).paged for _ in range(3)]
    assert len({seen[0], seen[1]}) == 2 and seen[0] == seen[2]
    assert all(len(people) == 1 for people in seen)


async def test_pages_of_one_transaction_take_their_turns_one_after_the_other(
    database: Database, clock: ManualClock
) -> None:
    turns = with_policies(
        policy(MAIN, level(PRIMARY), level(PLATFORM, assign=Assign.ROUND_ROBIN)),
    )
    both = [(await begin(database, turns)).id for _ in range(2)]
    clock.forward(minutes=6)
    assert await paging.advance_due(database, turns) == 2
    first, second = [(await load(database, page)).paged for page in both]
    assert {*first, *second} == {ERIN, FRANK}


async def test_all_of_a_level_must_acknowledge_and_whoever_did_hears_no_more(database: Database) -> None:
    both = with_policies(policy(MAIN, level(PRIMARY, SECONDARY, ack=AckBy.ALL)))
    await add_method(database, ANA, MethodKind.SMS, "+15005550001")
    await add_method(database, CAROL, MethodKind.SMS, "+15005550002")
    page = await begin(database, both)
    first = await paging.acknowledge(database, both, page.id, ANA)
    assert first.reply is Reply.OTHERS_MUST_TOO
    async with database.read() as conn:
        planned = [n.addressee for n in await pages.notifications(conn, page.id) if n.state == "planned"]
    assert planned == [CAROL]
    last = await paging.acknowledge(database, both, page.id, CAROL)
    assert last.page.state is PageState.ACKNOWLEDGED
    assert "page_agreed" in await facts(database, page.id)


async def test_a_webhook_is_owed_the_page(database: Database) -> None:
    hooked = with_policies(policy(MAIN, level(HOOK, PRIMARY)))
    page = await begin(database, hooked)
    assert [debt["webhook"] for debt in await owed(database, DebtKind.PAGE_WEBHOOK)] == ["board"]
    assert page.paged == (ANA,)


async def test_a_page_that_waits_and_clears_wakes_nobody(database: Database, clock: ManualClock) -> None:
    patient = with_policies(policy(MAIN, level(PRIMARY), delay=2 * MINUTE))
    page = await begin(database, patient)
    assert await attempts(database, page.id) == []
    await paging.resolve(database, patient, page.id, TOCSIN)
    clock.forward(minutes=5)
    await paging.advance_due(database, patient)
    assert await attempts(database, page.id) == []
    slow = await begin(database, patient)
    paged = await go_on(database, clock, patient, slow.id)
    assert paged.paged == (ANA,)


async def test_an_acknowledgment_expires_unless_somebody_works(
    database: Database, clock: ManualClock
) -> None:
    impatient = with_policies(policy(MAIN, level(PRIMARY), ack_expires=30 * MINUTE))
    page = await begin(database, impatient)
    await paging.acknowledge(database, impatient, page.id, BOB)
    clock.forward(minutes=20)
    await paging.acknowledge(database, impatient, page.id, BOB)  # a sign that somebody is there
    clock.forward(minutes=10)
    await paging.advance_due(database, impatient)
    assert (await load(database, page.id)).state is PageState.ACKNOWLEDGED
    again = await go_on(database, clock, impatient, page.id)
    assert again.state is PageState.TRIGGERED and set(again.paged) == {ANA, BOB}
    assert "acknowledgment_expired" in await facts(database, page.id)


async def test_reassigning_stops_what_was_under_way_and_pages_the_chosen(database: Database) -> None:
    plain = with_policies(policy(MAIN, level(PRIMARY), level(SECONDARY)))
    page = await begin(database, plain)
    await page_responders.give(database, plain, page.id, ANA, Whom((ERIN,)))
    async with database.read() as conn:
        states = {n.addressee: n.state for n in await pages.notifications(conn, page.id)}
    assert states == {ANA: "canceled", ERIN: "owed"}


async def test_a_policy_that_is_edited_or_deleted_does_not_change_a_running_page(
    database: Database, clock: ManualClock
) -> None:
    other = policy(OTHER, level(ERINS))
    before = with_policies(policy(MAIN, level(PRIMARY), level(HAND_OFF)), other)
    page = await begin(database, before)
    after = company()
    assert (await go_on(database, clock, after, page.id)).paged == (ERIN,)


async def test_the_night_of_the_latency_alarm(database: Database, clock: ManualClock) -> None:
    """Do Not Disturb: SMS at once; then the backup, and by a call the manager; the backup takes it."""
    clock.set(NIGHT.replace(hour=3, minute=12))
    patient = {"ack_timeout": 8 * MINUTE}
    night = with_policies(
        policy(
            MAIN,
            level(PRIMARY, **patient),
            level(SECONDARY, MANAGER, **patient),
            severity_timeouts={SEV2: 8 * MINUTE},
        )
    )
    await add_method(database, ANA, MethodKind.PUSH, "ntfy://ntfy.example.com/ana")
    await add_method(database, ANA, MethodKind.SMS, "+15005550001")
    async with database.write() as tx:
        silent = Quiet(ANA, clock.now() - timedelta(hours=3), clock.now() + timedelta(hours=4))
        await quiets.put(tx.conn, (silent,), clock.now())
    page = await begin(database, night)
    at_once = [(who, method) for at, who, method, _ in await attempts(database, page.id) if at == clock.now()]
    assert at_once == [(ANA, "slack"), (ANA, "push")]
    reasons = [reason for _, _, method, reason in await attempts(database, page.id) if method == "sms"]
    assert reasons == ["Slack is in Do Not Disturb, so this rings sooner"]
    clock.forward(minutes=8)
    await paging.advance_due(database, night)
    assert set((await load(database, page.id)).paged) == {CAROL, FRANK}
    clock.forward(minutes=1)
    held = await paging.acknowledge(database, night, page.id, CAROL)
    assert held.page.acknowledged_by == CAROL and held.page.acknowledged_at == NIGHT.replace(
        hour=3, minute=21
    )


targets = st.lists(
    st.sampled_from([PRIMARY, SECONDARY, PAYMENTS, PLATFORM, ERINS, MANAGER, HOOK, GONE]),
    min_size=1,
    max_size=3,
    unique=True,
)
minutes = st.integers(1, 30).map(lambda n: n * MINUTE)
levels = st.lists(
    st.builds(
        Level,
        targets.map(tuple),
        minutes,
        when=st.sampled_from([(), (), ("severity == 'SEV2'",), ("hour < 3",), ("held < 1",)]),
        assign=st.sampled_from(Assign),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
nights = (NIGHT + timedelta(days=day) for day in itertools.count())
urgencies = st.sampled_from([ServiceUrgency.HIGH, ServiceUrgency.LOW, ServiceUrgency.SUPPORT_HOURS])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    main=st.builds(
        lambda many, repeat, delay, hands_over: policy(
            MAIN,
            *many,
            repeat=repeat,
            delay=delay,
            last_resort=LastResort(policy=OTHER) if hands_over else LastResort(1, 10 * MINUTE),
        ),
        levels,
        st.integers(0, 2),
        st.sampled_from([timedelta(), 2 * MINUTE]),
        st.booleans(),
    ),
    other=st.builds(lambda many: policy(OTHER, *many), levels),
    urgency=urgencies,
)
async def test_what_a_simulation_says_is_what_then_happens(
    database: Database, clock: ManualClock, main: Policy, other: Policy, urgency: ServiceUrgency
) -> None:
    hours = SupportHours("Europe/Madrid", (TimeOfDay(clock_time(4), clock_time(5)),))
    catalogue = with_policies(main, other, urgency=urgency, support_hours=hours)
    tonight = next(nights)  # pages of one night are a storm, which a simulation does not foresee
    clock.set(tonight)
    async with database.read() as conn:
        said = await simulation.simulated(conn, catalogue, tonight, service=CHECKOUT, severity=SEV2)
    page = await begin(database, catalogue)
    for _ in said.steps[1:]:
        await go_on(database, clock, catalogue, page.id)
    happened = [(at, who) for at, who, _, _ in await attempts(database, page.id)]
    told = [
        (attempt.at, one.user)
        for step in said.steps
        for one in step.called
        if one.user
        for attempt in one.attempts
    ]
    assert sorted(told) == sorted((at, who) for at, who in happened if not who.startswith(("webhook:", "#")))
    assert (await load(database, page.id)).step_at == said.steps[-1].at
    await paging.resolve(database, catalogue, page.id, TOCSIN)


def test_twenty_levels_are_simulated_quickly() -> None:
    """Reach: 5 ms; a generous limit here, the measure is in the bench."""
    long = policy(MAIN, *(level(PRIMARY) for _ in range(20)))
    catalogue = with_policies(long)
    world = World(catalogue, all_changes((), ()))
    began = time.process_time()
    said = simulate(world, catalogue.running_policies[MAIN], NIGHT, service=CHECKOUT, severity=SEV2)
    assert time.process_time() - began < 0.25
    assert len(said.steps) == 22
