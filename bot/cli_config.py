"""`tocsin check`, `plan`, `apply` and `export`: configuration as code from the command line."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import SystemClock
from bot.config import plan as plans
from bot.config.dump import SECTIONS, dump
from bot.config.load import Loaded, load
from bot.core.configuration import Named
from bot.settings import environment
from bot.store.address import parsed
from bot.store.database import Database
from bot.store.migrations import migrate, present_schema
from bot.usecases import configuration

Where = Annotated[
    Path | None, typer.Argument(help="A file, or a folder of *.yml; TOCSIN_CONFIG when left out.")
]


def register(app: typer.Typer) -> None:
    for command in (check, plan, apply, export):
        app.command()(command)


def check(path: Where = None) -> None:
    """Name file, line and cure of every mistake in configuration files."""
    loaded = _read(path)
    counts = Counter(one.kind for one in loaded.objects)
    found = ", ".join(_counted(counts[kind], section) for kind, section in SECTIONS.items() if counts[kind])
    print(f"All is well: {found}.")


def plan(path: Where = None) -> None:
    """Show what an apply would change, and change nothing."""
    loaded = _read(path)

    async def work(db: Database) -> None:
        found, present = await configuration.preview(db, loaded)
        for line in plans.lines(found, present):
            print(line)

    _on_database(work)


def apply(path: Where = None) -> None:
    """Apply configuration files in one transaction; a running Tocsin takes them up within a few seconds."""
    loaded = _read(path)

    async def work(db: Database) -> None:
        applied = await configuration.apply_configuration(db, loaded)
        for sentence in (*applied.conflicts, *applied.still_needed):
            print(sentence)
        print(
            f"Applied: {applied.created} created, {applied.changed} changed, {applied.deleted} deleted, "
            f"{applied.unchanged} unchanged."
        )

    _on_database(work)


def export() -> None:
    """Write the configuration that is in force as YAML."""

    async def work(db: Database) -> None:
        sys.stdout.write(dump(await configuration.objects(db)))

    _on_database(work)


def _read(path: Path | None) -> Loaded:
    """The files, or every mistake in them and exit code 1."""
    if path is None:
        from bot import cli  # the command line registers these commands

        path = cli.settings_or_exit().config
    if path is None:
        print("Say which file or folder, or set TOCSIN_CONFIG.", file=sys.stderr)
        raise typer.Exit(1)
    loaded = load(path, environment())
    if loaded.undeclared:
        loaded = load(path, environment(), _made_in_slack())
    for problem in loaded.problems:
        print(problem)
    if loaded.problems:
        raise typer.Exit(1)
    return loaded


def _made_in_slack() -> frozenset[Named]:
    """Those of the database; none while there is no database, which this does not make."""
    from bot import cli  # the command line registers these commands

    address = parsed(url := cli.settings_or_exit().database_url)
    is_file = address.get_backend_name() == "sqlite"
    if is_file and not Path(address.database or "").exists():
        return frozenset()
    found: frozenset[Named] = frozenset()

    async def run() -> None:
        nonlocal found
        db = Database(url, SystemClock())
        try:
            if await present_schema(db) is not None:
                found = await configuration.made_in_slack(db)
        finally:
            await db.close()

    cli.execute(run())
    return found


def _on_database(work: Callable[[Database], Awaitable[None]]) -> None:
    from bot import cli  # the command line registers these commands

    async def run() -> None:
        db = Database(cli.settings_or_exit().database_url, SystemClock())
        try:
            await migrate(db)
            await work(db)
        finally:
            await db.close()

    cli.execute(run())


def _counted(count: int, section: str) -> str:
    return section if section == "settings" else f"{count} {section}"
