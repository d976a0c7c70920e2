"""Who and where: people, channels and DMs by the words that a person would use."""

from __future__ import annotations

from typing import Any

from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, Message, Person
from bot.sandbox.wire import Json


class HandError(Exception):
    """This cannot be done, as a person could not do it; `seen` is what there is instead."""

    def __init__(self, error: str, seen: list[Any] | None = None, status: int = 404) -> None:
        super().__init__(error)
        self.status = status
        self.body: Json = {"error": error} | ({} if seen is None else {"seen": seen})


def required(body: Json, name: str) -> Any:
    """A field of the call. Raises `HandError` when it is missing."""
    if body.get(name) in (None, ""):
        raise HandError(f"missing {name!r}", sorted(body), status=400)
    return body[name]


def actor(sandbox: Sandbox, body: Json) -> Person:
    """The person in `as`. Raises `HandError`: unknown, a bot, deactivated."""
    who = str(required(body, "as"))
    person = sandbox.workspace.person(who)
    if person is None or person.is_bot:
        raise HandError(f"no person {who!r}", [each.name for each in sandbox.workspace.humans()])
    if person.deleted:
        raise HandError(f"{person.name} is deactivated", status=403)
    return person


def known(sandbox: Sandbox, name: str) -> Person:
    """Anybody by name or id, the app too. Raises `HandError`."""
    found = sandbox.workspace.person(name)
    if found is None:
        raise HandError(f"no person {name!r}", [each.name for each in sandbox.workspace.people.values()])
    return found


def place(sandbox: Sandbox, person: Person, where: str, *, opening: bool = False) -> Conversation:
    """A channel or DM that the person can see. Raises `HandError`; `opening` makes a DM that is not there yet."""
    found = peek(sandbox, person, where, opening=opening)
    if found is None:
        raise HandError(f"{person.name} has no conversation with {where} yet", visible(sandbox, person))
    return found


def peek(sandbox: Sandbox, person: Person, where: str, *, opening: bool = False) -> Conversation | None:
    """As `place`; None for a DM with a known person that nobody opened."""
    workspace = sandbox.workspace
    found = workspace.conversations.get(where) or workspace.channel_named(where)
    if found is not None and (found.kind == "channel" or person.id in found.members):
        return found
    other = workspace.person(where) if where.startswith("@") or where in workspace.people else None
    if other is None:
        raise HandError(f"no place {where!r} for {person.name}", visible(sandbox, person))
    direct = workspace.direct(person.id, other.id)
    if direct is None and opening:
        direct = workspace.open_direct(person.id, other.id)
        sandbox.live.tell({"type": "channels"})
    return direct


def member_of(sandbox: Sandbox, person: Person, where: str) -> Conversation:
    """A place in which the person can write. Raises `HandError`: not a member, archived."""
    found = place(sandbox, person, where, opening=True)
    if person.id not in found.members:
        raise HandError(f"{person.name} is not in {where}: join it first", status=403)
    if found.archived:
        raise HandError(f"{where} is archived", status=409)
    return found


def visible(sandbox: Sandbox, person: Person) -> list[str]:
    """How the places are called that a person can see."""
    return [
        called(sandbox, person, each)
        for each in sandbox.workspace.conversations.values()
        if each.kind == "channel" or person.id in each.members
    ]


def called(sandbox: Sandbox, person: Person, conversation: Conversation) -> str:
    """How a person calls a place: `#channel` or `@somebody`."""
    if conversation.kind != "im":
        return f"#{conversation.name}"
    return f"@{partner(sandbox, person, conversation)}"


def partner(sandbox: Sandbox, person: Person, conversation: Conversation) -> str:
    """The name at the other side of a DM; the app's as it is displayed."""
    other = next((each for each in conversation.members if each != person.id), person.id)
    return sandbox.workspace.name_of(other)


def messages_for(person: Person, conversation: Conversation) -> list[Message]:
    """What a person sees in a place, oldest first: also what only they can see."""
    told = [*conversation.messages.values(), *(m for m in conversation.ephemerals if m.seen_by == person.id)]
    return sorted(told, key=lambda message: message.ts)


def message_at(sandbox: Sandbox, person: Person, conversation: Conversation, ts: str) -> Message:
    """The message with this ts. Raises `HandError`."""
    told = messages_for(person, conversation)
    for message in told:
        if message.ts == ts:
            return message
    where = called(sandbox, person, conversation)
    raise HandError(f"no message {ts} in {where} for {person.name}", [message.ts for message in told[-10:]])
