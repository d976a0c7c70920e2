"""The sandbox as a process: where it listens, what it prints, how it ends."""

from __future__ import annotations

import asyncio
import signal
import sys
import urllib.request
from pathlib import Path

import pytest

from bot.sandbox.manifest import BadManifest, load
from bot.sandbox.server import CannotServe, serve, start


async def _run(*arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "bot.sandbox", "serve", *arguments)
    return await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_says_where_it_listens_and_ends_when_told(number: signal.Signals) -> None:
    process = await _run("--port", "0")
    assert process.stdout is not None
    first, second = await process.stdout.readline(), await process.stdout.readline()
    url = first.decode().removeprefix("sandbox listening on ").strip()
    assert url.startswith("http://127.0.0.1:") and url.endswith("/")
    assert f"{url}services/T" in second.decode()
    with await asyncio.to_thread(urllib.request.urlopen, f"{url}sandbox/app") as answer:
        assert answer.status == 200
    process.send_signal(number)
    assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_a_taken_port_is_one_sentence_and_exit_code_one() -> None:
    async with serve() as running:
        process = await _run("--port", str(running.port))
        _, said = await process.communicate()
        assert process.returncode == 1
        assert said.decode().strip() == (
            f"Port {running.port} is taken on 127.0.0.1: stop what uses it or choose another with --port."
        )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "::"])
async def test_it_refuses_to_listen_beyond_this_machine(host: str) -> None:
    with pytest.raises(CannotServe, match="this machine only"):
        await start(host=host)


def test_a_manifest_decides_commands_shortcuts_scopes_and_events(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text(
        """
display_information: {name: Bell}
features:
  slash_commands: [{command: /ring, description: Ring, should_escape: true}]
  shortcuts: [{name: Ring it, type: global, callback_id: ring}]
oauth_config: {scopes: {bot: [commands]}}
settings: {event_subscriptions: {bot_events: [app_mention]}}
""",
        encoding="utf-8",
    )
    manifest = load(path)
    assert manifest.name == "Bell" and manifest.commands[0].should_escape
    assert manifest.scopes == frozenset({"commands"}) and manifest.events == frozenset({"app_mention"})
    assert not manifest.home_tab
    path.write_text("features: [", encoding="utf-8")
    with pytest.raises(BadManifest, match="is not YAML"):
        load(path)
    assert load(tmp_path / "missing.yml").commands[0].command == "/incident"


async def test_people_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "people.yml"
    path.write_text("- {name: zoe, tz: Asia/Tokyo}", encoding="utf-8")
    async with serve(people=path) as running:
        (zoe,) = running.sandbox.workspace.humans()
        assert (zoe.real_name, zoe.tz, zoe.email) == ("Zoe", "Asia/Tokyo", "zoe@example.com")
    with pytest.raises(CannotServe, match="no file"):
        await start(people=tmp_path / "missing.yml")
