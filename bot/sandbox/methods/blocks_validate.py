"""`blocks.validate`: what Slack would say to blocks, without posting them."""

from __future__ import annotations

from bot.sandbox.blockkit import check_blocks, check_view
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json, SlackError, invalid_arguments


@method("blocks.validate", transport="json", args="blocks:json view:json message:json")
def blocks_validate(call: Call) -> Json:
    """Check one of blocks, view or message; every problem comes with its pointer and constraint."""
    given = [name for name in ("blocks", "view", "message") if name in call.args]
    if len(given) != 1:
        raise invalid_arguments("must provide exactly one of: blocks, view, message")
    value = call.args[given[0]]
    if given[0] == "view":
        problems = check_view(value, at="")
    elif given[0] == "blocks":
        problems = check_blocks(value)
    else:
        problems = check_blocks(value.get("blocks", []) if isinstance(value, dict) else value, at="/blocks")
    if problems:
        raise SlackError(f"invalid_{given[0]}", errors=[problem.entry() for problem in problems])
    return {}
