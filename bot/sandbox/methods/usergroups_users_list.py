"""`usergroups.users.list`: the people in a user group."""

from __future__ import annotations

from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.methods.usergroups_list import named
from bot.sandbox.wire import Json, SlackError


@method(
    "usergroups.users.list",
    transport="get",
    tier=TIER_2,
    scope="usergroups:read",
    args="usergroup include_disabled:bool team_id",
    required="usergroup",
)
def usergroups_users_list(call: Call) -> Json:
    """Ids of the members; a disabled group has none to show without `include_disabled`."""
    group = named(call)
    if group.disabled_at and not call.args.get("include_disabled"):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}
