"""Databases with much in them: one real page, begun as the bot begins it, copied by the database itself."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from bench.world import COMPANY
from bot.clock import SystemClock
from bot.config.load import load
from bot.core.ids import TOCSIN, ServiceId, SeverityId, UserId
from bot.store import directory
from bot.store.database import Database
from bot.store.migrations import migrate
from bot.usecases import configuration, paging
from manifests.bench.generate import PEOPLE, person

TABLES = {"page": "id", "notification": "page_id", "timeline": "page_id"}


async def open_pages(file: Path, count: int, due_after: timedelta) -> None:
    """A database at `file` with `count` open pages whose next step is due `due_after` from now.

    Their first step is done and its debts are paid.
    """
    db = Database(f"sqlite+aiosqlite:///{file}", SystemClock())
    await migrate(db)
    await configuration.apply_configuration(db, load(COMPANY))
    async with db.write() as tx:
        await directory.save(tx.conn, [_member(one) for one in range(PEOPLE)])
    async with db.read() as conn:
        catalogue = await configuration.load_catalogue(conn)
    async with db.write() as tx:
        page = await paging.begin(
            tx,
            catalogue,
            service=ServiceId("service-001"),
            title="Error rate above 5 %",
            severity=SeverityId("SEV2"),
            by=TOCSIN,
            group=False,
        )
    due_at = (db.clock.now() + due_after).replace(tzinfo=None)
    await db.close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE page SET due_at = ?", (due_at.isoformat(" "),))
        connection.execute("UPDATE notification SET state = 'sent', settled_at = created_at")
        connection.execute("UPDATE debt SET state = 'sent', settled_at = created_at")
        for table, key in TABLES.items():
            _multiply(connection, table, key, page.id, count)
    connection.close()


def _member(number: int) -> directory.SlackUser:
    """Somebody whom the workspace knows, so that there is a person to page."""
    name = person(number)
    return directory.SlackUser(
        id=UserId(f"U{number:08}"),
        team_id="T00000001",
        name=name,
        real_name=name,
        email=f"{name}@example.com",
        tz="UTC",
        deleted=False,
        is_bot=False,
        is_restricted=False,
    )


def _multiply(connection: sqlite3.Connection, table: str, key: str, page: int, count: int) -> None:
    """Copy the rows of that page for `count` pages in all."""
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] not in ("id", key)]
    columns = ", ".join(f'"{name}"' for name in names)
    connection.execute(
        f"WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < {count - 1}) "
        f"INSERT INTO {table} ({key}, {columns}) SELECT {key} + n, {columns} FROM {table}, more WHERE {key} = ?",
        (page,),
    )
