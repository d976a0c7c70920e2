"""What people do with messages, without the app: write, edit, delete, read, react, pin."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeVar

from bot.sandbox import marking
from bot.sandbox.blockkit import with_ids
from bot.sandbox.hands import looks, writing
from bot.sandbox.hands.places import HandError, actor, member_of, message_at, place, required
from bot.sandbox.posting import Content
from bot.sandbox.posting import delete as delete_message
from bot.sandbox.posting import edit as edit_message
from bot.sandbox.posting import post as post_message
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, Message, Person
from bot.sandbox.wire import Json, SlackError

T = TypeVar("T")

EDITABLE = (None, "thread_broadcast", "file_share")
"""Subtypes of what a person wrote; the rest are lines that Slack writes in their name."""


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
    where.read[person.id] = message.ts
    return {"ts": message.ts, "channel": where.id}


async def react(sandbox: Sandbox, body: Json) -> Json:
    """Add a reaction, or take it back with `remove`."""
    person = actor(sandbox, body)
    where = place(sandbox, person, str(required(body, "in")))
    message = message_at(sandbox, person, where, str(required(body, "ts")))
    name = str(required(body, "name")).strip(":")
    change = marking.unreact if body.get("remove") else marking.react
    accepted(lambda: change(sandbox, where, message, name, person.id))
    return {"reactions": looks.message(sandbox, message)["reactions"]}


async def pin(sandbox: Sandbox, body: Json) -> Json:
    """Pin a message, or unpin it with `remove`."""
    person = actor(sandbox, body)
    where = member_of(sandbox, person, str(required(body, "in")))
    message = message_at(sandbox, person, where, str(required(body, "ts")))
    change = marking.unpin if body.get("remove") else marking.pin
    accepted(lambda: change(sandbox, where, message, person.id))
    return {"pins": [each.ts for each in where.pins]}


async def edit(sandbox: Sandbox, body: Json) -> Json:
    """Change the words of one's own message."""
    person, where, message = _own(sandbox, body)
    text = writing.marked_up(sandbox.workspace, str(required(body, "text")))
    what = Content(text, tuple(with_ids(writing.as_rich_text(text))))
    edit_message(sandbox, where, message, what, person.id)
    return {"ts": message.ts, "channel": where.id}


async def delete(sandbox: Sandbox, body: Json) -> Json:
    """Take one's own message away."""
    _, where, message = _own(sandbox, body)
    delete_message(sandbox, where, message)
    return {"ts": message.ts, "channel": where.id}


def _own(sandbox: Sandbox, body: Json) -> tuple[Person, Conversation, Message]:
    person = actor(sandbox, body)
    where = member_of(sandbox, person, str(required(body, "in")))
    message = message_at(sandbox, person, where, str(required(body, "ts")))
    if message.user != person.id or message.subtype not in EDITABLE:
        raise HandError(f"{person.name} did not write message {message.ts}", status=403)
    return person, where, message


async def mark(sandbox: Sandbox, body: Json) -> Json:
    """Say how far a person has read in a place."""
    person = actor(sandbox, body)
    where = place(sandbox, person, str(required(body, "in")))
    where.read[person.id] = str(required(body, "ts"))
    sandbox.live.tell({"type": "read", "channel": where.id, "ts": where.read[person.id]}, only=person.id)
    return {"channel": where.id, "ts": where.read[person.id]}


def accepted(act: Callable[[], T]) -> T:
    """Do it, and turn Slack's refusal into the hand's."""
    try:
        return act()
    except SlackError as refusal:
        raise HandError(refusal.error, status=409) from refusal
