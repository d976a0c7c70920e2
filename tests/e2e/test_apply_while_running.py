"""An operator applies a configuration, and the bot that runs works with it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.e2e.world import ROOT, BotProcess, Hands, Process, eventually


async def test_a_running_bot_accepts_the_token_that_was_just_applied(
    people: Hands, bot_process: BotProcess, tmp_path: Path
) -> None:
    await bot_process.start()
    wanted = tmp_path / "wanted"
    shutil.copytree(ROOT / "manifests" / "demo", wanted)
    file = wanted / "integrations.yml"
    file.write_text(file.read_text().replace("token: demo-generic", "token: a-new-token"))
    url = f"{bot_process.url}/v1/alerts/a-new-token"

    async def status() -> int:
        async with people.http.post(url, json={"title": "checkout latency", "service": "checkout"}) as answer:
            return answer.status

    assert await status() == 404
    environment = {"TOCSIN_DATABASE_URL": bot_process.database, "PATH": os.environ["PATH"]}
    apply = Process([sys.executable, "-m", "bot", "apply", str(wanted)], environment)
    await apply.start()
    assert await apply.ended() == 0, apply.output
    assert any("1 changed" in line for line in apply.output), apply.output

    async def accepted() -> bool:
        return await status() == 202

    await eventually(accepted, "the new token is accepted")
    await bot_process.kill()
