"""How a method declares itself, and what it gets to work with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.limits import Rate
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, Kind, Message, Person
from bot.sandbox.wire import Json, SlackError, invalid_arguments
from bot.sandbox.workspace import Workspace

Transport = Literal["get", "post", "json"]
Token = Literal["bot", "app", "person"]

HISTORY: Mapping[Kind, str] = {
    "channel": "channels:history",
    "private": "groups:history",
    "im": "im:history",
    "mpim": "mpim:history",
}
READ: Mapping[Kind, str] = {
    "channel": "channels:read",
    "private": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}
MANAGE: Mapping[Kind, str] = {
    "channel": "channels:manage",
    "private": "groups:write",
    "im": "im:write",
    "mpim": "mpim:write",
}
TOPIC: Mapping[Kind, str] = {**MANAGE, "channel": "channels:manage|channels:write.topic"}
INVITE: Mapping[Kind, str] = {**MANAGE, "channel": "channels:manage|channels:write.invites"}


@dataclass(frozen=True)
class Caller:
    """Whose token it is. `user` is the bot user for the bot's and the app's token."""

    token: Token
    user: str
    scopes: frozenset[str] | None
    """None: everything, as people's tokens here."""


@dataclass(frozen=True)
class Method:
    """A Web API method's declaration.

    `scope` is needed for every call, one of `kinds` for the kind of conversation that it touches; alternatives are
    parted by `|`. `args` maps names to str, int, float, bool, json or csv.
    """

    name: str
    transport: Transport
    tier: Rate | None
    scope: str | None
    kinds: Mapping[Kind, str]
    args: Mapping[str, str]
    required: tuple[str, ...]
    token: Token | None
    run: Callable[[Call], Json]


METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    transport: Transport,
    tier: Rate | None = None,
    scope: str | None = None,
    kinds: Mapping[Kind, str] | None = None,
    args: str = "",
    required: str = "",
    token: Token | None = "bot",
) -> Callable[[Callable[[Call], Json]], Callable[[Call], Json]]:
    """Register a function as a method. `args` is `name` or `name:type`, parted by spaces; tier None: special."""

    def register(run: Callable[[Call], Json]) -> Callable[[Call], Json]:
        types = {(parts := each.partition(":"))[0]: parts[2] or "str" for each in args.split()}
        METHODS[name] = Method(
            name, transport, tier, scope, kinds or {}, types, tuple(required.split()), token, run
        )
        return run

    return register


class Call:
    """One call whose token, scope and arguments were checked."""

    def __init__(self, sandbox: Sandbox, method: Method, caller: Caller, args: Json) -> None:
        self.sandbox = sandbox
        self.method = method
        self.caller = caller
        self.args = args

    @property
    def workspace(self) -> Workspace:
        """The team it is about."""
        return self.sandbox.workspace

    def need(self, scope: str) -> None:
        """Raise `missing_scope` unless the token has one of the scopes that are parted by `|`."""
        need_scope(self.caller, scope)

    def conversation(
        self, name: str = "channel", *, member: bool = True, archived: bool = True
    ) -> Conversation:
        """The conversation that an argument names. Raises channel_not_found, not_in_channel, is_archived."""
        found = self.workspace.conversations.get(str(self.args.get(name, "")))
        if found is None or (found.kind != "channel" and self.caller.user not in found.members):
            raise SlackError("channel_not_found")
        if found.kind in self.method.kinds:
            self.need(self.method.kinds[found.kind])
        if member and self.caller.user not in found.members:
            raise SlackError("not_in_channel")
        if found.archived and not archived:
            raise SlackError("is_archived")
        return found

    def person(self, name: str = "user") -> Person:
        """The person that an argument names by id. Raises user_not_found."""
        found = self.workspace.people.get(str(self.args.get(name, "")))
        if found is None:
            raise SlackError("user_not_found")
        return found

    def message(self, conversation: Conversation, name: str) -> Message:
        """The message that an argument names by ts. Raises bad_timestamp, message_not_found."""
        ts = str(self.args.get(name, ""))
        if not is_ts(ts):
            raise SlackError("bad_timestamp")
        found = conversation.messages.get(ts)
        if found is None:
            raise SlackError("message_not_found")
        return found


def need_scope(caller: Caller, scope: str) -> None:
    """Raise `missing_scope`, with what is needed and what there is."""
    if caller.scopes is None or caller.scopes & set(scope.split("|")):
        return
    raise SlackError("missing_scope", needed=scope.split("|")[0], provided=",".join(sorted(caller.scopes)))


def is_ts(value: str) -> bool:
    """Whether it looks like a message's timestamp."""
    return re.fullmatch(r"\d+(\.\d+)?", value) is not None


def checked_args(method: Method, args: Json) -> Json:
    """Arguments with their declared types; those that the method does not know are dropped, as Slack does.

    Raises `SlackError`: invalid_arguments, invalid_blocks_format.
    """
    missing = [name for name in method.required if args.get(name) in (None, "")]
    if missing:
        raise invalid_arguments(*(f"missing required field: {name}" for name in missing))
    return {
        name: _typed(name, method.args[name], value)
        for name, value in args.items()
        if name in method.args and value is not None
    }


def _typed(name: str, kind: str, value: Any) -> Any:
    try:
        return _TYPES[kind](value)
    except (ValueError, TypeError) as problem:
        if name in ("blocks", "attachments"):
            raise SlackError(f"invalid_{name}_format") from problem
        raise invalid_arguments(f"must be a valid {kind} [json-pointer:/{name}]") from problem


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise TypeError("an object is no text")
    return str(value)


def _truth(value: Any) -> bool:
    word = str(value).lower()
    if word not in ("1", "0", "true", "false", ""):
        raise ValueError(word)
    return word in ("1", "true")


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _listed(value: Any) -> list[str]:
    items = value if isinstance(value, list) else str(value).split(",")
    return [str(item).strip() for item in items if str(item).strip()]


_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "str": _text,
    "int": int,
    "float": float,
    "bool": _truth,
    "json": _parsed,
    "csv": _listed,
}
