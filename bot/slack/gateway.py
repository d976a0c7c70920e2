"""The one caller of Slack's Web API: it keeps to the limits, and says in one vocabulary what went wrong.

It never waits for a limit: whoever calls has a place in the database to wait in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.core.ids import ChannelId, UserId
from bot.errors import TocsinError
from bot.slack.access import APP_TOKEN, BAD_TOKEN, BOT_TOKEN, Access
from bot.slack.ids import METADATA_EVENT

POST_BURST = 4
"""Slack allows about one message a second and channel, with short bursts (docs.slack.dev, rate limits)."""
KEPT_FOR_PAGES = 1
"""Of these, in a DM: what else is told somebody at the same time does not make their page wait."""

PROVIDER_ERRORS = BAD_TOKEN | {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "accesslimited",
    "ekm_access_denied",
}
"""Slack itself or our access to it is down: nobody's own fault, worth trying again."""


CLOCKS_DIFFER_BY = timedelta(hours=2)
"""What is looked for is found also when our clock was set meanwhile: Slack's timestamps are by its own."""


class SlackProblem(TocsinError):
    """A call to Slack did not do what was asked; `outcome` is the word for it in metrics."""

    outcome = "failed"


class RateLimited(SlackProblem):
    """Not now; nothing was done. `asked`: Slack said so, and did not only say it before."""

    def __init__(self, method: str, after: float, *, asked: bool = False) -> None:
        super().__init__(f"Slack asks to wait {after:.0f} s before the next {method}.")
        self.after = after
        self.outcome = "rate_limited" if asked else "held_back"


class Unavailable(SlackProblem):
    """Slack, or our access to it, is down. `certain` is False when the call may have been done all the same."""

    outcome = "unavailable"

    def __init__(self, method: str, reason: str, *, certain: bool) -> None:
        super().__init__(f"Slack could not be asked for {method}: {reason}.")
        self.reason = reason
        self.certain = certain


class Refused(SlackProblem):
    """Slack said no, and would say no again. `error` is its word, `response` its whole answer."""

    outcome = "refused"

    def __init__(self, method: str, error: str, response: Mapping[str, Any]) -> None:
        super().__init__(f"Slack refused {method}: {error}.")
        self.error = error
        self.response = response


class Directs(Protocol):
    """Keeps the DMs that were opened."""

    async def of(self, user: UserId) -> ChannelId | None: ...

    async def keep(self, user: UserId, channel: ChannelId | None) -> None:
        """None: the one that was kept is there no more."""


