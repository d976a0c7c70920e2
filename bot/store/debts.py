"""The outbox: what is owed, who is sending it, and when it is tried again. All times here are real time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.debts import Converge, Debt, DebtKind, Deliver, Priority
from bot.core.frozen import dataclass
from bot.core.page import Page
from bot.store.hot import hot
from bot.store.tables import DebtRow
from bot.store.types import Instant

_TABLE = DebtRow.__table__  # type: ignore[attr-defined]
_ahead = _TABLE.alias("ahead")

LOWEST = max(Priority)
EVERY_KIND: Mapping[DebtKind, int] = {}
"""As many as there are, of whatever kind."""
_CANCEL = hot(
    update(_TABLE)
    .where(
        _TABLE.c.page_id == bindparam("page"),
        _TABLE.c.generation < bindparam("fence"),
        _TABLE.c.state == "new",
        _TABLE.c.sent_from.is_(None),
        _TABLE.c.mode == "deliver",
    )
    .values(state="canceled", settled_at=bindparam("at"), error="the page moved on")
)
_OF_ONE = hot(update(_TABLE).where(_TABLE.c.id == bindparam("debt")))
_SETTLE = hot(
    update(_TABLE).where(
        _TABLE.c.id == bindparam("debt"),
        or_(_TABLE.c.mode == "deliver", _TABLE.c.wanted == bindparam("told")),
    )
)

_WAITS = ("due_at", "lease_until", "sent_from")
LEASE = timedelta(seconds=20)
"""A send whose owner has not settled it by then is in doubt. Slack's client gives up after 10 s."""


async def owe(
    conn: AsyncConnection, delivers: Sequence[Deliver], converges: Sequence[Converge], real: datetime
) -> None:
    """Record debts. A deliver whose key is known is owed already; a converge's key is wanted once more."""
    statements = _owing(conn.dialect.name)
    if delivers:
        await conn.execute(statements.deliver, [_deliver_row(debt, real) for debt in delivers])
    if converges:
        await conn.execute(statements.converge, [_converge_row(debt, real) for debt in converges])


@dataclass(frozen=True)
class _Owing:
    deliver: Any
    converge: Any


@cache
def _owing(dialect: str) -> _Owing:
    upsert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = upsert(_TABLE)
    again = {
        "wanted": _TABLE.c.wanted + 1,
        "due_at": _sooner(statement.excluded.due_at),
        "payload": statement.excluded.payload,
        "state": _state_when_wanted_again(),
        "tries": 0,
    }
    return _Owing(
        hot(statement.on_conflict_do_nothing(index_elements=["key"])),
        hot(statement.on_conflict_do_update(index_elements=["key"], set_=again)),
    )


def _sooner(due_at: Any) -> Any:
    """A hurried change overtakes one that may wait; what was settled counts from the new one."""
    waits = and_(_TABLE.c.state == "new", _TABLE.c.due_at < due_at)
    return case((waits, _TABLE.c.due_at), else_=due_at)


def _state_when_wanted_again() -> Any:
    """One that is being sent goes on and is sent once more when it settles; any other is new again."""
    return case((_TABLE.c.state == "sending", "sending"), else_="new")


def _deliver_row(debt: Deliver, real: datetime) -> dict[str, Any]:
    return {
        "key": debt.key,
        "mode": "deliver",
        "kind": debt.kind,
        "lane": debt.lane,
        "priority": int(debt.priority),
        "payload": dict(debt.payload),
        "state": "new",
        "wanted": 1,
        "due_at": real,
        "tries": 0,
        "page_id": debt.page,
        "generation": debt.generation,
        "created_at": real,
    }


def _converge_row(debt: Converge, real: datetime) -> dict[str, Any]:
    return {
        "key": debt.key,
        "mode": "converge",
        "kind": debt.kind,
        "lane": debt.lane,
        "priority": int(debt.priority),
        "payload": dict(debt.payload),
        "state": "new",
        "wanted": 1,
        "due_at": real + timedelta(seconds=debt.after),
        "tries": 0,
        "created_at": real,
    }


def _debt(row: RowMapping) -> Debt:
    return Debt(
        id=row["id"],
        key=row["key"],
        mode=row["mode"],
        kind=DebtKind(row["kind"]),
        lane=row["lane"],
        payload=row["payload"],
        tries=row["tries"],
        wanted=row["wanted"],
        sent_from=row["sent_from"],
        page=row["page_id"],
        generation=row["generation"],
    )


def _unsettled(table: Any) -> ColumnElement[bool]:
    """In the very words of the partial indexes: SQLite takes one only for a condition that it can read, without bound
    values. Else each look at what is owed would look at all that ever was.
    """
    unsettled: ColumnElement[bool] = table.c.state.in_([literal_column("'new'"), literal_column("'sending'")])
    return unsettled


def _blocked() -> ColumnElement[bool]:
    """Another one is ahead in its lane."""
    return exists().where(_ahead.c.lane == _TABLE.c.lane, _ahead.c.id < _TABLE.c.id, _unsettled(_ahead))


