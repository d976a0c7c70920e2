"""A live Alertmanager, configured as the docs say, tells both ways of the same alerts: one page, and its end."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clock import SystemClock
from tests.e2e.world import ROOT, BotProcess, Hands, Process, eventually, free_port, on_call_now
from tests.programs import missing

PAGE = (ROOT / "docs" / "alert-sources.md").read_text("utf-8")
HOOK_IN_THE_DOCS = "https://hooks.slack.com/services/<team>/<bot>/<secret>"
INTAKE_IN_THE_DOCS = "http://tocsin.example.com:8080/v1/alerts/<token>"
SUMMARY = "Error rate above 5 % on checkout"
INSTANCES = ("web-1", "web-2")


def configuration(heading: str) -> str:
    """The YAML that stands in the docs under this heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    (block,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    return str(block)


@dataclass
class Alertmanager:
    """A running one."""

    url: str
    http: aiohttp.ClientSession

    async def fire(self) -> None:
        """A group of two."""
        await self._tell({})

    async def resolve(self) -> None:
        await self._tell({"endsAt": SystemClock().real().isoformat()})

    async def _tell(self, more: dict[str, str]) -> None:
        common = {"alertname": "HighErrorRate", "service": "checkout", "severity": "critical"}
        alerts = [
            {"labels": common | {"instance": instance}, "annotations": {"summary": SUMMARY}, **more}
            for instance in INSTANCES
        ]
        async with self.http.post(f"{self.url}/api/v2/alerts", json=alerts) as answer:
            assert answer.status == 200, await answer.text()


@pytest.fixture
async def alertmanager(people: Hands, bot_process: BotProcess, tmp_path: Path) -> AsyncIterator[Alertmanager]:
    """One that tells the bot, and the sandbox's incoming webhook, as the docs' whole configuration says."""
    program = shutil.which("prometheus-alertmanager") or missing("Alertmanager", "prometheus-alertmanager")
    (hook,) = (await people.look("app"))["webhooks"]
    intake = f"{bot_process.url}/v1/alerts/demo-alertmanager"
    file = tmp_path / "alertmanager.yml"
    text = configuration("Alertmanager, both ways")
    file.write_text(text.replace(HOOK_IN_THE_DOCS, hook["url"]).replace(INTAKE_IN_THE_DOCS, intake))
    address = f"127.0.0.1:{free_port()}"
    options = [
        f"--config.file={file}",
        f"--storage.path={tmp_path / 'alertmanager'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    process = Process([program, *options], {})
    await process.start()
    await process.says("Listening on")
    yield Alertmanager(f"http://{address}", people.http)
    await process.kill()


async def states(bot: BotProcess, what: str) -> list[str]:
    return [row["state" if what == "pages" else "status"] for row in await bot.show(what)]


async def paged(people: Hands) -> list[dict[str, Any]]:
    """The calls that sent a page to somebody."""
    posts = await people.calls("chat.postMessage")
    return [post for post in posts if ":notification:" in str(post["args"].get("metadata"))]


async def test_a_group_told_both_ways_pages_once_and_is_over_when_alertmanager_says_so(
    alertmanager: Alertmanager, bot_process: BotProcess, people: Hands
) -> None:
    await bot_process.start()
    await alertmanager.fire()

    async def told_both_ways() -> bool:
        return await states(bot_process, "alerts") == ["firing"] * (len(INSTANCES) + 1)

    await eventually(told_both_ways, "two alerts by the webhook, one by Slack")
    who = on_call_now("payments-primary")
    page = await people.sees(who, "@Tocsin", "3 alerts")
    assert "SEV1" in page["plain"]
    await alertmanager.resolve()

    async def over() -> bool:
        return await states(bot_process, "alerts") == ["resolved"] * (len(INSTANCES) + 1)

    await eventually(over, "everything that fired is resolved")
    resolved = await people.sees(who, "@Tocsin", "Resolved")
    assert (resolved["ts"], resolved["buttons"]) == (page["ts"], [])
    assert await states(bot_process, "pages") == ["resolved"]
    assert len(await paged(people)) == 1


def test_each_way_alone_is_configured_as_in_both() -> None:
    both = configuration("Alertmanager, both ways")
    for heading in ("Alertmanager, by webhook", "Alertmanager, through Slack"):
        way = configuration(heading).partition("\n  - name: ")[2].partition("\n")[2]
        assert way in both, heading
