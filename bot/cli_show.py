"""`tocsin show`: what is in the database, also while the bot runs or is down."""

from __future__ import annotations

import asyncio
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import SystemClock
from bot.queries import show as queries
from bot.queries import timeline as timelines
from bot.settings import Settings
from bot.slack.render import timeline as render
from bot.store.database import Database
from bot.usecases.configuration import load_catalogue


class What(StrEnum):
    ALERTS = "alerts"
    PAGES = "pages"
    INCIDENTS = "incidents"
    TIMELINE = "timeline"


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
    rows = asyncio.run(_read(Settings(), what, subject))
    if rows is None:
        print(f"There is no {subject}.")
        raise typer.Exit(1)
    if as_json:
        print(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(rows, f"No {what} yet.")


async def _read(settings: Settings, what: What, subject: str) -> list[dict[str, Any]] | None:
    database = Database(settings.database_url, SystemClock())
    try:
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


def _print(rows: list[dict[str, Any]], empty: str) -> None:
    console = Console()
    if not rows:
        console.print(empty)
        return
    table = Table(box=None, header_style="bold")
    columns = [name for name, value in rows[0].items() if not isinstance(value, dict | list)]
    for name in columns:
        table.add_column(name)
    for row in rows:
        table.add_row(*(escape(_cell(row[name])) for name in columns))
    console.print(table)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)
