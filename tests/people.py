"""People as Slack tells of them."""

from __future__ import annotations

from bot.core.ids import UserId
from bot.store.directory import SlackUser


def slack_user(user: UserId, name: str) -> SlackUser:
    """A full member of the workspace, whose clocks show UTC."""
    return SlackUser(
        id=user,
        team_id="",
        name=name.lower(),
        real_name=name,
        email=f"{name.lower()}@example.com",
        tz="UTC",
        deleted=False,
        is_bot=False,
        is_restricted=False,
    )
