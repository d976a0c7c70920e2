"""`tocsin sandbox`: the local Slack and the bot on it, together or the sandbox alone."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer

from bot.errors import CannotStart
from bot.settings import SANDBOX_APP_TOKEN, SANDBOX_BOT_TOKEN, SANDBOX_DATABASE, Settings

app = typer.Typer(
    invoke_without_command=True, help="The local Slack, with the bot and the demo company on it."
)

START_WITHIN_SECONDS = 20.0
DEMO = Path(__file__).parent.parent / "manifests" / "demo"


@app.callback()
def together(context: typer.Context) -> None:
    """Start the sandbox and the bot; Ctrl-C ends both. Each start is a new workspace."""
    if context.invoked_subcommand is None:
        from bot import cli

        cli.execute(_together())


@app.command()
def serve(port: int = typer.Option(8900, help="Where it listens, on this machine only.")) -> None:
    """Run the sandbox alone."""
    command = [sys.executable, "-m", "bot.sandbox", "serve", "--port", str(port)]
    process = subprocess.Popen(command)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: process.send_signal(received))
    raise typer.Exit(process.wait())


async def _together() -> None:
    from bot import cli

    settings = cli.settings_or_exit()
    port = settings.sandbox_port
    _must_be_free(port)
    names = {"/incident": settings.command_incident, "/oncall": settings.command_on_call}
    renamed = [part for old, new in names.items() for part in ("--rename", f"{old}={new}")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "serve", "--port", str(port), *renamed, start_new_session=True
    )
    try:
        await _until_it_listens(process, port)
        await cli.serve(_on_sandbox(settings, port), f"Open http://127.0.0.1:{port}/")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _on_sandbox(settings: Settings, port: int) -> Settings:
    """The operator's settings, pointed at the sandbox; a database of its own, new like the workspace."""
    wanted: dict[str, Any] = {
        "slack_bot_token": SANDBOX_BOT_TOKEN,
        "slack_app_token": SANDBOX_APP_TOKEN,
        "slack_api_url": f"http://127.0.0.1:{port}/api/",
        "config": settings.config or DEMO,
    }
    if "database_url" not in settings.model_fields_set:
        for leftover in SANDBOX_DATABASE.parent.glob(f"{SANDBOX_DATABASE.name}*"):
            leftover.unlink()
        wanted["database_url"] = f"sqlite+aiosqlite:///{SANDBOX_DATABASE}"
    return Settings(**wanted)


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} is taken by another program. Stop it, or set TOCSIN_SANDBOX_PORT to a free one."
            ) from error


async def _until_it_listens(process: asyncio.subprocess.Process, port: int) -> None:
    for _ in range(int(START_WITHIN_SECONDS / 0.05)):
        if process.returncode is not None:
            raise CannotStart("The sandbox ended at its start; what it said is above.")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise CannotStart(f"The sandbox does not answer on port {port}.")
