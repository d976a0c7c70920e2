"""`dnd.info`: whether Slack is silent for somebody now."""

from __future__ import annotations

from bot.sandbox import silence
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method("dnd.info", transport="get", tier=TIER_3, scope="dnd:read", args="user team_id")
def dnd_info(call: Call) -> Json:
    """Do Not Disturb of `user`, or of the caller; only one's own snooze is told."""
    call.args.setdefault("user", call.caller.user)
    person = call.person()
    return silence.own_status(person) if person.id == call.caller.user else silence.status(person)
