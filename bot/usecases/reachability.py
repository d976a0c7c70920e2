"""Whether people on call can be woken: what Slack tells of their quiet hours, and tests that they ask for."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import debts
from bot.core.catalogue import Catalogue
from bot.core.ids import UserId
from bot.core.permissions import Action
from bot.core.quiet_hours import CHECK, CHECK_EVERY, MOST_AT_ONCE, PAUSE_SECONDS, Quiet, soon_on_call
from bot.errors import Wrong
from bot.store import changes, chores, quiets, reach_tests
from bot.store.database import Database
from bot.store.reach_tests import ReachTest
from bot.store.uow import Tx
from bot.usecases.members import require


async def remember_quiet(db: Database, quiet: Quiet) -> None:
    """Slack told of somebody's Do Not Disturb."""
    async with db.write() as tx:
        await quiets.put(tx.conn, (quiet,), tx.now)


async def advance_due(tx: Tx, catalogue: Catalogue) -> None:
    """Once a day Slack is asked for the quiet hours of those who are on call or soon will be, in few calls."""
    due = (await chores.beginning_with(tx.conn, CHECK)).get(CHECK)
    if due is not None and due > tx.now:
        return
    await chores.plan(tx.conn, {CHECK: tx.now + CHECK_EVERY})
    changed = await changes.since(tx.conn, tx.now, catalogue.schedules.values())
    users = soon_on_call(catalogue, changed, tx.now)
    for number, at in enumerate(range(0, len(users), MOST_AT_ONCE)):
        tx.owe(debts.quiet_hours(number, users[at : at + MOST_AT_ONCE], number * PAUSE_SECONDS))


async def told(tx: Tx, quiet: Sequence[Quiet]) -> None:
    """Slack answered."""
    await quiets.put(tx.conn, quiet, tx.now)


async def send_test(db: Database, user: UserId) -> int:
    """A message that comes as a page does; answers its number. Raises `NotAllowed`."""
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, user)
        number = await reach_tests.add(tx.conn, user, tx.now)
        tx.owe(debts.notice(f"reach_test:{number}", user, "reach_test", {"test": number}))
        return number


async def heard(db: Database, number: int, by: UserId) -> ReachTest:
    """They heard it; the first time counts. Raises `Wrong` for a test of somebody else's."""
    async with db.write(first=True) as tx:
        test = await reach_tests.load(tx.conn, number)
        if test is None or test.user != by:
            raise Wrong("This test is somebody else's. Nothing was changed.")
        await reach_tests.seen(tx.conn, number, tx.now)
        return await reach_tests.load(tx.conn, number) or test
