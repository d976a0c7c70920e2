"""Pages and their notifications: rows to frozen pages and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Policy
from bot.core.ids import IncidentId, NotificationId, PageId, ServiceId, UserId
from bot.core.page import Page, PageState
from bot.store.tables import NotificationRow, PageRow
from bot.store.uow import Tx

_TABLE = PageRow.__table__  # type: ignore[attr-defined]
_NOTES = NotificationRow.__table__  # type: ignore[attr-defined]
_POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)
_OPEN = _TABLE.c.state != PageState.RESOLVED
_SAME = [
    "service",
    "title",
    "severity",
    "state",
    "started_at",
    "due_at",
    "generation",
    "step",
    "level",
    "round",
    "last_resort",
    "step_at",
    "reached",
    "acknowledged_by",
    "acknowledged_at",
    "snoozed_until",
    "resolved_by",
    "resolved_at",
    "version",
]
_LISTS = ("paged", "declined", "failed", "ever_paged")


def group_key(service: ServiceId | None, policy: Policy) -> str:
    """One open page per service and policy (PRODUCT §2)."""
    return f"{service or ''}:{policy.id}"


def _row(page: Page) -> dict[str, Any]:
    row = {name: getattr(page, name) for name in _SAME}
    row |= {name: list(getattr(page, name)) for name in _LISTS}
    row["incident_id"] = page.incident
    return row


def _page(row: RowMapping) -> Page:
    values = {name: row[name] for name in _SAME} | {name: tuple(row[name]) for name in _LISTS}
    values["state"] = PageState(row["state"])
    policy = _POLICY.validate_python(row["policy"], strict=False)
    return Page(id=PageId(row["id"]), policy=policy, incident=row["incident_id"], **values)


async def load(conn: AsyncConnection, page: PageId, *, lock: bool = False) -> Page | None:
    """`lock` for a page that is about to change: whoever comes second sees what the first one did."""
    query = select(_TABLE).where(_TABLE.c.id == page)
    row = (await conn.execute(query.with_for_update() if lock else query)).mappings().first()
    return _page(row) if row else None


async def add(tx: Tx, page: Page, key: str | None) -> PageId:
    """Insert a page that has its first step decided; `key` lets later alerts join it."""
    row = _row(page) | {"policy": _POLICY.dump_python(page.policy, mode="json"), "group_key": key}
    result = await tx.conn.execute(insert(_TABLE).values(row).returning(_TABLE.c.id))
    tx.wake("escalate", page.due_at)
    return PageId(result.scalar_one())


async def save(tx: Tx, page: Page) -> None:
    await tx.conn.execute(update(_TABLE).where(_TABLE.c.id == page.id).values(_row(page)))
    if page.due_at is not None:
        tx.wake("escalate", page.due_at)


async def open_for(conn: AsyncConnection, key: str) -> Page | None:
    """The open page that alerts of this group key join."""
    query = select(_TABLE).where(_TABLE.c.group_key == key, _OPEN).with_for_update()
    row = (await conn.execute(query)).mappings().first()
    return _page(row) if row else None


async def due(conn: AsyncConnection, now: datetime, limit: int) -> tuple[Page, ...]:
    """Pages whose next step is due, the longest waiting first."""
    query = (
        select(_TABLE)
        .where(_TABLE.c.due_at <= now)
        .order_by(_TABLE.c.due_at, _TABLE.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return tuple(_page(row) for row in (await conn.execute(query)).mappings())


async def next_due(conn: AsyncConnection) -> datetime | None:
    return (await conn.execute(select(func.min(_TABLE.c.due_at)))).scalar()


async def open_pages(conn: AsyncConnection, limit: int = 500) -> tuple[Page, ...]:
    """All open pages, the oldest first."""
    rows = await conn.execute(select(_TABLE).where(_OPEN).order_by(_TABLE.c.id).limit(limit))
    return tuple(_page(row) for row in rows.mappings())


async def recent(conn: AsyncConnection, limit: int = 200) -> tuple[Page, ...]:
    rows = await conn.execute(select(_TABLE).order_by(_TABLE.c.id.desc()).limit(limit))
    return tuple(_page(row) for row in rows.mappings())


async def of_incident(
    conn: AsyncConnection, incident: IncidentId, *, only_open: bool = False
) -> tuple[Page, ...]:
    query = select(_TABLE).where(_TABLE.c.incident_id == incident).order_by(_TABLE.c.id)
    rows = await conn.execute(query.where(_OPEN) if only_open else query)
    return tuple(_page(row) for row in rows.mappings())


async def without_next_step(conn: AsyncConnection, before: datetime) -> tuple[Page, ...]:
    """Triggered or snoozed pages with no deadline, or with one that passed before `before`: the auditor's question."""
    query = select(_TABLE).where(
        _TABLE.c.state.in_((PageState.TRIGGERED, PageState.SNOOZED)),
        or_(_TABLE.c.due_at.is_(None), _TABLE.c.due_at < before),
    )
    return tuple(_page(row) for row in (await conn.execute(query)).mappings())


