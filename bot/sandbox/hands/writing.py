"""From what a person types to what Slack keeps: mentions, links and escaped characters."""

from __future__ import annotations

import re

from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace

_BROADCASTS = ("here", "channel", "everyone")
_WRITTEN = re.compile(r"<((?:[@#!]|https?://|mailto:)[^<>]+)>")
_TYPED = re.compile(
    r"(?P<ready><(?:[@#!]|https?://|mailto:)[^<>]+>)"
    r"|(?P<link>https?://[^\s<>|]+)"
    r"|(?<![\w@/.])@(?P<person>\w+(?:[.-]\w+)*)"
    r"|(?<![\w#/&])#(?P<channel>\w[\w-]*)"
)


def marked_up(workspace: Workspace, typed: str, *, labels: bool = False) -> str:
    """Slack's markup of typed text: `@ana` → `<@U1>`, with `labels` (commands that escape) `<@U1|ana>`."""
    parts, end = [], 0
    for found in _TYPED.finditer(typed):
        parts += [_escaped(typed[end : found.start()]), _entity(workspace, found, labels)]
        end = found.end()
    return "".join([*parts, _escaped(typed[end:])])


def bare(workspace: Workspace, typed: str) -> str:
    """Text for a command that does not ask for escaping: mentions as names again."""

    def name(found: re.Match[str]) -> str:
        target = found[1].partition("|")[0]
        if target[0] == "@":
            return "@" + workspace.name_of(target[1:])
        if (group := workspace.groups.get(target.removeprefix("!subteam^"))) is not None:
            return "@" + group.handle
        if target[0] == "#" and target[1:] in workspace.conversations:
            return "#" + workspace.conversations[target[1:]].name
        return target.lstrip("!#")

    return _WRITTEN.sub(name, typed)


def _entity(workspace: Workspace, found: re.Match[str], labels: bool) -> str:
    if found["ready"]:
        return _labelled(workspace, found["ready"]) if labels else found["ready"]
    if found["link"]:
        return f"<{found['link'].replace('&', '&amp;')}>"
    if found["channel"]:
        channel = workspace.channel_named(found["channel"])
        return f"<#{channel.id}|{channel.name}>" if channel else found[0]
    if found["person"] in _BROADCASTS:
        return f"<!{found['person']}>"
    person, group = workspace.person(found["person"]), workspace.group(found["person"])
    if person is None and group is not None and not group.disabled_at:
        return f"<!subteam^{group.id}|@{group.handle}>" if labels else f"<!subteam^{group.id}>"
    if person is None:
        return found[0]
    return f"<@{person.id}|{person.name}>" if labels else f"<@{person.id}>"


def _labelled(workspace: Workspace, entity: str) -> str:
    target = entity[1:-1]
    if "|" in target or target[0] not in "@#":
        return entity
    if target[0] == "@":
        return f"<{target}|{workspace.name_of(target[1:])}>"
    channel = workspace.conversations.get(target[1:])
    return f"<{target}|{channel.name}>" if channel else entity


def _escaped(text: str) -> str:
    text = re.sub(r"&(?!(?:amp|lt|gt);)", "&amp;", text)
    return text.replace("<", "&lt;").replace(">", "&gt;")


def as_rich_text(text: str) -> list[Json]:
    """The rich_text block that Slack's editor makes of a message."""
    elements: list[Json] = []
    end = 0
    for found in _WRITTEN.finditer(text):
        elements += [*_plain(text[end : found.start()]), _element(found[1])]
        end = found.end()
    elements += _plain(text[end:])
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}]


def _plain(text: str) -> list[Json]:
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return [{"type": "text", "text": text}] if text else []


def _element(inside: str) -> Json:
    target = inside.partition("|")[0]
    if target[0] == "@":
        return {"type": "user", "user_id": target[1:]}
    if target[0] == "#":
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target.lstrip("!") in _BROADCASTS:
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": target}
