"""`POST /v1/alerts/<token>`: accepted means durable, refused means one sentence."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any

import orjson
from aiohttp import web

from bot.core.alert import IncomingAlert, dedup_key
from bot.core.catalogue import Catalogue, Integration
from bot.core.frozen import dataclass
from bot.core.words import service_of
from bot.ingest import sources
from bot.ingest.journal import Journal, JournalFull, NotKept, TooManyWaiting
from bot.ingest.sources import BadAlert
from bot.store.journal import NewEntry

LARGEST_BODY = 512 * 1024
MOST_ALERTS = 1_000
"""In one body; each is folded by itself, and a transaction must stay short."""
BODY_WITHIN_SECONDS = 30.0
"""Real time for the whole body to come; a sender that drips holds a connection no longer."""
AGAIN_AFTER_SECONDS = 2
PATH = "/v1/alerts/"
"""Before the token."""


@dataclass(frozen=True)
class Answer:
    """What a sender is told: JSON, and headers besides those of every answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Intake:
    """What becomes of alert bodies."""

    def __init__(self, catalogue: Callable[[], Catalogue], journal: Journal) -> None:
        self._catalogue = catalogue
        self._journal = journal

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH + "{token}", self.post)]

    async def post(self, request: web.Request) -> web.Response:
        """`take` by way of aiohttp; also 408 and 413 while the body comes. Nothing is read for an unknown token."""
        token = request.match_info["token"]
        if _by_token(self._catalogue(), token) is None:
            return response(_UNKNOWN)
        return response(await self.take(token, await _read(request)))

    async def take(self, token: str, body: bytes) -> Answer:
        """202 after the commit; 400, 404, 413, 429 or 503 with a sentence, and nothing kept."""
        catalogue = self._catalogue()
        integration = _by_token(catalogue, token)
        if integration is None:
            return _UNKNOWN
        try:
            alerts = sources.parse(integration, sources.decode(body))
        except BadAlert as problem:
            return _refusal(400, str(problem), problem.field or None)
        if len(alerts) > MOST_ALERTS:
            return _refusal(413, f"The body holds {len(alerts)} alerts; send at most {MOST_ALERTS} at once.")
        try:
            await self._journal.append(NewEntry(integration.id, "http", body))
        except TooManyWaiting as problem:
            return _later(429, str(problem))
        except (JournalFull, NotKept) as problem:
            return _later(503, str(problem))
        keys = [{"dedup_key": _key(catalogue, integration, one)} for one in alerts]
        return Answer(202, orjson.dumps({"accepted": len(keys), "alerts": keys}))


def _key(catalogue: Catalogue, integration: Integration, alert: IncomingAlert) -> str:
    """The key under which it is folded."""
    if alert.dedup_key:
        return alert.dedup_key
    return dedup_key(integration.id, service_of(catalogue, integration, alert.service), alert.title)


def _refusal(status: int, error: str, field: str | None = None) -> Answer:
    """An error in one sentence; with a 400 also the `field` that is to blame, null for the body as a whole."""
    blame = {"field": field} if status == 400 else {}
    return Answer(status, orjson.dumps({"error": error, **blame}))


def _later(status: int, error: str) -> Answer:
    return replace(_refusal(status, error), headers={"Retry-After": str(AGAIN_AFTER_SECONDS)})


_UNKNOWN = _refusal(
    404, "There is no integration with this token; copy its URL again from the configuration."
)


def our_fault() -> Answer:
    return _refusal(500, "Something went wrong on our side; send it again.")


def response(answer: Answer) -> web.Response:
    return web.Response(
        status=answer.status, body=answer.body, content_type="application/json", headers=answer.headers
    )


def answer(status: int, body: Any) -> web.Response:
    return response(Answer(status, orjson.dumps(body)))


def refuse(status: int, error: str, *, headers: Mapping[str, str] | None = None) -> web.Response:
    """An error in one sentence."""
    return response(replace(_refusal(status, error), headers=headers or {}))


def refuse_and_close(status: int, error: str) -> web.Response:
    """For a body that was not read to its end: nothing else can be understood on this connection."""
    refusal = refuse(status, error)
    refusal.force_close()
    return refusal


def _by_token(catalogue: Catalogue, token: str) -> Integration | None:
    """Tokens are known by their hash only, and compared in constant time."""
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    found = None
    for integration in catalogue.integrations.values():
        if integration.token_hash and hmac.compare_digest(integration.token_hash, digest):
            found = integration
    return found


async def _read(request: web.Request) -> bytes:
    """The body, decompressed.

    Raises 413 as soon as it is too large, 408 when it does not come to its end, and `web.RequestPayloadError` when
    it is not encoded as its headers say.
    """
    if request.content_length is not None and request.content_length > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, request.content_length)
    if request.content.is_eof():  # it came whole, as nearly all do: nothing to wait for
        return await request.read()
    try:
        async with asyncio.timeout(BODY_WITHIN_SECONDS):
            return await request.read()
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
