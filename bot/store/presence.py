"""Which copies on one PostgreSQL are there: each holds a lock on a connection of its own, which ends with its process.

The lock says more than a heartbeat would: PostgreSQL frees it at once when a killed process's connection closes, and
a copy that is slow, stopped or busy still holds it. When a whole machine is gone, its connection may look alive for
long.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_CLASS = 0x70C5
"""The first of the two numbers of these locks; any that nobody else uses."""
_HELD = text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = :class AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def show(connection: Any, copy: str) -> None:
    """Hold this copy's lock for as long as the connection (asyncpg's) lives.

    A shared lock: one that an earlier connection of the same copy still holds is not waited for.
    """
    number = _number(copy)
    signed = number - 2**32 if number >= 2**31 else number
    await connection.execute("SELECT pg_advisory_lock_shared($1::int, $2::int)", _CLASS, signed)


async def gone(conn: AsyncConnection, copies: Collection[str]) -> frozenset[str]:
    """Those of the copies whose lock nobody holds at this moment; it may be a moment between two connections."""
    held = set((await conn.execute(_HELD, {"class": _CLASS})).scalars())
    return frozenset(copy for copy in copies if _number(copy) not in held)


def _number(copy: str) -> int:
    return zlib.crc32(copy.encode())
