"""`api.test`: says back what it heard."""

from __future__ import annotations

from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method("api.test", transport="post", tier=None, args="error foo", token=None)
def api_test(call: Call) -> Json:
    """Answer the arguments; `error` makes it fail with that name."""
    return {"args": call.args}
