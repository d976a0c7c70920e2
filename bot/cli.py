"""The command line: `tocsin`, or `python -m bot`."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import typer
import uvloop
from pydantic import ValidationError

from bot import cli_ack, cli_config, cli_doctor, cli_hooks, cli_sandbox, cli_show, cli_simulate, logs, memory
from bot.app import Tocsin
from bot.clock import SystemClock
from bot.errors import TocsinError
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrations import migrate as migrate_database

app = typer.Typer(
    name="tocsin",
    help="Slack-native incidents and escalation. A page that nobody acknowledged always has a next step.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli_config.register(app)
cli_show.register(app)
cli_simulate.register(app)
cli_doctor.register(app)
cli_ack.register(app)
app.add_typer(cli_sandbox.app, name="sandbox")
app.add_typer(cli_hooks.app, name="hooks")


@app.command()
def run() -> None:
    """Run the bot."""
    settings = settings_or_exit()
    execute(serve(settings, "Tocsin is connected to Slack."))


@app.command()
def migrate() -> None:
    """Bring the database's schema to this version."""
    settings = settings_or_exit()

    async def work() -> None:
        database = Database(settings.database_url, SystemClock())
        await migrate_database(database)
        await database.close()
        print("The database has this version's schema.")

    execute(work())


def settings_or_exit(**overrides: Any) -> Settings:
    """The settings, or one sentence and exit code 1."""
    try:
        settings = Settings(**overrides)
        logs.set_up(settings.log_level, settings.log_format, settings.secrets)
    except ValidationError as error:
        lines = (f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors())
        raise typer.Exit(_say("A setting is wrong. " + "; ".join(lines))) from error
    except ValueError as error:
        raise typer.Exit(_say(str(error))) from error
    return settings


async def serve(settings: Settings, greeting: str) -> None:
    """Run one copy until SIGINT or SIGTERM; everything answered is stored before it ends."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    bot = Tocsin(settings)
    memory.settle()
    starting = asyncio.create_task(bot.start())
    waiting = asyncio.create_task(ended.wait())
    first: set[asyncio.Future[Any]] = {starting, waiting}
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return
    try:
        await starting
        greeted = asyncio.create_task(_greet(bot, greeting))
        ends: set[asyncio.Future[Any]] = {waiting, bot.failed}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        greeted.cancel()
        if bot.failed.done():
            bot.failed.result()
    finally:
        waiting.cancel()
        await bot.stop()


async def _greet(bot: Tocsin, greeting: str) -> None:
    await bot.connected.wait()
    print(greeting, flush=True)


def execute(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; one of our errors is one sentence and exit code 1."""
    try:
        uvloop.run(work)
    except TocsinError as error:
        raise typer.Exit(_say(str(error))) from error


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def main() -> None:
    app()
