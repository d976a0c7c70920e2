"""`tocsin doctor`: what is wrong with the paging before anybody is paged."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from bot.cli_show import database_url
from bot.clock import SystemClock
from bot.core.checkup import Finding, look
from bot.errors import TocsinError
from bot.queries import checkup
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrations import check_schema
from bot.templates import mrkdwn, say
from bot.usecases.configuration import load_catalogue


def register(app: typer.Typer) -> None:
    app.command(name="doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="for programs: a JSON array")] = False,
) -> None:
    """Find people whom nothing wakes, levels that lead to nobody and more; exit code 1 when it is serious."""
    try:
        found = asyncio.run(_look(Settings()))
    except TocsinError as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from problem
    if as_json:
        print(orjson.dumps([asdict(one) for one in found], option=orjson.OPT_INDENT_2).decode())
    else:
        for one in found:
            print(f"{'!' if one.is_serious else '-'} {mrkdwn.plain(say('checkup', one.topic, one), {})}")
        print(_summary(found))
    if any(one.is_serious for one in found):
        raise typer.Exit(1)


def _summary(found: tuple[Finding, ...]) -> str:
    serious = sum(one.is_serious for one in found)
    if not found:
        return "All is well."
    if not serious:
        return f"{len(found)} found, none of them serious."
    return f"{len(found)} found, {serious} of them serious: somebody would not be reached."


async def _look(settings: Settings) -> tuple[Finding, ...]:
    clock = SystemClock()
    database = Database(database_url(settings), clock)
    try:
        await check_schema(database)
        async with database.read() as conn:
            catalogue = await load_catalogue(conn)
            company = await checkup.company(
                conn, catalogue, clock.now(), public_url=bool(settings.public_url)
            )
    finally:
        await database.close()
    return look(company)
