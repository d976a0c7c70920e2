"""What shall go wrong: errors, delays and lost answers, as a test ordered them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from bot.sandbox.wire import Json

SocketFault = Literal["close", "warning", "refresh", "duplicate", "reorder", "silent"]
"""`close`, `warning`, `refresh` and `silent` happen at once to the present sockets. `duplicate` (each envelope comes
twice) and `reorder` (every other envelope is overtaken by the next one) last until they are deleted."""
EVERY_METHOD = "*"


class BadFault(Exception):
    """The order makes no sense; the message says which field."""


@dataclass
class Fault:
    """One order. `times` counts down; None lasts until it is deleted."""

    id: int
    method: str | None
    channel: str | None
    error: str | None
    retry_after: int | None
    http: int | None
    latency_ms: float
    drop: Literal["after"] | None
    socket: SocketFault | None
    times: int | None
    order: Json

    def fits(self, method: str, channels: set[str]) -> bool:
        """Whether it applies to a call of this method to this channel (named by id and by name).

        `*` is the whole Web API; a response URL, which needs no token, is not in it.
        """
        return (
            self.socket is None
            and self.times != 0
            and (self.method in (None, method) or (self.method == EVERY_METHOD and "." in method))
            and (self.channel is None or self.channel in channels)
        )


@dataclass(frozen=True)
class Applied:
    """What happens to one call."""

    latency: float = 0.0
    error: str | None = None
    retry_after: int | None = None
    http: int | None = None
    drop: bool = False
    order: Json | None = None
    """For the ledger."""


class Faults:
    """The orders that hold now."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._count = 0

    def order(self, body: Json) -> Fault:
        """Take an order. Raises `BadFault`."""
        fault = _parse(self._count + 1, body)
        self._count += 1
        if fault.socket in (None, "duplicate", "reorder"):
            self._faults.append(fault)
        return fault

    def all(self) -> list[Json]:
        """The orders as they came, with their id and what is left of `times`."""
        return [
            {**fault.order, "id": fault.id, "times": fault.times}
            for fault in self._faults
            if fault.times != 0
        ]

    def clear(self, number: int | None = None) -> None:
        """Delete one order, or all."""
        self._faults = [fault for fault in self._faults if number is not None and fault.id != number]

    @property
    def duplicates(self) -> bool:
        """Whether envelopes are sent twice."""
        return any(fault.socket == "duplicate" for fault in self._faults)

    @property
    def reorders(self) -> bool:
        """Whether envelopes overtake each other."""
        return any(fault.socket == "reorder" for fault in self._faults)

    def apply(self, method: str, channels: set[str]) -> Applied:
        """What happens to this call; each order that takes part is used up by one."""
        latency, outcome = 0.0, Applied()
        order: Json = {}
        for fault in self._faults:
            ends = bool(fault.error or fault.http or fault.drop)
            if not fault.fits(method, channels) or (ends and (outcome.error or outcome.http or outcome.drop)):
                continue
            fault.times = None if fault.times is None else fault.times - 1
            latency += fault.latency_ms / 1000
            order |= fault.order
            if ends:
                outcome = Applied(0, fault.error, fault.retry_after, fault.http, fault.drop == "after")
        return Applied(latency, outcome.error, outcome.retry_after, outcome.http, outcome.drop, order or None)


def _parse(number: int, body: Json) -> Fault:
    known = {"method", "channel", "error", "retry_after", "http", "latency_ms", "drop", "socket", "times"}
    if unknown := set(body) - known:
        raise BadFault(f"unknown fields {sorted(unknown)}; known are {sorted(known)}")
    if not {"error", "http", "latency_ms", "drop", "socket"} & set(body):
        raise BadFault("say what shall happen: error, http, latency_ms, drop or socket")
    if body.get("drop") not in (None, "after"):
        raise BadFault("drop can only be 'after': done, but the answer is lost")
    if body.get("socket") not in (None, *get_args(SocketFault)):
        raise BadFault(f"socket is one of {', '.join(get_args(SocketFault))}")
    return Fault(
        id=number,
        method=body.get("method"),
        channel=_bare(body.get("channel")),
        error=body.get("error"),
        retry_after=_number(body, "retry_after"),
        http=_number(body, "http"),
        latency_ms=float(body.get("latency_ms") or 0),
        drop=body.get("drop"),
        socket=body.get("socket"),
        times=_number(body, "times"),
        order=dict(body),
    )


def _bare(channel: Any) -> str | None:
    return str(channel).removeprefix("#") if channel else None


def _number(body: Json, name: str) -> int | None:
    value = body.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise BadFault(f"{name} must be a whole number")
    return value
