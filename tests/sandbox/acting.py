"""What the tests of the sandbox act with: people's hands, a bolt app, and Block Kit by the handful."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]
PATIENCE_SECONDS = 60.0
"""How long a test waits for something to become true; a limit for failures, not a measure."""


async def until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> Any:
    """The condition's value once it is true; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)
    return value


@dataclass
class Hands:
    """Acting as people over HTTP; `status` is that of the last answer."""

    url: str
    http: aiohttp.ClientSession
    status: int = 0

    async def get(self, name: str, **query: Any) -> Any:
        async with self.http.get(f"{self.url}sandbox/{name}", params=query) as answer:
            self.status = answer.status
            return await answer.json()

    async def do(self, hand: str, who: str | None = None, /, **body: Any) -> Any:
        where = {"in": body.pop("at")} if "at" in body else {}
        body |= where | ({"as": who} if who else {})
        async with self.http.post(f"{self.url}sandbox/{hand}", json=body) as answer:
            self.status = answer.status
            return await answer.json()

    async def messages(self, who: str, at: str, **more: Any) -> list[Json]:
        return list(await self.get("messages", **{"as": who, "in": at}, **more))

    async def sees(self, who: str, at: str, words: str, seconds: float = PATIENCE_SECONDS) -> Json:
        """The latest message in which a person reads these words, once it is there."""
        deadline = time.monotonic() + seconds
        while True:
            told = await self.messages(who, at)
            if found := [message for message in told if words in message["plain"]]:
                return dict(found[-1])
            assert time.monotonic() < deadline, (
                f"{who} does not see {words!r} in {[m['plain'] for m in told]}"
            )
            await asyncio.sleep(0.01)

    async def views(self, who: str) -> list[Json]:
        return list(await self.get("views", **{"as": who}))

    async def fault(self, **order: Any) -> None:
        async with self.http.post(f"{self.url}sandbox/faults", json=order) as answer:
            assert answer.status == 200, await answer.text()

    async def post_to(self, url: str, body: Any) -> tuple[int, str]:
        async with self.http.post(url, json=body) as answer:
            return answer.status, await answer.text()


@dataclass
class Bot:
    """A bolt app on the wire; listeners may be added while it is connected. `events` is what it heard."""

    app: AsyncApp
    handler: AsyncSocketModeHandler
    events: list[Json] = field(default_factory=list)

    @property
    def client(self) -> AsyncWebClient:
        return self.app.client

    def heard(self, kind: str, **fields: Any) -> list[Json]:
        return [e for e in self.events if e["type"] == kind and all(e.get(k) == v for k, v in fields.items())]


async def conversation(client: AsyncWebClient, name: str) -> str:
    """A channel's id by its name."""
    answer = await client.conversations_list(types="public_channel,private_channel")
    return next(str(each["id"]) for each in answer["channels"] if each["name"] == name)


async def user(client: AsyncWebClient, name: str) -> str:
    """A person's id by their name."""
    return next(str(each["id"]) for each in (await client.users_list())["members"] if each["name"] == name)


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(text: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}, **more}


def field_block(label: str, block_id: str, **element: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "value", **element}
    optional = element.pop("optional", False)
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": label},
        "element": element,
        "optional": optional,
    }


def modal(*blocks: Json, title: str = "Declare", **more: Any) -> Json:
    words = {"title": title, "submit": "Go"}
    texts = {name: {"type": "plain_text", "text": text} for name, text in words.items()}
    return {"type": "modal", "callback_id": "declare", "blocks": list(blocks), **texts, **more}


async def refusal(call: Any) -> str:
    """The error with which Slack refuses a call, "" when it does not."""
    try:
        await call
    except SlackApiError as problem:
        return str(problem.response["error"])
    return ""
