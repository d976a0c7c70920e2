"""What the app may do and hear, as its Slack manifest says: commands, shortcuts, scopes, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml.error import YAMLError

from bot.sandbox import yaml_file

DEFAULT_SCOPES = (
    "app_mentions:read bookmarks:write channels:history channels:join channels:manage channels:read chat:write "
    "chat:write.public commands dnd:read files:write groups:history groups:read groups:write im:history im:read "
    "im:write mpim:write pins:read pins:write reactions:read reactions:write team:read usergroups:read users:read "
    "users:read.email users:write users.profile:read bookmarks:read usergroups:write canvases:read canvases:write "
    "files:read"
)
DEFAULT_EVENTS = (
    "app_home_opened app_mention channel_archive channel_rename channel_unarchive dnd_updated_user file_deleted "
    "group_archive member_joined_channel member_left_channel message.channels message.groups message.im pin_added "
    "pin_removed reaction_added reaction_removed subteam_created subteam_members_changed subteam_updated team_join "
    "user_change"
)


class BadManifest(Exception):
    """The manifest cannot be read; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Command:
    """A slash command; with `should_escape` mentions arrive as `<@U1|ann>`."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A global or message shortcut."""

    name: str
    type: Literal["global", "message"]
    callback_id: str
    description: str = ""


@dataclass(frozen=True)
class Manifest:
    """The parts of a Slack app manifest that decide what the sandbox allows."""

    name: str = "Tocsin"
    commands: tuple[Command, ...] = (
        Command("/incident", "Declare and manage incidents", "declare [title] | list | help", True),
        Command("/oncall", "Who is on call", "who | shifts | help", True),
    )
    shortcuts: tuple[Shortcut, ...] = ()
    scopes: frozenset[str] = frozenset(DEFAULT_SCOPES.split())
    events: frozenset[str] = frozenset(DEFAULT_EVENTS.split())
    home_tab: bool = True

    def renamed(self, names: Mapping[str, str]) -> Manifest:
        """With other names for some commands, as an operator would write them into the file."""
        commands = tuple(
            replace(each, command=names.get(each.command, each.command)) for each in self.commands
        )
        return replace(self, commands=commands)

    def command(self, word: str) -> Command | None:
        """The command that `word` (with its slash) names."""
        return next((command for command in self.commands if command.command == word), None)


def load(path: Path) -> Manifest:
    """Read a manifest file (YAML or JSON). Raises `BadManifest`; a missing file gives the default."""
    if not path.exists():
        return Manifest()
    try:
        document = yaml_file.read(path)
    except YAMLError as problem:
        raise BadManifest(f"{path} is not YAML: {problem}") from problem
    if not isinstance(document, dict):
        raise BadManifest(f"{path} holds no manifest: expected a mapping at the top")
    try:
        return _parse(document)
    except (KeyError, TypeError, AttributeError) as problem:
        raise BadManifest(f"{path} is not a Slack manifest: {problem!r}") from problem


def _parse(document: dict[str, Any]) -> Manifest:
    features = document.get("features", {})
    return Manifest(
        name=features.get("bot_user", {}).get("display_name") or document["display_information"]["name"],
        commands=tuple(
            Command(
                item["command"],
                item.get("description", ""),
                item.get("usage_hint", ""),
                bool(item.get("should_escape", False)),
            )
            for item in features.get("slash_commands", ())
        ),
        shortcuts=tuple(
            Shortcut(item["name"], item["type"], item["callback_id"], item.get("description", ""))
            for item in features.get("shortcuts", ())
        ),
        scopes=frozenset(document.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
        events=frozenset(document.get("settings", {}).get("event_subscriptions", {}).get("bot_events", ())),
        home_tab=bool(features.get("app_home", {}).get("home_tab_enabled", False)),
    )
