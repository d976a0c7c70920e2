"""How we connect: SQLite as one writer and some readers, PostgreSQL as one pool."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.store.hot import HotEngine
from bot.store.readers import MOST
from bot.store.sqlite import Driver

READ_LOCK_WAIT_MS = 250
"""How long SQLite itself waits for a lock when it reads, which is rare; a writer's wait is ours: it holds no thread."""
POSTGRES_SETTINGS = {
    "application_name": "tocsin",
    "timezone": "UTC",
    # A copy that hangs within a transaction (a laptop asleep, a network gone) holds the others up no longer than this.
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "20s",
}
CONNECT_WITHIN_SECONDS = 5.0


def sqlite_engine(url: str, *, writes: bool) -> HotEngine:
    made = create_async_engine(
        url,
        module=Driver(),
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        pool_size=1 if writes else MOST,
        max_overflow=0,  # those beyond the pool would be opened and closed for each use
        connect_args={"timeout": READ_LOCK_WAIT_MS / 1000},
    )
    engine = HotEngine(made)

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        if writes:
            cursor.execute("PRAGMA busy_timeout = 0")
        else:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        if not connection.connection.dbapi_connection.in_transaction:  # a hot statement may have begun it
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def postgres_engine(url: str) -> AsyncEngine:
    return create_async_engine(
        url,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        connect_args={"timeout": CONNECT_WITHIN_SECONDS, "server_settings": POSTGRES_SETTINGS},
    )


def _dumps(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
