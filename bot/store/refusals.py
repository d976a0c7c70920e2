"""What a driver's error means: the database is busy or away (try again), or it refused the statement (our bug)."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import DatabaseBusy, DatabaseRefused, MaybeSaved, TocsinError

CONNECTING = (DBAPIError, PoolTimeout, TimeoutError, OSError)
"""What opening a connection raises; asyncpg's come as they are when there is no server."""
_TRY_AGAIN = ("08", "40", "53", "57")
"""SQLSTATE classes: connection, deadlock and serialization, too little of something, an operator's doing.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""
_ANSWER_LOST = ("08", "57")
_BROKEN_DISK = "disk I/O error"
_TRY_AGAIN_STATES = ("25P03", "55P03")
"""Idle in a transaction for too long; a lock that did not come free in time."""


def is_locked(error: BaseException) -> bool:
    """Whether another process holds SQLite's lock."""
    text = str(error.orig) if isinstance(error, OperationalError) else ""
    return "locked" in text or "busy" in text


def is_away(error: BaseException) -> bool:
    """Whether the same may go well later."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, CONNECTING)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if error.connection_invalidated or state.startswith(_TRY_AGAIN) or state in _TRY_AGAIN_STATES:
        return True
    # asyncpg's own look at a value (a number too large for its column) is a ValueError, and an InterfaceError too.
    if state or (error.orig is not None and isinstance(error.orig.__cause__, ValueError)):
        return False
    return isinstance(error, (OperationalError, InterfaceError))


def told(error: BaseException) -> TocsinError:
    """The same as an error of ours."""
    why = getattr(error, "orig", None) or str(error) or type(error).__name__
    if is_away(error):
        return DatabaseBusy(f"The database cannot be written: {why}. Nothing was saved; try again.")
    return DatabaseRefused(f"The database refused a statement: {why}. Nothing was saved.")


def told_at_commit(error: DBAPIError) -> TocsinError:
    """The same for what went wrong at a commit: when its answer never came, nobody knows what became of it."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    lost = error.connection_invalidated or state.startswith(_ANSWER_LOST) or _BROKEN_DISK in str(error.orig)
    if not lost and (state or isinstance(error.orig, sqlite3.Error)):
        return told(error)
    return MaybeSaved(
        f"The database went away while saving: {error.orig}. It may be saved or not; look before you try again."
    )
