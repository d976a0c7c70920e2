"""Whose turn it is in levels that page one after the other."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import PolicyId
from bot.store.tables import RoundRobinRow

_TABLE = RoundRobinRow.__table__  # type: ignore[attr-defined]


async def load(conn: AsyncConnection) -> dict[tuple[PolicyId, int], int]:
    """By policy and 1-based place of the level: how many turns were taken."""
    rows = await conn.execute(select(_TABLE.c.policy, _TABLE.c.level, _TABLE.c.turn))
    return {(PolicyId(policy), level): turn for policy, level, turn in rows}


async def put(conn: AsyncConnection, turns: Mapping[tuple[PolicyId, int], int]) -> None:
    for (policy, level), turn in turns.items():
        mine = (_TABLE.c.policy == policy, _TABLE.c.level == level)
        changed = await conn.execute(update(_TABLE).where(*mine).values(turn=turn))
        if not changed.rowcount:
            await conn.execute(insert(_TABLE).values(policy=policy, level=level, turn=turn))
