"""How a page reaches one person by their methods: what is owed when, and what moves it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import event

from bot.clock import ManualClock
from bot.core.contact import MethodKind
from bot.core.debts import DebtKind, Failed, Sent
from bot.core.decision import Contact
from bot.core.facts import PersonNotified
from bot.core.ids import TOCSIN, ContactId, PageId, UserId, by_user
from bot.core.page import Page
from bot.core.quiet_hours import Quiet
from bot.store import contacts, pages, quiets, timeline
from bot.store.database import Database
from bot.usecases import attempts, paging, reaching
from tests.company import ANA, CAROL, CHECKOUT, SEV1, company
from tests.owed import owed

COMPANY = company()
SLACK, EMAIL, PUSH = MethodKind.SLACK, MethodKind.EMAIL, MethodKind.PUSH
SMS, VOICE = MethodKind.SMS, MethodKind.VOICE
DOWN = Failed("nothing answers")


class Tried(NamedTuple):
    method: str
    state: str
    after: float | None = None
    """Minutes from the beginning of the page until a planned one is due."""


async def has(db: Database, user: UserId, *kinds: MethodKind, verified: bool = True) -> list[ContactId]:
    async with db.write() as tx:
        numbers = [await contacts.add(tx.conn, user, kind, f"+49151{kind}", "", tx.now) for kind in kinds]
        for number in numbers if verified else []:
            await contacts.change(tx.conn, number, verified_at=tx.now)
        return numbers


async def in_do_not_disturb(db: Database, user: UserId) -> None:
    async with db.write() as tx:
        quiet = Quiet(user, tx.now - timedelta(hours=4), tx.now + timedelta(hours=4))
        await quiets.put(tx.conn, [quiet], tx.now)


async def begin(db: Database) -> Page:
    """SEV1 on checkout pages Ana; Carol after three minutes."""
    async with db.write() as tx:
        return await paging.begin(tx, COMPANY, service=CHECKOUT, title="Error rate", severity=SEV1, by=TOCSIN)


async def notes_of(db: Database, page: Page, user: UserId) -> dict[str, pages.Notification]:
    async with db.read() as conn:
        return {note.method: note for note in await pages.notifications(conn, page.id) if note.user == user}


async def tried(db: Database, page: Page, user: UserId = ANA) -> list[Tried]:
    return [
        Tried(note.method, note.state, _minutes(note.due_at - page.started_at) if note.due_at else None)
        for note in (await notes_of(db, page, user)).values()
    ]


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60


async def settle(
    db: Database, page: Page, method: MethodKind, outcome: Sent | Failed, user: UserId = ANA
) -> None:
    number = (await notes_of(db, page, user))[method].id
    async with db.write() as tx:
        await attempts.settle(tx, COMPANY, number, outcome)


async def put_off(db: Database, page: Page, method: MethodKind) -> None:
    number = (await notes_of(db, page, ANA))[method].id
    async with db.write() as tx:
        await reaching.put_off(tx, number)


async def told(db: Database, page: PageId) -> list[PersonNotified]:
    async with db.read() as conn:
        facts = await timeline.of_page(conn, page)
    return [fact for fact in facts if isinstance(fact, PersonNotified)]


async def test_the_methods_follow_one_after_the_other_until_somebody_acknowledges(
    database: Database, clock: ManualClock
) -> None:
    push, sms, voice = await has(database, ANA, PUSH, SMS, VOICE)
    page = await begin(database)
    assert await tried(database, page) == [
        ("slack", "owed", None),
        ("push", "planned", 1),
        ("sms", "planned", 3),
        ("voice", "planned", 5),
    ]
    assert await owed(database, DebtKind.PAGE_METHOD) == []
    clock.forward(minutes=1)
    assert await reaching.advance_due(database) == 1
    assert [debt["contact"] for debt in await owed(database, DebtKind.PAGE_METHOD)] == [push]
    clock.forward(minutes=2)
    assert await reaching.advance_due(database) == 1
    await paging.acknowledge(database, COMPANY, page.id, ANA)
    assert {attempt.state for attempt in await tried(database, page)} == {"canceled"}
    clock.forward(minutes=2)
    assert await reaching.advance_due(database) == 0
    assert await owed(database, DebtKind.PAGE_METHOD) == []
    assert {sms, voice} == {push + 1, push + 2}


async def test_two_copies_begin_a_planned_attempt_once(database: Database, clock: ManualClock) -> None:
    await has(database, ANA, PUSH)
    await begin(database)
    clock.forward(minutes=1)
    counts = await asyncio.gather(*(reaching.advance_due(database) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 1]
    assert len(await owed(database, DebtKind.PAGE_METHOD)) == 1


async def test_in_do_not_disturb_what_rings_goes_at_once_and_says_why(database: Database) -> None:
    await has(database, ANA, SMS, VOICE)
    await in_do_not_disturb(database, ANA)
    page = await begin(database)
    assert await tried(database, page) == [
        ("slack", "owed", None),
        ("sms", "owed", None),
        ("voice", "planned", 2),
    ]
    await settle(database, page, SMS, Sent({"id": "SM1", "provider": "twilio"}))
    [fact] = await told(database, page.id)
    assert (fact.method, fact.outcome, fact.to) == ("sms", "sent", "…1sms")
    assert fact.reason == "Slack is in Do Not Disturb, so this rings at once"


async def test_a_method_that_is_not_verified_is_skipped_and_said_so(database: Database) -> None:
    await has(database, ANA, SMS, verified=False)
    page = await begin(database)
    assert await tried(database, page) == [("slack", "owed", None), ("sms", "skipped", None)]
    [fact] = await told(database, page.id)
    assert (fact.method, fact.outcome, fact.reason) == ("sms", "skipped", "it is not verified yet")


async def test_while_a_provider_is_down_the_next_that_rings_is_due_and_the_others_keep_their_time(
    database: Database, clock: ManualClock
) -> None:
    await has(database, ANA, EMAIL, PUSH, SMS)
    page = await begin(database)
    clock.forward(seconds=6)
    await put_off(database, page, SLACK)
    await put_off(database, page, EMAIL)
    assert await tried(database, page) == [
        ("slack", "owed", None),
        ("email", "owed", None),
        ("push", "planned", 0.1),
        ("sms", "planned", 3),
    ]
    assert await reaching.advance_due(database) == 1
    await put_off(database, page, SLACK)
    assert ("sms", "planned", 3) in await tried(database, page)
    await put_off(database, page, PUSH)
    assert ("sms", "planned", 0.1) in await tried(database, page)
    sms = (await notes_of(database, page, ANA))[SMS]
    assert sms.reason == "push did not go through, so this comes at once"


async def test_what_fails_for_good_hands_over_to_the_next_method_and_at_last_to_the_next_level(
    database: Database, clock: ManualClock
) -> None:
    await has(database, ANA, PUSH, SMS)
    page = await begin(database)
    clock.forward(seconds=6)
    await settle(database, page, SLACK, Failed("account_inactive"))
    assert ("push", "planned", 0.1) in await tried(database, page)
    await reaching.advance_due(database)
    await settle(database, page, PUSH, DOWN)
    assert await notes_of(database, page, CAROL) == {}
    await reaching.advance_due(database)
    await settle(database, page, SMS, DOWN)
    assert (await notes_of(database, page, CAROL))[SLACK].cause == "unreachable"
    assert [fact.outcome for fact in await told(database, page.id)] == ["failed"] * 3


async def test_a_failure_is_no_reason_to_escalate_while_something_reached_them(database: Database) -> None:
    await has(database, ANA, EMAIL)
    page = await begin(database)
    await settle(database, page, SLACK, Sent({}))
    await settle(database, page, EMAIL, Failed("no such mailbox"))
    assert await notes_of(database, page, CAROL) == {}


async def test_a_method_remembers_that_it_failed_until_it_works_again(database: Database) -> None:
    [number] = await has(database, ANA, EMAIL)
    page = await begin(database)
    await settle(database, page, EMAIL, Failed("no such mailbox"))
    assert await _problem(database, number) == "no such mailbox"
    await paging.resolve(database, COMPANY, page.id, by_user(ANA))
    await settle(database, await begin(database), EMAIL, Sent({}))
    assert await _problem(database, number) == ""


async def _problem(db: Database, number: ContactId) -> str:
    async with db.read() as conn:
        method = await contacts.load(conn, number)
    assert method is not None
    return method.problem


async def test_whoever_declines_is_tried_no_further_and_the_others_are(
    database: Database, clock: ManualClock
) -> None:
    await has(database, ANA, SMS)
    await has(database, CAROL, SMS)
    page = await begin(database)
    clock.forward(minutes=2)
    await paging.decline(database, COMPANY, page.id, ANA)
    assert {attempt.state for attempt in await tried(database, page)} == {"canceled"}
    assert await tried(database, page, CAROL) == [("slack", "owed", None), ("sms", "planned", 5)]


@pytest.mark.parametrize("act", ["resolve", "snooze", "escalate"])
async def test_whatever_moves_the_page_on_ends_what_was_planned(
    database: Database, clock: ManualClock, act: str
) -> None:
    await has(database, ANA, SMS)
    page = await begin(database)
    match act:
        case "resolve":
            await paging.resolve(database, COMPANY, page.id, by_user(ANA))
        case "snooze":
            await paging.snooze(database, COMPANY, page.id, ANA, timedelta(hours=1))
        case "escalate":
            await paging.escalate(database, COMPANY, page.id, by_user(ANA))
    assert {attempt.state for attempt in await tried(database, page)} == {"canceled"}


@pytest.mark.parametrize(
    ("rings_at_once", "first", "second"),
    [
        (
            True,
            [("push", "canceled", None), ("sms", "canceled", None)],
            [("push", "owed", None), ("sms", "planned", 2.5)],
        ),
        (
            False,
            [("push", "planned", 1), ("sms", "planned", 3)],
            [("push", "planned", 1.5), ("sms", "planned", 3.5)],
        ),
    ],
)
async def test_a_newer_call_replaces_what_would_come_after_it_and_delays_nothing(
    database: Database, clock: ManualClock, rings_at_once: bool, first: list[object], second: list[object]
) -> None:
    await has(database, ANA, PUSH, SMS)
    page = await begin(database)
    clock.forward(seconds=30)
    if rings_at_once:
        await in_do_not_disturb(database, ANA)
    async with database.write() as tx:
        again = (Contact(ANA, "payments-primary"),)
        await paging.add_responders_in(tx, COMPANY, page.id, again, by_user(CAROL))
    async with database.read() as conn:
        notes = await pages.notifications(conn, page.id)
    told: dict[int, list[object]] = {1: [], 2: []}
    for note in notes:
        at = _minutes(note.due_at - page.started_at) if note.due_at else None
        told[note.step] += [(note.method, note.state, at)] if note.contact else []
    assert told == {1: first, 2: second}


async def test_people_with_slack_alone_cost_one_statement_a_page(database: Database) -> None:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    async with database.write() as tx:
        event.listen(database.write_engine.sync_engine, "before_cursor_execute", note)
        for _ in range(3):
            await paging.begin(
                tx, COMPANY, service=CHECKOUT, title="x", severity=SEV1, by=TOCSIN, group=False
            )
        event.remove(database.write_engine.sync_engine, "before_cursor_execute", note)
    assert len([one for one in seen if "contact_method" in one]) == 3
    assert not [one for one in seen if "reach_rules" in one or "FROM quiet" in one]
