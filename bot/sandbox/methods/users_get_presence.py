"""`users.getPresence`: whether somebody is at their desk."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "users.getPresence",
    transport="get",
    tier=TIER_3,
    scope="users:read",
    args="user",
)
def users_get_presence(call: Call) -> Json:
    """`active` or `away`; more only about oneself."""
    call.args.setdefault("user", call.caller.user)
    person = call.person()
    presence = "away" if person.away or person.deleted else "active"
    if person.id != call.caller.user:
        return {"presence": presence}
    return {
        "presence": presence,
        "online": True,
        "auto_away": False,
        "manual_away": person.away,
        "connection_count": 1,
    }
