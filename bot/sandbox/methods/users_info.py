"""`users.info`: one person."""

from __future__ import annotations

from bot.sandbox import shapes
from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.state import Person
from bot.sandbox.wire import Json


@method(
    "users.info",
    transport="get",
    tier=TIER_4,
    scope="users:read",
    args="user include_locale:bool",
    required="user",
)
def users_info(call: Call) -> Json:
    """The user object; the email only with its own scope."""
    return {"user": user_object(call, call.person())}


def user_object(call: Call, person: Person) -> Json:
    """A person as the caller may see them."""
    scopes = call.caller.scopes
    return shapes.user(call.workspace, person, with_email=scopes is None or "users:read.email" in scopes)
