"""Whose database this is, and how its time runs."""

from __future__ import annotations

import secrets
from datetime import datetime

from bot.errors import CannotStart
from bot.store import meta
from bot.store.database import Database


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
