"""`/v1/p/<token>`: the page behind the link in a message outside Slack. A GET shows it, only a POST acts.

Programs open links in messages before people do, to look for viruses or to show a preview: they GET, HEAD and prefetch,
and nothing comes of that (PRODUCT §4).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta

from aiohttp import web

from bot.core.called import Answer, Called, CalledView, may_answer
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.permissions import Action, refusal
from bot.errors import DatabaseBusy, MaybeSaved
from bot.links import PAGE, Links
from bot.log_context import from_here_on
from bot.queries import called as called_query
from bot.signing import Signer
from bot.store.database import Database
from bot.templates import say
from bot.usecases import answering
from bot.web import one_tap_page
from bot.web.pace import Pace

GOOD_FOR = timedelta(days=1)
"""Product time since the attempt was recorded."""
IN_A_ROW = 30
"""A person who reloads a page does not come near it."""
FREE_AFTER_SECONDS = 2.0
PROOF = "one-tap form"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True)
class _Seen:
    called: Called
    shown: CalledView


class OneTap:
    """The handlers. Whoever holds the link acts as the person it was sent to, and as nobody else."""

    def __init__(
        self, db: Database, catalogue: Callable[[], Catalogue], signer: Signer, links: Links
    ) -> None:
        self._db = db
        self._catalogue = catalogue
        self._signer = signer
        self._links = links
        self._pace = Pace(db.clock.monotonic, IN_A_ROW, FREE_AFTER_SECONDS)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/v1/p/{token}", self.get), web.post("/v1/p/{token}", self.post)]

    async def get(self, request: web.Request) -> web.Response:
        """200 with the page; 404, 410, 403 or 429 with one sentence."""
        seen = await self._look(request)
        if isinstance(seen, web.Response):
            return seen
        proof = self._signer.sign(PROOF, f"{seen.called}:{seen.shown.step}", None)
        return _answer(200, one_tap_page.page(seen.shown, self._db.clock.now(), proof))

    async def post(self, request: web.Request) -> web.Response:
        """Act, then show the page as it is (303); as `get` where there is nothing to act on, and 403 without proof."""
        seen = await self._look(request)
        if isinstance(seen, web.Response):
            return seen
        form = await request.post()
        step = self._proved(request, seen.called, str(form.get("proof", "")))
        wanted = str(form.get("answer", ""))
        if step is None or wanted not in set(Answer):
            return _said(403, "Nothing was changed", say("one_tap", "not_from_here"))
        from_here_on(seen.called.page)
        try:
            await answering.answer(
                self._db, self._catalogue(), seen.called.page, seen.called.user, Answer(wanted), step
            )
        except MaybeSaved:
            pass  # the page that is shown next says whether it was
        except DatabaseBusy:
            return _said(503, "Not saved", say("one_tap", "not_saved"), {"Retry-After": "2"})
        return web.Response(status=303, headers={**HEADERS, "Location": f"./{request.match_info['token']}"})

    async def _look(self, request: web.Request) -> _Seen | web.Response:
        now = self._db.clock.now()
        signed = self._signer.verify(request.match_info["token"], PAGE, now)
        called = Called.read(signed) if signed else None
        if called is None:
            return _said(404, "No such page", say("one_tap", "altered"))
        if wait := self._pace.take(called):
            after = {"Retry-After": str(math.ceil(wait))}
            return _said(429, "One moment", say("one_tap", "too_many"), after)
        async with self._db.read() as conn:
            shown = await called_query.view(conn, self._catalogue(), called, now)
        if shown is None or now >= shown.called_at + GOOD_FOR:
            return _said(410, "This link is too old", say("one_tap", "expired"))
        if not may_answer(shown.standing):
            reason = refusal(Action.WORK_PAGE, shown.standing)
            return _said(403, "Not for you", say("one_tap", "refused", reason))
        return _Seen(called, shown)

    def _proved(self, request: web.Request, called: Called, proof: str) -> int | None:
        """The step that the form showed, when it is the form of this very page."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return None
        # `null` is what browsers send from a page with `Referrer-Policy: no-referrer` (Fetch, "append a request Origin
        # header"), and ours is one.
        if request.headers.get("Origin", "null") not in ("null", self._links.origin):
            return None
        signed = self._signer.verify(proof, PROOF, self._db.clock.now()) or ""
        whose, _, step = signed.partition(":")
        return int(step) if whose == str(called) else None


def _answer(status: int, body: str, headers: dict[str, str] | None = None) -> web.Response:
    policy = {"Content-Security-Policy": one_tap_page.content_security_policy()}
    return web.Response(
        status=status,
        text=body,
        content_type="text/html",
        charset="utf-8",
        headers={**HEADERS, **policy, **(headers or {})},
    )


def _said(status: int, title: str, sentence: str, headers: dict[str, str] | None = None) -> web.Response:
    return _answer(status, one_tap_page.said(title, sentence), headers)
