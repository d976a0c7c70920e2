"""Orders to the sandbox itself: faults and a new beginning."""

from __future__ import annotations

from bot.sandbox.faults import BadFault, Fault
from bot.sandbox.hands.places import HandError
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.wire import Json


async def order_fault(sandbox: Sandbox, body: Json) -> Json:
    """Take a fault; those of sockets happen at once."""
    try:
        fault = sandbox.faults.order(body)
    except (BadFault, ValueError, TypeError) as problem:
        raise HandError(str(problem), status=400) from problem
    await _happen(sandbox, fault)
    return {**fault.order, "id": fault.id}


async def _happen(sandbox: Sandbox, fault: Fault) -> None:
    match fault.socket:
        case "close":
            await sandbox.sockets.close_all()
        case "warning":
            await sandbox.sockets.disconnect("warning")
        case "refresh":
            await sandbox.sockets.disconnect("refresh_requested")
        case "silent":
            sandbox.sockets.silence()
        case "duplicate" | "reorder" | None:
            pass


async def clear_faults(sandbox: Sandbox, query: Json) -> Json:
    """Delete all faults, or the one with this `id`."""
    number = query.get("id")
    sandbox.faults.clear(int(number) if number else None)
    return {"faults": sandbox.faults.all()}


async def reset(sandbox: Sandbox, body: Json) -> Json:
    """Begin with a new workspace."""
    sandbox.reset()
    return {"reset": True}
