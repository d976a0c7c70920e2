"""`dnd.info`: whether Slack is silent for somebody now."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.state import Person, epoch
from bot.sandbox.wire import Json

A_NIGHT = 8 * 3600


@method("dnd.info", transport="get", tier=TIER_3, scope="dnd:read", args="user")
def dnd_info(call: Call) -> Json:
    """Do Not Disturb of `user`, or of the caller."""
    call.args.setdefault("user", call.caller.user)
    return do_not_disturb(call.person()) | {"snooze_enabled": False}


def do_not_disturb(person: Person) -> Json:
    """The present or next silent time, epoch seconds; 1 and 1 when there is none, as Slack says it."""
    if not person.do_not_disturb:
        return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
    return {"dnd_enabled": True, "next_dnd_start_ts": epoch() - 60, "next_dnd_end_ts": epoch() + A_NIGHT}
