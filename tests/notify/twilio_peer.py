"""Twilio on loopback: it takes exactly what Twilio's API documents and answers as Twilio does.

https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/voice/api/call-resource,
https://www.twilio.com/docs/usage/security for what it signs.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from multidict import MultiDict

from bot.core.catalogue import Provider, ProviderType
from bot.core.contact import MethodKind
from bot.core.ids import ProviderId
from bot.web.server import Server

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "the auth token of the tests"
BASIC = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
SENDER = "+14155550100"
EVENTS = {"initiated", "ringing", "answered", "completed"}
FIELDS = {
    "Messages": {"To", "From", "MessagingServiceSid", "Body", "StatusCallback"},
    "Calls": {"To", "From", "Twiml", "Timeout", "StatusCallback", "StatusCallbackEvent"},
}
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


@dataclass
class TwilioPeer:
    """What it was asked, and what it is to answer next."""

    port: int = 0
    asked: list[tuple[str, MultiDict[str]]] = field(default_factory=list)
    """Accepted ones: the resource and the form."""
    hung_up: list[str] = field(default_factory=list)
    """Calls that may ring no more, by their SID."""
    errors: list[tuple[int, int | None]] = field(default_factory=list)
    """Status and code of the next answers; without one it takes the message."""
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up: bool = False

    def provider(self, **changed: str) -> Provider:
        known = {"account": ACCOUNT, "sender": SENDER, "url": f"http://127.0.0.1:{self.port}"} | changed
        methods = (MethodKind.SMS, MethodKind.VOICE)
        return Provider(ProviderId("twilio"), ProviderType.TWILIO, methods, rank=1, **known)

    @property
    def form(self) -> MultiDict[str]:
        return self.asked[-1][1]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        resource = request.match_info["resource"]
        if self.hang_up:
            assert request.transport is not None
            request.transport.abort()
        if self.errors:
            return self._error(*self.errors.pop(0))
        given = request.headers.get("Authorization", "")
        if request.match_info["account"] != ACCOUNT or given != BASIC:
            return self._error(401, 20003)
        assert request.content_type == "application/x-www-form-urlencoded"
        form = MultiDict((name, str(value)) for name, value in (await request.post()).items())
        problem = _problem(resource, form)
        if problem:
            return self._error(400, problem)
        self.asked.append((resource, form))
        sid = f"{'SM' if resource == 'Messages' else 'CA'}{len(self.asked):032x}"
        return web.json_response({"sid": sid, "status": "queued", "to": form["To"]}, status=201)

    async def update_call(self, request: web.Request) -> web.StreamResponse:
        """https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource"""
        if self.errors:
            return self._error(*self.errors.pop(0))
        if request.headers.get("Authorization", "") != BASIC:
            return self._error(401, 20003)
        assert dict(await request.post()) == {"Status": "canceled"}, (
            "completed would end one that was answered"
        )
        self.hung_up.append(request.match_info["call"])
        return web.json_response({"sid": request.match_info["call"], "status": "canceled"})

    def _error(self, status: int, code: int | None) -> web.Response:
        if code is None:
            return web.Response(status=status, text="<html>upstream</html>", headers=self.headers)
        body = {"code": code, "message": "To +14155550123", "more_info": "https://…", "status": status}
        return web.json_response(body, status=status, headers=self.headers)


def _problem(resource: str, form: MultiDict[str]) -> int | None:
    """The code with which Twilio refuses a form."""
    assert set(form) <= FIELDS[resource], set(form) - FIELDS[resource]
    assert set(form.getall("StatusCallbackEvent", [])) <= EVENTS
    if not form.get("To"):
        return 21604
    if not _NUMBER.fullmatch(form["To"]):
        return 21211
    if resource == "Calls":
        return 21205 if not form.get("Twiml") else None if _NUMBER.fullmatch(form["From"]) else 21212
    if not form.get("Body"):
        return 21602
    return None if form.get("From") or form.get("MessagingServiceSid", "").startswith("MG") else 21603


def signature(url: str, form: Sequence[tuple[str, str]], token: str = TOKEN) -> str:
    """As https://www.twilio.com/docs/usage/security writes it."""
    text = url + "".join(name + value for name, value in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


@asynccontextmanager
async def twilio_peer() -> AsyncIterator[TwilioPeer]:
    peer = TwilioPeer()
    account = "/2010-04-01/Accounts/{account}"
    routes = [
        web.post(f"{account}/{{resource}}.json", peer.handle),
        web.post(f"{account}/Calls/{{call}}.json", peer.update_call),
    ]
    server = Server("127.0.0.1", {0: routes})
    await server.start()
    peer.port = server.ports[0]
    yield peer
    await server.stop()
