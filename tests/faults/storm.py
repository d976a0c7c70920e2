"""A bench company in trouble: pages that escalate while the bot is killed, and what must hold when it is over."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from sqlalchemy import text

from bench.world import TOKEN, service
from tests.e2e.world import BotProcess, Hands, eventually

LEVEL_SECONDS = 12.0
"""Of an alert of SEV3, whose 15 minutes run faster."""
PATIENCE_SECONDS = 120.0
"""For what is owed to go out, with Slack's limits after many starts; a limit for failures, not a measure."""


@dataclass
class Storm:
    """Alerts that are told until they are accepted, whatever happens to the bots; each pages one service's people."""

    people: Hands
    bots: Sequence[BotProcess]
    dice: random.Random
    pages: int
    _told: list[asyncio.Task[None]] = field(default_factory=list)

    def fire(self, count: int) -> None:
        """Begin to tell of so many more services in trouble, at most `pages` in all."""
        for number in range(len(self._told), min(len(self._told) + count, self.pages)):
            self._told.append(asyncio.create_task(self._tell(number)))

    async def accepted(self) -> None:
        """Every alert was answered by a bot that lives."""
        self.fire(self.pages)
        await asyncio.gather(*self._told)

    async def resolve(self) -> None:
        await asyncio.gather(*(self._tell(number, status="resolved") for number in range(self.pages)))

    async def _tell(self, number: int, status: str = "firing") -> None:
        name = service(number)
        body = {"dedup_key": name, "service": name, "severity": "SEV3", "title": f"{name} is down"}
        while True:
            url = f"{self.dice.choice(self.bots).url}/v1/alerts/{TOKEN}"
            with suppress(aiohttp.ClientError):
                async with self.people.http.post(url, json={**body, "status": status}) as answer:
                    if answer.status == 202:
                        return
            await asyncio.sleep(0.2)


@dataclass(frozen=True)
class Note:
    """A notification as the database has it."""

    id: int
    page: int
    step: int
    addressee: str
    state: str

    @property
    def key(self) -> str:
        """What its message carries."""
        return f"page:{self.page}:notification:{self.id}"


async def ask(bot: BotProcess, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query, read beside the running bot."""
    async with bot.opened() as database, database.read() as conn:
        return [tuple(row) for row in await conn.execute(text(query))]


async def notes(bot: BotProcess) -> list[Note]:
    rows = await ask(bot, "SELECT id, page_id, step, addressee, state FROM notification ORDER BY id")
    return [Note(*row) for row in rows]


async def sent_up_to_now(bot: BotProcess) -> None:
    """Until every page notification recorded so far has left or was withdrawn; levels go on meanwhile."""
    ((last,),) = await ask(bot, "SELECT max(id) FROM notification")
    owed = f"SELECT id FROM notification WHERE state = 'owed' AND id <= {last}"

    async def none_owed() -> bool:
        left = len(await ask(bot, owed))
        if left:
            await asyncio.sleep(0.3)
        return not left

    await eventually(none_owed, "every page notification is out", PATIENCE_SECONDS)


async def sends(bot: BotProcess, count: int) -> None:
    """Until so many more page notifications are out."""
    query = text("SELECT count(*) FROM notification WHERE state = 'sent'")
    async with bot.opened() as database:

        async def sent() -> int:
            await asyncio.sleep(0.05)
            async with database.read() as conn:
                return int(await conn.scalar(query) or 0)

        before = await sent()

        async def enough() -> bool:
            return await sent() >= before + count

        await eventually(enough, f"{count} more page notifications are out", PATIENCE_SECONDS)


async def over(bot: BotProcess) -> None:
    """Until every page is over, and what may have been in the air is known."""
    left = "SELECT id FROM page WHERE state != 'resolved'"
    owed = "SELECT id FROM debt WHERE kind = 'page_dm' AND state IN ('new', 'sending')"

    async def none_left() -> bool:
        await asyncio.sleep(0.3)
        return not await ask(bot, left) and not await ask(bot, owed)

    await eventually(none_left, "every page is over", PATIENCE_SECONDS)


def key_of(call: dict[str, Any]) -> str:
    """The key that a message in the sandbox's ledger carries, or nothing."""
    metadata = call["args"].get("metadata") or {}
    return str(metadata.get("event_payload", {}).get("key", ""))


async def posts(people: Hands) -> list[dict[str, Any]]:
    """The pages' messages that Slack took, whatever became of the answers."""
    taken = [post for post in await people.calls("chat.postMessage") if post["answer"].get("ok")]
    return [post for post in taken if ":notification:" in key_of(post)]


async def promise_held(people: Hands, bot: BotProcess) -> list[Note]:
    """Each notification that was not withdrawn is in Slack once, a withdrawn one is not; each step was taken once."""
    recorded = await notes(bot)
    arrived = Counter(key_of(post) for post in await posts(people))
    assert {note.state for note in recorded} <= {"sent", "canceled"}, Counter(n.state for n in recorded)
    assert [note for note in recorded if note.state == "sent" and not arrived[note.key]] == [], "lost"
    assert {key: times for key, times in arrived.items() if times > 1} == {}, "more than once"
    assert arrived.keys() == {note.key for note in recorded if note.state == "sent"}, "withdrawn, and sent"
    steps = Counter((note.page, note.step, note.addressee) for note in recorded)
    assert {step: times for step, times in steps.items() if times > 1} == {}, "a step was taken twice"
    return recorded


async def auditors_are_content(people: Hands, bots: Sequence[BotProcess]) -> None:
    """No copy's auditor reports a problem."""
    for bot in bots:
        async with people.http.get(f"{bot.url}/metrics") as answer:
            assert "tocsin_audit_problems 0.0" in await answer.text()
