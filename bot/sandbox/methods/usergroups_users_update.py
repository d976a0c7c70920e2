"""`usergroups.users.update`: who is in a user group."""

from __future__ import annotations

from bot.sandbox import grouping
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.methods.usergroups_list import look, named
from bot.sandbox.wire import Json


@method(
    "usergroups.users.update",
    transport="post",
    tier=TIER_2,
    scope="usergroups:write",
    args="usergroup users:csv include_count:bool team_id",
    required="usergroup",
)
def usergroups_users_update(call: Call) -> Json:
    """Replace all members; a group is never empty."""
    group = named(call)
    grouping.fill(call.sandbox, group, call.caller.user, call.args.get("users", []))
    return {"usergroup": look(call, group, users=True)}
