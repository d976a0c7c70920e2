"""What providers and webhooks answer, kept in the database for all copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core.catalogue import Catalogue, Provider, Webhook
from bot.core.provider_health import HealthKey, Trouble
from bot.queries import provider_health as queries
from bot.store.database import Database
from bot.usecases import provider_health


class KeptHealth:
    """The `bot.notify.providers.Health` of a running bot."""

    def __init__(self, db: Database, catalogue: Callable[[], Catalogue]) -> None:
        self._db = db
        self._catalogue = catalogue

    async def troubles(self) -> Mapping[HealthKey, Trouble]:
        async with self._db.read() as conn:
            return await queries.troubles(conn)

    async def provider_failed(self, provider: Provider, reason: str) -> None:
        await provider_health.provider_failed(self._db, self._catalogue(), provider, reason)

    async def provider_works(self, provider: Provider) -> None:
        await provider_health.provider_works(self._db, self._catalogue(), provider)

    async def webhook_failed(self, webhook: Webhook, reason: str) -> None:
        await provider_health.webhook_failed(self._db, self._catalogue(), webhook, reason)

    async def webhook_works(self, webhook: Webhook) -> None:
        await provider_health.webhook_works(self._db, webhook)
