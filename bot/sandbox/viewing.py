"""The modals and the Home that the app shows a person: stack, hashes, what was typed."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox import filing, forms, shapes
from bot.sandbox.blockkit import check_view, with_ids
from bot.sandbox.blockkit.surfaces import is_too_large
from bot.sandbox.ids import secret
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import View
from bot.sandbox.wire import Json, SlackError, invalid_arguments
from bot.sandbox.workspace import Workspace

DEEPEST_STACK = 3


def checked(workspace: Workspace, view: Any, wanted: str) -> Json:
    """A view's body with ids filled in. Raises `SlackError`: invalid_arguments, view_too_large."""
    problems = check_view(view)
    if problems:
        raise SlackError("invalid_arguments", messages=[problem.line() for problem in problems])
    if view["type"] != wanted:
        raise invalid_arguments(f"must be a {wanted} view [json-pointer:/view/type]")
    filing.refuse_unknown_pictures(workspace, view["blocks"], "invalid_arguments", "/view/blocks")
    if is_too_large(view):
        raise SlackError("view_too_large")
    return {**view, "blocks": with_ids(view["blocks"])}


def shape(sandbox: Sandbox, view: View) -> Json:
    """The view as Slack sends it, with what the person typed."""
    return shapes.view(sandbox.workspace, view, forms.state(view.body["blocks"], view.typed))


def stack(sandbox: Sandbox, user: str) -> list[View]:
    """A person's open modals, the lowest first."""
    return sandbox.modals.setdefault(user, [])


def find(sandbox: Sandbox, view_id: str | None = None, external_id: str | None = None) -> View | None:
    """An open modal or a Home by one of its ids."""
    everything = [view for modals in sandbox.modals.values() for view in modals] + list(
        sandbox.homes.values()
    )
    for view in everything:
        if (view_id and view.id == view_id) or (external_id and view.body.get("external_id") == external_id):
            return view
    return None


def open_modal(sandbox: Sandbox, user: str, body: Json, trigger: str | None = None) -> View:
    """Show a modal, in place of any other that this person had open."""
    _refuse_taken_external_id(sandbox, body)
    view = View(sandbox.workspace.ids.new("V"), user, "modal", body, new_hash(), root="")
    view.root = view.id
    sandbox.modals[user] = [view]
    _tell(sandbox, view, trigger)
    return view


def push(sandbox: Sandbox, user: str, body: Json, trigger: str | None = None) -> View:
    """Show a modal above the present one. Raises `SlackError("push_limit_reached")`."""
    below = stack(sandbox, user)
    if not below:
        raise SlackError("not_found")
    if len(below) >= DEEPEST_STACK:
        raise SlackError("push_limit_reached")
    _refuse_taken_external_id(sandbox, body)
    view = View(sandbox.workspace.ids.new("V"), user, "modal", body, new_hash(), below[0].id, below[-1].id)
    below.append(view)
    _tell(sandbox, view, trigger)
    return view


def replace(sandbox: Sandbox, view: View, body: Json, expected_hash: str | None = None) -> View:
    """Change what a view shows; what was typed into fields that stay is kept. Raises `SlackError("hash_conflict")`."""
    if expected_hash and expected_hash != view.hash:
        raise SlackError("hash_conflict")
    view.body = body
    view.hash = new_hash()
    kept = {(block["block_id"], element["action_id"]) for block, element in forms.inputs(body["blocks"])}
    view.typed = {key: held for key, held in view.typed.items() if key in kept}
    _tell(sandbox, view, None)
    return view


def publish(sandbox: Sandbox, user: str, body: Json, expected_hash: str | None = None) -> View:
    """Show a person's Home. Raises `SlackError("hash_conflict")`."""
    present = sandbox.homes.get(user)
    if present is not None:
        return replace(sandbox, present, body, expected_hash)
    view = View(sandbox.workspace.ids.new("V"), user, "home", body, new_hash(), root="")
    view.root = view.id
    sandbox.homes[user] = view
    _tell(sandbox, view, None)
    return view


def close(sandbox: Sandbox, view: View, *, everything: bool = False) -> list[View]:
    """Take a modal away with all above it, or the whole stack; answers those that went, top first."""
    modals = stack(sandbox, view.user)
    keep = 0 if everything or view.body.get("clear_on_close") else modals.index(view)
    gone = modals[keep:]
    sandbox.modals[view.user] = modals[:keep]
    sandbox.live.tell({"type": "views"}, only=view.user)
    return gone[::-1]


def new_hash() -> str:
    """A view's version: `seconds.random`."""
    return f"{int(time.time())}.{secret(8)}"


def _refuse_taken_external_id(sandbox: Sandbox, body: Json) -> None:
    if body.get("external_id") and find(sandbox, external_id=body["external_id"]):
        raise SlackError("duplicate_external_id")


def _tell(sandbox: Sandbox, view: View, trigger: str | None) -> None:
    sandbox.witnesses.view(view, trigger)
    sandbox.live.tell({"type": "views"}, only=view.user)
