"""`views.update`: change an open modal or a Home."""

from __future__ import annotations

from bot.sandbox import viewing
from bot.sandbox.limits import TIER_4
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError, invalid_arguments


@method(
    "views.update", transport="json", tier=TIER_4, args="view:json view_id external_id hash", required="view"
)
def views_update(call: Call) -> Json:
    """Replace a view found by `view_id` or `external_id`, if `hash` (when given) still fits."""
    if not (call.args.get("view_id") or call.args.get("external_id")):
        raise invalid_arguments("missing required field: view_id or external_id")
    view = viewing.find(call.sandbox, call.args.get("view_id"), call.args.get("external_id"))
    if view is None:
        raise SlackError("not_found")
    body = viewing.checked(call.workspace, call.args["view"], view.type)
    viewing.replace(call.sandbox, view, body, call.args.get("hash"))
    return {"view": viewing.shape(call.sandbox, view)}
