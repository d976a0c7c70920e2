"""The bench company on a sandbox of its own, with the bot as its own process: what the figures over the wire need."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from manifests.bench.generate import PEOPLE, person
from tests.e2e.world import ROOT, BotProcess, Hands, Process, alert, eventually, free_port

COMPANY = ROOT / "manifests" / "bench"
TOKEN = "bench-generic"
EVERYBODY = tuple(person(one) for one in range(PEOPLE))


def service(number: int) -> str:
    return f"service-{number % 240 + 1:03}"


@dataclass
class World:
    """A sandbox, a bot and people."""

    people: Hands
    bot: BotProcess
    http: aiohttp.ClientSession
    _seen: int = 0
    _posts: list[dict[str, Any]] = field(default_factory=list)

    async def fire(self, number: int, key: str, status: str = "firing") -> None:
        """One alert of that service; returns when it is accepted."""
        body = {"dedup_key": key, "status": status, "service": service(number), "severity": "SEV2"}
        await alert(self.http, self.bot.url, TOKEN, title=f"Error rate of {service(number)}", **body)

    async def posts(self) -> list[dict[str, Any]]:
        """All messages posted so far; only what is new is asked for, to leave the sandbox its CPU."""
        calls = await self.people.calls(since=self._seen)
        if calls:
            self._seen = calls[-1]["n"]
        self._posts += [
            call for call in calls if call["method"] == "chat.postMessage" and call["answer"].get("ok")
        ]
        return self._posts

    async def metric(self, name: str) -> float:
        """One number of `/metrics`; 0 while it is not there."""
        async with self.http.get(f"{self.bot.url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(name)), 0.0)

    def cpu_ms(self) -> float:
        """What the bot's process has used of the processors so far (utime and stime of proc(5))."""
        assert self.bot.process.child is not None
        fields = Path(f"/proc/{self.bot.process.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """What the bot's process holds in memory (VmRSS of proc(5))."""
        assert self.bot.process.child is not None
        lines = Path(f"/proc/{self.bot.process.child.pid}/status").read_text().splitlines()
        return float(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@asynccontextmanager
async def sandbox(folder: Path, names: Sequence[str] = EVERYBODY) -> AsyncIterator[str]:
    """A workspace with these people; yields its address."""
    people = [{"name": n, "real_name": n.title(), "tz": "UTC", "email": f"{n}@example.com"} for n in names]
    file = folder / "people.yml"
    file.write_bytes(orjson.dumps(people))
    command = [
        sys.executable,
        "-m",
        "bot.sandbox",
        "serve",
        "--port",
        str(free_port()),
        "--people",
        str(file),
    ]
    process = Process(command, {})
    await process.start()
    try:
        yield (await process.says(r"listening on (http://\S+?)/?$")).group(1)
    finally:
        await process.kill()


@asynccontextmanager
async def world(
    *, start: bool = True, company: Path = COMPANY, names: Sequence[str] = EVERYBODY
) -> AsyncIterator[World]:
    """All of it, in a folder that goes away with it; `names`: the people of the company."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        folder = Path(name)
        async with sandbox(folder, names) as url, aiohttp.ClientSession() as http:
            bot = BotProcess(url, f"sqlite+aiosqlite:///{folder}/tocsin.db", config=str(company))
            if start:
                await bot.start()
            try:
                yield World(Hands(url, http), bot, http)
            finally:
                if bot.process.child is not None:
                    await bot.process.kill()


async def paced(work: Iterable[Awaitable[None]], per_second: float) -> None:
    """Begin one after the other at an even pace, whatever the earlier ones take; wait for all."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    tasks = []
    for number, one in enumerate(work):
        await asyncio.sleep(max(0.0, begun + number / per_second - loop.time()))
        tasks.append(asyncio.ensure_future(one))
    await asyncio.gather(*tasks)


__all__ = ["COMPANY", "ROOT", "TOKEN", "World", "eventually", "paced", "sandbox", "service", "world"]
