"""How the hands and the page see a message, a channel or a person."""

from __future__ import annotations

from bot.sandbox import plain, reading, silence
from bot.sandbox.hands.places import partner
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Canvas, Conversation, Message, Person, UserGroup
from bot.sandbox.wire import Json


def message(sandbox: Sandbox, message: Message) -> Json:
    """A message with everything that a test or the page asks about it."""
    workspace = sandbox.workspace
    conversation = workspace.conversations[message.channel]
    author = workspace.people.get(message.user or "")
    bot_name = author.real_name if author and author.is_bot else message.username
    replies = conversation.threads.get(message.ts, [])
    return {
        "ts": message.ts,
        "user": workspace.name_of(message.user) if author else message.username,
        "user_id": message.user,
        "bot_id": message.bot_id,
        "bot_name": bot_name,
        "text": message.text,
        "plain": plain.read_message(workspace, message),
        "buttons": plain.buttons(_shown(message)),
        "thread_ts": message.thread_ts or (message.ts if replies else None),
        "ephemeral": message.seen_by is not None,
        "edited": message.edited is not None or (message.seen_by is not None and bool(message.former)),
        "metadata": message.metadata,
        "subtype": message.subtype,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "files": message.files,
        "reactions": [
            {"name": name, "users": [workspace.name_of(user) for user in users]}
            for name, users in message.reactions.items()
        ],
        "reply_count": len(replies),
        "latest_reply": replies[-1] if replies else None,
        "pinned": any(pin.ts == message.ts for pin in conversation.pins),
    }


def _shown(message: Message) -> list[Json]:
    inner = [block for attachment in message.attachments for block in attachment.get("blocks") or ()]
    return [*message.blocks, *inner]


def clickable(message: Message, *, stale: bool) -> list[list[Json]]:
    """The blocks in which one may click: the present ones, or with `stale` also those before each edit."""
    return [_shown(message), *(reversed(message.former) if stale else ())]


def conversation(sandbox: Sandbox, conversation: Conversation, viewer: Person) -> Json:
    """A channel or DM as a person sees it in the sidebar and its head."""
    workspace = sandbox.workspace
    latest = next(reversed(conversation.messages), None)
    new, mentions = reading.unread(workspace, conversation, viewer)
    look: Json = {
        "id": conversation.id,
        "name": conversation.name or partner(sandbox, viewer, conversation),
        "topic": conversation.topic["value"],
        "purpose": conversation.purpose["value"],
        "members": [workspace.name_of(user) for user in conversation.members],
        "pins": [pin.ts for pin in conversation.pins],
        "bookmarks": conversation.bookmarks,
        "private": conversation.kind != "channel",
        "archived": conversation.archived,
        "kind": conversation.kind,
        "member": viewer.id in conversation.members,
        "creator": workspace.name_of(conversation.creator),
        "latest_ts": latest,
        "read_ts": conversation.read.get(viewer.id),
        "unread": new,
        "mentions": mentions,
        "canvas": conversation.canvas,
    }
    return look | ({"with": partner(sandbox, viewer, conversation)} if conversation.kind == "im" else {})


def person(person: Person) -> Json:
    """A person as the page lists them."""
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "tz": person.tz,
        "email": person.email,
        "deactivated": person.deleted,
        "is_bot": person.is_bot,
        "guest": person.is_restricted,
        "organization": person.organization,
        "away": person.away,
        "dnd": silence.is_silent(person),
    }


def group(sandbox: Sandbox, group: UserGroup) -> Json:
    """A user group as the page lists it; members by name."""
    return {
        "id": group.id,
        "name": group.name,
        "handle": group.handle,
        "description": group.description,
        "members": [sandbox.workspace.name_of(user) for user in group.users],
        "disabled": bool(group.disabled_at),
    }


def canvas(sandbox: Sandbox, canvas: Canvas) -> Json:
    """A canvas to read; `home` when it is the canvas of its channel."""
    conversation = sandbox.workspace.conversations.get(canvas.channel or "")
    return {
        "id": canvas.id,
        "title": canvas.title,
        "by": sandbox.workspace.name_of(canvas.owner),
        "channel": canvas.channel,
        "home": conversation is not None and conversation.canvas == canvas.id,
        "markdown": canvas.markdown,
        "sections": [{"id": each.id, "markdown": each.markdown} for each in canvas.sections],
    }
