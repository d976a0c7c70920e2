"""Whether people on call can be woken: what Slack tells of their quiet hours, and tests that they ask for."""

from __future__ import annotations

from bot.core import debts
from bot.core.ids import UserId
from bot.core.permissions import Action
from bot.core.quiet_hours import Quiet
from bot.errors import Wrong
from bot.store import quiets, reach_tests
from bot.store.database import Database
from bot.store.reach_tests import ReachTest
from bot.usecases.members import require


async def remember_quiet(db: Database, quiet: Quiet) -> None:
    """Slack told of somebody's Do Not Disturb."""
    async with db.write() as tx:
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
