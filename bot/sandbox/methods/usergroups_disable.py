"""`usergroups.disable`: let a user group not be mentioned any more."""

from __future__ import annotations

from bot.sandbox import grouping
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.methods.usergroups_list import look, named
from bot.sandbox.wire import Json


@method(
    "usergroups.disable",
    transport="post",
    tier=TIER_2,
    scope="usergroups:write",
    args="usergroup include_count:bool team_id",
    required="usergroup",
)
def usergroups_disable(call: Call) -> Json:
    """Its members stay in it."""
    group = named(call)
    grouping.enable(call.sandbox, group, call.caller.user, enabled=False)
    return {"usergroup": look(call, group, users=True)}