_REAL = bindparam("real", type_=Instant)
_NOT_IN_HAND = _TABLE.c.id.not_in(bindparam("but", expanding=True))
_OF_OTHER_KINDS = _TABLE.c.kind.not_in(bindparam("without", expanding=True))
_URGENT = _TABLE.c.priority <= bindparam("down_to")
_CLAIMABLE = hot(
    select(_TABLE)
    .where(
        _unsettled(_TABLE),
        _TABLE.c.due_at <= _REAL,
        or_(_TABLE.c.state == "new", _TABLE.c.lease_until <= _REAL),
        ~_blocked(),
        _NOT_IN_HAND,
        _OF_OTHER_KINDS,
        _URGENT,
    )
    .order_by(_TABLE.c.priority, _TABLE.c.due_at, _TABLE.c.id)
    .limit(bindparam("room"))
    .with_for_update(skip_locked=True)
)
"""Due, not held by a living sender, and first in its lane."""
_TAKE = hot(
    update(_TABLE)
    .where(_TABLE.c.id.in_(bindparam("chosen", expanding=True)))
    .values(
        state="sending",
        owner=bindparam("me"),
        lease_until=bindparam("until", type_=Instant),
        tries=_TABLE.c.tries + 1,
        sent_from=func.coalesce(_TABLE.c.sent_from, _REAL),
    )
)
_NEXT_DUE = hot(
    select(
        select(func.min(_TABLE.c.due_at))
        .where(_unsettled(_TABLE), _TABLE.c.state == "new", ~_blocked(), _OF_OTHER_KINDS, _URGENT)
        .scalar_subquery(),
        select(func.min(_TABLE.c.lease_until))
        .where(_unsettled(_TABLE), _TABLE.c.state == "sending", _NOT_IN_HAND, _OF_OTHER_KINDS, _URGENT)
        .scalar_subquery(),
    )
)


@dataclass(frozen=True)
class Claimed:
    """What was claimed; `more`: there may be more that could be."""

    debts: tuple[Debt, ...]
    more: bool


async def claim(
    conn: AsyncConnection,
    owner: str,
    real: datetime,
    limit: int,
    but: Collection[int] = (),
    down_to: Priority = LOWEST,
    most: Mapping[DebtKind, int] = EVERY_KIND,
) -> Claimed:
    """Take up to `limit` debts for `owner`, the most urgent first. Committed before the send.

    A debt whose lease ran out comes with `sent_from`: it may have been sent. `but`: ids that the owner has in hand,
    whatever became of their lease. `down_to`: nothing less urgent. `most`: no more of these kinds.
    """
    asked = {
        "real": real,
        "room": limit,
        **_looked_for(but, down_to, [kind for kind, room in most.items() if room == 0]),
    }
    rows = (await conn.execute(_CLAIMABLE, asked)).mappings().all()
    taken = tuple(_within([_debt(row) for row in rows], most))
    if taken:
        chosen = [debt.id for debt in taken]
        await conn.execute(_TAKE, {"chosen": chosen, "me": owner, "until": real + LEASE, "real": real})
    return Claimed(taken, more=len(rows) == limit)


def _looked_for(but: Collection[int], down_to: Priority, without: Collection[DebtKind]) -> dict[str, object]:
    """No list is empty: for an empty one SQLAlchemy writes a subquery."""
    return {"but": [0, *but], "down_to": int(down_to), "without": ["", *without]}


def _within(debts: Iterable[Debt], most: Mapping[DebtKind, int]) -> Iterator[Debt]:
    left = dict(most)
    for debt in debts:
        if debt.kind in left:
            if left[debt.kind] == 0:
                continue
            left[debt.kind] -= 1
        yield debt


async def next_due(
    conn: AsyncConnection,
    but: Collection[int] = (),
    down_to: Priority = LOWEST,
    without: Collection[DebtKind] = (),
) -> datetime | None:
    """The earliest real instant at which there is something to `claim`, or None; `without`: of other kinds."""
    instants = (await conn.execute(_NEXT_DUE, _looked_for(but, down_to, without))).one()
    return min((at for at in instants if at is not None), default=None)


async def settle_sent(conn: AsyncConnection, debt: Debt, real: datetime) -> bool:
    """It is out. Answers False for a converge that was wanted again meanwhile: it is new again."""
    return await _settle(conn, debt, {"state": "sent", "settled_at": real, "error": None}, real)


async def _settle(conn: AsyncConnection, debt: Debt, values: dict[str, Any], real: datetime) -> bool:
    """Settle a debt for good, unless it is a converge that was wanted again while it was being sent."""
    free = {"owner": None, "lease_until": None}
    result = await conn.execute(_SETTLE, {"debt": debt.id, "told": debt.wanted, **values, **free})
    if result.rowcount:
        return True
    again = {"state": "new", "due_at": real, "sent_from": None, "tries": 0, **free}
    await conn.execute(update(_TABLE).where(_TABLE.c.id == debt.id).values(again))
    return False