class Gateway:
    """Calls methods, remembers who must wait, finds what may have been sent."""

    def __init__(self, client: AsyncWebClient, clock: Clock, directs: Directs) -> None:
        self.client = client
        # The library would send a call again whose answer was lost, without looking whether it went through.
        client.retry_handlers = []
        self.scopes: frozenset[str] = frozenset()
        """What the token may do, as Slack's latest answer said; empty while it has not said it."""
        self.access = Access(clock)
        self._clock = clock
        self._directs = directs
        self._quiet_until: dict[tuple[str, str], float] = {}
        self._posts: dict[str, float] = {}
        self._direct: dict[UserId, ChannelId] = {}
        self.calls: Counter[tuple[str, str]] = Counter()
        """Since the start, by method and outcome: ok, rate_limited, unavailable, refused; held_back was not sent."""
        self.limited_seconds = 0.0
        """How long Slack asked to wait, all together."""

    async def call(self, method: str, *, is_page: bool = False, **arguments: Any) -> dict[str, Any]:
        """Call a Web API method and answer its body.

        `is_page`: it may take the place in a DM that is kept for pages.

        Raises `RateLimited`, `Unavailable` or `Refused`.
        """
        try:
            body = await self._call(method, arguments, is_page=is_page)
        except SlackProblem as problem:
            self.calls[method, problem.outcome] += 1
            if isinstance(problem, Refused) and problem.error == "channel_not_found":
                await self._forget(arguments.get("channel"))
            raise
        self.calls[method, "ok"] += 1
        return body

    async def _call(self, method: str, arguments: dict[str, Any], *, is_page: bool) -> dict[str, Any]:
        channel = str(arguments.get("channel") or arguments.get("channel_id") or "")
        setting = APP_TOKEN if "app_token" in arguments else BOT_TOKEN
        self._check_limits(method, channel, is_page=is_page)
        if reason := self.access.refusal(setting):
            raise Unavailable(method, reason, certain=True)
        call = getattr(self.client, method.replace(".", "_"))
        asked_at = self._clock.monotonic()
        try:
            response = await call(**arguments)
        except SlackApiError as error:
            problem = self._problem(method, channel, error)
            self._learn(setting, problem, asked_at)
            raise problem from error
        except TimeoutError as error:
            raise Unavailable(method, "no answer in time", certain=False) from error
        except aiohttp.ClientConnectorError as error:
            raise Unavailable(method, "it cannot be reached", certain=True) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(method, "the connection broke", certain=False) from error
        self.access.accepted(setting, asked_at)
        self.scopes = _scopes(response.headers) or self.scopes
        return dict(response.data) if isinstance(response.data, dict) else {}

    async def direct(self, user: UserId) -> ChannelId:
        """The DM with a person. It is opened once and kept: in a crash loop Slack's limit would make pages late."""
        if user not in self._direct:
            self._direct[user] = await self._directs.of(user) or await self._open(user)
        return self._direct[user]

    async def _open(self, user: UserId) -> ChannelId:
        answer = await self.call("conversations.open", users=user)
        channel = ChannelId(answer["channel"]["id"])
        await self._directs.keep(user, channel)
        return channel

    async def _forget(self, channel: object) -> None:
        """It is opened again when it is needed next."""
        for user in [user for user, known in self._direct.items() if known == channel]:
            del self._direct[user]
            await self._directs.keep(user, None)

    async def upload(self, channel: ChannelId, filename: str, content: str, title: str) -> None:
        """Share a text as a file in a channel, in Slack's three steps (docs.slack.dev, "Working with files").

        Raises as `call` does. Nobody sees a file whose upload was not completed.
        """
        data = content.encode()
        place = await self.call("files.getUploadURLExternal", filename=filename, length=len(data))
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.client.timeout)) as session,
                session.post(
                    place["upload_url"], data=data, proxy=self.client.proxy, ssl=self.client.ssl or True
                ) as answer,
            ):
                taken, status = answer.ok, answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("an upload", "the connection broke", certain=True) from error
        if not taken:
            raise Unavailable("an upload", f"it answered {status}", certain=True)
        files = [{"id": place["file_id"], "title": title}]
        await self.call("files.completeUploadExternal", files=files, channel_id=channel)

    async def find(self, channel: str, key: str, since: datetime) -> str | None:
        """The ts of our message with this debt's key, posted in `channel` since then; None when there is none."""
        cursor = ""
        while True:
            answer = await self.call(
                "conversations.history",
                channel=channel,
                oldest=f"{(since - CLOCKS_DIFFER_BY).timestamp():.6f}",
                limit=200,
                include_all_metadata=True,
                cursor=cursor,
            )
            for message in answer.get("messages", []):
                payload = message.get("metadata", {}).get("event_payload", {})
                if payload.get("key") == key:
                    return str(message["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return None

    def _learn(self, setting: str, problem: SlackProblem, asked_at: float) -> None:
        """What a refused call tells of the token it was made with."""
        if isinstance(problem, Unavailable) and problem.reason in BAD_TOKEN:
            self.access.refused(setting, problem.reason)
        elif isinstance(problem, Refused):
            self.access.accepted(setting, asked_at)

    def _check_limits(self, method: str, channel: str, *, is_page: bool) -> None:
        now = self._clock.monotonic()
        for place in ((method, ""), (method, channel)):
            wait = self._quiet_until.get(place, 0.0) - now
            if wait > 0:
                raise RateLimited(method, wait)
        if method == "chat.postMessage":
            kept = KEPT_FOR_PAGES if channel.startswith("D") and not is_page else 0
            self._take_post(channel, now, POST_BURST - kept)

    def _take_post(self, channel: str, now: float, most: int) -> None:
        """A bucket of messages a channel that fills by one a second."""
        empty_at = max(self._posts.get(channel, 0.0), now)
        if empty_at - now > most - 1:
            raise RateLimited("chat.postMessage", empty_at - now - (most - 1))
        self._posts[channel] = empty_at + 1.0
        if len(self._posts) > 10_000:
            self._posts = {name: at for name, at in self._posts.items() if at > now}

    def _problem(self, method: str, channel: str, error: SlackApiError) -> SlackProblem:
        response = error.response
        status = getattr(response, "status_code", 200)
        body = response.data if isinstance(getattr(response, "data", None), dict) else {}
        word = str(body.get("error", "")) if body else ""
        if status == 429 or word in ("ratelimited", "rate_limited"):
            after = _retry_after(getattr(response, "headers", {}) or {})
            place = channel if method == "chat.postMessage" else ""
            self._quiet_until[(method, place)] = self._clock.monotonic() + after
            self.limited_seconds += after
            return RateLimited(method, after, asked=True)
        if status >= 500 or not word:
            return Unavailable(method, f"it answered {status}", certain=False)
        if word in PROVIDER_ERRORS:
            return Unavailable(method, word, certain=True)
        return Refused(method, word, body)


def metadata(key: str) -> dict[str, Any]:
    """What a message carries so that it can be found again."""
    return {"event_type": METADATA_EVENT, "event_payload": {"key": key}}


def is_conversation(name: str) -> bool:
    """Whether `name` is a Slack conversation id and not a channel's name."""
    return re.fullmatch(r"[CDG][A-Z0-9]{6,}", name) is not None


def _scopes(headers: Mapping[str, str]) -> frozenset[str]:
    """Slack's header lists the scopes of the calling token, separated by commas."""
    value = headers.get("x-oauth-scopes") or headers.get("X-OAuth-Scopes") or ""
    return frozenset(scope.strip() for scope in value.split(",") if scope.strip())


def _retry_after(headers: Mapping[str, str]) -> float:
    value = headers.get("Retry-After") or headers.get("retry-after") or "1"
    try:
        return max(0.1, float(value))
    except ValueError:
        return 1.0
