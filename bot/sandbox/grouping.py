"""Making, changing and filling user groups, whoever does it, and telling the app."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.events import emit
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import UserGroup, epoch
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Workspace

LONGEST_NAME = 255
LONGEST_HANDLE = 21
LONGEST_DESCRIPTION = 140
"""Characters; the three are not documented, and 21 is what Slack's own form takes."""
RESERVED_HANDLES = frozenset({"here", "channel", "everyone", "group", "slackbot"})


def shape(workspace: Workspace, group: UserGroup, *, users: bool = False, count: bool = False) -> Json:
    """Slack's user group object; members and their number only when asked for."""
    look: Json = {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created_at,
        "date_update": group.updated_at,
        "date_delete": group.disabled_at,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": group.created_by,
        "updated_by": group.updated_by,
        "deleted_by": group.updated_by if group.disabled_at else None,
        "prefs": {"channels": list(group.channels), "groups": []},
        "channel_count": len(group.channels),
    }
    if users:
        look["users"] = list(group.users)
    return look | ({"user_count": len(group.users)} if count else {})


def create(sandbox: Sandbox, by: str, *, name: str, **more: Any) -> UserGroup:
    """A new group without members. `more` is what `change` takes. Raises `SlackError` for name and handle."""
    now = epoch()
    group = UserGroup(sandbox.workspace.ids.new("S"), name, "", by, now, updated_by=by, updated_at=now)
    _describe(sandbox, group, {"handle": _as_handle(name), "name": name, **more})
    sandbox.workspace.groups[group.id] = group
    _tell(sandbox, group, "subteam_created")
    return group


def change(sandbox: Sandbox, group: UserGroup, by: str, **fields: Any) -> None:
    """Another name, handle, description or channels. Raises `SlackError`; then nothing changed."""
    _describe(sandbox, group, fields)
    _touch(group, by)
    _tell(sandbox, group, "subteam_updated")


def enable(sandbox: Sandbox, group: UserGroup, by: str, *, enabled: bool) -> None:
    """Let a group be mentioned, or not any more; its members stay."""
    group.disabled_at = 0 if enabled else epoch()
    _touch(group, by)
    _tell(sandbox, group, "subteam_updated")


def fill(sandbox: Sandbox, group: UserGroup, by: str, users: list[str]) -> None:
    """Put exactly these people into a group. Raises `SlackError`: no_users_provided, invalid_users."""
    if not users:
        raise SlackError("no_users_provided")
    people = [sandbox.workspace.people.get(user) for user in users]
    if any(person is None or person.deleted or person.is_bot for person in people):
        raise SlackError("invalid_users")
    before, previous = list(group.users), group.updated_at
    group.users = list(dict.fromkeys(users))
    _touch(group, by)
    _tell(sandbox, group, "subteam_updated")
    added = [user for user in group.users if user not in before]
    removed = [user for user in before if user not in group.users]
    change: Json = {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": sandbox.workspace.team_id,
        "date_previous_update": previous,
        "date_update": group.updated_at,
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
    }
    emit(sandbox, change)


def _describe(sandbox: Sandbox, group: UserGroup, fields: Json) -> None:
    given = {name: value for name, value in fields.items() if value is not None}
    if "name" in given:
        _check_name(sandbox, group, given["name"])
    if "handle" in given:
        given["handle"] = given["handle"].removeprefix("@")
        _check_handle(sandbox, group, given["handle"])
    if len(given.get("description", "")) > LONGEST_DESCRIPTION:
        raise SlackError("description_too_long")
    if any(each not in sandbox.workspace.conversations for each in given.get("channels", ())):
        raise SlackError("invalid_channel_provided")
    for name, value in given.items():
        setattr(group, name, value)


def _check_name(sandbox: Sandbox, group: UserGroup, name: str) -> None:
    if not name.strip():
        raise SlackError("missing_subteam_name")
    if len(name) > LONGEST_NAME:
        raise SlackError("name_too_long")
    if any(each.name == name for each in sandbox.workspace.groups.values() if each is not group):
        raise SlackError("name_already_exists")


def _check_handle(sandbox: Sandbox, group: UserGroup, handle: str) -> None:
    workspace = sandbox.workspace
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", handle) or len(handle) > LONGEST_HANDLE:
        raise SlackError("bad_handle")
    if handle in RESERVED_HANDLES:
        raise SlackError("forbidden_handle")
    names = {person.name for person in workspace.people.values()}
    names |= {each.name for each in workspace.conversations.values()}
    names |= {each.handle for each in workspace.groups.values() if each is not group}
    if handle in names:
        raise SlackError("handle_already_exists")


def _as_handle(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:LONGEST_HANDLE]


def _touch(group: UserGroup, by: str) -> None:
    group.updated_by, group.updated_at = by, epoch()


def _tell(sandbox: Sandbox, group: UserGroup, kind: str) -> None:
    emit(sandbox, {"type": kind, "subteam": shape(sandbox.workspace, group, users=True, count=True)})
    sandbox.live.tell({"type": "people"})
