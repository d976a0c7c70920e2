"""`usergroups.users.list`: the people in a user group."""

from __future__ import annotations

from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "usergroups.users.list",
    transport="get",
    tier=TIER_2,
    scope="usergroups:read",
    args="usergroup include_disabled:bool",
    required="usergroup",
)
def usergroups_users_list(call: Call) -> Json:
    """No user group exists here."""
    raise SlackError("no_such_subteam")
