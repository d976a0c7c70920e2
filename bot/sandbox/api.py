"""`/api/<method>`: from an HTTP request to a method's leaf and back, with all that Slack checks on the way."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiohttp import web

from bot.sandbox.faults import Applied
from bot.sandbox.methods import METHODS
from bot.sandbox.methods.registry import Call, Caller, Method, checked_args, need_scope
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.wire import Json, SlackError

BOT_TOKEN = "xoxb-sandbox"
APP_TOKEN = "xapp-sandbox"
PERSON_TOKEN = "xoxp-"


async def serve_api(sandbox: Sandbox, request: web.Request) -> web.StreamResponse:
    """Answer one Web API call and write it into the ledger."""
    arrived = time.time()
    name = request.match_info["method"]
    args, token = await read_args(request)
    fault = sandbox.faults.apply(name, _channels(sandbox, args))
    if fault.latency:
        await asyncio.sleep(fault.latency)
    refusal = _ordered_refusal(fault)
    status, headers, answer = (200, {}, {}) if refusal else _answer(sandbox, name, token, args)
    if refusal:
        status, headers, answer = refusal
    sandbox.ledger.record(arrived, name, args, answer, status, fault.order)
    return _send(request, fault, status, headers, answer)


def _send(
    request: web.Request, fault: Applied, status: int, headers: dict[str, str], answer: Json
) -> web.StreamResponse:
    if fault.drop and request.transport is not None:
        request.transport.abort()
    if fault.http is not None:
        return web.Response(status=fault.http, headers=headers, text=f"HTTP {fault.http}\n")
    return web.json_response(answer, status=status, headers=headers)


def _ordered_refusal(fault: Applied) -> tuple[int, dict[str, str], Json] | None:
    waits = fault.error in ("ratelimited", "rate_limited") or fault.retry_after is not None
    headers = {"Retry-After": str(1 if fault.retry_after is None else fault.retry_after)} if waits else {}
    if fault.error is not None:
        return (429 if waits else 200), headers, {"ok": False, "error": fault.error}
    if fault.http is not None:
        return fault.http, headers, {"ok": False, "error": f"http_{fault.http}"}
    return None


def _answer(sandbox: Sandbox, name: str, token: str | None, args: Json) -> tuple[int, dict[str, str], Json]:
    try:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        caller = _caller(sandbox, token, method)
        if method.scope is not None:
            need_scope(caller, method.scope)
        _limit(sandbox, method, caller)
        answer = {"ok": True, **method.run(Call(sandbox, method, caller, checked_args(method, args)))}
    except SlackError as refusal:
        if refusal.retry_after is not None:
            return 429, {"Retry-After": str(refusal.retry_after)}, refusal.answer()
        return 200, {}, refusal.answer()
    scopes = ",".join(sorted(caller.scopes or ()))
    return 200, {"x-oauth-scopes": scopes}, answer


def _limit(sandbox: Sandbox, method: Method, caller: Caller) -> None:
    """Count the app's calls; people's tokens are for looking and are not counted."""
    if method.tier is None or caller.token == "person":
        return
    wait = sandbox.limits.take(f"method:{method.name}", method.tier)
    if wait is not None:
        raise SlackError("ratelimited", retry_after=wait)


def _caller(sandbox: Sandbox, token: str | None, method: Method) -> Caller:
    if not token:
        raise SlackError("not_authed")
    bot = sandbox.workspace.bot.id
    if token == APP_TOKEN:
        caller = Caller("app", bot, frozenset({"connections:write"}))
    elif token == BOT_TOKEN:
        caller = Caller("bot", bot, sandbox.manifest.scopes)
    else:
        caller = _person(sandbox, token)
    if method.token is not None and (caller.token == "app") != (method.token == "app"):
        raise SlackError("not_allowed_token_type")
    return caller


def _person(sandbox: Sandbox, token: str) -> Caller:
    name = token.removeprefix(PERSON_TOKEN)
    person = sandbox.workspace.person(name) if token != name else None
    if person is None or person.is_bot:
        raise SlackError("invalid_auth")
    if person.deleted:
        raise SlackError("account_inactive")
    return Caller("person", person.id, None)


async def read_args(request: web.Request) -> tuple[Json, str | None]:
    """The call's arguments from query, form and JSON body together, and its token."""
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await _json(request)
        args |= body if isinstance(body, dict) else {}
    elif request.method == "POST":
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    for name in ("blocks", "attachments", "view", "metadata", "files", "message"):
        args |= _parsed(args, name)
    in_body = args.pop("token", None)
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return args, token.strip() if kind.lower() == "bearer" else in_body


def _parsed(args: Json, name: str) -> Json:
    """A JSON value that came as a string; one that is none stays for the method to refuse."""
    value = args.get(name)
    if not isinstance(value, str):
        return {}
    try:
        return {name: json.loads(value)}
    except ValueError:
        return {}


async def _json(request: web.Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        return None


def _channels(sandbox: Sandbox, args: Json) -> set[str]:
    """Every way in which a fault may name the conversation that a call is about."""
    wanted = str(args.get("channel") or args.get("channel_id") or "")
    found = sandbox.workspace.conversations.get(wanted)
    names = {wanted, wanted.removeprefix("#")}
    if found is not None:
        names.add(found.name)
        names |= {f"@{sandbox.workspace.name_of(each)}" for each in found.members if found.is_direct}
    return names - {""}
