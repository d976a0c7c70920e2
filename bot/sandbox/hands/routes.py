"""Which address is which hand, and how a refusal looks: `{"error": …, "seen": […]}` with a 4xx."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from bot.sandbox.hands import (
    arranging,
    doing,
    gathering,
    hiring,
    interacting,
    looking,
    ordering,
    submitting,
    suggesting,
)
from bot.sandbox.hands.places import HandError, actor
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.wire import Json

Hand = Callable[[Sandbox, Json], Awaitable[Any]]

_SEEN: dict[str, Hand] = {
    "messages": looking.messages,
    "channels": looking.channels,
    "views": looking.views,
    "people": looking.people,
    "usergroups": gathering.groups,
    "canvases": looking.canvases,
    "app": looking.app,
    "calls": looking.calls,
    "faults": looking.faults,
}
_DONE: dict[str, Hand] = {
    "command": interacting.command,
    "click": interacting.click,
    "shortcut": interacting.shortcut,
    "home": interacting.home,
    "suggest": suggesting.suggest,
    "submit": submitting.submit,
    "close": submitting.close,
    "post": doing.post,
    "react": doing.react,
    "pin": doing.pin,
    "edit": doing.edit,
    "delete": doing.delete,
    "read": doing.mark,
    "people": hiring.people,
    "dnd": hiring.do_not_disturb,
    "usergroups": gathering.change,
    "channels": arranging.channels,
    "join": arranging.join,
    "leave": arranging.leave,
    "faults": ordering.order_fault,
    "reset": ordering.reset,
}


def routes(sandbox: Sandbox) -> Sequence[web.RouteDef]:
    """All `/sandbox/` addresses."""

    async def live(request: web.Request) -> web.StreamResponse:
        try:
            person = actor(sandbox, dict(request.query))
        except HandError as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        return await sandbox.live.serve(request, person.id)

    return [
        *(web.get(f"/sandbox/{name}", _reading(sandbox, hand)) for name, hand in _SEEN.items()),
        *(web.post(f"/sandbox/{name}", _writing(sandbox, hand)) for name, hand in _DONE.items()),
        web.delete("/sandbox/faults", _reading(sandbox, ordering.clear_faults)),
        web.get("/sandbox/live", live),
    ]


def _reading(sandbox: Sandbox, hand: Hand) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        return await _run(hand(sandbox, dict(request.query)))

    return serve


def _writing(sandbox: Sandbox, hand: Hand) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json() if request.can_read_body else {}
        except ValueError:
            return web.json_response({"error": "the body is not JSON"}, status=400)
        if not isinstance(body, dict):
            return web.json_response({"error": "the body is no JSON object"}, status=400)
        return await _run(hand(sandbox, body))

    return serve


async def _run(work: Awaitable[Any]) -> web.Response:
    try:
        return web.json_response(await work)
    except HandError as refusal:
        return web.json_response(refusal.body, status=refusal.status)
