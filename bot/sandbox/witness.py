"""Watches what the app shows a person after one click or command, so that the hand can answer with it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.state import Message, View

AFTERMATH = 3.0
"""Seconds in which what the app does counts as its answer: the life of the trigger."""
SETTLING = 0.15
"""Seconds of waiting on for a modal after some other answer was seen."""


@dataclass(eq=False)
class Witness:
    """One interaction, in a message (`channel`, `ts`) or `within` a view: its id, or "home" for whichever that is.

    `view` is what its trigger opened, or the view it happened in once that changed; `reply` what the person was told.
    """

    user: str
    channel: str | None = None
    ts: str | None = None
    trigger: str | None = None
    within: str | None = None
    began_at: float = field(default_factory=time.monotonic)
    view: View | None = None
    reply: Message | None = None
    answered: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, *, view: View | None = None, reply: Message | None = None) -> None:
        """Remember the latest view and the first reply."""
        self.view = view or self.view
        self.reply = self.reply or reply
        self.answered = True
        self._news.set()

    async def settle(self) -> None:
        """Wait until a view came; or something else and then a moment; at most as long as the trigger lives."""
        deadline = self.began_at + AFTERMATH
        while self.view is None and (left := deadline - time.monotonic()) > 0:
            self._news.clear()
            patience = min(left, SETTLING) if self.answered else left
            try:
                await asyncio.wait_for(self._news.wait(), patience)
            except TimeoutError:
                return


class Witnesses:
    """The interactions that are going on."""

    def __init__(self) -> None:
        self._watching: list[Witness] = []

    @contextlib.contextmanager
    def watch(self, witness: Witness) -> Iterator[Witness]:
        """Let a witness see what happens meanwhile."""
        self._watching.append(witness)
        try:
            yield witness
        finally:
            self._watching.remove(witness)

    def view(self, view: View, trigger: str | None = None) -> None:
        """A view was opened by this trigger, or changed."""
        for witness in self._watching:
            opened = trigger is not None and trigger == witness.trigger
            inside = witness.within in (view.id, view.type)
            if witness.user == view.user and (opened or inside):
                witness.note(view=view)

    def reply(self, user: str, message: Message) -> None:
        """A person was told something by a response URL or an ephemeral message."""
        for witness in self._watching:
            if witness.user == user and witness.channel in (None, message.channel):
                witness.note(reply=message)

    def message_changed(self, channel: str, ts: str) -> None:
        """The message that a person clicked in was edited or deleted."""
        for witness in self._watching:
            if witness.channel == channel and witness.ts == ts:
                witness.note()
