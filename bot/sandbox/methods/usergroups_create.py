"""`usergroups.create`: a new user group."""

from __future__ import annotations

from bot.sandbox import grouping
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.methods.usergroups_list import look
from bot.sandbox.wire import Json


@method(
    "usergroups.create",
    transport="post",
    tier=TIER_2,
    scope="usergroups:write",
    args="name handle description channels:csv include_count:bool team_id",
    required="name",
)
def usergroups_create(call: Call) -> Json:
    """A group without members; without `handle` it is made of the name."""
    fields = {name: call.args.get(name) for name in ("handle", "description", "channels")}
    group = grouping.create(
        call.sandbox,
        call.caller.user,
        name=call.args["name"],
        **{name: value for name, value in fields.items() if value},
    )
    return {"usergroup": look(call, group)}
