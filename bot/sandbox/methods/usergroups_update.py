"""`usergroups.update`: name, handle, description and channels of a user group."""

from __future__ import annotations

from bot.sandbox import grouping
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.methods.usergroups_list import look, named
from bot.sandbox.wire import Json


@method(
    "usergroups.update",
    transport="post",
    tier=TIER_2,
    scope="usergroups:write",
    args="usergroup name handle description channels:csv include_count:bool team_id",
    required="usergroup",
)
def usergroups_update(call: Call) -> Json:
    """Change what is given; the rest stays."""
    group = named(call)
    fields = {name: call.args.get(name) for name in ("name", "handle", "description", "channels")}
    grouping.change(call.sandbox, group, call.caller.user, **fields)
    return {"usergroup": look(call, group, users=True)}
