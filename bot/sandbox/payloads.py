"""What the app is sent when a person does something: commands, clicks, submissions, shortcuts."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox import shapes, viewing
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, Message, Person, View
from bot.sandbox.wire import Json


def head(sandbox: Sandbox, kind: str, person: Person) -> Json:
    """What all interactive payloads begin with."""
    workspace = sandbox.workspace
    return {
        "type": kind,
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": workspace.team_id,
        },
        "api_app_id": workspace.app_id,
        "token": "sandbox",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def command(
    sandbox: Sandbox, person: Person, where: Conversation, words: tuple[str, str], trigger: str, response: str
) -> Json:
    """A slash command; `words` are the command and the text after it, `response` the response URL's key."""
    workspace = sandbox.workspace
    return {
        "token": "sandbox",
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "is_enterprise_install": False,
        "channel_id": where.id,
        "channel_name": channel_name(where),
        "user_id": person.id,
        "user_name": person.name,
        "command": words[0],
        "text": words[1],
        "api_app_id": workspace.app_id,
        "response_url": response_address(sandbox, response),
        "trigger_id": trigger,
    }


def message_actions(
    sandbox: Sandbox, person: Person, where: Conversation, message: Message, actions: list[Json], values: Json
) -> Json:
    """block_actions in a message; an ephemeral message itself is not sent along."""
    response = sandbox.triggers.response_url(person.id, where.id, message.ts, message.thread_ts)
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": where.id,
        "is_ephemeral": message.seen_by is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = head(sandbox, "block_actions", person) | {
        "container": container,
        "trigger_id": sandbox.triggers.make(person.id),
        "channel": {"id": where.id, "name": channel_name(where)},
        "state": {"values": values},
        "response_url": response_address(sandbox, response),
        "actions": actions,
    }
    return payload | ({} if message.seen_by else {"message": shapes.message(sandbox.workspace, message)})


def view_actions(sandbox: Sandbox, person: Person, view: View, actions: list[Json]) -> Json:
    """block_actions in a modal or a Home."""
    return head(sandbox, "block_actions", person) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": sandbox.triggers.make(person.id, view.id),
        "view": viewing.shape(sandbox, view),
        "actions": actions,
    }


def submission(sandbox: Sandbox, person: Person, view: View) -> Json:
    """view_submission, with what the person entered."""
    return head(sandbox, "view_submission", person) | {
        "trigger_id": sandbox.triggers.make(person.id, view.id),
        "view": viewing.shape(sandbox, view),
        "response_urls": [],
    }


def closed(sandbox: Sandbox, person: Person, view: View, *, cleared: bool) -> Json:
    """view_closed; `cleared` when the whole stack went."""
    return head(sandbox, "view_closed", person) | {
        "view": viewing.shape(sandbox, view),
        "is_cleared": cleared,
    }


def shortcut(
    sandbox: Sandbox, person: Person, callback_id: str, on: tuple[Conversation, Message] | None = None
) -> Json:
    """A global shortcut, or a message shortcut `on` a message."""
    payload = head(sandbox, "shortcut" if on is None else "message_action", person) | {
        "callback_id": callback_id,
        "trigger_id": sandbox.triggers.make(person.id),
        "action_ts": action_ts(),
    }
    if on is None:
        return payload
    where, message = on
    response = sandbox.triggers.response_url(person.id, where.id, message.ts, message.thread_ts)
    return payload | {
        "message_ts": message.ts,
        "channel": {"id": where.id, "name": channel_name(where)},
        "message": shapes.message(sandbox.workspace, message),
        "response_url": response_address(sandbox, response),
    }


def suggestion(sandbox: Sandbox, person: Person, block: Json, element: Json, typed: str, place: Json) -> Json:
    """block_suggestion: what an external menu asks while a person types. `place` says where it stands."""
    return head(sandbox, "block_suggestion", person) | {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "value": typed,
        **place,
    }


def action(block: Json, element: Json, state: Json | None) -> Json:
    """One entry of `actions`: what was used and what it now says. `state` is its entry in `state.values`."""
    found: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": action_ts(),
    }
    if element["type"] == "button":
        found |= {name: element[name] for name in ("text", "value", "style", "url") if name in element}
    return found | (state or {})


def response_address(sandbox: Sandbox, key: str) -> str:
    """A response URL."""
    return f"{sandbox.url}/response/{sandbox.workspace.team_id}/{key}"


def channel_name(where: Conversation) -> Any:
    """How payloads call a conversation."""
    return {"im": "directmessage", "private": "privategroup"}.get(where.kind, where.name)


def action_ts() -> str:
    """Now, `seconds.micros`."""
    return f"{time.time():.6f}"
