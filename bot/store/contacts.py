"""People's contact methods beside Slack, and what they want for each urgency."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.contact import ContactMethod, MethodKind, Rule, Urgency
from bot.core.frozen import dataclass
from bot.core.ids import ContactId, UserId
from bot.core.reaching import QuietHours, Wishes
from bot.store.hot import hot
from bot.store.tables import ContactMethodRow, ReachRulesRow

_TABLE = ContactMethodRow.__table__  # type: ignore[attr-defined]
_RULES = ReachRulesRow.__table__  # type: ignore[attr-defined]
_SHOWN = [
    _TABLE.c[name]
    for name in ("id", "user", "kind", "address", "label", "verified_at", "problem", "tested_at")
]
_OF_USERS = hot(
    select(*_SHOWN)
    .where(_TABLE.c.user.in_(bindparam("users", expanding=True)), _TABLE.c.removed_at.is_(None))
    .order_by(_TABLE.c.id)
)
_BY_NUMBER = hot(select(*_SHOWN).where(_TABLE.c.id == bindparam("number"), _TABLE.c.removed_at.is_(None)))

MethodsOf = Mapping[UserId, Sequence[ContactMethod]]
WishesOf = Mapping[tuple[UserId, Urgency], Wishes]


async def of_users(conn: AsyncConnection, users: Collection[UserId]) -> dict[UserId, list[ContactMethod]]:
    """The methods beside Slack of those who have any, the oldest first; in one statement."""
    found: dict[UserId, list[ContactMethod]] = {}
    if users:
        for row in await conn.execute(_OF_USERS, {"users": list(users)}):
            method = _method(row)
            found.setdefault(method.user, []).append(method)
    return found


async def load(conn: AsyncConnection, number: ContactId) -> ContactMethod | None:
    """None when it was removed."""
    row = (await conn.execute(_BY_NUMBER, {"number": number})).first()
    return _method(row) if row else None


def _method(row: Any) -> ContactMethod:
    return ContactMethod(
        ContactId(row.id),
        UserId(row.user),
        MethodKind(row.kind),
        row.address,
        row.label,
        row.verified_at,
        row.problem,
        row.tested_at,
    )


async def wishes_of(conn: AsyncConnection, users: Collection[UserId]) -> dict[tuple[UserId, Urgency], Wishes]:
    """What those of them want who said so."""
    rows = await conn.execute(select(_RULES).where(_RULES.c.user.in_(users)))
    return {(UserId(row["user"]), Urgency(row["urgency"])): _wishes(row) for row in rows.mappings()}


def _wishes(row: RowMapping) -> Wishes:
    rules = [
        Rule(MethodKind(one["kind"]), timedelta(seconds=one["after"]), one["method"]) for one in row["rules"]
    ]
    quiet = row["quiet"]
    hours = (
        QuietHours(time.fromisoformat(quiet["begins"]), time.fromisoformat(quiet["ends"]), quiet["zone"])
        if quiet
        else None
    )
    return Wishes(tuple(rules) or None, hours)


async def wish(conn: AsyncConnection, user: UserId, urgency: Urgency, wishes: Wishes, at: datetime) -> None:
    """Write what they want from now on; the usual rules without quiet hours leave no row."""
    if wishes == Wishes():
        mine = (_RULES.c.user == user, _RULES.c.urgency == urgency)
        await conn.execute(delete(_RULES).where(*mine))
        return
    upsert: Any = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    row = {"user": user, "urgency": urgency, "changed_at": at, **_as_row(wishes)}
    statement = upsert(_RULES).values(row)
    said = {name: statement.excluded[name] for name in ("rules", "quiet", "changed_at")}
    await conn.execute(statement.on_conflict_do_update(index_elements=["user", "urgency"], set_=said))


def _as_row(wishes: Wishes) -> dict[str, Any]:
    rules = [
        {"kind": rule.kind.value, "after": rule.after.total_seconds(), "method": rule.method}
        for rule in wishes.rules or ()
    ]
    hours = wishes.quiet
    quiet = hours and {
        "begins": hours.begins.isoformat("minutes"),
        "ends": hours.ends.isoformat("minutes"),
        "zone": hours.zone,
    }
    return {"rules": rules, "quiet": quiet}


@dataclass(frozen=True)
class Verifying:
    """The code that was sent last to prove that a method is theirs; without a hash it is still on its way."""

    hash: str
    until: datetime | None
    tries: int


async def verifying(conn: AsyncConnection, number: ContactId) -> Verifying | None:
    query = select(_TABLE.c.code_hash, _TABLE.c.code_until, _TABLE.c.code_tries).where(_TABLE.c.id == number)
    row = (await conn.execute(query)).first()
    return Verifying(*row) if row else None


async def add(
    conn: AsyncConnection, user: UserId, kind: MethodKind, address: str, label: str, at: datetime
) -> ContactId:
    row = {"user": user, "kind": kind, "address": address, "label": label, "made_at": at}
    statement = insert(_TABLE).values(row | {"code_hash": "", "code_tries": 0, "problem": ""})
    return ContactId((await conn.execute(statement.returning(_TABLE.c.id))).scalar_one())


async def change(conn: AsyncConnection, number: ContactId, **values: Any) -> None:
    await conn.execute(update(_TABLE).where(_TABLE.c.id == number).values(values))
