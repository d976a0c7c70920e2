"""Whom a message is given to: the providers of its method in their order, each in turn until one takes it.

A provider that failed is asked last for a minute, so that people don't wait for one that is down; then one message
tries it in its place again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.core.catalogue import Catalogue, Provider, ProviderType
from bot.core.contact import MethodKind
from bot.core.contact import Outgoing as Message
from bot.core.debts import Failed, Outcome, Retry, Sent
from bot.core.ids import ProviderId, WebhookId
from bot.logs import REDACTION
from bot.notify.channel import Channel, NotNow
from bot.notify.email import Email
from bot.notify.push import Push
from bot.notify.twilio import Twilio
from bot.notify.watched import Health, Watched
from bot.notify.webhook import Webhook as WebhookChannel
from bot.outgoing import Outgoing

log = structlog.get_logger(__name__)

WITHIN_SECONDS = 6.0
"""For each provider; a channel gives up a little earlier and knows better why."""
TOGETHER_SECONDS = 12.0
"""For all of them: whoever owes a message gives a send fifteen seconds (`bot.engine.deliver`)."""
_WORDS = {
    MethodKind.EMAIL: "e-mail",
    MethodKind.SMS: "text messages",
    MethodKind.VOICE: "calls",
    MethodKind.PUSH: "push",
}


@dataclass
class _Open:
    """A provider with its channel; `uses` counts the messages on their way through it."""

    provider: Provider
    secret: str
    channel: Channel
    uses: int = 0
    retired: bool = False

    @asynccontextmanager
    async def used(self) -> AsyncIterator[None]:
        """It stays open so long, even when the configuration drops it."""
        self.uses += 1
        try:
            yield
        finally:
            self.uses -= 1
            await self.close_when_unused()

    async def close_when_unused(self) -> None:
        if self.retired and not self.uses:
            await self.channel.aclose()


class Providers:
    """The configured providers, opened; opened anew as far as the configuration changed."""

    def __init__(
        self,
        catalogue: Callable[[], Catalogue],
        environment: Callable[[], Mapping[str, str]],
        outgoing: Outgoing,
        clock: Clock,
        health: Health,
    ) -> None:
        self._catalogue = catalogue
        self._environment = environment
        self._outgoing = outgoing
        self._clock = clock
        self._watched = Watched(health, clock)
        self._secrets: Mapping[str, str] = {}
        self._revision: int | None = None
        self._open: dict[ProviderId, _Open] = {}

    async def send(self, kind: MethodKind, message: Message) -> Outcome:
        """Hand a message to the first provider of `kind` that takes it; never raises for what the outside does.

        `message.to` of a webhook is the id of a configured one, or a person's own URL, which is called unsigned. `Sent`
        holds the provider's `id` of the message and who is the `provider`: a webhook's id, nobody for a person's own
        URL; and as `missed` what those answered who were asked before. `Retry`: none takes anything just now;
        `Failed`: the address is wrong, or nobody carries this.
        """
        await self._follow()
        if kind is MethodKind.WEBHOOK:
            return await self._call(message)
        carriers = [one for one in self._open.values() if kind in one.provider.methods]
        if not carriers:
            word = _WORDS.get(kind, kind.value)
            return Failed(f"no provider carries {word}; an operator adds one to the configuration")
        answers = await self._ask_in_turn(carriers, kind, message)
        for provider, outcome in answers:  # only now: a busy database must not keep the message
            await self._watched.note(provider, outcome)
        provider, last = answers[-1]
        if not isinstance(last, Retry):
            missed = [f"{one.id}: {said.reason}" for one, said in answers if isinstance(said, Retry)]
            return _carried(last, provider.id, missed)
        return _together([missed for _, missed in answers if isinstance(missed, Retry)])

    async def hang_up(self, provider: ProviderId, call: str) -> Outcome:
        """A call that nobody has answered yet ends; `call` is the provider's id of it. Raises as little as `send`."""
        await self._follow()
        one = self._open.get(provider)
        if one is None or not isinstance(one.channel, Twilio):
            return Failed("its provider is not configured any more")
        async with one.used():
            return await one.channel.hang_up(call)

    async def prepare(self) -> None:
        """Open everything, so that the first page does not wait for it."""
        await self._follow()
        for one in tuple(self._open.values()):
            if isinstance(one.channel, Push):
                await one.channel.prepare()

    async def aclose(self) -> None:
        """Close all channels; nothing is sent afterwards."""
        for one in self._open.values():
            await one.channel.aclose()
        self._open.clear()

    async def _follow(self) -> None:
        """Open what is configured now; whatever stands there as before stays open."""
        catalogue = self._catalogue()
        if catalogue.revision == self._revision:
            return
        self._revision, self._secrets = catalogue.revision, self._environment()
        REDACTION.hide(*(self._secret(one.secret_env) for one in catalogue.webhooks.values()))
        before, self._open = self._open, {}
        for provider in catalogue.providers.values():
            known, secret = before.get(provider.id), self._secret(provider.secret_env)
            if known is not None and (known.provider, known.secret) == (provider, secret):
                self._open[provider.id] = before.pop(provider.id)
                continue
            REDACTION.hide(secret)
            self._open[provider.id] = _Open(provider, secret, self._channel(provider, secret))
            self._watched.forget(provider.id)
        for gone in before.values():
            gone.retired = True
            await gone.close_when_unused()

    def _secret(self, name: str) -> str:
        return self._secrets.get(name, "") if name else ""

    def _channel(self, provider: Provider, secret: str) -> Channel:
        if provider.secret_env and not secret:
            return Closed(f"the environment variable {provider.secret_env} is not set")
        match provider.type:
            case ProviderType.SMTP:
                return Email(provider, secret, self._clock)
            case ProviderType.TWILIO:
                return Twilio(provider, secret, self._outgoing)
            case ProviderType.APPRISE:
                return Push(secret, self._outgoing)

    async def _ask_in_turn(
        self, carriers: Iterable[_Open], kind: MethodKind, message: Message
    ) -> Sequence[tuple[Provider, Outcome]]:
        """What each of them answered, until one took it, refused the address, or time was up; at least one is asked."""
        answers: list[tuple[Provider, Outcome]] = []
        give_up_at = self._clock.monotonic() + TOGETHER_SECONDS
        for one in self._in_turn(carriers):
            left = give_up_at - self._clock.monotonic()
            if left <= 0:
                break
            outcome = await self._ask(one, kind, message, min(left, WITHIN_SECONDS))
            self._watched.remember(one.provider.id, outcome)
            answers.append((one.provider, outcome))
            if not isinstance(outcome, Retry):
                break
        return answers

    def _in_turn(self, carriers: Iterable[_Open]) -> Sequence[_Open]:
        """In their order, but those last that failed a moment ago."""
        return sorted(carriers, key=lambda one: self._watched.is_asked_last(one.provider.id))

    async def _ask(self, one: _Open, kind: MethodKind, message: Message, within: float) -> Outcome:
        provider = one.provider.id
        self._watched.asks(provider)
        try:
            async with one.used(), asyncio.timeout(within):
                return await one.channel.send(kind, message)
        except TimeoutError:
            return Retry(f"{provider} did not answer within {within:g} s", certain=False)
        except Exception:  # the edge of a channel: whatever broke in it, the next provider is asked
            log.exception("a channel broke", provider=provider)
            return Retry(f"{provider} met an error of ours", certain=False)

    async def _call(self, message: Message) -> Outcome:
        webhook = self._catalogue().webhooks.get(WebhookId(message.to))
        if webhook is None:
            if "://" not in message.to:
                return Failed(f"there is no webhook {message.to}")
            return _carried(await self._webhook(message.to).send(MethodKind.WEBHOOK, message), "")
        trouble = await self._watched.trouble(webhook)
        if trouble is not None and trouble.disabled_at is not None:
            return Failed(f"the webhook is disabled because it failed for long: {trouble.reason}")
        channel = self._webhook(webhook.url, self._secret(webhook.secret_env))
        outcome = await channel.send(MethodKind.WEBHOOK, message)
        await self._watched.note_call(webhook, trouble, outcome)
        return _carried(outcome, webhook.id)

    def _webhook(self, url: str, secret: str = "") -> WebhookChannel:
        return WebhookChannel(url, secret, self._outgoing, self._clock)


class Closed:
    """Instead of a provider that cannot be opened."""

    def __init__(self, problem: str) -> None:
        self._problem = problem

    async def send(self, kind: MethodKind, message: Message) -> Outcome:
        return Retry(self._problem)

    async def aclose(self) -> None:
        """Nothing is open."""


def _carried(outcome: Outcome, by: str, missed: Sequence[str] = ()) -> Outcome:
    """The same, who took it, and what others answered before."""
    if not isinstance(outcome, Sent):
        return outcome
    before = {"missed": "; ".join(missed)} if missed else {}
    return Sent({**outcome.remote, "provider": by, **before})


def _together(missed: Sequence[Retry]) -> Outcome:
    """What several providers said as one answer; the earliest of their times, if each gave one."""
    reason = "; ".join(dict.fromkeys(one.reason for one in missed))
    waits = [one.after for one in missed if one.after is not None]
    after = min(waits) if len(waits) == len(missed) else None
    answer = NotNow if all(isinstance(one, NotNow) for one in missed) else Retry
    return answer(reason, after, certain=all(one.certain for one in missed))
