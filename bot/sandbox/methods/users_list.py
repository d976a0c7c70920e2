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
    """Members in order of arrival; of other companies those whom the app meets in a channel."""
    people = (each for each in call.workspace.people.values() if not call.workspace.is_stranger(each))
    everybody = [SLACKBOT, *people]
    some, cursor = page(call, everybody, default=1000)
    return {
        "members": [user_object(call, person) for person in some],
        "response_metadata": {"next_cursor": cursor},
    }
