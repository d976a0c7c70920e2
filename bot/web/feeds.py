"""`GET /v1/feeds/<token>.ics`: who is on call, for calendars."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

from aiohttp import web

from bot.core.catalogue import Catalogue
from bot.ingest.http import refuse
from bot.links import FEED
from bot.queries import feeds
from bot.signing import Signer
from bot.store.database import Database
from bot.web.ical import READ_AGAIN_AFTER, ical


class Feeds:
    """The handler of feeds. Whatever is wrong with an address is a 404: it says nothing to whoever guesses."""

    def __init__(self, db: Database, catalogue: Callable[[], Catalogue], signer: Signer) -> None:
        self._db = db
        self._catalogue = catalogue
        self._signer = signer

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/v1/feeds/{token}.ics", self.get)]

    async def get(self, request: web.Request) -> web.Response:
        # To the hour: until then the same shifts have the same text and tag, and need no second transfer.
        now = self._db.clock.now().replace(minute=0, second=0, microsecond=0)
        number = self._signer.verify(request.match_info["token"], FEED, now)
        view = None
        if number is not None:
            async with self._db.read() as conn:
                view = await feeds.feed(conn, self._catalogue(), int(number), now)
        if view is None:
            return refuse(404, "There is no such feed, or it was revoked. Ask Tocsin in Slack for a new one.")
        body = await asyncio.to_thread(ical, view, now)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {
            "ETag": tag,
            "Cache-Control": f"private, max-age={int(READ_AGAIN_AFTER.total_seconds())}",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
        }
        if tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)
