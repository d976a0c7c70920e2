"""`POST /v1/alerts/<token>`: accepted means durable, refused means one sentence."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import web

from bot.core.alert import IncomingAlert, dedup_key
from bot.core.catalogue import Catalogue, Integration
from bot.core.words import service_of
from bot.ingest import sources
from bot.ingest.journal import Journal, JournalFull, NotKept
from bot.ingest.sources import BadAlert
from bot.store.journal import NewEntry

LARGEST_BODY = 512 * 1024
AGAIN_AFTER_SECONDS = 2


class Intake:
    """The handler of alert bodies."""

    def __init__(self, catalogue: Callable[[], Catalogue], journal: Journal) -> None:
        self._catalogue = catalogue
        self._journal = journal

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/v1/alerts/{token}", self.post)]

    async def post(self, request: web.Request) -> web.Response:
        """202 after the commit; 400, 404, 413 or 503 with a sentence, and nothing kept."""
        catalogue = self._catalogue()
        integration = _by_token(catalogue, request.match_info["token"])
        if integration is None:
            return refuse(
                404, "There is no integration with this token. Copy its URL again from the configuration."
            )
        body = await _read(request)
        if body is None:
            return refuse(
                413, f"The body is larger than {LARGEST_BODY // 1024} KB. Send fewer alerts at once."
            )
        try:
            alerts = sources.parse(integration, sources.read(body))
        except BadAlert as problem:
            return refuse(400, str(problem), problem.field or "")
        try:
            await self._journal.append(NewEntry(integration.id, "http", body))
        except (JournalFull, NotKept) as problem:
            return refuse(503, str(problem), headers={"Retry-After": str(AGAIN_AFTER_SECONDS)})
        keys = [{"dedup_key": _key(catalogue, integration, one)} for one in alerts]
        return answer(202, {"accepted": len(keys), "alerts": keys})


def _key(catalogue: Catalogue, integration: Integration, alert: IncomingAlert) -> str:
    """The key under which it is folded."""
    service = service_of(catalogue, integration, alert.service)
    return alert.dedup_key or dedup_key(integration.id, service, alert.title)


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status, body=orjson.dumps(body), content_type="application/json", headers=headers
    )


def refuse(status: int, error: str, field: str = "", headers: dict[str, str] | None = None) -> web.Response:
    """An error in one sentence; `field` when one is to blame."""
    return answer(status, {"error": error} | ({"field": field} if field else {}), headers)


def _by_token(catalogue: Catalogue, token: str) -> Integration | None:
    """Tokens are known by their hash only, and compared in constant time."""
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    found = None
    for integration in catalogue.integrations.values():
        if integration.token_hash and hmac.compare_digest(integration.token_hash, digest):
            found = integration
    return found


async def _read(request: web.Request) -> bytes | None:
    """The body, or None as soon as it is too large."""
    if request.content_length is not None and request.content_length > LARGEST_BODY:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
