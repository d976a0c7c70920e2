"""slack_app_manifest.yml is one that Slack accepts, and asks for what its own parts need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

MANIFEST = Path(__file__).parents[2] / "slack_app_manifest.yml"

# Slack's reference of events: what a bot must be granted to be told of them.
SCOPE_OF_EVENT = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "channel_archive": "channels:read",
    "channel_rename": "channels:read",
    "channel_unarchive": "channels:read",
    "dnd_updated_user": "dnd:read",
    "group_archive": "groups:read",
    "group_rename": "groups:read",
    "group_unarchive": "groups:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "subteam_created": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "team_join": "users:read",
    "user_change": "users:read",
}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(MANIFEST.read_text())
    return loaded


def test_names_and_descriptions_fit_slacks_limits(manifest: dict[str, Any]) -> None:
    shown = manifest["display_information"]
    assert shown["name"] == "Tocsin"
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert manifest["features"]["bot_user"]["display_name"] == "Tocsin"
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80


def test_commands_fit_slacks_limits_and_get_ids_instead_of_names(manifest: dict[str, Any]) -> None:
    commands = manifest["features"]["slash_commands"]
    assert {command["command"] for command in commands} == {"/incident", "/oncall"}
    assert len(commands) <= 50
    for command in commands:
        assert command["command"].startswith("/")
        assert len(command["command"]) <= 32
        assert command["should_escape"] is True
        assert command["description"] and command["usage_hint"]


def test_shortcuts_fit_slacks_limits(manifest: dict[str, Any]) -> None:
    shortcuts = manifest["features"]["shortcuts"]
    assert {(shortcut["callback_id"], shortcut["type"]) for shortcut in shortcuts} == {
        ("declare_incident", "global"),
        ("declare_from_message", "message"),
        ("add_to_timeline", "message"),
    }
    assert len(shortcuts) <= 10
    for shortcut in shortcuts:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
        assert len(shortcut["callback_id"]) <= 255


def test_every_event_has_the_scope_that_it_needs(manifest: dict[str, Any]) -> None:
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert len(events) == len(set(events)) <= 100
    assert len(scopes) == len(set(scopes)) <= 255
    needed = {SCOPE_OF_EVENT[event] for event in events} - {None}
    assert needed <= set(scopes)


def test_every_scope_says_what_it_is_for(manifest: dict[str, Any]) -> None:
    lines = [line.strip() for line in MANIFEST.read_text().splitlines()]
    for scope in manifest["oauth_config"]["scopes"]["bot"]:
        assert any(line.startswith(f"- {scope} # ") for line in lines), scope


def test_it_connects_by_socket_mode_and_needs_no_public_address(manifest: dict[str, Any]) -> None:
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert manifest["settings"]["token_rotation_enabled"] is False
    assert "url" not in "".join(_keys(manifest))


def _keys(node: object) -> list[str]:
    match node:
        case dict():
            return [*map(str, node), *(key for value in node.values() for key in _keys(value))]
        case list():
            return [key for item in node for key in _keys(item)]
        case _:
            return []
