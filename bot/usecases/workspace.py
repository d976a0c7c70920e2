"""Whose database this is, and how its time runs."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.errors import CannotStart
from bot.store import attempts, debts, meta, pages
from bot.store.database import Database
from bot.store.uow import Tx


async def claim(db: Database, team_id: str, team_name: str) -> None:
    """Bind a new database to its Slack workspace. Raises `CannotStart` when it belongs to another (PRODUCT §10)."""
    async with db.write() as tx:
        owner = await meta.get(tx.conn, "workspace")
        if owner is None:
            await meta.put(tx.conn, "workspace", {"team_id": team_id, "name": team_name})
        elif owner["team_id"] != team_id:
            raise CannotStart(
                f"This database belongs to the Slack workspace {owner['name']} ({owner['team_id']}), and the tokens "
                f"are of {team_name} ({team_id}). Use that workspace's tokens, or another TOCSIN_DATABASE_URL."
            )


async def time_anchor(db: Database, scale: float) -> tuple[datetime, datetime, float] | None:
    """Real instant, product instant and scale from which product time is counted; None while nothing is scaled.

    It is kept, so that a restart, also with another scale, never steps back.
    """
    async with db.write() as tx:
        kept = await meta.get(tx.conn, "clock")
        if kept is None and scale == 1:
            return None
        real = tx.real
        product = real
        if kept is not None:
            since = real - datetime.fromisoformat(kept["real"])
            product = datetime.fromisoformat(kept["product"]) + since * kept["scale"]
        await meta.put(
            tx.conn, "clock", {"real": real.isoformat(), "product": product.isoformat(), "scale": scale}
        )
        return real, product, scale


async def signing_key(db: Database) -> bytes:
    """The 32 bytes with which this database's links are signed; made at the first asking, the same for all copies."""
    async with db.write() as tx:
        kept = await meta.get(tx.conn, "signing_key")
        if kept is None:
            kept = {"hex": secrets.token_hex(32)}
            await meta.put(tx.conn, "signing_key", kept)
        return bytes.fromhex(kept["hex"])


async def clock_was_set(
    db: Database, by: timedelta, follow: Callable[[timedelta], None], *, scaled: bool
) -> None:
    """The machine's clock was set by so much: what waits goes on waiting as long as it would have.

    `follow` moves our clock, before the commit: a look at the database in between, with the new time and the old
    deadlines, starts a duty at most, and a duty writes after this commit.
    """
    followed = False
    try:
        async with db.write() as tx:
            await _move_deadlines(tx, by, scaled=scaled)
            await meta.put(tx.conn, "seen", (tx.real + by).isoformat())
            tx.wake("escalate")
            tx.wake("reach")
            tx.wake("deliver")
            follow(by)
            followed = True
    except BaseException:  # the edge of the transaction: the clock stays with the deadlines
        if followed:
            follow(-by)
        raise


async def note_time(db: Database) -> None:
    """Remember how late it is, so that a start knows of a clock that was set back meanwhile."""
    async with db.write() as tx:
        await meta.put(tx.conn, "seen", tx.real.isoformat())


async def catch_up_with_clock(db: Database) -> timedelta:
    """At the start of the only copy: a clock that tells an earlier time than was seen here was set back meanwhile.

    Moves the deadlines by what it went back at the least, which it answers (zero: it did not), so that no page waits
    for the hour to pass once more.
    """
    async with db.write() as tx:
        seen = await meta.get(tx.conn, "seen")
        back = tx.real - datetime.fromisoformat(seen) if seen else timedelta()
        if back >= timedelta():
            return timedelta()
        scaled = await meta.get(tx.conn, "clock") is not None
        await _move_deadlines(tx, back, scaled=scaled)
        await meta.put(tx.conn, "seen", tx.real.isoformat())
        return back


async def _move_deadlines(tx: Tx, by: timedelta, *, scaled: bool) -> None:
    """Debts wait in real time, pages and planned attempts in product time.

    Both are the same, unless it is scaled and its anchor moves.
    """
    await debts.move(tx.conn, by)
    if not scaled:
        await pages.move(tx.conn, by)
        await attempts.move(tx.conn, by)
        return
    kept = await meta.get(tx.conn, "clock")
    moved = datetime.fromisoformat(kept["real"]) + by
    await meta.put(tx.conn, "clock", {**kept, "real": moved.isoformat()})
