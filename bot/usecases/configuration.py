"""Applying configuration files, and reading the company that they and Slack describe."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.catalogue import Catalogue
from bot.core.company import catalogue
from bot.core.configuration import ConfigObject, Declared, Difference, Named, Owner, difference
from bot.core.frozen import dataclass
from bot.core.person_uses import still_needed
from bot.errors import CannotStart
from bot.store import configuration, meta, user_groups
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import provider_health

DIGEST, REVISION = "config_digest", "config_revision"
"""In `meta`: the files as they were last applied, and a number that grows with every change."""


@dataclass(frozen=True)
class Applied:
    """What an apply did."""

    created: int
    changed: int
    deleted: int
    unchanged: int
    conflicts: tuple[str, ...]
    """A sentence for each object that a file wants and Slack owns; it was left as it is in Slack."""
    still_needed: tuple[str, ...] = ()
    """A sentence for each person who left the files and takes turns on a schedule that was made in Slack."""

    def counts(self) -> dict[str, int]:
        return {
            "created": self.created,
            "changed": self.changed,
            "deleted": self.deleted,
            "unchanged": self.unchanged,
            "conflicts": len(self.conflicts),
        }


async def apply_configuration(db: Database, declared: Declared) -> Applied:
    """Make the files' objects be what the files say, in one transaction; applying twice changes nothing.

    Nothing is read or written when the files are as they were at the last apply. Raises `ValueError` for a declaration
    without objects: files with mistakes must not delete the last good configuration (PRODUCT §10). Raises `CannotStart`
    when somebody has deleted something in Slack since the files were checked.
    """
    if not declared.objects:
        raise ValueError("nothing is declared; files with mistakes must not be applied")
    async with db.read() as conn:
        if await meta.get(conn, DIGEST) == declared.digest:
            return Applied(0, 0, 0, len(declared.objects), ())
    async with db.write() as tx:
        present = await configuration.objects(tx.conn)
        found = difference(present, declared.objects)
        _refuse_deleted_meanwhile(declared, present)
        await configuration.put(tx.conn, (*found.created, *found.changed, *found.moved), tx.now)
        await configuration.remove(tx.conn, found.deleted)
        await provider_health.configured_anew(tx, (*found.changed, *found.deleted))
        if not found.is_empty:
            await revise(tx)
        # A conflict may be settled in Slack: then the next start has to look again.
        await meta.put(tx.conn, DIGEST, None if found.conflicts else declared.digest)
    return _applied(found, still_needed(found, present))


def _refuse_deleted_meanwhile(declared: Declared, present: Iterable[ConfigObject]) -> None:
    gone = declared.undeclared - _made_in_slack(present)
    if gone:
        names = ", ".join(sorted(f"{kind} {name}" for kind, name in gone))
        raise CannotStart(
            f"Files name what somebody has just deleted in Slack: {names}. "
            "Nothing was applied. Try again: the place is told then."
        )


def _applied(found: Difference, needed: tuple[str, ...]) -> Applied:
    return Applied(
        created=len(found.created),
        changed=len(found.changed),
        deleted=len(found.deleted),
        unchanged=len(found.unchanged),
        conflicts=tuple(
            f"{one.file}:{one.line}: the {one.kind} {one.key} was made in Slack and stays as it is there. "
            "Give this one another id, or delete that one in Slack."
            for one in found.conflicts
        ),
        still_needed=needed,
    )


async def made_in_slack(db: Database) -> frozenset[Named]:
    """What was made there; files may name it (PRODUCT §10)."""
    async with db.read() as conn:
        return _made_in_slack(await configuration.objects(conn))


def _made_in_slack(present: Iterable[ConfigObject]) -> frozenset[Named]:
    return frozenset((one.kind, one.key) for one in present if one.owner is Owner.SLACK)


async def applied_files(db: Database) -> str | None:
    """The digest of the files that were applied last; changes in Slack leave it as it is."""
    async with db.read() as conn:
        found: str | None = await meta.get(conn, DIGEST)
    return found


async def revise(tx: Tx) -> None:
    """The configuration is another one from the commit on: every running copy takes it up."""
    await meta.put(tx.conn, REVISION, {"number": await revision(tx.conn) + 1})
    tx.wake("configuration")


async def revision(conn: AsyncConnection) -> int:
    """Which configuration the database has; `Catalogue.revision` is the one that was read."""
    # In a mapping: SQLite gives a bare number in a JSON column back as a number, which is not JSON any more.
    kept = await meta.get(conn, REVISION)
    return int(kept["number"]) if kept else 0


async def preview(db: Database, declared: Declared) -> tuple[Difference, tuple[ConfigObject, ...]]:
    """What an apply would do, and the objects that there are now."""
    present = await objects(db)
    return difference(present, declared.objects), present


async def objects(db: Database) -> tuple[ConfigObject, ...]:
    """Everything that is configured, in files and in Slack."""
    async with db.read() as conn:
        return await configuration.objects(conn)


async def is_configured(db: Database) -> bool:
    """Whether a configuration was ever applied to this database."""
    async with db.read() as conn:
        return await configuration.count(conn) > 0


async def load_catalogue(conn: AsyncConnection) -> Catalogue:
    """The company as it is configured now, with the workspace's people in it.

    Raises `CannotStart` when the database holds an object that this version cannot read.
    """
    stored = await configuration.objects(conn)
    number = await revision(conn)
    try:
        return catalogue(
            stored,
            await configuration.roster(conn),
            number,
            await user_groups.every(conn),
            await user_groups.revision(conn),
        )
    except ValidationError as error:
        raise CannotStart(
            f"The database holds a {error.title} that this version of Tocsin cannot read: "
            f"{error.errors()[0]['msg']}. Apply the configuration again with this version's `tocsin apply`."
        ) from error
