"""Submitting and closing a modal."""

from __future__ import annotations

from bot.sandbox import forms, payloads, viewing
from bot.sandbox.hands import fields
from bot.sandbox.hands.places import HandError, actor
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Person, View
from bot.sandbox.wire import Json, SlackError

TROUBLE = "We had some trouble connecting. Try again?"


async def submit(sandbox: Sandbox, body: Json) -> Json:
    """Fill the top modal in and submit it; what the app's answer does to the stack is done."""
    person = actor(sandbox, body)
    view = _top(sandbox, person, body.get("view"))
    if not view.body.get("submit"):
        raise HandError("this modal has no submit button", status=409)
    await fields.fill(sandbox, person, view, body.get("fields") or {})
    if wrong := fields.complaints(view):
        return {"acked": False, "errors": wrong, "client": True}
    payload = payloads.submission(sandbox, person, view)
    outcome = await sandbox.sockets.request("interactive", payload, answers=True)
    if outcome.failure:
        return {"acked": False, "error": outcome.failure, "text": TROUBLE}
    answer: Json = {"acked": True, "ack_ms": outcome.ms}
    try:
        return answer | _apply(sandbox, view, outcome.payload or {})
    except SlackError as refusal:
        return answer | {"error": refusal.error, "text": TROUBLE, **refusal.extra}


def _top(sandbox: Sandbox, person: Person, wanted: str | None) -> View:
    modals = viewing.stack(sandbox, person.id)
    if not modals:
        raise HandError(f"{person.name} has no modal open", [])
    if wanted and wanted != modals[-1].id:
        raise HandError(
            f"view {wanted} is not the top modal of {person.name}", [view.id for view in modals[::-1]]
        )
    return modals[-1]


def _apply(sandbox: Sandbox, view: View, answer: Json) -> Json:
    """Do what the acknowledgement says with the stack. Raises `SlackError` for a view that Slack refuses."""
    action = answer.get("response_action")
    match action:
        case None:
            if view in viewing.stack(sandbox, view.user):
                viewing.close(sandbox, view)
            return {}
        case "clear":
            viewing.close(sandbox, view, everything=True)
            return {"response_action": action}
        case "errors":
            return {"response_action": action, "errors": _errors(view, answer.get("errors"))}
        case "update":
            shown = viewing.replace(
                sandbox, view, viewing.checked(sandbox.workspace, answer.get("view"), "modal")
            )
        case "push":
            shown = viewing.push(
                sandbox, view.user, viewing.checked(sandbox.workspace, answer.get("view"), "modal")
            )
        case _:
            raise SlackError("invalid_response_action")
    return {"response_action": action, "view": viewing.shape(sandbox, shown)}


def _errors(view: View, errors: object) -> Json:
    """Errors may only name input blocks; Slack shows a general failure otherwise."""
    inputs = {block["block_id"] for block, _ in forms.inputs(view.body["blocks"]) if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackError("invalid_errors", inputs=sorted(inputs), errors_given=errors)
    return errors


async def close(sandbox: Sandbox, body: Json) -> Json:
    """Close a modal with its button, or with `all` the whole stack with its ✕."""
    person = actor(sandbox, body)
    modals = viewing.stack(sandbox, person.id)
    wanted = body.get("view")
    found = next((view for view in reversed(modals) if wanted in (None, "", view.id)), None)
    if found is None:
        raise HandError(f"{person.name} has no modal {wanted or ''} open", [view.id for view in modals[::-1]])
    everything = bool(body.get("all")) or bool(found.body.get("clear_on_close"))
    for gone in viewing.close(sandbox, found, everything=everything):
        if gone.body.get("notify_on_close"):
            payload = payloads.closed(sandbox, person, gone, cleared=everything)
            sandbox.tasks.start(sandbox.sockets.request("interactive", payload))
    return {"closed": True}
