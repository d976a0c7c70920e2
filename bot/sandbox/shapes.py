"""How messages, conversations and views look on the wire."""

from __future__ import annotations

from typing import Any

from bot.sandbox.state import Conversation, Message, Person, View
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace


def message(workspace: Workspace, message: Message, *, metadata: bool = True) -> Json:
    """Slack's message object; replies, reactions and pins are counted in."""
    conversation = workspace.conversations[message.channel]
    shape: Json = {"type": "message", "text": message.text, "ts": message.ts}
    optional = {
        "subtype": message.subtype,
        "user": message.user,
        "bot_id": message.bot_id,
        "username": message.username,
        "icons": message.icons,
        "client_msg_id": message.client_msg_id,
        "thread_ts": message.thread_ts,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "files": message.files,
        "edited": message.edited,
        "metadata": message.metadata if metadata else None,
        "is_ephemeral": True if message.seen_by else None,
    }
    shape |= {name: value for name, value in optional.items() if value}
    shape |= message.extra
    if message.subtype is None:
        shape["team"] = workspace.team_id
    if message.bot_id == workspace.bot.bot_id:
        shape |= {"app_id": workspace.app_id, "bot_profile": bot_profile(workspace)}
    if message.is_reply:
        parent = conversation.messages.get(str(message.thread_ts))
        shape["parent_user_id"] = parent.user if parent else None
    shape |= _thread(conversation, message)
    if message.reactions:
        shape["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    if any(pin.ts == message.ts for pin in conversation.pins):
        shape["pinned_to"] = [conversation.id]
    return shape


def _thread(conversation: Conversation, message: Message) -> Json:
    replies = conversation.threads.get(message.ts)
    if not replies:
        return {}
    authors = list(
        dict.fromkeys(r.user or r.bot_id for ts in replies if (r := conversation.messages.get(ts)))
    )
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(authors),
        "latest_reply": replies[-1],
        "reply_users": authors,
        "is_locked": False,
        "subscribed": False,
    }


def bot_profile(workspace: Workspace) -> Json:
    """The `bot_profile` of the app's own messages."""
    return {
        "id": workspace.bot.bot_id,
        "deleted": False,
        "name": workspace.bot.real_name,
        "updated": workspace.bot.updated,
        "app_id": workspace.app_id,
        "icons": {},
        "team_id": workspace.team_id,
    }


def user(workspace: Workspace, person: Person, *, with_email: bool) -> Json:
    """Slack's user object; `is_stranger` on people of other companies whom the app cannot meet."""
    shape = person.as_user(workspace.team_id, with_email=with_email)
    return shape | ({"is_stranger": workspace.is_stranger(person)} if person.organization else {})


def conversation(
    workspace: Workspace, conversation: Conversation, viewer: str, *, count: bool = False
) -> Json:
    """Slack's conversation object as one person or bot sees it."""
    shape: Json = {
        "id": conversation.id,
        "created": conversation.created,
        "creator": conversation.creator,
        "is_archived": conversation.archived,
        "is_im": conversation.kind == "im",
        "is_mpim": conversation.kind == "mpim",
        "is_private": conversation.kind != "channel",
        "context_team_id": workspace.team_id,
        "updated": conversation.created * 1000,
    }
    if conversation.kind == "im":
        other = next((m for m in conversation.members if m != viewer), viewer)
        return shape | {
            "user": other,
            "is_org_shared": False,
            "is_user_deleted": workspace.people[other].deleted,
        }
    shared = workspace.is_shared(conversation)
    shape |= {
        "name": conversation.name,
        "name_normalized": conversation.name,
        "is_channel": conversation.kind == "channel",
        "is_group": conversation.kind in ("private", "mpim"),
        "is_general": conversation.is_general,
        "is_member": viewer in conversation.members,
        "is_shared": shared,
        "is_ext_shared": shared,
        "is_org_shared": False,
        "topic": conversation.topic,
        "purpose": conversation.purpose,
        "previous_names": conversation.previous_names,
    }
    if conversation.canvas is not None:
        empty = not workspace.canvases[conversation.canvas].sections
        shape["properties"] = {"canvas": {"file_id": conversation.canvas, "is_empty": empty}}
    return shape | ({"num_members": len(conversation.members)} if count else {})


def view(workspace: Workspace, view: View, state: Json) -> Json:
    """Slack's view object. `state` is its `values`."""
    shape: Json = {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": view.type,
        "blocks": view.body["blocks"],
        "private_metadata": view.body.get("private_metadata", ""),
        "callback_id": view.body.get("callback_id", ""),
        "state": {"values": state},
        "hash": view.hash,
        "title": _plain(view.body.get("title")),
        "clear_on_close": bool(view.body.get("clear_on_close")),
        "notify_on_close": bool(view.body.get("notify_on_close")),
        "close": _plain(view.body.get("close")),
        "submit": _plain(view.body.get("submit")),
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": workspace.app_id,
        "external_id": view.body.get("external_id", ""),
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot.bot_id,
    }
    return shape


def _plain(text: Any) -> Any:
    return {"emoji": True, **text} if text else None
