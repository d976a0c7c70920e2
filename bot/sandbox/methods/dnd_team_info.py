"""`dnd.teamInfo`: whether Slack is silent for several people now."""

from __future__ import annotations

from bot.sandbox import silence
from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError

MOST_PEOPLE = 50


@method(
    "dnd.teamInfo", transport="get", tier=TIER_2, scope="dnd:read", args="users:csv team_id", required="users"
)
def dnd_team_info(call: Call) -> Json:
    """By user id; unknown ids are left out."""
    users = call.args["users"]
    if len(users) > MOST_PEOPLE:
        raise SlackError("too_many_users")
    people = call.workspace.people
    return {"users": {user: silence.status(people[user]) for user in users if user in people}}
