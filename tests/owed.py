"""What a database owes to the outside, for tests to look at."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.core.debts import DebtKind
from bot.core.ids import PageId, UserId
from bot.store import homes
from bot.store.database import Database
from bot.store.tables import DebtRow

_TABLE = DebtRow.__table__  # type: ignore[attr-defined]


async def owed(database: Database, kind: DebtKind) -> list[dict[str, Any]]:
    """The payloads of what is owed of this kind and not withdrawn, the oldest first."""
    query = select(_TABLE.c.payload).where(_TABLE.c.kind == kind, _TABLE.c.state == "new")
    async with database.read() as conn:
        return list((await conn.execute(query.order_by(_TABLE.c.id))).scalars())


async def owed_kinds(database: Database) -> set[str]:
    """The kinds of all that is owed."""
    query = select(_TABLE.c.kind).where(_TABLE.c.state == "new").distinct()
    async with database.read() as conn:
        return set((await conn.execute(query)).scalars())


async def posts(database: Database) -> list[str]:
    """What is to be said in incidents' channels, by the name of its wording."""
    return [post["what"] for post in await owed(database, DebtKind.INCIDENT_POST)]


async def pay_all(database: Database) -> None:
    """As if everything had been sent, so that a test sees what the next step owes."""
    async with database.write() as tx:
        await tx.conn.execute(_TABLE.update().values(state="sent"))


async def owed_of_page(database: Database, page: PageId) -> list[str]:
    """The keys of a page's messages that would still be sent."""
    query = select(_TABLE.c.key).where(_TABLE.c.page_id == page, _TABLE.c.state.in_(("new", "sending")))
    async with database.read() as conn:
        return list((await conn.execute(query)).scalars())


async def look_at_homes(database: Database, *users: UserId) -> None:
    """They look at their App Homes now; nothing is owed for that here."""
    async with database.write() as tx:
        for user in users:
            await homes.seen(tx.conn, user, tx.real)
