"""`tocsin show`: what is in the database, also while the bot runs or is down."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import SystemClock
from bot.errors import TocsinError
from bot.queries import show as queries
from bot.queries import timeline as timelines
from bot.settings import SANDBOX_DATABASE, Settings
from bot.slack.render import timeline as render
from bot.store.address import parsed
from bot.store.database import Database
from bot.store.migrations import check_schema
from bot.usecases.configuration import load_catalogue


class What(StrEnum):
    ALERTS = "alerts"
    PAGES = "pages"
    INCIDENTS = "incidents"
    TIMELINE = "timeline"


COLUMNS: dict[What, tuple[str, ...]] = {
    What.ALERTS: ("id", "status", "severity", "service", "title", "events", "last_at", "page"),
    What.PAGES: ("id", "state", "severity", "service", "title", "level", "round", "due_at"),
    What.INCIDENTS: ("id", "status", "severity", "title", "declared_at"),
    What.TIMELINE: ("at", "kind", "text"),
}


def register(app: typer.Typer) -> None:
    app.command(name="show")(show)


def show(
    what: Annotated[What, typer.Argument(help="alerts, pages, incidents or timeline")],
    subject: Annotated[str, typer.Argument(help="for a timeline: INC-1 or P-1")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="for programs: a JSON array")] = False,
) -> None:
    """Show what is in the database."""
    if what is What.TIMELINE and not subject:
        print("Say whose timeline: tocsin show timeline INC-1, or P-1.")
        raise typer.Exit(1)
    try:
        rows = asyncio.run(_read(database_url(Settings()), what, subject))
    except TocsinError as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from problem
    if rows is None:
        print(f"There is no {subject}.")
        raise typer.Exit(1)
    if as_json:
        print(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(rows, COLUMNS[what], f"No {what} yet.")


def database_url(settings: Settings) -> str:
    """The database that is set; unset, the one that there is: Tocsin's own, or else the sandbox's."""
    is_set = "database_url" in settings.model_fields_set
    path = parsed(settings.database_url).database
    if is_set or (path and Path(path).exists()) or not SANDBOX_DATABASE.exists():
        return settings.database_url
    print(f"From the sandbox's database, {SANDBOX_DATABASE}.", file=sys.stderr)
    return f"sqlite+aiosqlite:///{SANDBOX_DATABASE}"


async def _read(url: str, what: What, subject: str) -> list[dict[str, Any]] | None:
    """Raises `CannotStart` when there is no database, or none of this version."""
    database = Database(url, SystemClock())
    try:
        await check_schema(database)
        async with database.read() as conn:
            match what:
                case What.ALERTS:
                    return await queries.alerts(conn)
                case What.PAGES:
                    return await queries.pages(conn)
                case What.INCIDENTS:
                    return await queries.incidents(conn)
                case What.TIMELINE:
                    return await _timeline(conn, subject)
    finally:
        await database.close()


async def _timeline(conn: AsyncConnection, subject: str) -> list[dict[str, Any]] | None:
    """The facts with their sentences, as people read them in Slack."""
    rows = await queries.timeline(conn, subject)
    view = await timelines.named(conn, await load_catalogue(conn), subject)
    if rows is None or view is None:
        return rows
    for row, sentence in zip(rows, render.sentences(view), strict=True):
        if row["text"] != queries.HIDDEN:
            row["text"] = sentence
    return rows


def _print(rows: list[dict[str, Any]], columns: tuple[str, ...], empty: str) -> None:
    """What fits on a terminal; `--json` has everything."""
    from rich.console import Console  # late: whoever only runs the bot needs no tables
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    if not rows:
        console.print(empty)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=name not in ("title", "text"))
    for row in rows:
        table.add_row(*(escape(_cell(row[name])) for name in columns))
    console.print(table)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)
