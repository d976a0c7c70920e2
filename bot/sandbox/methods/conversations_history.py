"""`conversations.history`: what was said, newest first."""

from __future__ import annotations

from bot.sandbox import shapes
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.paging import page
from bot.sandbox.methods.registry import HISTORY, Call, is_ts, method
from bot.sandbox.state import Message
from bot.sandbox.wire import Json, SlackError

MOST = 999


@method(
    "conversations.history",
    transport="get",
    tier=TIER_3,
    kinds=HISTORY,
    args="channel oldest latest inclusive:bool limit:int cursor include_all_metadata:bool",
    required="channel",
)
def conversations_history(call: Call) -> Json:
    """Messages without replies in threads; metadata only with `include_all_metadata`."""
    conversation = call.conversation()
    told = [m for m in conversation.messages.values() if not m.is_reply or m.subtype == "thread_broadcast"]
    found = between(call, told)[::-1]
    some, cursor = page(call, found, most=MOST)
    metadata = bool(call.args.get("include_all_metadata"))
    return {
        "messages": [shapes.message(call.workspace, each, metadata=metadata) for each in some],
        "has_more": bool(cursor),
        "pin_count": len(conversation.pins),
        "response_metadata": {"next_cursor": cursor},
    }


def between(call: Call, messages: list[Message]) -> list[Message]:
    """Those from `oldest` to `latest`; the bounds count with `inclusive`. Raises invalid_ts_<bound>."""
    bounds = {}
    for name in ("oldest", "latest"):
        bounds[name] = call.args.get(name) or ""
        if bounds[name] and not is_ts(bounds[name]):
            raise SlackError(f"invalid_ts_{name}")
    oldest = _micros(bounds["oldest"] or "0")
    latest = _micros(bounds["latest"] or "9999999999")
    inclusive = bool(call.args.get("inclusive"))
    return [
        m
        for m in messages
        if oldest < _micros(m.ts) < latest or (inclusive and _micros(m.ts) in (oldest, latest))
    ]


def _micros(ts: str) -> int:
    seconds, _, micros = ts.partition(".")
    return int(seconds) * 1_000_000 + int(micros[:6].ljust(6, "0"))
