"""`views.open`: show a modal in answer to a trigger."""

from __future__ import annotations

from bot.sandbox import viewing
from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.triggers import Trigger
from bot.sandbox.wire import Json, SlackError, invalid_arguments


@method(
    "views.open",
    transport="json",
    tier=TIER_4,
    args="view:json trigger_id interactivity_pointer",
    required="view",
)
def views_open(call: Call) -> Json:
    """Open a modal for the person whose trigger it is, within three seconds, once."""
    body = viewing.checked(call.workspace, call.args["view"], "modal")
    trigger = take_trigger(call)
    try:
        view = viewing.open_modal(call.sandbox, trigger.user, body, trigger.id)
    except SlackError:
        call.sandbox.triggers.release(trigger)
        raise
    return {"view": viewing.shape(call.sandbox, view)}


def take_trigger(call: Call) -> Trigger:
    """Use up the call's trigger. Raises `SlackError`."""
    trigger_id = call.args.get("trigger_id") or call.args.get("interactivity_pointer")
    if not trigger_id:
        raise invalid_arguments("missing required field: trigger_id")
    return call.sandbox.triggers.take(trigger_id)
