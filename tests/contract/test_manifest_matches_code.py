"""The app asks Slack for what the code uses, and for nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.core.command_names import CommandNames
from bot.slack import ids
from bot.slack.listeners.events import HANDLERS
from bot.slack.socket import NEEDED_SCOPES
from tests.contract.source import nodes, parsed
from tests.contract.test_manifest_limits import SCOPE_OF_EVENT

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = YAML(typ="safe").load((ROOT / "slack_app_manifest.yml").read_text())
METHOD = re.compile(
    r"(apps|auth|bookmarks|chat|conversations|dnd|files|pins|reactions|team|usergroups|users|views)\.[a-zA-Z.]+"
)

PUBLIC_AND_PRIVATE = {"channels:read", "groups:read"}
MANAGE = {"channels:manage", "groups:write"}
HISTORY = {"channels:history", "groups:history", "im:history"}

# Slack's reference of methods: the bot scopes that each asks for, for the kinds of conversation in which we call it.
SCOPES_OF_METHOD: dict[str, set[str]] = {
    "apps.connections.open": set(),  # the app-level token's own scope
    "auth.test": set(),
    "bookmarks.add": {"bookmarks:write"},
    "bookmarks.list": {"bookmarks:read"},
    "bookmarks.remove": {"bookmarks:write"},
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write", "chat:write.public"},
    "chat.update": {"chat:write"},
    "conversations.create": MANAGE,
    "conversations.history": HISTORY,
    "conversations.members": PUBLIC_AND_PRIVATE,
    "conversations.info": PUBLIC_AND_PRIVATE,
    "conversations.invite": MANAGE,
    "conversations.join": {"channels:join"},
    "conversations.list": PUBLIC_AND_PRIVATE,
    "conversations.open": {"im:write"},
    "conversations.rename": MANAGE,
    "conversations.replies": HISTORY,
    "conversations.setTopic": MANAGE,
    "dnd.info": {"dnd:read"},
    "dnd.teamInfo": {"dnd:read"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "pins.add": {"pins:write"},
    "usergroups.create": {"usergroups:write"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.update": {"usergroups:write"},
    "users.info": {"users:read", "users:read.email"},
    "users.list": {"users:read", "users:read.email"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}


def called_methods() -> set[str]:
    """Every text in the bot's rooms that is a method's name."""
    found = set()
    for room in ("slack", "engine"):
        for path in (ROOT / "bot" / room).rglob("*.py"):
            for node in nodes(parsed(path)):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and METHOD.fullmatch(node.value)
                ):
                    found.add(node.value)
    return found


def test_the_table_of_methods_is_the_code() -> None:
    assert called_methods() == set(SCOPES_OF_METHOD)


def test_the_scopes_are_those_that_methods_events_and_commands_need() -> None:
    needed = {"commands"} | {scope for event in subscribed() if (scope := SCOPE_OF_EVENT[event])}
    for method in called_methods():
        needed |= SCOPES_OF_METHOD[method]
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed


def subscribed() -> set[str]:
    return set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])


def test_the_start_demands_no_scope_that_the_manifest_lacks() -> None:
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) >= NEEDED_SCOPES


def test_every_subscribed_event_has_a_listener_and_the_other_way_round() -> None:
    assert {event.partition(".")[0] for event in subscribed()} == set(HANDLERS)


def test_commands_and_shortcuts_are_those_that_the_code_listens_for() -> None:
    commands = {command["command"] for command in MANIFEST["features"]["slash_commands"]}
    assert commands == {CommandNames().incident, CommandNames().on_call}
    shortcuts = {shortcut["callback_id"] for shortcut in MANIFEST["features"]["shortcuts"]}
    assert shortcuts == {
        ids.SHORTCUT_DECLARE,
        ids.SHORTCUT_DECLARE_FROM_MESSAGE,
        ids.SHORTCUT_ADD_TO_TIMELINE,
    }
