"""What people do with channels: make, join, leave, describe, rename, archive them, and take others out."""

from __future__ import annotations

from bot.sandbox import conversing
from bot.sandbox.hands import looks
from bot.sandbox.hands.doing import accepted
from bot.sandbox.hands.places import HandError, actor, known, place, required
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, Person
from bot.sandbox.wire import Json


async def channels(sandbox: Sandbox, body: Json) -> Json:
    """Make a channel (`name`), or change the one in `in`."""
    person = actor(sandbox, body)
    channel = _changed(sandbox, person, body) if body.get("in") else _created(sandbox, person, body)
    return looks.conversation(sandbox, channel, person)


def _created(sandbox: Sandbox, person: Person, body: Json) -> Conversation:
    invited = [known(sandbox, name) for name in body.get("members") or ()]
    name = str(required(body, "name")).removeprefix("#")
    private = bool(body.get("private"))
    channel = accepted(lambda: conversing.create(sandbox, name, person.id, private=private))
    for each in invited:
        if each.id not in channel.members:
            conversing.join(sandbox, channel, each.id, inviter=person.id)
    return channel


def _changed(sandbox: Sandbox, person: Person, body: Json) -> Conversation:
    """Its `name`, `topic`, `purpose`, whether it is `archived`; `remove` takes somebody out."""
    channel = place(sandbox, person, str(body["in"]))
    if channel.is_direct:
        raise HandError(f"{body['in']} is no channel", status=409)
    if body.get("archived") is False and channel.archived:
        conversing.unarchive(sandbox, channel, person.id)
    if body.get("name"):
        name = str(body["name"]).removeprefix("#")
        accepted(lambda: conversing.rename(sandbox, channel, name, person.id))
    if "topic" in body:
        accepted(lambda: conversing.describe(sandbox, channel, "topic", str(body["topic"]), person.id))
    if "purpose" in body:
        accepted(lambda: conversing.describe(sandbox, channel, "purpose", str(body["purpose"]), person.id))
    if body.get("remove"):
        _remove(sandbox, channel, known(sandbox, str(body["remove"])))
    if body.get("archived") and not channel.archived:
        _refuse_general(channel)
        conversing.archive(sandbox, channel, person.id)
    return channel


def _remove(sandbox: Sandbox, channel: Conversation, person: Person) -> None:
    _refuse_general(channel)
    if person.id not in channel.members:
        raise HandError(f"{person.name} is not in #{channel.name}", status=409)
    conversing.leave(sandbox, channel, person.id)


def _refuse_general(channel: Conversation) -> None:
    if channel.is_general:
        raise HandError(f"#{channel.name} stays, and everybody in it", status=409)


async def join(sandbox: Sandbox, body: Json) -> Json:
    """Join a public channel; with `who` invite somebody instead (the app by its name)."""
    person = actor(sandbox, body)
    where = place(sandbox, person, str(required(body, "in")))
    joining = known(sandbox, str(body["who"])) if body.get("who") else person
    if where.is_direct or where.archived:
        raise HandError(f"{body['in']} cannot be joined", status=409)
    if joining.id not in where.members:
        conversing.join(sandbox, where, joining.id, inviter=person.id if joining is not person else None)
    return looks.conversation(sandbox, where, person)


async def leave(sandbox: Sandbox, body: Json) -> Json:
    """Leave a channel."""
    person = actor(sandbox, body)
    where = place(sandbox, person, str(required(body, "in")))
    if where.is_direct or where.is_general or person.id not in where.members:
        raise HandError(f"{person.name} cannot leave {body['in']}", status=409)
    conversing.leave(sandbox, where, person.id)
    return looks.conversation(sandbox, where, person)
