"""How providers and webhooks answer: remembered here for whom to ask first, and noted for all copies and for people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.core.catalogue import Provider, Webhook
from bot.core.debts import Failed, Outcome, Retry
from bot.core.ids import ProviderId
from bot.core.provider_health import HealthKey, Trouble, of_provider, of_webhook
from bot.errors import TocsinError
from bot.notify.channel import NotNow

log = structlog.get_logger(__name__)

ASKED_LAST_SECONDS = 60.0
WELL_AFTER_SECONDS = 120.0
"""Since its last failure; one that fails now and then is told of once, not each time."""
NOTED_WITHIN_SECONDS = 2.0


class Health(Protocol):
    """Where it is kept who does not answer."""

    async def troubles(self) -> Mapping[HealthKey, Trouble]: ...
    async def provider_failed(self, provider: Provider, reason: str) -> None: ...
    async def provider_works(self, provider: Provider) -> None: ...
    async def webhook_failed(self, webhook: Webhook, reason: str) -> None: ...
    async def webhook_works(self, webhook: Webhook) -> None: ...


class Watched:
    """What this copy saw, and what all copies know."""

    def __init__(self, health: Health, clock: Clock) -> None:
        self._health = health
        self._clock = clock
        self._failed_at: dict[ProviderId, float] = {}
        self._asked_last_until: dict[ProviderId, float] = {}
        self._noting: set[ProviderId] = set()

    def forget(self, provider: ProviderId) -> None:
        """It is configured anew: it is asked as if it had never failed."""
        self._failed_at.pop(provider, None)
        self._asked_last_until.pop(provider, None)

    def is_asked_last(self, provider: ProviderId) -> bool:
        """It failed a moment ago."""
        now = self._clock.monotonic()
        return self._asked_last_until.get(provider, now) > now

    def asks(self, provider: ProviderId) -> None:
        """A message tries it: when it failed before, others do not wait for it too."""
        if provider in self._asked_last_until:
            self._ask_last(provider)

    def remember(self, provider: ProviderId, outcome: Outcome) -> None:
        """At once, for the messages that come next."""
        if _is_its_fault(outcome):
            self._failed_at[provider] = self._clock.monotonic()
            self._ask_last(provider)
        else:
            self._asked_last_until.pop(provider, None)

    async def note(self, provider: Provider, outcome: Outcome) -> None:
        """For all copies, and so that somebody is told."""
        if isinstance(outcome, Retry) and _is_its_fault(outcome):
            await self._note_failure(provider, outcome.reason)
            return
        failed_at = self._failed_at.get(provider.id)
        if failed_at is not None and self._clock.monotonic() - failed_at < WELL_AFTER_SECONDS:
            return
        if of_provider(provider.id) in await self._troubles():
            log.info("a provider works again", provider=provider.id)
            await self._keep(self._health.provider_works(provider))

    async def trouble(self, webhook: Webhook) -> Trouble | None:
        return (await self._troubles()).get(of_webhook(webhook.id))

    async def note_call(self, webhook: Webhook, before: Trouble | None, outcome: Outcome) -> None:
        """A webhook's own program is at fault whatever it answers but 2xx."""
        if isinstance(outcome, Retry | Failed):
            await self._keep(self._health.webhook_failed(webhook, outcome.reason))
        elif before is not None:
            await self._keep(self._health.webhook_works(webhook))

    def _ask_last(self, provider: ProviderId) -> None:
        self._asked_last_until[provider] = self._clock.monotonic() + ASKED_LAST_SECONDS

    async def _note_failure(self, provider: Provider, reason: str) -> None:
        troubles = await self._troubles()
        if of_provider(provider.id) in troubles or provider.id in self._noting:
            return
        log.warning("a provider can't be used; others are asked", provider=provider.id, reason=reason)
        self._noting.add(provider.id)
        try:
            await self._keep(self._health.provider_failed(provider, reason))
        finally:
            self._noting.discard(provider.id)

    async def _troubles(self) -> Mapping[HealthKey, Trouble]:
        try:
            return await self._health.troubles()
        except TocsinError as problem:
            log.warning("what providers answer cannot be noted now", problem=str(problem))
            return {}

    async def _keep(self, writing: Awaitable[None]) -> None:
        """A busy database does not undo what a provider answered, nor keep it for long."""
        try:
            async with asyncio.timeout(NOTED_WITHIN_SECONDS):
                await writing
        except (TocsinError, TimeoutError) as problem:
            log.warning("what providers answer cannot be noted now", problem=str(problem))


def _is_its_fault(outcome: Outcome) -> bool:
    """An answer about the address is an answer: a provider that gives one is well."""
    return isinstance(outcome, Retry) and not isinstance(outcome, NotNow)
