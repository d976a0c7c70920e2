"""`users.lookupByEmail`: the person with this address."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.methods.users_info import user_object
from bot.sandbox.wire import Json, SlackError


@method(
    "users.lookupByEmail",
    transport="get",
    tier=TIER_3,
    scope="users:read.email",
    args="email",
    required="email",
)
def users_lookup_by_email(call: Call) -> Json:
    """An active member; deactivated ones and people of other companies are not found, as in Slack."""
    wanted = call.args["email"].casefold()
    for person in call.workspace.humans():
        if person.email.casefold() == wanted and not (person.deleted or person.organization):
            return {"user": user_object(call, person)}
    raise SlackError("users_not_found")
