"""A sandbox, a bot on it, and people: what the end-to-end stories are told with."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import orjson

from bot.clock import SystemClock
from bot.config.load import load
from bot.core.company import catalogue
from bot.core.ids import ScheduleId
from bot.core.schedule import NO_CHANGES, on_call
from bot.store.database import Database
from tests.real_time import within_slacks_three

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0
"""How long a story waits for something to become true; a limit for failures, not a measure."""

T = TypeVar("T")


async def eventually(look: Callable[[], Awaitable[T]], what: str = "", within: float = PATIENCE_SECONDS) -> T:
    """Look again and again until the answer is true; fail saying what was seen last."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        seen = await look()
        if seen:
            return seen
        if loop.time() > deadline:
            raise AssertionError(f"not within {within:g} s: {what or look} (last seen: {seen!r})")
        await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Hands:
    """Acting as people through the sandbox's `/sandbox/*` calls."""

    url: str
    http: aiohttp.ClientSession
    unhindered: bool = False
    """Nothing keeps the bot from acking in time: a click that nobody acks is `TooSlow`."""

    async def call(self, verb: str, path: str, **body: Any) -> Any:
        async with self.http.request(verb, f"{self.url}/sandbox/{path}", json=body or None) as answer:
            assert answer.status < 400, f"{path} {body}: {answer.status} {await answer.text()}"
            seen = await answer.json()
        return within_slacks_three(seen) if self.unhindered else seen

    async def look(self, path: str, **query: Any) -> Any:
        async with self.http.get(f"{self.url}/sandbox/{path}", params=query) as answer:
            assert answer.status < 400, f"{path} {query}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def command(self, who: str, text: str, where: str = "#general") -> Any:
        return await self.call("POST", "command", **{"as": who, "in": where, "text": text})

    async def submit(self, who: str, **fields: Any) -> Any:
        return await self.call("POST", "submit", **{"as": who, "fields": fields})

    async def click(self, who: str, button: str, where: str | None = None, **more: Any) -> Any:
        place = {"in": where} if where else {}
        return await self.call("POST", "click", **{"as": who, "button": button, **place, **more})

    async def messages(self, who: str, where: str) -> list[dict[str, Any]]:
        return list(await self.look("messages", **{"as": who, "in": where}))

    async def dm(self, who: str) -> list[dict[str, Any]]:
        return await self.messages(who, "@Tocsin")

    async def channels(self, who: str) -> list[dict[str, Any]]:
        return list(await self.look("channels", **{"as": who}))

    async def calls(self, method: str = "", since: int = 0) -> list[dict[str, Any]]:
        ledger = await self.look("calls", since=since)
        return [entry for entry in ledger if not method or entry["method"] == method]

    async def sees(self, who: str, where: str, text: str) -> dict[str, Any]:
        """The latest message with this text, once it is there."""

        async def latest() -> dict[str, Any] | None:
            found = [m for m in await self.messages(who, where) if text in m["plain"] or text in m["text"]]
            return found[-1] if found else None

        found = await eventually(latest, f"{who} sees {text!r} in {where}")
        assert found is not None
        return found

    async def channel(self, who: str, prefix: str) -> dict[str, Any]:
        """The channel whose name begins so, once it is there."""

        async def there() -> dict[str, Any] | None:
            return next((c for c in await self.channels(who) if c["name"].startswith(prefix)), None)

        found = await eventually(there, f"{who} sees the channel {prefix}…")
        assert found is not None
        return found

    async def joined(self, who: str, prefix: str) -> None:
        """Until `who` is in that channel."""

        async def there() -> bool:
            return any(c["name"].startswith(prefix) and who in c["members"] for c in await self.channels(who))

        await eventually(there, f"{who} is in {prefix}…")


