"""`users.profile.get`: a person's profile."""

from __future__ import annotations

from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "users.profile.get",
    transport="get",
    tier=TIER_4,
    scope="users.profile:read",
    args="user include_labels:bool",
)
def users_profile_get(call: Call) -> Json:
    """The profile of `user`, or the caller's own."""
    call.args.setdefault("user", call.caller.user)
    scopes = call.caller.scopes
    return {"profile": call.person().profile(with_email=scopes is None or "users:read.email" in scopes)}
