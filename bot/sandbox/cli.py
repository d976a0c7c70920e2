"""The sandbox's command line."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bot.sandbox.manifest import BadManifest, Manifest, load
from bot.sandbox.server import DEFAULT_MANIFEST, CannotServe, start


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; a clear sentence and exit code 1 when that is impossible."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.sandbox", description="A Slack workspace on this machine."
    )
    serve = parser.add_subparsers(required=True).add_parser("serve", help="serve the workspace")
    serve.add_argument("--port", type=int, default=8900, help="0 takes a free one (default: %(default)s)")
    serve.add_argument("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    serve.add_argument("--manifest", type=Path, help="the app's manifest (default: slack_app_manifest.yml)")
    serve.add_argument("--people", type=Path, help="who works here (default: people.yml of the sandbox)")
    serve.add_argument(
        "--rename",
        action="append",
        default=[],
        metavar="/OLD=/NEW",
        help="call a command of the manifest otherwise",
    )
    chosen = parser.parse_args(arguments)
    names = dict(each.partition("=")[::2] for each in chosen.rename)
    try:
        manifest = load(chosen.manifest or DEFAULT_MANIFEST).renamed(names)
        uvloop.run(_serve(chosen.port, chosen.host, manifest, chosen.people))
    except (CannotServe, BadManifest) as problem:
        print(problem, file=sys.stderr)
        raise SystemExit(1) from problem


async def _serve(port: int, host: str, manifest: Manifest, people: Path | None) -> None:
    running = await start(port, host, manifest, people)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    print(f"sandbox listening on {running.url}", flush=True)
    print(f"incoming webhook of #alerts: {running.webhook_url}", flush=True)
    await stop.wait()
    await running.stop()
