"""The short-lived permissions that an interaction hands to the app: trigger ids and response URLs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.ids import secret
from bot.sandbox.wire import SlackError

TRIGGER_LIFE = 3.0
"""Seconds in which a trigger id opens a modal, once."""
RESPONSE_URL_LIFE = 30 * 60
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    """A person did something; `view` is the modal in which they did it."""

    id: str
    user: str
    view: str | None
    made_at: float
    used: bool = False


@dataclass
class ResponseUrl:
    """Where the app may answer to one interaction. `ts` is the message that the person clicked in, if any."""

    key: str
    user: str
    channel: str
    ts: str | None
    thread_ts: str | None
    made_at: float
    uses: int = 0


class Triggers:
    """All that were handed out. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def make(self, user: str, view: str | None = None) -> str:
        """A new trigger id."""
        trigger = Trigger(
            f"{time.time_ns() // 1_000_000}.{len(self._triggers)}.{secret(32)}", user, view, self.clock()
        )
        self._triggers[trigger.id] = trigger
        return trigger.id

    def take(self, trigger_id: str) -> Trigger:
        """Use a trigger up. Raises `SlackError` as views.open does."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock() - trigger.made_at > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def release(self, trigger: Trigger) -> None:
        """Give a trigger back: the call that took it was refused."""
        trigger.used = False

    def response_url(
        self, user: str, channel: str, ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        """The key of a new response URL."""
        url = ResponseUrl(secret(24), user, channel, ts, thread_ts, self.clock())
        self._urls[url.key] = url
        return url.key

    def place(self, key: str) -> ResponseUrl:
        """Where a response URL answers to, without counting a use; the ack of a command answers there too."""
        return self._urls[key]

    def use(self, key: str) -> ResponseUrl:
        """Count one use of a response URL. Raises `SlackError`: used_url or expired_url."""
        url = self._urls.get(key)
        if url is None or self.clock() - url.made_at > RESPONSE_URL_LIFE:
            raise SlackError("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        url.uses += 1
        return url
