"""What people do without the app: write, react, pin, join, make channels, come and go."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.sandbox import conversing, marking
from bot.sandbox.blockkit import with_ids
from bot.sandbox.events import emit
from bot.sandbox.hands import looks, writing
from bot.sandbox.hands.places import HandError, actor, member_of, message_at, place, required
from bot.sandbox.posting import Content
from bot.sandbox.posting import post as post_message
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Person, epoch
from bot.sandbox.wire import Json, SlackError

T = TypeVar("T")


async def post(sandbox: Sandbox, body: Json) -> Json:
    """Write a message; @names, #channels and links become mentions."""
    person = actor(sandbox, body)
    where = member_of(sandbox, person, str(required(body, "in")))
    thread_ts = body.get("thread_ts") or None
    if thread_ts is not None:
        message_at(sandbox, person, where, str(thread_ts))
    text = writing.marked_up(sandbox.workspace, str(required(body, "text")))
    message = post_message(
        sandbox,
        where,
        Content(text, tuple(with_ids(writing.as_rich_text(text)))),
        user=person.id,
        thread_ts=thread_ts,
        client_msg_id=str(uuid.uuid4()),
    )
    return {"ts": message.ts, "channel": where.id}


async def react(sandbox: Sandbox, body: Json) -> Json:
    """Add a reaction, or take it back with `remove`."""
    person = actor(sandbox, body)
    where = place(sandbox, person, str(required(body, "in")))
    message = message_at(sandbox, person, where, str(required(body, "ts")))
    name = str(required(body, "name")).strip(":")
    change = marking.unreact if body.get("remove") else marking.react
    _slack(lambda: change(sandbox, where, message, name, person.id))
    return {"reactions": looks.message(sandbox, message)["reactions"]}


async def pin(sandbox: Sandbox, body: Json) -> Json:
    """Pin a message, or unpin it with `remove`."""
    person = actor(sandbox, body)
    where = member_of(sandbox, person, str(required(body, "in")))
    message = message_at(sandbox, person, where, str(required(body, "ts")))
    change = marking.unpin if body.get("remove") else marking.pin
    _slack(lambda: change(sandbox, where, message, person.id))
    return {"pins": [each.ts for each in where.pins]}


async def create_channel(sandbox: Sandbox, body: Json) -> Json:
    """Make a channel as a person, with `members` invited (the app by its name)."""
    person = actor(sandbox, body)
    invited = [_known(sandbox, name) for name in body.get("members") or ()]
    name = str(required(body, "name")).removeprefix("#")
    channel = _slack(lambda: conversing.create(sandbox, name, person.id, private=bool(body.get("private"))))
    for each in invited:
        if each.id not in channel.members:
            conversing.join(sandbox, channel, each.id, inviter=person.id)
    return looks.conversation(sandbox, channel, person)


async def join(sandbox: Sandbox, body: Json) -> Json:
    """Join a public channel; with `who` invite somebody instead (the app by its name)."""
    person = actor(sandbox, body)
    where = place(sandbox, person, str(required(body, "in")))
    joining = _known(sandbox, str(body["who"])) if body.get("who") else person
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


async def people(sandbox: Sandbox, body: Json) -> Json:
    """Hire somebody, or change their zone, address, silence or whether they are deactivated."""
    name = str(required(body, "name"))
    _check_zone(body.get("tz"))
    person = sandbox.workspace.person(name)
    arrived = person is None
    if person is None:
        person = sandbox.workspace.hire(name, body.get("tz"), body.get("email"), body.get("real_name"))
    person.tz = body.get("tz") or person.tz
    person.email = body.get("email") or person.email
    person.deleted = bool(body.get("deactivated", person.deleted))
    person.is_restricted = bool(body.get("restricted", person.is_restricted))
    person.do_not_disturb = bool(body.get("dnd", person.do_not_disturb))
    person.updated = epoch()
    user = person.as_user(sandbox.workspace.team_id, with_email="users:read.email" in sandbox.manifest.scopes)
    emit(sandbox, {"type": "team_join" if arrived else "user_change", "user": user, "cache_ts": epoch()})
    if arrived:
        general = next(each for each in sandbox.workspace.conversations.values() if each.is_general)
        conversing.join(sandbox, general, person.id)
    sandbox.live.tell({"type": "people"})
    return looks.person(person)


def _check_zone(zone: str | None) -> None:
    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise HandError(f"no time zone {zone!r}", status=400) from problem


def _known(sandbox: Sandbox, name: str) -> Person:
    found = sandbox.workspace.person(name)
    if found is None:
        raise HandError(f"no person {name!r}", [each.name for each in sandbox.workspace.people.values()])
    return found


def _slack(act: Callable[[], T]) -> T:
    """Do it, and turn Slack's refusal into the hand's."""
    try:
        return act()
    except SlackError as refusal:
        raise HandError(refusal.error, status=409) from refusal
