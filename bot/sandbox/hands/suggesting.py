"""Typing into a menu whose choices the app makes up: what it offers so far."""

from __future__ import annotations

from bot.sandbox import viewing
from bot.sandbox.blockkit.surfaces import elements_of
from bot.sandbox.hands import fields
from bot.sandbox.hands.places import HandError, actor, message_at, place, required
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Person
from bot.sandbox.wire import Json

EXTERNAL = ("external_select", "multi_external_select")


async def suggest(sandbox: Sandbox, body: Json) -> Json:
    """The options that the app offers in the field `field` (action_id) for what was `typed`."""
    person = actor(sandbox, body)
    where, blocks = _surface(sandbox, person, body)
    wanted = str(required(body, "field"))
    known = [
        (block, element) for block in blocks for element in elements_of(block) if element["type"] in EXTERNAL
    ]
    for block, element in known:
        if element["action_id"] == wanted and body.get("block") in (None, block["block_id"]):
            typed = str(body.get("typed", ""))
            return {"options": await fields.suggested(sandbox, person, block, element, typed, where)}
    raise HandError(f"no field {wanted!r} that the app fills", [element["action_id"] for _, element in known])


def _surface(sandbox: Sandbox, person: Person, body: Json) -> tuple[Json, list[Json]]:
    """What `fields.suggested` needs to know of the place, and the blocks there."""
    if not (body.get("view") or body.get("home")):
        conversation = place(sandbox, person, str(required(body, "in")))
        message = message_at(sandbox, person, conversation, str(required(body, "ts")))
        return {"message": (conversation, message)}, message.blocks
    view = sandbox.homes.get(person.id) if body.get("home") else viewing.find(sandbox, str(body["view"]))
    if view is None or view.user != person.id:
        raise HandError(f"{person.name} does not see that view")
    return {"view": view}, view.body["blocks"]
