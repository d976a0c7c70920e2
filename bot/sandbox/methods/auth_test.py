"""`auth.test`: who the token is."""

from __future__ import annotations

from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method("auth.test", transport="post", tier=None, token=None)
def auth_test(call: Call) -> Json:
    """Team and user; `bot_id` for the bot's token, `app_id` for the app's."""
    team = call.workspace
    if call.caller.token == "app":
        return {"app_name": team.bot.real_name, "app_id": team.app_id}
    person = team.people[call.caller.user]
    answer = {
        "url": f"{call.sandbox.url}/",
        "team": team.name,
        "user": person.name,
        "team_id": team.team_id,
        "user_id": person.id,
        "is_enterprise_install": False,
    }
    return answer | ({"bot_id": person.bot_id} if person.bot_id else {})
