"""Faults of Slack and its sockets in a random order while people and alerts go on; then all is as if nothing had been.

`FAULTS_SECONDS` makes it longer.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections import Counter
from contextlib import suppress
from typing import Any

from tests.e2e.world import BotProcess, Hands, eventually
from tests.faults.seeds import seed
from tests.faults.storm import ask, auditors_are_content, key_of

log = logging.getLogger(__name__)

SECONDS = float(os.environ.get("FAULTS_SECONDS", "25"))
SETTLES_WITHIN_SECONDS = 100.0
"""The longest back-off of what is no page, a minute, and what it owes then."""
SERVICES = ("checkout", "search", "database")
PEOPLE = ("ana", "bob", "carol", "dave", "erin", "frank")
UNTOLD = "an asker could not be told"
"""Slack took an answer neither by the response URL nor as a DM; what was asked for is done all the same."""
METHODS = (
    "chat.postMessage",
    "chat.update",
    "conversations.open",
    "conversations.create",
    "conversations.history",
    "conversations.invite",
    "conversations.setTopic",
    "pins.add",
    "views.publish",
)
SOCKETS = ("close", "warning", "refresh", "silent", "duplicate", "reorder")


class Trouble:
    """What goes wrong and what people do meanwhile, by one seed."""

    def __init__(self, people: Hands, bot: BotProcess, dice: random.Random) -> None:
        self.people, self.bot = people, bot
        self.random = dice
        self.accepted: list[str] = []
        self.updates: list[str] = []

    def fault(self) -> dict[str, Any]:
        pick = self.random
        times = pick.randint(1, 4)
        return pick.choice(
            [
                {"socket": pick.choice(SOCKETS)},
                {"latency_ms": pick.randint(200, 1500), "times": 4 * times},
                {"http": 503, "times": 4 * times},
                {"method": pick.choice(METHODS), "http": 500, "times": times},
                {"method": pick.choice(METHODS), "drop": "after", "times": times},
                {
                    "method": pick.choice(METHODS),
                    "error": "ratelimited",
                    "retry_after": pick.randint(1, 3),
                    "times": times,
                },
            ]
        )

    async def break_things(self) -> None:
        while True:
            order = self.fault()
            log.info("fault %s", order)
            made = await self.people.call("POST", "faults", **order)
            await asyncio.sleep(self.random.uniform(0.3, 2.5))
            if order.get("socket") in ("duplicate", "reorder"):
                url = f"{self.people.url}/sandbox/faults?id={made['id']}"
                async with self.people.http.delete(url) as answer:
                    assert answer.status == 200

    async def go_on(self) -> None:
        acts = (self.fire, self.fire, self.resolve, self.acknowledge, self.acknowledge, self.update)
        for _ in range(2):
            await self.declare()
        while True:
            # A person whose click or command Slack shows as failed, or who sees no button, does something else.
            with suppress(AssertionError):
                await self.random.choice(acts)()
            await asyncio.sleep(self.random.uniform(0.1, 0.8))

    async def fire(self) -> None:
        key = f"problem {len(self.accepted) + 1}"
        if await self._post({"title": key, "dedup_key": key, "service": self.random.choice(SERVICES)}):
            self.accepted.append(key)

    async def resolve(self) -> None:
        if self.accepted:
            key = self.random.choice(self.accepted)
            await self._post({"title": key, "dedup_key": key, "status": "resolved"})

    async def acknowledge(self) -> None:
        await self.people.click(self.random.choice(PEOPLE), "Acknowledge", "@Tocsin")

    async def declare(self) -> None:
        with suppress(AssertionError):
            await self.people.command("dave", "/incident declare Something is wrong")
            await self.people.submit("dave", Severity="SEV2", Service="checkout")

    async def update(self) -> None:
        text = f"finding {len(self.updates) + 1}."
        self.updates.append(text)
        await self.people.command("dave", f"/incident update INC-1: {text}")

    async def _post(self, body: dict[str, Any]) -> bool:
        url = f"{self.bot.url}/v1/alerts/demo-generic"
        async with self.people.http.post(url, json=body) as answer:
            return answer.status == 202


async def storm(people: Hands, bot: BotProcess) -> Trouble:
    told = Trouble(people, bot, random.Random(seed()))
    tasks = [asyncio.create_task(told.break_things()), asyncio.create_task(told.go_on())]
    done, _ = await asyncio.wait(tasks, timeout=SECONDS, return_when=asyncio.FIRST_EXCEPTION)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
    await people.call("DELETE", "faults")
    return told


async def settled(bot: BotProcess) -> None:
    async def nothing_owed() -> bool:
        await asyncio.sleep(0.2)
        return not await ask(bot, "SELECT key FROM debt WHERE state IN ('new', 'sending')")

    await eventually(nothing_owed, "nothing is owed any more", SETTLES_WITHIN_SECONDS)


async def arrived(people: Hands) -> list[str]:
    """The keys of the messages that reached Slack, in their order, whatever became of the answers."""
    calls = [call for call in await people.calls("chat.postMessage") if call["answer"].get("ok")]
    found = [(call["answer"]["ts"], key_of(call)) for call in calls]
    return [key for _, key in sorted(found) if key]


async def test_after_a_storm_of_faults_everything_is_true(workspace: Hands, bot: BotProcess) -> None:
    await bot.start()
    told = await storm(workspace, bot)
    await settled(bot)
    keys = await arrived(workspace)
    log.info("%d alerts, %d messages", len(told.accepted), len(keys))
    assert [key for key, times in Counter(keys).items() if times > 1] == [], "twice"
    debts = await ask(bot, "SELECT key, lane, state, error FROM debt WHERE mode = 'deliver' ORDER BY id")
    assert [debt for debt in debts if debt[2] not in ("sent", "canceled")] == [], "lost"
    assert {key for key, _, state, _ in debts if state == "sent"} <= set(keys), "not there"
    for lane in {debt[1] for debt in debts}:
        owed = [key for key, where, _, _ in debts if where == lane and key in keys]
        assert owed == sorted(owed, key=keys.index), "out of order"
    await everything_is_true(workspace, bot, told)


async def everything_is_true(people: Hands, bot: BotProcess, told: Trouble) -> None:
    known = {key for (key,) in await ask(bot, "SELECT dedup_key FROM alert")}
    assert set(told.accepted) <= known, "an accepted alert is missing"
    stale = await ask(
        bot,
        "SELECT message.subject, message.version, page.version FROM message "
        "JOIN page ON message.subject = 'page:' || page.id WHERE message.version <> page.version",
    )
    assert stale == [], "a copy shows an old state"
    posted = "SELECT data FROM timeline WHERE kind = 'update_posted' ORDER BY id DESC LIMIT 1"
    if latest := await ask(bot, posted):
        channel = await people.channel("dave", "inc-1-")
        (card,) = [m for m in await people.messages("dave", channel["id"]) if m["ts"] in channel["pins"]]
        text = next(text for text in told.updates if text in str(latest[0][0]))
        assert text in card["plain"], "the card shows an old update"
    await auditors_are_content(people, [bot])
    broken = [line for line in bot.process.output if "Traceback" in line and UNTOLD not in line]
    assert broken == [], "our error"