async def settle_retry(
    conn: AsyncConnection, debt: Debt, due_at: datetime, reason: str, *, certain: bool
) -> None:
    """Try again at `due_at`; `certain` means that nothing went out, so that nothing is looked up."""
    values: dict[str, Any] = {
        "state": "new",
        "due_at": due_at,
        "owner": None,
        "lease_until": None,
        "error": reason,
    }
    if certain and debt.sent_from is None:
        values["sent_from"] = None
    await conn.execute(_OF_ONE, {"debt": debt.id, **values})


async def settle_over(conn: AsyncConnection, debt: Debt, state: str, reason: str, real: datetime) -> None:
    """`failed` or `canceled`: it is not tried again. A converge may be wanted again later, with nothing in doubt."""
    over = {"state": state, "settled_at": real, "error": reason, "sent_from": None}
    await _settle(conn, debt, over, real)


async def cancel_pages(conn: AsyncConnection, moved: Sequence[Page], real: datetime) -> None:
    """Withdraw what these pages owe for older generations than theirs and nobody has begun to send.

    What may have gone out stays owed: its sender looks it up, so that a message that is there is known and corrected.
    """
    await conn.execute(_CANCEL, [{"page": page.id, "fence": page.generation, "at": real} for page in moved])


async def move(conn: AsyncConnection, by: timedelta) -> None:
    """What is owed is due so much later, or earlier; leases, and since when it may have gone out, move with it."""
    unsettled = _TABLE.c.state.in_(("new", "sending"))
    rows = await conn.execute(select(_TABLE.c.id, *(_TABLE.c[name] for name in _WAITS)).where(unsettled))
    changed = [
        {"debt": row["id"]} | {name: row[name] and row[name] + by for name in _WAITS}
        for row in rows.mappings()
    ]
    if changed:
        one = update(_TABLE).where(_TABLE.c.id == bindparam("debt"))
        await conn.execute(one.values({name: bindparam(name) for name in _WAITS}), changed)


async def hurry(conn: AsyncConnection, lane: str, real: datetime) -> None:
    """What waits in this lane waits no longer: what it waited for is there."""
    await conn.execute(
        update(_TABLE)
        .where(_TABLE.c.lane == lane, _unsettled(_TABLE), _TABLE.c.state == "new")
        .values(due_at=real)
    )


async def hurry_pages(conn: AsyncConnection, real: datetime) -> int:
    """No page waits for its next try any longer; answers how many there were."""
    waiting = _TABLE.c.state == "new", _TABLE.c.priority == int(Priority.PAGE), _TABLE.c.due_at > real
    return int((await conn.execute(update(_TABLE).where(*waiting).values(due_at=real))).rowcount)


async def release(conn: AsyncConnection, debts: Collection[Debt], real: datetime) -> None:
    """Give back claimed debts that were never begun (shutdown)."""
    values = {"state": "new", "owner": None, "lease_until": None, "due_at": real, "tries": _TABLE.c.tries - 1}
    for debt in debts:
        values["sent_from"] = debt.sent_from
        await conn.execute(update(_TABLE).where(_TABLE.c.id == debt.id).values(values))


async def stuck(conn: AsyncConnection, before: datetime) -> tuple[Debt, ...]:
    """Debts that have been owed since before that real instant."""
    query = select(_TABLE).where(_unsettled(_TABLE), _TABLE.c.due_at < before, _TABLE.c.created_at < before)
    return tuple(_debt(row) for row in (await conn.execute(query)).mappings())


async def unsettled(conn: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many are owed, by kind and state."""
    columns = (_TABLE.c.kind, _TABLE.c.state)
    query = select(*columns, func.count()).where(_unsettled(_TABLE)).group_by(*columns)
    return {(kind, state): count for kind, state, count in await conn.execute(query)}


async def oldest(conn: AsyncConnection, real: datetime) -> datetime | None:
    """Since when the oldest one is owed that is due or was tried.

    A converge's row is used again and again, so it counts from when it is due.
    """
    since = case((_TABLE.c.mode == "deliver", _TABLE.c.created_at), else_=_TABLE.c.due_at)
    begun = or_(_TABLE.c.due_at <= real, _TABLE.c.tries > 0)
    query = select(func.min(since)).where(_unsettled(_TABLE), begun)
    found: datetime | None = (await conn.execute(query)).scalar()
    return found


async def sending(conn: AsyncConnection, real: datetime) -> frozenset[str]:
    """Who holds leases that have not run out."""
    held = _unsettled(_TABLE), _TABLE.c.state == "sending", _TABLE.c.lease_until > real
    return frozenset((await conn.execute(select(_TABLE.c.owner).where(*held).distinct())).scalars())


async def take_over_leases(
    conn: AsyncConnection, real: datetime, owners: Collection[str] | None = None
) -> int:
    """These owners are dead (None: whoever was sending is), so their sends are in doubt now."""
    held = [_unsettled(_TABLE), _TABLE.c.state == "sending"]
    if owners is not None:
        held.append(_TABLE.c.owner.in_(owners))
    result = await conn.execute(update(_TABLE).where(*held).values(lease_until=real, due_at=real))
    return int(result.rowcount)
