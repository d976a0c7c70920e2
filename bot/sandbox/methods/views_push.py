"""`views.push`: put a modal on top of the present one."""

from __future__ import annotations

from bot.sandbox import viewing
from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.methods.views_open import take_trigger
from bot.sandbox.wire import Json, SlackError


@method(
    "views.push",
    transport="json",
    tier=TIER_4,
    args="view:json trigger_id interactivity_pointer",
    required="view",
)
def views_push(call: Call) -> Json:
    """Push onto the stack, three views at most."""
    body = viewing.checked(call.workspace, call.args["view"], "modal")
    trigger = take_trigger(call)
    try:
        view = viewing.push(call.sandbox, trigger.user, body, trigger.id)
    except SlackError:
        call.sandbox.triggers.release(trigger)
        raise
    return {"view": viewing.shape(call.sandbox, view)}