async def count_by_state(conn: AsyncConnection) -> dict[str, int]:
    rows = await conn.execute(select(_TABLE.c.state, func.count()).group_by(_TABLE.c.state))
    return {state: count for state, count in rows}


@dataclass(frozen=True)
class Notification:
    """One attempt to reach a person or channel; see `NotificationRow`."""

    id: NotificationId
    page: PageId
    generation: int
    step: int
    level: int
    addressee: str
    is_channel: bool
    method: str
    cause: str
    via: str
    until: datetime | None
    added_by: str | None
    round: int
    last_resort: bool
    state: str
    reason: str
    created_at: datetime
    settled_at: datetime | None

    @property
    def user(self) -> UserId | None:
        return None if self.is_channel else UserId(self.addressee)


_NOTE_FIELDS = [
    "generation",
    "step",
    "level",
    "addressee",
    "is_channel",
    "method",
    "cause",
    "via",
    "until",
    "added_by",
    "round",
    "last_resort",
    "state",
    "reason",
    "created_at",
    "settled_at",
]


def _notification(row: RowMapping) -> Notification:
    values = {name: row[name] for name in _NOTE_FIELDS}
    return Notification(id=NotificationId(row["id"]), page=PageId(row["page_id"]), **values)


async def add_notification(conn: AsyncConnection, values: dict[str, Any]) -> NotificationId:
    result = await conn.execute(insert(_NOTES).values(values).returning(_NOTES.c.id))
    return NotificationId(result.scalar_one())


async def notification(conn: AsyncConnection, number: NotificationId) -> Notification | None:
    row = (await conn.execute(select(_NOTES).where(_NOTES.c.id == number))).mappings().first()
    return _notification(row) if row else None


async def notifications(conn: AsyncConnection, page: PageId) -> tuple[Notification, ...]:
    rows = await conn.execute(select(_NOTES).where(_NOTES.c.page_id == page).order_by(_NOTES.c.id))
    return tuple(_notification(row) for row in rows.mappings())


async def settle_notification(
    conn: AsyncConnection, number: NotificationId, state: str, reason: str, now: datetime
) -> None:
    await conn.execute(
        update(_NOTES).where(_NOTES.c.id == number).values(state=state, reason=reason, settled_at=now)
    )


async def cancel_notifications(conn: AsyncConnection, page: PageId, generation: int, now: datetime) -> None:
    """What older generations still owe is not sent any more; one in the air keeps its own outcome."""
    await conn.execute(
        update(_NOTES)
        .where(_NOTES.c.page_id == page, _NOTES.c.generation < generation, _NOTES.c.state == "owed")
        .values(state="canceled", reason="the page moved on", settled_at=now)
    )


async def involving(conn: AsyncConnection, user: UserId) -> Sequence[Page]:
    """Open pages that this user was paged for or holds, the oldest first."""
    paged = select(_NOTES.c.page_id).where(_NOTES.c.addressee == user)
    mine = or_(_TABLE.c.id.in_(paged), _TABLE.c.acknowledged_by == user)
    rows = await conn.execute(select(_TABLE).where(_OPEN, mine).order_by(_TABLE.c.id))
    return tuple(_page(row) for row in rows.mappings())
