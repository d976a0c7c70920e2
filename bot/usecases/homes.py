"""App Homes: opened, turned to another schedule or week, and kept true while somebody looks at them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.core import debts
from bot.core.ids import ScheduleId, UserId
from bot.store import homes
from bot.store.database import Database
from bot.store.uow import Tx

RECENT = timedelta(minutes=30)
"""Real time: whoever looked at their App Home since then sees each change."""


async def opened(db: Database, user: UserId) -> None:
    """It is owed as it is now; while it is recent, it follows what changes."""
    async with db.write() as tx:
        await homes.seen(tx.conn, user, tx.real)
        tx.owe(debts.home(user, opened=True))


async def choose_schedule(db: Database, user: UserId, schedule: ScheduleId) -> None:
    """The calendar shows this schedule; the week stays."""
    async with db.write(first=True) as tx:
        chosen = await homes.chosen(tx.conn, user)
        await homes.choose(tx.conn, user, replace(chosen, schedule=schedule), tx.real)
        tx.owe(debts.home(user))


async def choose_week(db: Database, user: UserId, monday: date | None) -> None:
    """The calendar shows the week of this Monday, None: the present one, whichever that is when it is looked at."""
    async with db.write(first=True) as tx:
        chosen = await homes.chosen(tx.conn, user)
        await homes.choose(tx.conn, user, replace(chosen, week=monday), tx.real)
        tx.owe(debts.home(user))


async def refresh_recent(tx: Tx) -> None:
    """Every Home that somebody looked at lately is published again; one that shows the same is not sent."""
    for user in await homes.recent(tx.conn, tx.real - RECENT):
        tx.owe(debts.home(user))
