"""Owners and admins hear what is wrong: at once of people on call whom nothing reaches, weekly of all to mend."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import oversight
from bot.core import schedule_findings as finding
from bot.core.catalogue import Catalogue
from bot.core.checkup_weekly import readers
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId
from bot.core.schedule import AllChanges
from bot.store import chores, meta
from bot.store.uow import Tx
from bot.usecases.schedule_changes import tell

DIGEST = "digest:"
TOLD = "unreachable_told"
"""In `meta`: of which people on call, by schedule, the owners have been told; until they can be reached again."""


async def tell_unreachable(tx: Tx, catalogue: Catalogue, changed: AllChanges) -> None:
    """Each schedule's owners hear once of somebody on call now or next whose account is gone; paging skips them."""
    kept = await meta.get(tx.conn, TOLD) or {"people": []}
    told = {(schedule, person) for schedule, person in kept["people"]}
    found = _unreachable(catalogue, changed, tx)
    for schedule, person in sorted(found.keys() - told):
        data = {"schedule": schedule, "person": person}
        key = f"unreachable:{schedule}:{person}:{tx.now.isoformat()}"
        tell(tx, catalogue, key, finding.owners(catalogue, schedule), "unreachable_on_call", data)
    if found.keys() != told:
        await meta.put(tx.conn, TOLD, {"people": sorted(found)})


def _unreachable(catalogue: Catalogue, changed: AllChanges, tx: Tx) -> dict[tuple[ScheduleId, PersonId], str]:
    if not any(finding.cannot_be_reached(catalogue, person) for person in catalogue.people):
        return {}
    ahead = [
        oversight.ahead((schedule, changed.of(schedule.id)), tx.now)
        for schedule in catalogue.schedules.values()
    ]
    return {
        (schedule, person): why
        for schedule, person, _, _ in oversight.on_call_soon(ahead)
        if (why := finding.cannot_be_reached(catalogue, person))
    }


@dataclass(frozen=True)
class _Reader:
    person: PersonId
    zone: str
    schedules: tuple[ScheduleId, ...]


async def send_digests(tx: Tx, catalogue: Catalogue) -> None:
    """Whose Monday has come is owed a digest. What it tells is looked for when it is sent: nothing when all is well."""
    everybody = _readers(catalogue)
    known = await chores.beginning_with(tx.conn, DIGEST)
    await chores.forget(tx.conn, sorted(known.keys() - everybody.keys()))
    due = {key: reader for key, reader in everybody.items() if key in known and known[key] <= tx.now}
    for key, reader in due.items():
        data = {"schedules": reader.schedules}
        tell(tx, catalogue, f"{key}:{tx.now.date()}", (reader.person,), "digest", data)
    planned = {key: reader for key, reader in everybody.items() if key not in known or key in due}
    await chores.plan(
        tx.conn, {key: finding.digest_at(tx.now, reader.zone) for key, reader in planned.items()}
    )


def _readers(catalogue: Catalogue) -> dict[str, _Reader]:
    """By the key of their chore."""
    theirs: dict[PersonId, list[ScheduleId]] = {person: [] for person in readers(catalogue)}
    for schedule in catalogue.schedules:
        for owner in finding.owners(catalogue, schedule):
            theirs.setdefault(owner, []).append(schedule)
    return {
        f"{DIGEST}{person}": _Reader(person, _zone(catalogue, person, schedules), tuple(schedules))
        for person, schedules in theirs.items()
    }


def _zone(catalogue: Catalogue, person: PersonId, schedules: Sequence[ScheduleId]) -> str:
    listed = catalogue.people.get(person)
    own = (catalogue.schedules[one].time_zone for one in schedules)
    return (listed.time_zone if listed else None) or next(own, "UTC")
