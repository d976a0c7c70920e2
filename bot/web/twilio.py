"""What Twilio tells and asks: `POST /v1/twilio/<token>/status`, `/v1/twilio/<token>/voice` and `/v1/twilio/sms`.

Each call is signed with the account's token (https://www.twilio.com/docs/usage/security). Twilio repeats calls and
sends them in any order; each says the whole of what it knows, and hearing it twice changes nothing.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from aiohttp import web
from multidict import MultiDict

from bot.core.called import Answer, Called, CalledView, Told
from bot.core.catalogue import Catalogue
from bot.core.contact import MethodKind
from bot.core.decision import Reply
from bot.core.ids import PageId
from bot.core.page import PageState
from bot.errors import DatabaseBusy, NotAllowed
from bot.ingest.http import refuse
from bot.links import CALLBACK, Links
from bot.log_context import from_here_on
from bot.notify import twiml
from bot.notify.twilio_problems import Fault, problem
from bot.queries import called as called_query
from bot.signing import Signer
from bot.slack.render import replies
from bot.slack.render.replies import Act
from bot.store.database import Database
from bot.templates import outgoing, say
from bot.templates.reading import Reader, text
from bot.usecases import answering, attempts
from bot.web.pace import Pace

Form = MultiDict[str]
_PORTS = {"https": 443, "http": 80}

ACTS: Mapping[Answer, Act] = {
    Answer.ACKNOWLEDGE: Act.ACKNOWLEDGE,
    Answer.DECLINE: Act.DECLINE,
    Answer.ESCALATE: Act.ESCALATE,
}
TYPED: Mapping[str, Answer] = {
    **twiml.KEYS,
    "ack": Answer.ACKNOWLEDGE,
    "acknowledge": Answer.ACKNOWLEDGE,
    "esc": Answer.ESCALATE,
    "escalate": Answer.ESCALATE,
    "decline": Answer.DECLINE,
}
REPLIES_IN_A_ROW = 10
"""To one number; what it asks for is done all the same."""
REPLY_AFTER_SECONDS = 300.0
_TYPED = re.compile(r"\W*(\w+)(?:\W+(?:p\W?)?(\d{1,18}))?\W*", re.IGNORECASE)
_OF_MESSAGES: Mapping[str, Told] = {
    "delivered": Told.DELIVERED,
    "read": Told.DELIVERED,
    "undelivered": Told.UNDELIVERED,
    "failed": Told.UNDELIVERED,
    "canceled": Told.UNDELIVERED,
}
"""Of https://www.twilio.com/docs/messaging/api/message-resource; the others say that it is still on its way."""
_OF_CALLS: Mapping[str, tuple[Told, str]] = {
    "in-progress": (Told.DELIVERED, ""),
    "completed": (Told.DELIVERED, ""),
    "busy": (Told.UNANSWERED, "the telephone was busy"),
    "no-answer": (Told.UNANSWERED, "nobody picked up"),
    "canceled": (Told.UNANSWERED, "it was hung up, because somebody has the page"),
    "failed": (Told.UNDELIVERED, "the call could not be put through"),
}
"""Of https://www.twilio.com/docs/voice/api/call-resource; the others say that it has not rung out yet."""
_BY_FAULT: Mapping[Fault, Told] = {
    Fault.ADDRESS: Told.REFUSED,
    Fault.ADDRESS_NOW: Told.UNDELIVERED,
    Fault.PROVIDER: Told.UNDELIVERED,
}


