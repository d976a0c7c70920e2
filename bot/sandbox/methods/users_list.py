"""`users.list`: everybody, deactivated people and bots too."""

from __future__ import annotations

from bot.sandbox.limits import TIER_2
from bot.sandbox.methods.paging import page
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.methods.users_info import user_object
from bot.sandbox.state import Person
from bot.sandbox.wire import Json

SLACKBOT = Person("USLACKBOT", "slackbot", "Slackbot", "America/Los_Angeles", "")
"""Slack lists it in every workspace, as if it were a person (`is_bot` is false)."""


@method(
    "users.list",
    transport="get",
    tier=TIER_2,
    scope="users:read",
    args="limit:int cursor include_locale:bool team_id",
)
def users_list(call: Call) -> Json:
    """Members in order of arrival."""
    everybody = [SLACKBOT, *call.workspace.people.values()]
    some, cursor = page(call, everybody, default=1000)
    return {
        "members": [user_object(call, person) for person in some],
        "response_metadata": {"next_cursor": cursor},
    }
