"""`usergroups.list`: none in this workspace."""

from __future__ import annotations

from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "usergroups.list",
    transport="get",
    tier=TIER_2,
    scope="usergroups:read",
    args="include_users:bool include_count:bool include_disabled:bool",
)
def usergroups_list(call: Call) -> Json:
    """A workspace on a free plan has no user groups."""
    return {"usergroups": []}
