"""What a person or program sees: messages, channels, views, people, the app, the ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.sandbox import viewing
from bot.sandbox.hands import looks
from bot.sandbox.hands.places import HandError, actor, messages_for, peek, required
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, Message
from bot.sandbox.wire import Json


async def messages(sandbox: Sandbox, query: Json) -> list[Json]:
    """Messages of a place, newest last, replies among them.

    `thread_ts` narrows to one thread, `top=1` to what stands in the channel itself, `pinned=1` to its pins; then
    `limit` to the last so many.
    """
    person = actor(sandbox, query)
    where = peek(sandbox, person, str(required(query, "in")))
    if where is None:
        return []
    told = [each for each in messages_for(person, where) if _wanted(where, each, query)]
    limit = _number(query, "limit", len(told))
    return [looks.message(sandbox, each) for each in told[max(0, len(told) - limit) :]]


def _wanted(where: Conversation, message: Message, query: Json) -> bool:
    if query.get("thread_ts") not in (None, "", message.ts, message.thread_ts):
        return False
    if query.get("top") and message.is_reply and message.subtype != "thread_broadcast":
        return False
    return not query.get("pinned") or any(pin.ts == message.ts for pin in where.pins)


def _number(query: Json, name: str, otherwise: int) -> int:
    try:
        return int(query.get(name) or otherwise)
    except ValueError as problem:
        raise HandError(f"{name} is a whole number", status=400) from problem


async def channels(sandbox: Sandbox, query: Json) -> list[Json]:
    """Channels that the person can see, archived ones too; `ims=1` adds their DMs."""
    person = actor(sandbox, query)
    directs = query.get("ims") in ("1", "true")
    return [
        looks.conversation(sandbox, each, person)
        for each in sandbox.workspace.conversations.values()
        if (each.kind == "channel" or person.id in each.members) and (directs or not each.is_direct)
    ]


async def views(sandbox: Sandbox, query: Json) -> list[Json]:
    """Open modals, top first, then Home if one was published."""
    person = actor(sandbox, query)
    home = sandbox.homes.get(person.id)
    shown = [*reversed(viewing.stack(sandbox, person.id)), *([home] if home else [])]
    return [viewing.shape(sandbox, view) for view in shown]


async def people(sandbox: Sandbox, query: Json) -> list[Json]:
    """Everybody, the app's bot user too."""
    return [looks.person(each) for each in sandbox.workspace.people.values()]


async def canvases(sandbox: Sandbox, query: Json) -> list[Json]:
    """The canvases of the places that the person is in; `in` narrows to one place."""
    person = actor(sandbox, query)
    where = peek(sandbox, person, str(query["in"])) if query.get("in") else None
    conversations = sandbox.workspace.conversations
    return [
        looks.canvas(sandbox, each)
        for each in sandbox.workspace.canvases.values()
        if each.channel is not None
        and person.id in conversations[each.channel].members
        and (where is None or where.id == each.channel)
    ]


async def app(sandbox: Sandbox, query: Json) -> Json:
    """The team, the app, its commands and shortcuts, the webhooks, how many sockets are connected."""
    workspace, manifest = sandbox.workspace, sandbox.manifest
    return {
        "team": {"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain},
        "app": {
            "id": workspace.app_id,
            "name": manifest.name,
            "user_id": workspace.bot.id,
            "bot_id": workspace.bot.bot_id,
        },
        "commands": [asdict(command) for command in manifest.commands],
        "shortcuts": [asdict(shortcut) for shortcut in manifest.shortcuts],
        "webhooks": [webhook(sandbox, hook) for hook in workspace.webhooks],
        "connections": sandbox.sockets.count,
    }


def webhook(sandbox: Sandbox, hook: Any) -> Json:
    """A webhook's channel and address."""
    workspace = sandbox.workspace
    address = f"{sandbox.url}/services/{workspace.team_id}/{hook.bot_id}/{hook.secret}"
    return {"channel": f"#{workspace.conversations[hook.channel].name}", "url": address}


async def calls(sandbox: Sandbox, query: Json) -> list[Json]:
    """The ledger after entry number `since`."""
    return sandbox.ledger.since(_number(query, "since", 0))


async def faults(sandbox: Sandbox, query: Json) -> list[Json]:
    """The faults that hold."""
    return sandbox.faults.all()
