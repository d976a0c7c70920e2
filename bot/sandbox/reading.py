"""What a person has not read yet, and what of it speaks to them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.sandbox.state import Conversation, Message, Person
from bot.sandbox.workspace import Workspace

MOST = 100
"""Nobody counts further."""
_SILENT = ("channel_join", "channel_leave", "group_join", "group_leave")
_EVERYBODY = ("<!here", "<!channel", "<!everyone")


def unread(workspace: Workspace, conversation: Conversation, person: Person) -> tuple[int, int]:
    """How many messages are new to somebody, and how many of them name them; in a DM each does."""
    if person.id not in conversation.members:
        return 0, 0
    new = list(_new(conversation, person))
    if conversation.is_direct:
        return len(new), len(new)
    names = [f"<@{person.id}", *_EVERYBODY]
    names += [f"<!subteam^{group.id}" for group in workspace.groups.values() if person.id in group.users]
    return len(new), sum(_names(message, names) for message in new)


def _new(conversation: Conversation, person: Person) -> Iterator[Message]:
    """From the latest back to where the person stopped reading; what they wrote themselves they know."""
    count = 0
    for message in reversed(conversation.messages.values()):
        if message.ts <= conversation.read.get(person.id, "") or count == MOST:
            return
        hidden = message.is_reply and message.subtype != "thread_broadcast"
        if message.user != person.id and not hidden and message.subtype not in _SILENT:
            count += 1
            yield message


def _names(message: Message, names: list[str]) -> bool:
    said = message.text + str(message.blocks)
    return any(name in said for name in names)
