"""`usergroups.list`: the user groups of the team."""

from __future__ import annotations

from bot.sandbox import grouping
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.state import UserGroup
from bot.sandbox.wire import Json, SlackError


@method(
    "usergroups.list",
    transport="get",
    tier=TIER_2,
    scope="usergroups:read",
    args="include_users:bool include_count:bool include_disabled:bool team_id",
)
def usergroups_list(call: Call) -> Json:
    """Groups that can be mentioned, with `include_disabled` the others too."""
    groups = call.workspace.groups.values()
    return {
        "usergroups": [
            look(call, group, users=bool(call.args.get("include_users")))
            for group in groups
            if call.args.get("include_disabled") or not group.disabled_at
        ]
    }


def look(call: Call, group: UserGroup, *, users: bool = False) -> Json:
    """A group, with the number of its members when the call asked for it."""
    return grouping.shape(call.workspace, group, users=users, count=bool(call.args.get("include_count")))


def named(call: Call) -> UserGroup:
    """The group of the argument `usergroup`. Raises `SlackError("no_such_subteam")`."""
    found = call.workspace.groups.get(call.args["usergroup"])
    if found is None:
        raise SlackError("no_such_subteam")
    return found
