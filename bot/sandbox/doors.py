"""The other addresses that Slack has: incoming webhooks, response URLs, uploads."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiohttp import web

from bot.sandbox import filing
from bot.sandbox.limits import WEBHOOK
from bot.sandbox.posting import content, delete, edit, post, whisper
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Conversation, Message
from bot.sandbox.triggers import ResponseUrl
from bot.sandbox.wire import Json, SlackError

WEBHOOK_STATUS = {
    "invalid_token": 403,
    "channel_not_found": 404,
    "no_service": 404,
    "channel_is_archived": 410,
}
"""Error → HTTP status; 400 for all others. From clients' reports, not settled for real Slack."""
RESPONSE_URL_STATUS = {"used_url": 404, "expired_url": 404, "channel_not_found": 404, "is_archived": 403}


async def incoming_webhook(sandbox: Sandbox, request: web.Request) -> web.Response:
    """Post what an outside tool says into the webhook's channel; answers are plain text, as Slack's."""
    body = await _body(request)
    try:
        _post_for_webhook(sandbox, request.match_info, body)
    except SlackError as refusal:
        if refusal.retry_after is not None:
            headers = {"Retry-After": str(refusal.retry_after)}
            return web.Response(status=429, text=refusal.error, headers=headers)
        return web.Response(status=WEBHOOK_STATUS.get(refusal.error, 400), text=refusal.error)
    return web.Response(text="ok")


def _post_for_webhook(sandbox: Sandbox, address: Any, body: Json | None) -> None:
    workspace = sandbox.workspace
    hooks = [hook for hook in workspace.webhooks if hook.bot_id == address["bot"]]
    if not hooks or address["team"] != workspace.team_id:
        raise SlackError("no_service")
    hook = hooks[0]
    if hook.secret != address["secret"]:
        raise SlackError("invalid_token")
    if body is None:
        raise SlackError("invalid_payload")
    channel = workspace.conversations[hook.channel]
    if channel.archived:
        raise SlackError("channel_is_archived")
    what = content(workspace, body.get("text"), body.get("blocks"), body.get("attachments"))
    if (wait := sandbox.limits.take(f"webhook:{hook.bot_id}", WEBHOOK)) is not None:
        raise SlackError("rate_limited", retry_after=wait)
    post(
        sandbox,
        channel,
        what,
        bot_id=hook.bot_id,
        subtype="bot_message",
        username=body.get("username") or hook.name,
        thread_ts=body.get("thread_ts"),
    )


async def response_url(sandbox: Sandbox, request: web.Request) -> web.Response:
    """Let the app answer an interaction; counted in the ledger as the method `response_url`."""
    arrived = time.time()
    body = await _body(request)
    fault = sandbox.faults.apply("response_url", set())
    if fault.latency:
        await asyncio.sleep(fault.latency)
    if fault.error or fault.http:
        status, answer = fault.http or 429, {"ok": False, "error": fault.error or f"http_{fault.http}"}
    else:
        status, answer = _respond(sandbox, request.match_info["key"], body)
    sandbox.ledger.record(arrived, "response_url", body or {}, answer, status, fault.order)
    if fault.drop and request.transport is not None:
        request.transport.abort()
    return web.json_response(answer, status=status)


def _respond(sandbox: Sandbox, key: str, body: Json | None) -> tuple[int, Json]:
    try:
        if body is None:
            raise SlackError("invalid_payload")
        answer(sandbox, sandbox.triggers.use(key), body)
    except SlackError as refusal:
        return RESPONSE_URL_STATUS.get(refusal.error, 400), refusal.answer()
    return 200, {"ok": True}


def answer(sandbox: Sandbox, url: ResponseUrl, body: Json) -> None:
    """Do what a response URL or a command's ack asks: whisper, post, replace or delete. Raises `SlackError`."""
    conversation = sandbox.workspace.conversations.get(url.channel)
    if conversation is None:
        raise SlackError("channel_not_found")
    original = _original(conversation, url)
    if body.get("delete_original"):
        if original is not None:
            delete(sandbox, conversation, original)
        return
    what = content(sandbox.workspace, body.get("text"), body.get("blocks"), body.get("attachments"))
    if conversation.archived:
        raise SlackError("is_archived")
    if body.get("replace_original") and original is not None:
        edit(sandbox, conversation, original, what, sandbox.workspace.bot.id)
        if original.seen_by:
            sandbox.witnesses.reply(url.user, original)
        return
    thread_ts = body.get("thread_ts") or url.thread_ts
    if body.get("response_type") == "in_channel":
        bot = sandbox.workspace.bot
        said = post(sandbox, conversation, what, user=bot.id, bot_id=bot.bot_id, thread_ts=thread_ts)
        sandbox.witnesses.reply(url.user, said)
    else:
        whisper(sandbox, conversation, what, url.user, thread_ts)


def _original(conversation: Conversation, url: ResponseUrl) -> Message | None:
    if url.ts in conversation.messages:
        return conversation.messages[url.ts]
    return next((message for message in conversation.ephemerals if message.ts == url.ts), None)


async def upload(sandbox: Sandbox, request: web.Request) -> web.Response:
    """Take a file's bytes."""
    content = await request.read()
    for file in sandbox.workspace.files.values():
        if file.secret == request.match_info["secret"]:
            file.content = content
            return web.Response(text=f"OK - {len(content)}")
    return web.Response(status=404, text="unknown upload")


async def download(sandbox: Sandbox, request: web.Request) -> web.Response:
    """Give a shared file back; pictures so that a browser shows them."""
    file = sandbox.workspace.files.get(request.match_info["id"])
    if file is None or file.content is None:
        return web.Response(status=404, text="no such file")
    kind = filing.mimetype(file)
    shown = kind if kind in filing.PICTURES else "application/octet-stream"
    return web.Response(body=file.content, content_type=shown)


async def _body(request: web.Request) -> Json | None:
    try:
        if request.content_type == "application/x-www-form-urlencoded":
            body = json.loads(str((await request.post()).get("payload", "")))
        else:
            body = await request.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
