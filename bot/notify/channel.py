"""What every channel promises: one message to one address, and an outcome that says whose fault it was."""

from __future__ import annotations

from typing import Protocol

from bot.core.contact import MethodKind, Outgoing
from bot.core.debts import Outcome, Retry
from bot.core.frozen import dataclass


@dataclass(frozen=True)
class NotNow(Retry):
    """The address takes nothing at the moment (a full mailbox, greylisting); the provider itself is well."""


class Channel(Protocol):
    """One way out, to one provider, opened with its secrets."""

    async def send(self, kind: MethodKind, message: Outgoing) -> Outcome:
        """Hand one message over, once, and wait for the answer; never raises for what the outside does.

        `Sent`: the provider has it; `remote` holds its own `id` of the message, empty when it gives none. `Failed`: the
        address is wrong for good, whoever carries it. `NotNow`: the address, but only for now. `Retry`: the provider's
        own fault (no connection, its error, a wrong password, a quota), so that another one may do better; `certain` is
        False when the message may have gone through. Reasons are shown to people: no secret and no address in them.
        """
        ...

    async def aclose(self) -> None:
        """Close what is open; nothing is sent afterwards."""
        ...
