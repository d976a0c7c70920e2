"""`chat.scheduledMessages.list`: what is to be posted later."""

from __future__ import annotations

from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.paging import page
from bot.sandbox.methods.registry import Call, method
from bot.sandbox.wire import Json


@method(
    "chat.scheduledMessages.list",
    transport="post",
    tier=TIER_3,
    args="channel oldest:float latest:float limit:int cursor team_id",
)
def chat_scheduled_messages_list(call: Call) -> Json:
    """The caller's own, the next one first."""
    channel = call.conversation(member=False).id if call.args.get("channel") else None
    since, until = call.args.get("oldest", 0), call.args.get("latest", float("inf"))
    found = [
        each
        for each in call.workspace.scheduled.values()
        if each.fields["user"] == call.caller.user
        and channel in (None, each.channel)
        and since <= each.post_at <= until
    ]
    some, cursor = page(call, sorted(found, key=lambda each: each.post_at))
    return {
        "scheduled_messages": [
            {
                "id": each.id,
                "channel_id": each.channel,
                "post_at": each.post_at,
                "date_created": each.created_at,
                "text": each.text,
            }
            for each in some
        ],
        "response_metadata": {"next_cursor": cursor},
    }
