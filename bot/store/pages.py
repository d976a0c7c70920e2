"""Pages and their notifications: rows to frozen pages and back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    cast,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.contact import SLACK_DM, Urgency
from bot.core.facts import PageDeclined
from bot.core.frozen import dataclass
from bot.core.ids import ContactId, IncidentId, NotificationId, PageId, ServiceId, UserId, by_user
from bot.core.page import FIELDS, OPEN_STATES, Page, PageState
from bot.core.policy import Policy
from bot.store.hot import hot
from bot.store.tables import NotificationRow, PageRow, TimelineRow
from bot.store.types import Instant
from bot.store.uow import Tx

_TABLE = PageRow.__table__  # type: ignore[attr-defined]
_NOTES = NotificationRow.__table__  # type: ignore[attr-defined]
_FACTS = TimelineRow.__table__  # type: ignore[attr-defined]
_POLICY: TypeAdapter[Policy] = TypeAdapter(Policy)
_OPEN = _TABLE.c.state != literal_column(f"'{PageState.RESOLVED}'")
"""In the very words of the partial index, without a bound value: else SQLite does not take it."""
_AS_COLUMN = {"incident": "incident_id"}
_WAITS = ("due_at", "step_at", "snoozed_until")
_LISTS = ("paged", "declined", "failed", "ever_paged", "agreed", "accepted")
_KEPT = tuple((name, _AS_COLUMN.get(name, name)) for name in FIELDS if name not in ("id", "policy"))
"""What a save writes, with its column: the policy stays what it was when the page began."""
_COLUMNS = [
    cast(_TABLE.c[name], Text) if name in ("policy", *_LISTS) else _TABLE.c[_AS_COLUMN.get(name, name)]
    for name in FIELDS
]
"""A page's fields in their order; the policy and the lists as text, because the same text is the same value."""
_LOAD = hot(select(*_COLUMNS).where(_TABLE.c.id == bindparam("page")))
_LOAD_TO_CHANGE = hot(_LOAD.with_for_update())
_OPEN_FOR = hot(
    select(_TABLE.c.group_key, *_COLUMNS)
    .where(_TABLE.c.group_key.in_(bindparam("keys", expanding=True)), _OPEN)
    .with_for_update()
)
_DUE = hot(
    select(*_COLUMNS)
    .where(_TABLE.c.due_at <= bindparam("now", type_=Instant))
    .order_by(_TABLE.c.due_at, _TABLE.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_NEXT_DUE = hot(select(func.min(_TABLE.c.due_at)).where(_TABLE.c.due_at.is_not(None)))
"""With the partial index's own words, for the same reason: else SQLite reads all pages that ever were."""
_SAVE = hot(update(_TABLE).where(_TABLE.c.id == bindparam("page")))
_GENERATION = hot(select(_TABLE.c.generation).where(_TABLE.c.id == bindparam("page")))
_VERSION = hot(select(_TABLE.c.version).where(_TABLE.c.id == bindparam("page")))
_ADD = hot(insert(_TABLE).returning(_TABLE.c.id))


def group_key(service: ServiceId | None, policy: Policy) -> str:
    """One open page per service and policy (PRODUCT §2)."""
    return f"{service or ''}:{policy.id}"


def _row(page: Page) -> dict[str, Any]:
    return {column: getattr(page, name) for name, column in _KEPT}


def _differences(changed: Sequence[tuple[Page, Page]]) -> list[dict[str, Any]]:
    """A row for each of these pages, as it was and as it is: of the columns that any of them does not just keep."""
    moved = set().union(*[_moved(before, after) for before, after in changed])
    columns = [(name, column) for name, column in _KEPT if name in moved]
    return [
        {column: values[name] for name, column in columns} for values in (vars(after) for _, after in changed)
    ]


def _moved(before: Page, after: Page) -> list[str]:
    each = zip(FIELDS, vars(before).values(), vars(after).values(), strict=True)
    return [name for name, was, value in each if value is not was]


@lru_cache(maxsize=1024)
def _policy(text: str) -> Policy:
    return _POLICY.validate_json(text)


@lru_cache(maxsize=1024)
def _people(text: str) -> tuple[UserId, ...]:
    return tuple(orjson.loads(text))


_READ: tuple[tuple[int, Callable[[Any], Any]], ...] = (
    (FIELDS.index("policy"), _policy),
    (FIELDS.index("state"), {state.value: state for state in PageState}.__getitem__),
    (FIELDS.index("urgency"), {urgency.value: urgency for urgency in Urgency}.__getitem__),
    *((FIELDS.index(name), _people) for name in _LISTS),
)
"""What is not as it is stored, by its place."""


def _page(row: Sequence[Any]) -> Page:
    values = list(row)
    for place, read in _READ:
        values[place] = read(values[place])
    return Page.of(values)


async def _read(conn: AsyncConnection, query: Select[Any]) -> tuple[Page, ...]:
    return tuple([_page(row) for row in await conn.execute(query)])


async def load(conn: AsyncConnection, page: PageId, *, lock: bool = False) -> Page | None:
    """`lock` for a page that is about to change: whoever comes second sees what the first one did."""
    row = (await conn.execute(_LOAD_TO_CHANGE if lock else _LOAD, {"page": page})).first()
    return _page(row) if row else None


async def version(conn: AsyncConnection, page: PageId) -> int | None:
    """The version that copies should show."""
    return (await conn.execute(_VERSION, {"page": page})).scalar()


async def generation(conn: AsyncConnection, page: PageId) -> int | None:
    """What is owed for an older one is not sent any more."""
    return (await conn.execute(_GENERATION, {"page": page})).scalar()


async def add(tx: Tx, page: Page, key: str | None) -> PageId:
    """Insert a page that has its first step decided; `key` lets later alerts join it."""
    row = _row(page) | {"policy": _POLICY.dump_python(page.policy, mode="json"), "group_key": key}
    result = await tx.conn.execute(_ADD, row)
    tx.wake("escalate", page.due_at)
    return PageId(result.scalar_one())


async def save(tx: Tx, *changed: Page) -> None:
    """Write all of them in one statement."""
    await _save(tx, changed, [_row(page) for page in changed])


async def save_differences(tx: Tx, changed: Sequence[tuple[Page, Page]]) -> None:
    """`save` for pages as they are stored and as they become: only what differs is written."""
    rows = _differences(changed)
    if rows and rows[0]:
        await _save(tx, [page for _, page in changed], rows)


async def _save(tx: Tx, changed: Sequence[Page], rows: list[dict[str, Any]]) -> None:
    for page, row in zip(changed, rows, strict=True):
        row["page"] = page.id
    await tx.conn.execute(_SAVE, rows)
    due = [page.due_at for page in changed if page.due_at is not None]
    if due:
        tx.wake("escalate", min(due))


async def open_for(conn: AsyncConnection, keys: Collection[str]) -> dict[str, Page]:
    """The open pages that alerts of these group keys join, by key."""
    rows = await conn.execute(_OPEN_FOR, {"keys": list(keys)})
    return {row[0]: _page(row[1:]) for row in rows}


async def due(conn: AsyncConnection, now: datetime, limit: int) -> tuple[Page, ...]:
    """Pages whose next step is due, the longest waiting first."""
    return tuple([_page(row) for row in await conn.execute(_DUE, {"now": now, "most": limit})])


async def next_due(conn: AsyncConnection) -> datetime | None:
    return (await conn.execute(_NEXT_DUE)).scalar()


async def move(conn: AsyncConnection, by: timedelta) -> None:
    """Everything that open pages wait for comes so much later, or earlier."""
    rows = await conn.execute(select(_TABLE.c.id, *(_TABLE.c[name] for name in _WAITS)).where(_OPEN))
    changed = [
        {"page": row["id"]} | {name: row[name] and row[name] + by for name in _WAITS}
        for row in rows.mappings()
    ]
    if changed:
        one = update(_TABLE).where(_TABLE.c.id == bindparam("page"))
        await conn.execute(one.values({name: bindparam(name) for name in _WAITS}), changed)


async def open_pages(conn: AsyncConnection, limit: int = 500) -> tuple[Page, ...]:
    """All open pages, the oldest first."""
    return await _read(conn, select(*_COLUMNS).where(_OPEN).order_by(_TABLE.c.id).limit(limit))


async def begun_in(
    conn: AsyncConnection, services: Collection[ServiceId], start: datetime, end: datetime, limit: int = 1000
) -> tuple[Page, ...]:
    """The pages of these services that began from `start` until before `end`, the oldest first."""
    c = _TABLE.c
    mine = (c.service.in_(services), c.started_at >= start, c.started_at < end)
    return await _read(conn, select(*_COLUMNS).where(*mine).order_by(c.id).limit(limit))


async def recent(conn: AsyncConnection, limit: int = 200) -> tuple[Page, ...]:
    return await _read(conn, select(*_COLUMNS).order_by(_TABLE.c.id.desc()).limit(limit))


async def of_incident(
    conn: AsyncConnection, incident: IncidentId, *, only_open: bool = False
) -> tuple[Page, ...]:
    query = select(*_COLUMNS).where(_TABLE.c.incident_id == incident).order_by(_TABLE.c.id)
    return await _read(conn, query.where(_OPEN) if only_open else query)


async def without_next_step(conn: AsyncConnection, before: datetime) -> tuple[Page, ...]:
    """Triggered or snoozed pages with no deadline, or with one that passed before `before`: the auditor's question."""
    query = select(*_COLUMNS).where(
        _TABLE.c.state.in_((PageState.TRIGGERED, PageState.SNOOZED)),
        or_(_TABLE.c.due_at.is_(None), _TABLE.c.due_at < before),
    )
    return await _read(conn, query)


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
    contact: ContactId = SLACK_DM
    due_at: datetime | None = None
    """Of a planned one: when its turn comes."""

    @property
    def user(self) -> UserId | None:
        return None if self.is_channel else UserId(self.addressee)


_ADD_NOTES = hot(
    insert(_NOTES).returning(
        _NOTES.c.id, _NOTES.c.page_id, _NOTES.c.step, _NOTES.c.addressee, _NOTES.c.contact
    )
)
_ADD_WAITING = hot(insert(_NOTES))
TO_COME = ("planned", "owed")
"""The states of what has not left."""
TOLD = ("delivered", "failed")
"""The states of which a provider tells."""
_CANCEL = hot(
    update(_NOTES)
    .where(
        _NOTES.c.page_id == bindparam("page"),
        _NOTES.c.generation < bindparam("fence"),
        or_(*(_NOTES.c.state == state for state in TO_COME)),  # `in_` is refused for several rows at once
    )
    .values(state="canceled", reason="the page moved on", settled_at=bindparam("at"))
)
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
    "contact",
    "due_at",
]


NOTE_COLUMNS = [_NOTES.c.id, _NOTES.c.page_id, *(_NOTES.c[name] for name in _NOTE_FIELDS)]
_INVOLVING = hot(
    select(*_COLUMNS)
    .where(
        _TABLE.c.state.in_(OPEN_STATES),  # by its index: whatever is over is not looked at
        or_(
            exists().where(_NOTES.c.page_id == _TABLE.c.id, _NOTES.c.addressee == bindparam("person")),
            _TABLE.c.acknowledged_by == bindparam("person"),
        ),
    )
    .order_by(_TABLE.c.id)
)
MOST_UNANSWERED = 100
"""Of so many newest triggered pages somebody's own are counted: a card in a storm must not read all of them."""
_NEWEST_TRIGGERED = (
    select(_TABLE.c.id)
    .where(_TABLE.c.state == PageState.TRIGGERED)
    .order_by(_TABLE.c.id.desc())
    .limit(MOST_UNANSWERED)
)
_UNANSWERED = hot(
    select(_TABLE.c.id, _TABLE.c.agreed)
    .where(
        _TABLE.c.id.in_(_NEWEST_TRIGGERED),
        exists().where(
            _NOTES.c.page_id == _TABLE.c.id,
            _NOTES.c.addressee == bindparam("person"),
            _NOTES.c.generation == _TABLE.c.generation,
            ~exists().where(
                _FACTS.c.page_id == _NOTES.c.page_id,
                _FACTS.c.kind == PageDeclined.kind,
                _FACTS.c.by == bindparam("by"),
                _FACTS.c.at >= _NOTES.c.created_at,
            ),
        ),
    )
    .order_by(_TABLE.c.id)
)
_NOTES_OF_PAGE = hot(select(*NOTE_COLUMNS).where(_NOTES.c.page_id == bindparam("page")).order_by(_NOTES.c.id))
_NOTE = hot(select(*NOTE_COLUMNS).where(_NOTES.c.id == bindparam("number")))
_SETTLE = hot(
    update(_NOTES)
    .where(_NOTES.c.id == bindparam("number"), _NOTES.c.state.not_in(bindparam("unless", expanding=True)))
    .values(
        state=bindparam("outcome"),
        reason=func.coalesce(func.nullif(bindparam("problem", type_=Text), ""), _NOTES.c.reason),
        settled_at=bindparam("at"),
    )
    .returning(*NOTE_COLUMNS)
)


def notification_of(row: Sequence[Any]) -> Notification:
    """From the columns `NOTE_COLUMNS`."""
    return Notification(*row)


Attempt = tuple[PageId, int, str, ContactId]
"""A page, its step, whom it pages then, and by which of their methods."""


async def add_notifications(
    conn: AsyncConnection, rows: list[dict[str, Any]]
) -> dict[Attempt, NotificationId]:
    """Insert all of them in one statement; their numbers, which nobody needs while all of them wait."""
    if all([row["state"] == "planned" for row in rows]):
        await conn.execute(_ADD_WAITING, rows)
        return {}
    added = await conn.execute(_ADD_NOTES, rows)
    return {(page, step, addressee, contact): number for number, page, step, addressee, contact in added}


async def notifications(conn: AsyncConnection, page: PageId) -> tuple[Notification, ...]:
    return tuple([notification_of(row) for row in await conn.execute(_NOTES_OF_PAGE, {"page": page})])


async def settle_notification(
    conn: AsyncConnection,
    number: NotificationId,
    state: str,
    reason: str,
    now: datetime,
    unless: Sequence[str] = TOLD,
) -> Notification | None:
    """Answers it as it is now. Without a reason it keeps that of its time.

    None when there is none of that number, or it is in a state that is known better: a provider may tell what came of
    a message before its answer that it took it is here.
    """
    outcome = {"number": number, "outcome": state, "problem": reason, "at": now, "unless": list(unless)}
    row = (await conn.execute(_SETTLE, outcome)).first()
    return notification_of(row) if row else None


async def notification(conn: AsyncConnection, number: NotificationId) -> Notification | None:
    row = (await conn.execute(_NOTE, {"number": number})).first()
    return notification_of(row) if row else None


async def cancel_notifications(conn: AsyncConnection, moved: Sequence[Page], now: datetime) -> None:
    """What older generations of these pages still owe is not sent any more; one in the air keeps its own outcome."""
    await conn.execute(_CANCEL, [{"page": page.id, "fence": page.generation, "at": now} for page in moved])


async def held(conn: AsyncConnection) -> dict[UserId, int]:
    """How many open pages each person holds."""
    c = _TABLE.c
    query = select(c.acknowledged_by, func.count()).where(c.state == PageState.ACKNOWLEDGED)
    return {UserId(user): count for user, count in await conn.execute(query.group_by(c.acknowledged_by))}


async def involving(conn: AsyncConnection, user: UserId) -> Sequence[Page]:
    """Open pages that this user was paged for or holds, the oldest first."""
    return tuple([_page(row) for row in await conn.execute(_INVOLVING, {"person": user})])


async def unanswered(conn: AsyncConnection, user: UserId) -> tuple[PageId, ...]:
    """Triggered pages that called this user since somebody last moved them, and have no answer of theirs.

    Of the newest `MOST_UNANSWERED` of all; the oldest first.
    """
    found = await conn.execute(_UNANSWERED, {"person": user, "by": by_user(user)})
    return tuple(PageId(number) for number, agreed in found if user not in agreed)


async def times_paged(
    conn: AsyncConnection, since: datetime, users: Collection[UserId] | None = None
) -> dict[UserId, int]:
    """By how many pages that began since then each person was paged; of `users` alone, or everybody."""
    query = select(_NOTES.c.addressee, func.count(_NOTES.c.page_id.distinct()))
    query = query.where(*_begun_since(since, users)).group_by(_NOTES.c.addressee)
    return {UserId(user): count for user, count in await conn.execute(query)}


async def paged_since(
    conn: AsyncConnection, since: datetime, users: Collection[UserId] | None = None
) -> list[tuple[UserId, datetime]]:
    """Each page that began since then with each person whom it paged, once, and when it first did; as `times_paged`."""
    first = func.min(_NOTES.c.created_at)
    query = select(_NOTES.c.addressee, first).where(*_begun_since(since, users))
    found = await conn.execute(query.group_by(_NOTES.c.page_id, _NOTES.c.addressee))
    return [(UserId(user), at) for user, at in found]


def _begun_since(since: datetime, users: Collection[UserId] | None) -> list[ColumnElement[bool]]:
    """Numbers of pages grow with time, so the newest are looked at and not the whole table."""
    before = (
        select(_TABLE.c.id).where(_TABLE.c.started_at < since).order_by(_TABLE.c.id.desc()).limit(1)
    ).scalar_subquery()
    wanted = [_NOTES.c.page_id > func.coalesce(before, 0), _NOTES.c.is_channel.is_(False)]
    return wanted if users is None else [*wanted, _NOTES.c.addressee.in_(users)]
