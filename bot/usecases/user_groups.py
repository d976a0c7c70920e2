"""Slack user groups follow schedules; what Slack tells of groups is remembered, what it refuses is told once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core import debts
from bot.core import user_group as rules
from bot.core.catalogue import Catalogue
from bot.core.ids import UserId
from bot.core.schedule import GroupChanges
from bot.core.user_group import (
    CHANGE,
    CHECK,
    NOT_ALLOWED,
    PREFIX,
    REFUSED,
    Belonging,
    Followed,
    SlackGroup,
    Told,
)
from bot.store import changes, chores, directory, user_groups
from bot.store.chores import Chore
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.notices import owe_admins
from bot.usecases.schedule_changes import tell

CHECK_EVERY = timedelta(minutes=15)
TRY_AGAIN_AFTER = timedelta(days=1)
SOON = 0.5
"""Real seconds: Slack tells of one change in two events."""


async def heard(db: Database) -> None:
    """Slack told that some group changed: all are read, because events come unordered and twice."""
    async with db.write() as tx:
        tx.owe(debts.user_groups(after=SOON))


async def look_again(db: Database) -> None:
    """After a start: events may have been missed, and what Slack refused may be allowed by now."""
    async with db.write() as tx:
        for key, chore in (await chores.named(tx.conn, PREFIX)).items():
            if key != CHANGE:
                await chores.put(tx.conn, replace(chore, due_at=tx.now))
        tx.wake("handoff")


async def advance_due(tx: Tx, catalogue: Catalogue) -> None:
    """Look at every group that follows schedules, and ask Slack for all groups when it is time.

    All of them, because whatever made a look necessary may have moved any: one statement for each kind of row.
    """
    kept = await chores.named(tx.conn, PREFIX)
    check = kept.get(CHECK)
    if check is None or check.due_at <= tx.now:
        tx.owe(debts.user_groups())
        data = check.data if check else {}
        after = TRY_AGAIN_AFTER if data else CHECK_EVERY
        await chores.put(tx.conn, Chore(CHECK, tx.now + after, data))
    if check is not None:  # before Slack has told of the groups once, it is not known which there are
        await _follow(tx, catalogue, kept)


async def told(tx: Tx, catalogue: Catalogue, listed: Sequence[Told]) -> None:
    """Slack listed all its groups: they are remembered, and those that follow schedules are put right."""
    kept = await chores.named(tx.conn, PREFIX)
    if CHECK in kept and kept[CHECK].data:  # what was refused is allowed again: changes may be, too
        await chores.forget(tx.conn, kept.keys())
        kept = {}
    await chores.put(tx.conn, Chore(CHECK, tx.now + CHECK_EVERY))
    known = {group.id: group for group in await user_groups.every(tx.conn)}
    fresh = [one for one in listed if not rules.is_stale(one, known.get(one.group.id))]
    changed = rules.as_told(known, fresh)
    gone = known.keys() - {one.group.id for one in listed}
    await user_groups.put(tx.conn, changed)
    await user_groups.forget(tx.conn, gone)
    if changed or gone:
        await _revise(tx)
    await _follow(tx, catalogue, kept, fresh)


async def revision(conn: AsyncConnection) -> int:
    """What of the user groups the database has; `Catalogue.groups_revision` is what was read."""
    return await user_groups.revision(conn)


async def was_set(tx: Tx, answered: Told) -> None:
    """We put its members into a group, and Slack answered so."""
    await user_groups.was_set(tx.conn, answered.group, answered.changed_at)
    await chores.forget(tx.conn, (REFUSED, _refused(answered.group.handle)))
    await _revise(tx)


async def cannot_read(tx: Tx, catalogue: Catalogue, error: str) -> None:
    """Slack refuses to list the groups. The admins hear of it once, if the configuration names any."""
    kept = await chores.named(tx.conn, PREFIX)
    data = _since(tx, kept.get(CHECK), error)
    await chores.put(tx.conn, Chore(CHECK, tx.now + TRY_AGAIN_AFTER, data))
    handles = rules.named(catalogue)
    if handles and not _is_why(kept.get(REFUSED), error):
        _tell_refused(tx, catalogue, data, "read", handles)


async def cannot_set(tx: Tx, catalogue: Catalogue, handle: str, error: str) -> None:
    """Slack refuses a change to a group. The admins hear of it once; it is tried again daily.

    What is refused for one group alone is also tried again when it is to hold others.
    """
    key = REFUSED if error in NOT_ALLOWED else _refused(handle)
    kept = await chores.named(tx.conn, PREFIX)
    data = _since(tx, kept.get(key), error) | {"members": await _members(tx, catalogue, handle)}
    await chores.put(tx.conn, Chore(key, tx.now + TRY_AGAIN_AFTER, data))
    if key == REFUSED and not _is_why(kept.get(CHECK), error):
        _tell_refused(tx, catalogue, data, "change", tuple(rules.followed(catalogue)))
    elif key != REFUSED:
        about = {"handle": handle, "error": error}
        owe_admins(tx, catalogue, f"user_group:{handle}:{data['since']}:failed", "user_group_failed", about)


async def _members(tx: Tx, catalogue: Catalogue, handle: str) -> list[UserId]:
    """Whom the group was to hold."""
    group = rules.followed(catalogue).get(handle)
    if group is None:
        return []
    changed = await changes.since(tx.conn, tx.now, group.schedules)
    return list(rules.belonging(group, catalogue, changed, tx.now).users)


def _since(tx: Tx, before: Chore | None, error: str) -> dict[str, object]:
    """The same refusal goes on since it began."""
    if before is not None and _is_why(before, error):
        return {"refused": error, "since": before.data["since"]}
    return {"refused": error, "since": tx.now.isoformat()}


def _is_why(chore: Chore | None, error: str) -> bool:
    """Whether the same was refused here already."""
    return chore is not None and chore.data.get("refused") == error


def _tell_refused(
    tx: Tx, catalogue: Catalogue, data: Mapping[str, object], doing: str, handles: Collection[str]
) -> None:
    about = {"error": data["refused"], "doing": doing, "handles": list(handles)}
    owe_admins(tx, catalogue, f"user_groups:{doing}:{data['since']}", "user_groups_refused", about)


async def _follow(
    tx: Tx, catalogue: Catalogue, kept: Mapping[str, Chore], fresh: Sequence[Told] = ()
) -> None:
    groups = rules.followed(catalogue)
    if not groups:
        await chores.forget(tx.conn, kept.keys() - {CHECK})
        return
    known = {group.handle: group for group in await user_groups.every(tx.conn)}
    schedules = {one.id: one for group in groups.values() for one in group.schedules}
    changed = await changes.since(tx.conn, tx.now, schedules.values())
    who = {handle: rules.belonging(group, catalogue, changed, tx.now) for handle, group in groups.items()}
    by_hand = await _by_hand(tx, [one for one in fresh if one.group.handle in groups], known, who)
    for handle, group in groups.items():
        _put_right(tx, catalogue, group, known.get(handle), who[handle], kept)
        if handle in by_hand:
            _tell_person(tx, catalogue, group, by_hand[handle], who[handle])
    await _plan(tx, kept, groups, who)


def _put_right(
    tx: Tx,
    catalogue: Catalogue,
    group: Followed,
    known: SlackGroup | None,
    who: Belonging,
    kept: Mapping[str, Chore],
) -> None:
    if not who.users and _people_are_known(catalogue):
        _tell_owners(tx, catalogue, group, known, who)
    if known is not None and known.disabled:
        about = {"handle": group.handle, "error": "disabled"}
        owe_admins(tx, catalogue, f"user_group:{known.id}:disabled", "user_group_failed", about)
    wanted = rules.to_set(group, known, who)
    if wanted is not None and not _is_refused(tx, group.handle, wanted, kept):
        tx.owe(debts.user_group(group.handle))


def _people_are_known(catalogue: Catalogue) -> bool:
    """At the very first start Slack may tell of the groups before it has told of the people."""
    return not catalogue.people or any(person.user_id for person in catalogue.people.values())


def _is_refused(tx: Tx, handle: str, wanted: Sequence[UserId], kept: Mapping[str, Chore]) -> bool:
    """Whether Slack refused just this less than a day ago, or does not let the groups be read."""
    if CHECK in kept and kept[CHECK].data.get("refused"):
        return True
    everywhere, here = kept.get(REFUSED), kept.get(_refused(handle))
    if everywhere is not None and everywhere.due_at > tx.now:
        return True
    return here is not None and here.due_at > tx.now and here.data["members"] == list(wanted)


async def _plan(
    tx: Tx, kept: Mapping[str, Chore], groups: Mapping[str, Followed], who: Mapping[str, Belonging]
) -> None:
    """When the groups are looked at next; what was refused and is tried now has another day."""
    untils = [one.until for one in who.values() if one.until is not None]
    if untils:
        await chores.put(tx.conn, Chore(CHANGE, min(untils)))
        tx.wake("handoff", min(untils))
    gone = [] if untils else [CHANGE]
    for key, chore in kept.items():
        if not key.startswith(REFUSED):
            continue
        if key != REFUSED and key.removeprefix(f"{REFUSED}:") not in groups:
            gone.append(key)
        elif chore.due_at <= tx.now:
            await chores.put(tx.conn, Chore(key, tx.now + TRY_AGAIN_AFTER, chore.data))
    await chores.forget(tx.conn, gone)


async def _by_hand(
    tx: Tx, fresh: Sequence[Told], known: Mapping[str, SlackGroup], who: Mapping[str, Belonging]
) -> dict[str, Told]:
    """Those that a person changed since we set them."""
    changed = {
        one.group.handle: one
        for one in fresh
        if rules.changed_by_hand(known[one.group.handle], one, who[one.group.handle])
    }
    if not changed:
        return {}
    people = await directory.known(tx.conn, [one.changed_by for one in changed.values()])
    bots = {user for user, person in people.items() if person.is_bot}
    return {handle: one for handle, one in changed.items() if one.changed_by not in bots}


def _tell_person(tx: Tx, catalogue: Catalogue, group: Followed, told: Told, who: Belonging) -> None:
    """Whoever changed the group hears what becomes of it; nothing does while nobody is on call."""
    if not who.users:
        return
    what = "user_group_respected" if group.changes is GroupChanges.RESPECT else "user_group_undone"
    key = f"user_group:{group.handle}:{int(told.changed_at.timestamp())}"
    tx.owe(debts.notice(f"{key}:{what}", told.changed_by, what, _about(group, who.users)))


def _tell_owners(
    tx: Tx, catalogue: Catalogue, group: Followed, known: SlackGroup | None, who: Belonging
) -> None:
    """Once for each time without anybody; without an owner the admins hear it."""
    key = f"user_group:{group.handle}:{int(who.since.timestamp())}"
    data = _about(group, known.members if known else ()) | {"unreachable": list(who.unreachable)}
    owners = [schedule.owner for schedule in group.schedules if schedule.owner is not None]
    if any(catalogue.user_id(owner) for owner in owners):
        tell(tx, catalogue, key, owners, "user_group_stays", data)
    else:
        owe_admins(tx, catalogue, f"{key}:stays", "user_group_stays", data)


def _about(group: Followed, members: Sequence[UserId]) -> dict[str, object]:
    return {
        "handle": group.handle,
        "schedules": [schedule.id for schedule in group.schedules],
        "members": list(members),
    }


def _refused(handle: str) -> str:
    return f"{REFUSED}:{handle}"


async def _revise(tx: Tx) -> None:
    """Teams, admins and policies may lead to others now: every running copy reads the groups again."""
    await user_groups.revise(tx.conn)
    tx.wake("configuration")
