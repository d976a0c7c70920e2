"""User groups by hand: made, renamed, filled and disabled."""

from __future__ import annotations

from bot.sandbox import grouping
from bot.sandbox.hands import looks
from bot.sandbox.hands.doing import accepted
from bot.sandbox.hands.places import actor, known, required
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Person, UserGroup
from bot.sandbox.wire import Json


async def groups(sandbox: Sandbox, query: Json) -> list[Json]:
    """The user groups, disabled ones too."""
    return [looks.group(sandbox, each) for each in sandbox.workspace.groups.values()]


async def change(sandbox: Sandbox, body: Json) -> Json:
    """Make the group with this `handle`, or change its `name`, `members` (by name), whether it is `disabled`."""
    by = actor(sandbox, body) if body.get("as") else sandbox.workspace.humans()[0]
    handle = str(required(body, "handle")).removeprefix("@")
    members = [known(sandbox, str(each)).id for each in body.get("members") or ()]
    group = _named(sandbox, by, handle, str(body.get("name") or handle))
    if body.get("name", group.name) != group.name:
        accepted(lambda: grouping.change(sandbox, group, by.id, name=str(body["name"])))
    if "members" in body and set(members) != set(group.users):
        accepted(lambda: grouping.fill(sandbox, group, by.id, members))
    if "disabled" in body and bool(body["disabled"]) != bool(group.disabled_at):
        grouping.enable(sandbox, group, by.id, enabled=not body["disabled"])
    return looks.group(sandbox, group)


def _named(sandbox: Sandbox, by: Person, handle: str, name: str) -> UserGroup:
    found = sandbox.workspace.group(handle)
    return found or accepted(lambda: grouping.create(sandbox, by.id, name=name, handle=handle))
