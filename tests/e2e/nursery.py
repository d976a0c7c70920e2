"""Bots and sandboxes born by a process that has imported everything: a start takes what they do, not what Python reads.

Each is a process of its own, to be killed like any other. What a start itself is like, `test_start` tells without
these.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

import aiohttp

from bot import cli, crashpoints
from bot.sandbox import cli as sandbox_cli
from tests.e2e.world import PATIENCE_SECONDS, ROOT, BotProcess, Hands, Process, free_port

_NURSERY = get_context("forkserver")
_NURSERY.set_forkserver_preload([__name__])


def _live(words: list[str], environment: dict[str, str], output: Connection) -> None:
    """What the newborn does: as `python -m bot …` or `python -m bot.sandbox …` in this environment."""
    for number in (1, 2):
        os.dup2(output.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    importlib.reload(crashpoints)
    sys.argv = words
    {"bot": cli.main, "bot.sandbox": sandbox_cli.main}[words[0]]()


@dataclass
class Born(Process):
    """A process from the nursery; its command is a module and the module's arguments."""

    born: ForkServerProcess | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        reading, writing = _NURSERY.Pipe(duplex=False)
        arguments = (self.command, self.surroundings(), writing)
        self.born = _NURSERY.Process(target=_live, args=arguments, daemon=True)
        await asyncio.to_thread(self.born.start)
        writing.close()
        stream = asyncio.StreamReader()
        source = os.fdopen(os.dup(reading.fileno()), "rb")
        reading.close()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), source)
        self._reader = asyncio.create_task(self._read(stream))

    @property
    def is_alive(self) -> bool:
        return self.born is not None and self.born.is_alive()

    async def ended(self, within: float = PATIENCE_SECONDS) -> int:
        assert self.born is not None and self._reader is not None
        await asyncio.wait_for(self._reader, within)
        await asyncio.to_thread(self.born.join, within)
        assert self.born.exitcode is not None
        return self.born.exitcode

    async def kill(self, number: int = signal.SIGKILL) -> int:
        assert self.born is not None and self.born.pid is not None
        if self.born.is_alive():
            os.kill(self.born.pid, number)
        return await self.ended()


class BornBot(BotProcess):
    """A `BotProcess` from the nursery."""

    def _process(self, *words: str) -> Process:
        if "LD_PRELOAD" in self.extra:  # which only a program that is started anew takes up
            return super()._process(*words)
        return Born(["bot", *words], self._environment())


def sandbox_process() -> Process:
    """A fresh workspace, not started yet."""
    return Born(["bot.sandbox", "serve", "--port", str(free_port())], {})


@asynccontextmanager
async def workspace() -> AsyncIterator[Hands]:
    """A fresh workspace and hands in it."""
    process = sandbox_process()
    await process.start()
    try:
        url = (await process.says(r"listening on (http://\S+?)/?$")).group(1)
        async with aiohttp.ClientSession() as http:
            yield Hands(url, http)
    finally:
        await process.kill()
