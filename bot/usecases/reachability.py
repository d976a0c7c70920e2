"""Whether people on call can be woken: what Slack tells of their quiet hours, and tests that they ask for."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import debts
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import ChannelId, UserId
from bot.core.permissions import Action
from bot.core.quiet_hours import CHECK, CHECK_EVERY, MOST_AT_ONCE, PAUSE_SECONDS, Quiet, soon_on_call
from bot.errors import Wrong
from bot.store import changes, chores, contacts, messages, quiets, reach_tests
from bot.store.database import Database
from bot.store.reach_tests import ReachTest
from bot.store.uow import Tx
from bot.usecases.members import require

TEST = "test"
"""The role of the message that is the test; that of a shift's beginning is `OFFERED` and what it was owed with."""
OFFERED = "shift:"


def subject(test: int) -> str:
    """What the messages about a test are kept under."""
    return f"reach_test:{test}"


async def remember_quiet(db: Database, quiet: Quiet) -> None:
    """Slack told of somebody's Do Not Disturb."""
    async with db.write() as tx:
        await told(tx, (quiet,))


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
    """Slack told; Homes that people look at show it."""
    await quiets.put(tx.conn, quiet, tx.now)
    tx.touch_homes(*(one.user for one in quiet))


@dataclass(frozen=True)
class Place:
    """A message of ours in a conversation."""

    channel: ChannelId
    ts: str


async def send_test(db: Database, user: UserId, offered_in: Place | None = None, told: str = "") -> int:
    """A message that comes as a page does; answers its number. Raises `NotAllowed`.

    `offered_in` is the beginning of a shift, with `told` as its button carried it: it follows what comes of the test.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, user)
        number = await reach_tests.add(tx.conn, user, tx.now)
        if offered_in is not None and told:
            await _keep(tx, number, f"{OFFERED}{told}", offered_in)
        tx.owe(debts.notice(f"reach_test:{number}", user, "reach_test", {"test": number}))
        return number


async def heard(db: Database, number: int, by: UserId, came_in: Place | None = None) -> ReachTest:
    """They heard it; the first time counts. `came_in` is the test itself, which says so from now on.

    Raises `Wrong` for a test of somebody else's.
    """
    async with db.write(first=True) as tx:
        test = await reach_tests.load(tx.conn, number)
        if test is None or test.user != by:
            raise Wrong("This test is somebody else's. Nothing was changed.")
        await reach_tests.seen(tx.conn, number, tx.now)
        if test.contact is not None:
            await contacts.change(tx.conn, test.contact, tested_at=tx.now)
        if came_in is not None:
            await _keep(tx, number, TEST, came_in)
        for message in await messages.of_subject(tx.conn, subject(number)):
            tx.owe(debts.reach_test_copy(message.id))
        return await reach_tests.load(tx.conn, number) or test


async def _keep(tx: Tx, test: int, role: str, place: Place) -> None:
    """The message is about this test alone from now on."""
    known = await messages.at_place(tx.conn, place.channel, place.ts)
    if known is not None:
        await messages.forget(tx.conn, known.id)
    await messages.add(tx.conn, subject(test), role, place.channel, place.ts, 0, tx.real)
