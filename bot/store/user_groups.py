"""Slack's user groups: as Slack last told, and as we last set those that follow schedules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ids import UserId
from bot.core.user_group import SlackGroup
from bot.store import meta
from bot.store.tables import UserGroupRow

_TABLE = UserGroupRow.__table__  # type: ignore[attr-defined]
REVISION = "user_groups_revision"
"""In `meta`: a number that grows with everything that Slack tells of user groups."""


async def every(conn: AsyncConnection) -> tuple[SlackGroup, ...]:
    """All of the workspace, those last that can be mentioned."""
    query = select(_TABLE).order_by(_TABLE.c.disabled.desc(), _TABLE.c.id)
    return tuple(
        SlackGroup(
            id=row["id"],
            handle=row["handle"],
            name=row["name"],
            members=tuple(UserId(user) for user in row["members"]),
            disabled=row["disabled"],
            set_members=tuple(UserId(user) for user in row["set_members"]),
            set_at=row["set_at"],
        )
        for row in (await conn.execute(query)).mappings()
    )


async def put(conn: AsyncConnection, groups: Sequence[SlackGroup]) -> None:
    """Write what Slack told of each; what we set stays."""
    if groups:
        rows = [_row(group) for group in groups]
        await _upsert(conn, rows, ("handle", "name", "members", "disabled"))


async def was_set(conn: AsyncConnection, group: SlackGroup, at: datetime) -> None:
    """We put exactly its members into the group; `at` by Slack's clock."""
    row = _row(group) | {"set_members": list(group.members), "set_at": at}
    await _upsert(conn, [row], ("handle", "name", "members", "disabled", "set_members", "set_at"))


async def forget(conn: AsyncConnection, groups: Collection[str]) -> None:
    """Slack has them no more."""
    if groups:
        await conn.execute(delete(_TABLE).where(_TABLE.c.id.in_(groups)))


async def revision(conn: AsyncConnection) -> int:
    kept = await meta.get(conn, REVISION)
    return int(kept["number"]) if kept else 0


async def revise(conn: AsyncConnection) -> None:
    """What Slack tells of user groups is something else from now on."""
    await meta.put(conn, REVISION, {"number": await revision(conn) + 1})


def _row(group: SlackGroup) -> dict[str, object]:
    return {
        "id": group.id,
        "handle": group.handle,
        "name": group.name,
        "members": list(group.members),
        "set_members": [],
        "set_at": None,
        "disabled": group.disabled,
    }


async def _upsert(conn: AsyncConnection, rows: list[dict[str, object]], replaced: Sequence[str]) -> None:
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_TABLE)
    values = {name: statement.excluded[name] for name in replaced}
    await conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values), rows)
