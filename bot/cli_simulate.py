"""`tocsin simulate`: who would be reached, how and when, if nobody answered."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
import typer

from bot.cli_show import database_url
from bot.clock import SystemClock
from bot.core.ids import ServiceId, SeverityId
from bot.core.simulation import Simulated
from bot.core.when import instant
from bot.errors import TocsinError, Wrong
from bot.queries import simulation
from bot.settings import Settings
from bot.slack.render import simulation as render
from bot.store.database import Database
from bot.store.migrations import check_schema
from bot.usecases.configuration import load_catalogue

_LEVEL = re.compile(r"(?:level\s*)?([1-9]\d?)", re.IGNORECASE)


def register(app: typer.Typer) -> None:
    app.command(name="simulate")(simulate)


def simulate(
    service: Annotated[
        str, typer.Option(help="A service by id or name; the default policy when left out.")
    ] = "",
    severity: Annotated[str, typer.Option(help="SEV1 or another one.")] = "",
    at: Annotated[
        str, typer.Option(help='When it begins, such as "2026-12-25 03:00"; now when left out.')
    ] = "",
    ack: Annotated[str, typer.Option(help="level2: somebody of this level acknowledges.")] = "",
    zone: Annotated[str, typer.Option(help="The time zone of --at and of what is shown.")] = "UTC",
    as_json: Annotated[bool, typer.Option("--json", help="for programs: a JSON object")] = False,
) -> None:
    """Show who would be reached, how and when, to the second, if nobody answered."""
    try:
        found = asyncio.run(_simulate(service, severity, at, ack, zone))
    except TocsinError as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from problem
    if as_json:
        print(orjson.dumps(asdict(found), option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode())
    else:
        sys.stdout.write(render.as_text(found, ZoneInfo(zone)))


async def _simulate(service: str, severity: str, at: str, ack: str, zone: str) -> Simulated:
    clock = SystemClock()
    begins_at, level = _when(at, zone, clock.now()), _level(ack)
    database = Database(database_url(Settings()), clock)
    try:
        await check_schema(database)
        async with database.read() as conn:
            catalogue = await load_catalogue(conn)
            if not any(person.user_id for person in catalogue.people.values()):
                print("Slack has not told yet who is there: start Tocsin once.", file=sys.stderr)
            return await simulation.simulated(
                conn,
                catalogue,
                begins_at,
                service=ServiceId(service) if service else None,
                severity=SeverityId(severity) if severity else None,
                acknowledged_at_level=level,
            )
    finally:
        await database.close()


def _when(text: str, zone: str, now: datetime) -> datetime:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Wrong(f"There is no time zone {zone}. Write one such as Europe/Madrid.") from error
    if not text:
        return now
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        found = instant(text, now, zone)
    else:
        found = (written if written.tzinfo else written.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    if found is None:
        raise Wrong(f'"{text}" is no time. Write it as in "2026-12-25 03:00", or tomorrow 9am.')
    return found


def _level(text: str) -> int | None:
    if not text:
        return None
    found = _LEVEL.fullmatch(text.strip())
    if found is None:
        raise Wrong(f'"{text}" is no level. Write level2, for the second one.')
    return int(found[1])