class TwilioCallbacks:
    """The handlers; there are none without `TOCSIN_PUBLIC_URL`."""

    def __init__(
        self,
        db: Database,
        catalogue: Callable[[], Catalogue],
        signer: Signer,
        links: Links,
        tokens: Callable[[], Sequence[str]],
    ) -> None:
        """`tokens` are the secrets of all accounts: any of them may sign."""
        self._db = db
        self._catalogue = catalogue
        self._signer = signer
        self._links = links
        self._tokens = tokens
        self._pace = Pace(db.clock.monotonic, REPLIES_IN_A_ROW, REPLY_AFTER_SECONDS)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/twilio/sms", self.sms),
            web.post("/v1/twilio/{token}/status", self.status),
            web.post("/v1/twilio/{token}/voice", self.voice),
        ]

    async def status(self, request: web.Request) -> web.Response:
        """204 when it is recorded; 403 without Twilio's signature, 404 for an address that is not ours."""
        form = await self._signed(request)
        called = self._called(request)
        if form is None or called is None:
            return _refused(form)
        told = _told(form)
        if told is not None:
            remote = form.get("MessageSid") or form.get("CallSid") or ""
            try:
                await attempts.told(self._db, self._catalogue(), called, *told, remote=remote)
            except DatabaseBusy:
                return web.Response(status=503)
        return web.Response(status=204)

    async def voice(self, request: web.Request) -> web.Response:
        """A key was pressed, or somebody listens again: what the call says next."""
        form = await self._signed(request)
        called = self._called(request)
        if form is None or called is None:
            return _refused(form)
        key = form.get("Digits", "")
        if key in twiml.KEYS:
            return _twiml(twiml.spoken(await self._answered(called, twiml.KEYS[key])))
        shown = await self._view(called)
        if shown is None:
            return _twiml(twiml.spoken(twiml.words("nothing_open")))
        what = outgoing.subject(shown.page, shown.names, shown.zone, MethodKind.VOICE)
        if shown.page.state is PageState.RESOLVED:
            return _twiml(twiml.spoken(what))
        again = f"{twiml.words('other_key')} {what}" if key else what
        return _twiml(twiml.menu(again, self._links.callback(called)))

    async def sms(self, request: web.Request) -> web.Response:
        """Somebody answered; the reply tells what came of it, or what can be answered."""
        form = await self._signed(request)
        if form is None:
            return _refused(form)
        number = form.get("From", "")
        told = await self._heard(number, form.get("Body", ""))
        # A machine that answers every SMS would be answered for ever.
        return _twiml(twiml.silence() if self._pace.take(number) else twiml.reply(told))

    async def _heard(self, number: str, body: str) -> str:
        async with self._db.read() as conn:
            sent = await called_query.by_telephone(conn, number)
        if sent is None:
            return twiml.words("stranger")
        typed = _TYPED.fullmatch(body)
        wanted = TYPED.get(typed[1].lower()) if typed else None
        if typed is None or wanted is None:
            return twiml.words("what_to_reply")
        if not sent:
            return twiml.words("nothing_open")
        page = PageId(int(typed[2])) if typed[2] else sent[0].called.page
        meant = next((one.called for one in sent if one.called.page == page), None)
        if meant is None:
            return twiml.words("not_sent", page)
        told = await self._answered(meant, wanted)
        waiting = [one.called.page for one in sent if one.waits and one.called.page != page]
        return f"{told} {twiml.words('others', waiting)}" if waiting else told

    async def _answered(self, called: Called, wanted: Answer) -> str:
        before = await self._view(called)
        if before is None:
            return twiml.words("nothing_open")
        from_here_on(called.page)
        try:
            decision = await answering.answer(
                self._db, self._catalogue(), called.page, called.user, wanted, before.called_step
            )
        except NotAllowed as refused:
            return str(refused)
        except DatabaseBusy:
            return twiml.words("not_saved")
        return self._sentence(await self._view(called) or before, wanted, decision.reply)

    def _sentence(self, shown: CalledView, wanted: Answer, reply: Reply) -> str:
        now = self._db.clock.now()
        if wanted is Answer.ESCALATE and reply is Reply.NOT_DUE:
            said = say("twilio", "moved_on", shown.page)
        else:
            said = replies.acted(ACTS[wanted], reply, shown.page, now).text
        return text(said, Reader(shown.names, shown.zone, now))

    async def _view(self, called: Called) -> CalledView | None:
        async with self._db.read() as conn:
            return await called_query.view(conn, self._catalogue(), called, self._db.clock.now())

    def _called(self, request: web.Request) -> Called | None:
        signed = self._signer.verify(request.match_info["token"], CALLBACK, self._db.clock.now())
        return Called.read(signed) if signed else None

    async def _signed(self, request: web.Request) -> Form | None:
        """The form, when one of our accounts signed it."""
        posted = await request.post()
        given = request.headers.get("X-Twilio-Signature", "").encode(errors="replace")
        form = MultiDict((name, str(value)) for name, value in posted.items())
        urls = tuple(_written(self._links.outside(request.raw_path)))
        # Every one is compared, so that the time says nothing of which is right.
        good = [
            hmac.compare_digest(signature(url, tuple(form.items()), token).encode(), given)
            for token in self._tokens()
            for url in urls
        ]
        return form if any(good) else None


def signature(url: str, form: Sequence[tuple[str, str]], token: str) -> str:
    """What Twilio sends as `X-Twilio-Signature`: of each name and value once, in the order of the alphabet."""
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()


def _written(url: str) -> Iterator[str]:
    """With and without the scheme's own port: Twilio signs either."""
    parts = urlsplit(url)
    own = _PORTS.get(parts.scheme)
    if parts.port not in (None, own):
        yield url
        return
    host = parts.netloc.removesuffix(f":{own}")
    yield from (parts._replace(netloc=written).geturl() for written in (host, f"{host}:{own}"))


def _told(form: Form) -> tuple[Told, str] | None:
    """None while nothing is certain yet."""
    code = int(form["ErrorCode"]) if form.get("ErrorCode", "").isdecimal() else None
    if call := form.get("CallStatus"):
        told = _OF_CALLS.get(call)
        if told is None or told[0] is not Told.UNDELIVERED or code is None:
            return told
    else:
        what = _OF_MESSAGES.get(form.get("MessageStatus", ""))
        if what is not Told.UNDELIVERED:
            return (what, "") if what else None
    found = problem(code)
    return _BY_FAULT[found.fault], found.words


def _refused(form: Form | None) -> web.Response:
    if form is None:
        return refuse(
            403,
            "This is not signed by Twilio. Compare TOCSIN_PUBLIC_URL and the provider's token with Twilio's.",
        )
    return refuse(
        404, "There is no message with this address; callbacks are told to Twilio by Tocsin itself."
    )


def _twiml(body: str) -> web.Response:
    return web.Response(text=body, content_type="text/xml", charset="utf-8")
