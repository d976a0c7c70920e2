"""Making channels, joining, leaving, renaming and archiving them, whoever does it."""

from __future__ import annotations

import re
from typing import Any, Literal

from bot.sandbox.events import emit
from bot.sandbox.posting import Content, post
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, epoch
from bot.sandbox.wire import SlackError

LONGEST_NAME = 80
LONGEST_TOPIC = 250
BOT_LEAVES_ARCHIVED_CHANNEL = True
"""So that it can neither read nor unarchive it: slack-go issue 1066, elastic/connectors issue 1972; not documented."""


def checked_name(sandbox: Sandbox, name: str) -> str:
    """A channel name as Slack takes it. Raises `SlackError` with the rule's own name."""
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > LONGEST_NAME:
        raise SlackError("invalid_name_maxlength")
    if not re.search(r"[^\W_]", name):
        raise SlackError("invalid_name_punctuation")
    if name != name.lower() or re.search(r"[^\w-]", name):
        raise SlackError("invalid_name_specials")
    if sandbox.workspace.channel_named(name) is not None:
        raise SlackError("name_taken")
    return name


def create(sandbox: Sandbox, name: str, by: str, *, private: bool = False) -> Conversation:
    """A new channel with its creator in it. Raises `SlackError` for the name."""
    channel = Conversation(
        id=sandbox.workspace.ids.new("C"),
        name=checked_name(sandbox, name),
        kind="private" if private else "channel",
        creator=by,
        created=epoch(),
        members=[by],
    )
    sandbox.workspace.conversations[channel.id] = channel
    sandbox.live.tell({"type": "channels"})
    if not private:
        described = {"id": channel.id, "name": channel.name, "created": channel.created, "creator": by}
        emit(sandbox, {"type": "channel_created", "channel": described})
    return channel


def join(sandbox: Sandbox, conversation: Conversation, user: str, inviter: str | None = None) -> None:
    """Make somebody a member, by themselves or invited."""
    conversation.members.append(user)
    say(sandbox, conversation, "channel_join", user, f"<@{user}> has joined the channel", inviter=inviter)
    event = {
        "type": "member_joined_channel",
        "user": user,
        "channel": conversation.id,
        "channel_type": "C" if conversation.kind == "channel" else "G",
        "team": sandbox.workspace.team_id,
    }
    emit(sandbox, event | ({"inviter": inviter} if inviter else {}), conversation)
    sandbox.live.tell({"type": "channels"})


def leave(sandbox: Sandbox, conversation: Conversation, user: str) -> None:
    """Take somebody out."""
    say(sandbox, conversation, "channel_leave", user, f"<@{user}> has left the channel")
    event = {
        "type": "member_left_channel",
        "user": user,
        "channel": conversation.id,
        "channel_type": "C" if conversation.kind == "channel" else "G",
        "team": sandbox.workspace.team_id,
    }
    emit(sandbox, event, conversation)
    conversation.members.remove(user)
    sandbox.live.tell({"type": "channels"})


def rename(sandbox: Sandbox, conversation: Conversation, name: str, by: str) -> None:
    """Give a channel another name. Raises `SlackError` for the name."""
    old, conversation.name = conversation.name, checked_name(sandbox, name)
    conversation.previous_names = [*conversation.previous_names, old]
    words = f"<@{by}> has renamed the channel from “{old}” to “{name}”"
    say(sandbox, conversation, "channel_name", by, words, old_name=old, name=name)
    renamed = {"id": conversation.id, "name": name, "created": conversation.created}
    emit(sandbox, {"type": _kind(conversation, "rename"), "channel": renamed}, conversation)
    sandbox.live.tell({"type": "channels"})


def describe(
    sandbox: Sandbox, conversation: Conversation, what: Literal["topic", "purpose"], text: str, by: str
) -> None:
    """Set the topic or purpose. Raises `SlackError("too_long")`."""
    if len(text) > LONGEST_TOPIC:
        raise SlackError("too_long")
    value = {"value": text, "creator": by, "last_set": epoch()}
    if what == "topic":
        conversation.topic = value
    else:
        conversation.purpose = value
    noun = "topic" if what == "topic" else "description"
    words = f"<@{by}> set the channel {noun}: {text}" if text else f"<@{by}> cleared channel {noun}"
    say(sandbox, conversation, f"channel_{what}", by, words, **{what: text})
    sandbox.live.tell({"type": "channels"})


def archive(sandbox: Sandbox, conversation: Conversation, by: str) -> None:
    """Close a channel to new messages."""
    say(sandbox, conversation, "channel_archive", by, f"<@{by}> archived the channel")
    conversation.archived = True
    event = {"type": _kind(conversation, "archive"), "channel": conversation.id, "user": by, "is_moved": 0}
    emit(sandbox, event, conversation)
    if BOT_LEAVES_ARCHIVED_CHANNEL and sandbox.workspace.bot.id in conversation.members:
        conversation.members.remove(sandbox.workspace.bot.id)
    sandbox.live.tell({"type": "channels"})


def unarchive(sandbox: Sandbox, conversation: Conversation, by: str) -> None:
    """Open an archived channel again."""
    conversation.archived = False
    say(sandbox, conversation, "channel_unarchive", by, f"<@{by}> un-archived the channel")
    emit(
        sandbox,
        {"type": _kind(conversation, "unarchive"), "channel": conversation.id, "user": by},
        conversation,
    )
    sandbox.live.tell({"type": "channels"})


def say(
    sandbox: Sandbox, conversation: Conversation, subtype: str, user: str, text: str, **extra: Any
) -> None:
    """Post the small grey line that Slack writes itself."""
    extra = {name: value for name, value in extra.items() if value is not None}
    if conversation.kind == "private":
        subtype = subtype.replace("channel_", "group_", 1)
    post(sandbox, conversation, Content(text), user=user, subtype=subtype, extra=extra)


def _kind(conversation: Conversation, happening: str) -> str:
    return f"{'channel' if conversation.kind == 'channel' else 'group'}_{happening}"
