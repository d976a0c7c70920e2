"""Which happenings the app hears of: those it subscribed to, in conversations that it is in."""

from __future__ import annotations

import time

from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation
from bot.sandbox.wire import Json

_MESSAGES = {
    "channel": "message.channels",
    "private": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


def emit(sandbox: Sandbox, event: Json, conversation: Conversation | None = None) -> None:
    """Deliver an event in the background. `conversation` is where it happened, if anywhere."""
    workspace = sandbox.workspace
    if conversation is not None and workspace.bot.id not in conversation.members:
        return
    name = _MESSAGES[conversation.kind] if event["type"] == "message" and conversation else event["type"]
    if name not in sandbox.manifest.events:
        return
    event.setdefault("event_ts", workspace.ids.ts())
    payload = {
        "token": "sandbox",
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "type": "event_callback",
        "event_id": workspace.ids.new("Ev"),
        "event_time": int(time.time()),
        "event_context": f"4-{workspace.ids.new('EC')}",
        "is_ext_shared_channel": conversation is not None and workspace.is_shared(conversation),
        "context_team_id": workspace.team_id,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "event": event,
    }
    sandbox.tasks.start(sandbox.sockets.event(payload))
