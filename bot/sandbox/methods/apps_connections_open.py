"""`apps.connections.open`: a one-time address for Socket Mode."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method("apps.connections.open", transport="post", tier=TIER_3, scope="connections:write", token="app")
def apps_connections_open(call: Call) -> Json:
    """The WebSocket's address, with a ticket in it."""
    host = call.sandbox.url.replace("http", "ws", 1)
    return {"url": f"{host}/link/?ticket={call.sandbox.sockets.ticket()}&app_id={call.workspace.app_id}"}
