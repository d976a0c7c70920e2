"""The commands' names are the operator's, from the setting to what people read."""

from __future__ import annotations

import sys
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.world import Hands, Process, free_port


async def test_the_sandbox_and_the_bot_on_it_take_the_commands_names_from_the_settings(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    port = free_port()
    environment = {
        "TOCSIN_SANDBOX_PORT": str(port),
        "TOCSIN_HTTP_PORT": str(free_port()),
        "TOCSIN_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/tocsin.db",
        "TOCSIN_COMMAND_INCIDENT": "/inc",
        "TOCSIN_COMMAND_ONCALL": "/duty",
    }
    process = Process([sys.executable, "-m", "bot", "sandbox"], environment)
    await process.start()
    try:
        await process.says(r"Open http://\S+")
        people = Hands(f"http://127.0.0.1:{port}", http, unhindered=True)
        told = await people.command("dave", "/inc help merge")
        assert "/inc merge INC-9" in told["reply"]["plain"]
        told = await people.command("dave", "/duty help")
        assert "/duty why" in told["reply"]["plain"]
        with pytest.raises(AssertionError, match="not a valid command"):
            await people.command("dave", "/incident help")
    finally:
        await process.kill(15)