@dataclass
class Process:
    """A child process whose output is kept for the failure's sake."""

    command: list[str]
    environment: dict[str, str]
    output: list[str] = field(default_factory=list)
    child: asyncio.subprocess.Process | None = None
    _reader: asyncio.Task[None] | None = None

    def surroundings(self) -> dict[str, str]:
        """Its whole environment: this one's, without settings of a bot."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("TOCSIN_", "SLACK_"))}
        return clean | self.environment

    async def start(self) -> None:
        self.child = await asyncio.create_subprocess_exec(
            *self.command,
            env=self.surroundings(),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert self.child.stdout is not None
        self._reader = asyncio.create_task(self._read(self.child.stdout))

    @property
    def is_alive(self) -> bool:
        return self.child is not None and self.child.returncode is None

    async def _read(self, output: asyncio.StreamReader) -> None:
        async for line in output:
            self.output.append(line.decode().rstrip())

    async def says(self, pattern: str, within: float = PATIENCE_SECONDS) -> re.Match[str]:
        """The first line that matches."""

        async def look() -> re.Match[str] | None:
            found = next((m for line in self.output if (m := re.search(pattern, line))), None)
            if found is None and not self.is_alive:
                raise AssertionError("it ended:\n" + "\n".join(self.output[-40:]))
            return found

        try:
            found = await eventually(look, pattern, within)
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(self.output[-40:])) from error
        assert found is not None
        return found

    async def ended(self, within: float = PATIENCE_SECONDS) -> int:
        assert self.child is not None
        code = await asyncio.wait_for(self.child.wait(), within)
        if self._reader is not None:
            await self._reader
        return code

    async def kill(self, number: int = signal.SIGKILL) -> int:
        assert self.child is not None
        with suppress(ProcessLookupError):
            self.child.send_signal(number)
        return await self.ended()


@dataclass
class BotProcess:
    """The bot as its own process, to be killed and started again on the same database."""

    sandbox_url: str
    database: str
    time_scale: float = 1.0
    config: str = "manifests/demo"
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = free_port()
        self.process = self._process("run")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _environment(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_APP_TOKEN": "xapp-sandbox",
            "SLACK_API_URL": f"{self.sandbox_url}/api/",
            "TOCSIN_DATABASE_URL": self.database,
            "TOCSIN_CONFIG": self.config,
            "TOCSIN_HTTP_PORT": str(self.port),
            "TOCSIN_TIME_SCALE": f"{self.time_scale:g}",
            **self.extra,
        }

    def _process(self, *words: str) -> Process:
        """A command of the bot's in its environment; not started yet."""
        return Process([sys.executable, "-m", "bot", *words], self._environment())

    async def start(self, *, wait: bool = True) -> None:
        self.process = self._process("run")
        await self.process.start()
        if wait:
            await self.process.says("connected to Slack")

    async def kill(self) -> None:
        await self.process.kill()

    async def show(self, *words: str) -> Any:
        """`python -m bot show … --json`."""
        child = self._process("show", *words, "--json")
        await child.start()
        code = await child.ended()
        assert code == 0, child.output
        return orjson.loads("\n".join(child.output))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Database]:
        """Its database, to look into while it is down."""
        database = Database(self.database, SystemClock())
        yield database
        await database.close()

    async def refused(self, *words: str) -> str:
        """What a command says that ends with exit code 1."""
        child = self._process(*words)
        await child.start()
        assert await child.ended() == 1, child.output
        return "\n".join(child.output)


async def alert(http: aiohttp.ClientSession, url: str, token: str = "demo-generic", **body: Any) -> Any:
    """Post one generic alert; answers the body of the 202."""
    async with http.post(
        f"{url}/v1/alerts/{token}", json={"title": "Error rate above 5 %", **body}
    ) as answer:
        assert answer.status == 202, await answer.text()
        return await answer.json()


def on_call_now(schedule: str) -> str:
    """Who of the demo company is on call for a schedule at this real moment."""
    loaded = load(ROOT / "manifests" / "demo")
    company = catalogue(loaded.objects, (), 1)
    shift = on_call(company.schedules[ScheduleId(schedule)], NO_CHANGES, SystemClock().now())
    return str(shift.people[0])
