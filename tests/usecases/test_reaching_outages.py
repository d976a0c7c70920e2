"""Providers down, one after the other and together: who is reached, when, and by what (PRODUCT §3, §4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.core.contact import MethodKind
from bot.core.debts import Sent
from bot.core.ids import TOCSIN, UserId
from bot.core.page import Page
from bot.store import contacts, pages
from bot.store.database import Database
from bot.store.tables import NotificationRow
from bot.usecases import attempts, paging, reaching
from tests.company import ANA, CAROL, CHECKOUT, SEV3, company

COMPANY = company()
SLACK, EMAIL, PUSH = MethodKind.SLACK, MethodKind.EMAIL, MethodKind.PUSH
SMS, VOICE = MethodKind.SMS, MethodKind.VOICE
EVERYTHING = (SLACK, EMAIL, PUSH, SMS, VOICE)
_NOTES = NotificationRow.__table__  # type: ignore[attr-defined]
STEP = timedelta(seconds=30)


async def begin(db: Database) -> Page:
    """Ana has every method; Carol, five minutes later, Slack alone."""
    async with db.write() as tx:
        for kind in EVERYTHING[1:]:
            number = await contacts.add(tx.conn, ANA, kind, f"to {kind}", "", tx.now)
            await contacts.change(tx.conn, number, verified_at=tx.now)
    async with db.write() as tx:
        return await paging.begin(tx, COMPANY, service=CHECKOUT, title="Error rate", severity=SEV3, by=TOCSIN)


async def pay(db: Database, down: Collection[MethodKind]) -> list[tuple[UserId, MethodKind]]:
    """Everything that is owed goes out, or is put off because its provider is down; answers what went out."""
    async with db.read() as conn:
        rows = await conn.execute(select(_NOTES).where(_NOTES.c.state == "owed").order_by(_NOTES.c.id))
        owed = [(row.id, UserId(row.addressee), MethodKind(row.method)) for row in rows]
    out = []
    for number, user, method in owed:
        async with db.write() as tx:
            if method in down:
                await reaching.put_off(tx, number)
            else:
                await attempts.settle(tx, COMPANY, number, Sent({}))
                out.append((user, method))
    return out


async def run(
    db: Database, clock: ManualClock, down: Collection[MethodKind], back_after: timedelta | None = None
) -> list[tuple[float, UserId, str]]:
    """Twelve minutes in which nobody answers: when whom what reached, in minutes."""
    page = await begin(db)
    seen = []
    while (passed := clock.now() - page.started_at) < timedelta(minutes=12):
        away = () if back_after is not None and passed >= back_after else down
        while True:  # what one attempt brings forward is tried in the same instant
            went = await pay(db, away)
            seen += [(round(passed.total_seconds() / 60, 1), user, method.value) for user, method in went]
            if not await reaching.advance_due(db):
                break
        clock.forward(seconds=STEP.total_seconds())
        await paging.advance_due(db, COMPANY)
    return seen


OF_CAROL = [(5.0, CAROL, "slack")]
"""Her level keeps its own time, whatever is down; Frank's comes at minute 10."""


@pytest.mark.parametrize(
    ("down", "ana"),
    [
        ((), [(0, "slack"), (0, "email"), (1, "push"), (3, "sms"), (5, "voice")]),
        ((SLACK,), [(0, "email"), (0, "push"), (3, "sms"), (5, "voice")]),
        ((EMAIL,), [(0, "slack"), (0, "push"), (3, "sms"), (5, "voice")]),
        ((PUSH,), [(0, "slack"), (0, "email"), (1, "sms"), (5, "voice")]),
        ((SMS,), [(0, "slack"), (0, "email"), (1, "push"), (3, "voice")]),
        ((VOICE,), [(0, "slack"), (0, "email"), (1, "push"), (3, "sms")]),
        ((EMAIL, PUSH, SMS, VOICE), [(0, "slack")]),
        ((SLACK, PUSH, SMS, VOICE), [(0, "email")]),
        ((SLACK, EMAIL, SMS, VOICE), [(0, "push")]),
        ((SLACK, EMAIL, PUSH, VOICE), [(0, "sms")]),
        ((SLACK, EMAIL, PUSH, SMS), [(0, "voice")]),
    ],
)
async def test_a_provider_down_is_not_a_person_unreachable(
    database: Database, clock: ManualClock, down: tuple[MethodKind, ...], ana: list[tuple[float, str]]
) -> None:
    seen = await run(database, clock, down)
    assert [(at, method) for at, user, method in seen if user == ANA] == ana
    others = [(at, user, method) for at, user, method in seen if user == CAROL]
    assert others == ([] if SLACK in down else OF_CAROL)


async def test_slack_away_for_ten_minutes_delays_nobody_who_has_another_method(
    database: Database, clock: ManualClock
) -> None:
    seen = await run(database, clock, (SLACK,), back_after=timedelta(minutes=10))
    assert seen[:2] == [(0, ANA, "email"), (0, ANA, "push")]
    assert [(at, user) for at, user, method in seen if method == "slack"][:2] == [(10, ANA), (10, CAROL)]
    async with database.read() as conn:
        notes = [
            note for page in await pages.open_pages(conn) for note in await pages.notifications(conn, page.id)
        ]
    assert not [note for note in notes if note.state in ("owed", "planned")], "nothing is left silent"
