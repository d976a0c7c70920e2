"""`views.publish`: show a person's Home tab."""

from __future__ import annotations

from bot.sandbox import viewing
from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError


@method(
    "views.publish", transport="json", tier=TIER_4, args="user_id view:json hash", required="user_id view"
)
def views_publish(call: Call) -> Json:
    """Publish, if `hash` (when given) still fits."""
    if not call.sandbox.manifest.home_tab:
        raise SlackError("not_enabled")
    person = call.person("user_id")
    body = viewing.checked(call.workspace, call.args["view"], "home")
    view = viewing.publish(call.sandbox, person.id, body, call.args.get("hash"))
    return {"view": viewing.shape(call.sandbox, view)}
