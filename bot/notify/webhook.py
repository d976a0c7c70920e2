"""Pages posted to a program, signed so that it can tell them from anybody else's.

`X-Tocsin-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA256 of `<seconds>.<body>`, with the webhook's secret as key; a
receiver refuses what is older than some minutes. `Idempotency-Key` is the same for a repetition.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import orjson

from bot.clock import Clock
from bot.core.contact import MethodKind
from bot.core.contact import Outgoing as Message
from bot.core.debts import Failed, Outcome, Retry, Sent
from bot.outgoing import Fetched, MayNotBeCalled, NoAnswer, Outgoing

WITHIN_SECONDS = 5.0
LARGEST_ANSWER = 64 * 1024
LONGEST_WAIT = 600.0
"""Seconds; of what a receiver asks for. Waiting longer would keep a page from its person."""
AGAIN = frozenset({408, 425, 429})
"""What a client may try again, beside 5xx (RFC 9110 §15.5.9, RFC 8470, RFC 6585)."""
GONE = 410


class Webhook:
    """Posts to one URL; without a secret the calls are not signed."""

    def __init__(
        self, url: str, secret: str, outgoing: Outgoing, clock: Clock, *, within: float = WITHIN_SECONDS
    ) -> None:
        self._url = url
        self._secret = secret
        self._outgoing = outgoing
        self._clock = clock
        self._within = within

    async def send(self, kind: MethodKind, message: Message) -> Outcome:
        body = orjson.dumps(dict(message.data) or _plain(message))
        try:
            answer = await self._outgoing.fetch(
                self._url,
                method="POST",
                headers=self._headers(message, body),
                body=body,
                within=self._within,
                largest=LARGEST_ANSWER,
            )
        except MayNotBeCalled as problem:
            return Failed(str(problem))
        except NoAnswer as problem:
            return Retry(str(problem), certain=False)
        return _outcome(urlsplit(self._url).hostname or "", answer, message.key, self._clock.real())

    async def aclose(self) -> None:
        """No connection outlives its call."""

    def _headers(self, message: Message, body: bytes) -> Mapping[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Tocsin",
            "Idempotency-Key": message.key,
        }
        if self._secret:
            at = int(self._clock.real().timestamp())
            headers["X-Tocsin-Signature"] = f"t={at},v1={signature(self._secret, at, body)}"
        return headers


def signature(secret: str, at: int, body: bytes) -> str:
    """What a receiver computes and compares, in hex."""
    return hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex()


def _plain(message: Message) -> Mapping[str, object]:
    """For a message that brings no JSON of its own."""
    return {
        "key": message.key,
        "subject": message.subject,
        "text": message.text,
        "link": message.link,
        "page": message.page,
    }


def _outcome(host: str, answer: Fetched, key: str, now: datetime) -> Outcome:
    if answer.ok:
        return Sent({"id": key})
    reason = f"{host} answered {answer.status}"
    if answer.status in AGAIN or answer.status >= 500:
        return Retry(reason, after=_retry_after(answer.headers, now))
    return Failed(f"{reason}: it is gone" if answer.status == GONE else reason)


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds, or a date (RFC 9110 §10.2.3); None for neither."""
    said = next((value for name, value in headers.items() if name.casefold() == "retry-after"), "").strip()
    if said.isdecimal():
        return min(float(said), LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(said) - now).total_seconds()
    except (TypeError, ValueError):  # no date; or one without a zone
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)
