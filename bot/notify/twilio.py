"""SMS and calls over Twilio's REST API, version 2010-04-01 (https://www.twilio.com/docs/usage/api).

Twilio knows no idempotency keys for what it is asked: whatever had no answer is sent again, since a double page is
better than none.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

import orjson

from bot.core.catalogue import Provider
from bot.core.contact import MethodKind
from bot.core.contact import Outgoing as Message
from bot.core.debts import Failed, Outcome, Retry, Sent
from bot.notify import sms, twiml
from bot.notify.channel import NotNow
from bot.notify.twilio_problems import Fault, problem
from bot.outgoing import Fetched, MayNotBeCalled, NoAnswer, Outgoing

API = "https://api.twilio.com"
WITHIN_SECONDS = 5.0
LARGEST_ANSWER = 64 * 1024
RING_SECONDS = 30
"""Most mailboxes answer then."""
CALL_EVENTS = ("initiated", "ringing", "answered", "completed")
MESSAGING_SERVICE = "MG"
"""How the SID of a messaging service begins."""

Form = Sequence[tuple[str, str]]

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


class Twilio:
    """One account. `provider.sender` is a number of it in E.164, or a messaging service, which sends SMS only."""

    def __init__(
        self, provider: Provider, token: str, outgoing: Outgoing, within: float = WITHIN_SECONDS
    ) -> None:
        self._account = f"{(provider.url or API).rstrip('/')}/2010-04-01/Accounts/{provider.account}"
        self._sender = provider.sender
        credentials = base64.b64encode(f"{provider.account}:{token}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "Tocsin",
        }
        self._outgoing = outgoing
        self._within = within

    async def send(self, kind: MethodKind, message: Message) -> Outcome:
        if not _NUMBER.fullmatch(message.to):
            return Failed("this is no telephone number; it begins with + and the country")
        if kind is not MethodKind.VOICE:
            return await self._post("Messages", self._sms(message))
        if self._sender.startswith(MESSAGING_SERVICE):
            return Retry("a messaging service cannot call; give the provider's `sender` as a number")
        return await self._post("Calls", self._call(message))

    async def hang_up(self, call: str) -> Outcome:
        """End a call that rings; one that was answered goes on, and one that is over stays so.

        https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource
        """
        return await self._post(f"Calls/{quote(call, safe='')}", [("Status", "canceled")])

    async def aclose(self) -> None:
        """No connection outlives its call."""

    def _sms(self, message: Message) -> Form:
        service = self._sender.startswith(MESSAGING_SERVICE)
        form = [
            ("To", message.to),
            ("MessagingServiceSid" if service else "From", self._sender),
            ("Body", sms.body(message, can_answer=bool(message.callback))),
        ]
        return [*form, ("StatusCallback", f"{message.callback}/status")] if message.callback else form

    def _call(self, message: Message) -> Form:
        form = [
            ("To", message.to),
            ("From", self._sender),
            ("Twiml", twiml.call(message)),
            ("Timeout", str(RING_SECONDS)),
        ]
        if not message.callback:
            return form
        events = [("StatusCallbackEvent", event) for event in CALL_EVENTS]
        return [*form, ("StatusCallback", f"{message.callback}/status"), *events]

    async def _post(self, resource: str, form: Form) -> Outcome:
        try:
            answer = await self._outgoing.fetch(
                f"{self._account}/{resource}.json",
                method="POST",
                headers=self._headers,
                body=urlencode(form).encode(),
                within=self._within,
                largest=LARGEST_ANSWER,
            )
        except MayNotBeCalled as refused:
            return Retry(str(refused))
        except NoAnswer as silent:
            return Retry(str(silent), certain=False)
        return _outcome(answer)


def _outcome(answer: Fetched) -> Outcome:
    said = _json(answer.body)
    if answer.ok:
        return Sent({"id": str(said.get("sid", ""))})
    code = said.get("code")
    if not isinstance(code, int):
        return Retry(f"Twilio answered {answer.status}", after=_retry_after(answer))
    found = problem(code)
    match found.fault:
        case Fault.ADDRESS:
            return Failed(found.words)
        case Fault.ADDRESS_NOW:
            return NotNow(found.words)
        case Fault.PROVIDER:
            return Retry(found.words, after=_retry_after(answer))


def _json(body: bytes) -> Mapping[str, object]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _retry_after(answer: Fetched) -> float | None:
    said = next((value for name, value in answer.headers.items() if name.casefold() == "retry-after"), "")
    return min(float(said), 60.0) if said.isdecimal() else None
