"""`team.info`: the workspace."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method("team.info", transport="get", tier=TIER_3, scope="team:read", args="team")
def team_info(call: Call) -> Json:
    """Id, name and domain."""
    team = call.workspace
    return {
        "team": {
            "id": team.team_id,
            "name": team.name,
            "domain": team.domain,
            "url": f"{call.sandbox.url}/",
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }
