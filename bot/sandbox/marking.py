"""Reactions and pins, whoever sets them."""

from __future__ import annotations

from bot.sandbox import shapes
from bot.sandbox.events import emit
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, Message, Pin, epoch
from bot.sandbox.wire import Json, SlackError

MOST_PINS = 100
MOST_REACTIONS_OF_A_PERSON = 23


def react(sandbox: Sandbox, conversation: Conversation, message: Message, name: str, by: str) -> None:
    """Add a reaction. Raises `SlackError`: already_reacted, too_many_reactions."""
    if by in message.reactions.get(name, ()):
        raise SlackError("already_reacted")
    if sum(by in users for users in message.reactions.values()) >= MOST_REACTIONS_OF_A_PERSON:
        raise SlackError("too_many_reactions")
    message.reactions.setdefault(name, []).append(by)
    _tell(sandbox, conversation, message, "reaction_added", name, by)


def unreact(sandbox: Sandbox, conversation: Conversation, message: Message, name: str, by: str) -> None:
    """Take a reaction back. Raises `SlackError("no_reaction")`."""
    if by not in message.reactions.get(name, ()):
        raise SlackError("no_reaction")
    message.reactions[name].remove(by)
    if not message.reactions[name]:
        del message.reactions[name]
    _tell(sandbox, conversation, message, "reaction_removed", name, by)


def _tell(
    sandbox: Sandbox, conversation: Conversation, message: Message, kind: str, name: str, by: str
) -> None:
    event: Json = {
        "type": kind,
        "user": by,
        "reaction": name,
        "item": {"type": "message", "channel": conversation.id, "ts": message.ts},
    }
    emit(sandbox, event | ({"item_user": message.user} if message.user else {}), conversation)
    sandbox.changed(conversation)


def pin(sandbox: Sandbox, conversation: Conversation, message: Message, by: str) -> None:
    """Pin a message. Raises `SlackError`: already_pinned, too_many_pins."""
    if any(each.ts == message.ts for each in conversation.pins):
        raise SlackError("already_pinned")
    if len(conversation.pins) >= MOST_PINS:
        raise SlackError("too_many_pins")
    conversation.pins.append(Pin(message.ts, by, epoch()))
    _tell_pin(sandbox, conversation, message, "pin_added", by)


def unpin(sandbox: Sandbox, conversation: Conversation, message: Message, by: str) -> None:
    """Unpin a message. Raises `SlackError("no_pin")`."""
    kept = [each for each in conversation.pins if each.ts != message.ts]
    if len(kept) == len(conversation.pins):
        raise SlackError("no_pin")
    conversation.pins = kept
    _tell_pin(sandbox, conversation, message, "pin_removed", by)


def pinned_item(sandbox: Sandbox, conversation: Conversation, message: Message) -> Json:
    """A pin as pins.list and the pin events show it."""
    found = next((each for each in conversation.pins if each.ts == message.ts), None)
    body = shapes.message(sandbox.workspace, message) | {
        "permalink": permalink(sandbox, conversation, message)
    }
    return {
        "type": "message",
        "channel": conversation.id,
        "created": found.at if found else epoch(),
        "created_by": found.by if found else "",
        "message": body,
    }


def permalink(sandbox: Sandbox, conversation: Conversation, message: Message) -> str:
    """The address of a message; the sandbox's page opens at its channel."""
    link = f"{sandbox.url}/archives/{conversation.id}/p{message.ts.replace('.', '')}"
    return link + (f"?thread_ts={message.thread_ts}&cid={conversation.id}" if message.is_reply else "")


def _tell_pin(sandbox: Sandbox, conversation: Conversation, message: Message, kind: str, by: str) -> None:
    event: Json = {
        "type": kind,
        "user": by,
        "channel_id": conversation.id,
        "item": pinned_item(sandbox, conversation, message),
        "pin_count": len(conversation.pins),
        "pinned_info": {"channel": conversation.id, "pinned_by": by, "pinned_ts": epoch()},
    }
    if kind == "pin_removed":
        event["has_pins"] = bool(conversation.pins)
    emit(sandbox, event | ({"item_user": message.user} if message.user else {}), conversation)
    sandbox.changed(conversation)
