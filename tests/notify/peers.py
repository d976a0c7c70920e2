"""Who stands at the other end: a mail server and a web server on this machine, which do what a test says."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).parent / "localhost.pem"
"""Of `localhost`, signed by itself, with its key; good for a hundred years."""


def trusting() -> ssl.SSLContext:
    """Trusts the certificate of these peers alone."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))


@dataclass
class MailServer:
    """A real SMTP server. `says` answers a command instead of it; `password`: nobody may send without it."""

    says: dict[str, str] = field(default_factory=dict)
    offers_tls: bool = False
    begins_with_tls: bool = False
    password: str = ""
    hangs_up_after_data: bool = False
    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.says.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.received.append(message_from_bytes(content, policy=default))
        self.envelopes.append(envelope)
        self.encrypted.append(session.ssl is not None)
        if self.hangs_up_after_data:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return self.says.get("DATA", "250 2.0.0 queued as 4711")

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == self.password.encode()
        return AuthResult(success=right, handled=False)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[MailServer]:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(CERTIFICATE)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(
                self,
                hostname="localhost",
                tls_context=tls if self.offers_tls else None,
                auth_required=bool(self.password),
                authenticator=self.authenticate if self.password else None,
                loop=loop,
            ),
            "127.0.0.1",
            ssl=tls if self.begins_with_tls else None,
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()


@dataclass
class Call:
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str]


@dataclass
class WebServer:
    """Answers every call with `status`, or never while it is 0."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    text: str = "{}"
    port: int = 0
    calls: list[Call] = field(default_factory=list)
    ends: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.calls.append(Call(request.path, dict(request.headers), body, dict(request.query)))
        if self.status == 0:
            await self.ends.wait()
        return web.Response(status=self.status or 200, headers=self.headers, text=self.text)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[WebServer]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            self.ends.set()
            await runner.cleanup()


@asynccontextmanager
async def nobody() -> AsyncIterator[int]:
    """A port on which nobody listens."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    yield port


@asynccontextmanager
async def silence() -> AsyncIterator[int]:
    """A port on which somebody listens who never says a word."""
    waiting: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _reader, writer: waiting.append(writer), "127.0.0.1")
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for writer in waiting:
            writer.close()
        server.close()
        await server.wait_closed()
