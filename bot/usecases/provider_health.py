"""What providers and webhooks answer is remembered, and whoever must know of it is told once."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core import provider_health as rules
from bot.core.catalogue import Catalogue, Provider, Webhook
from bot.core.configuration import ConfigObject, Kind
from bot.core.ids import ProviderId, WebhookId
from bot.core.provider_health import HealthKey, Trouble
from bot.errors import Wrong
from bot.store import provider_health
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.notices import owe_admins


async def provider_failed(db: Database, catalogue: Catalogue, provider: Provider, reason: str) -> None:
    """It could not be used. The admins hear of it at the first failure in a row."""
    async with db.write() as tx:
        trouble, known = await _failed(tx, rules.of_provider(provider.id), reason)
        if known is None:
            others = [
                one.id
                for one in catalogue.providers.values()
                if one.id != provider.id and set(one.methods) & set(provider.methods)
            ]
            about = {
                "provider": provider.id,
                "methods": [method.value for method in provider.methods],
                "reason": reason,
                "others": others,
            }
            owe_admins(tx, catalogue, _notice(trouble, "down"), "provider_down", about)


async def provider_works(db: Database, catalogue: Catalogue, provider: Provider) -> None:
    """It carried a message again; the admins hear so when they heard of the trouble."""
    async with db.write() as tx:
        key = rules.of_provider(provider.id)
        trouble = (await provider_health.every(tx.conn)).get(key)
        if trouble is not None:
            await provider_health.forget(tx.conn, [key])
            about = {"provider": provider.id, "since": trouble.failed_since.isoformat()}
            owe_admins(tx, catalogue, _notice(trouble, "back"), "provider_back", about)


async def webhook_failed(db: Database, catalogue: Catalogue, webhook: Webhook, reason: str) -> None:
    """It did not take a call. After many in a row over a long time it is called no more, and its owner hears so."""
    async with db.write() as tx:
        trouble, known = await _failed(tx, rules.of_webhook(webhook.id), reason)
        if trouble.disabled_at is not None and (known is None or known.disabled_at is None):
            about = {
                "webhook": webhook.id,
                "name": webhook.name,
                "reason": reason,
                "failures": trouble.failures,
                "since": trouble.failed_since.isoformat(),
            }
            key, owner = _notice(trouble, "disabled"), [webhook.owner] if webhook.owner else []
            owe_admins(tx, catalogue, key, "webhook_disabled", about, also=owner)


async def webhook_works(db: Database, webhook: Webhook) -> None:
    """It took a call: its failures no longer count."""
    async with db.write() as tx:
        await provider_health.forget(tx.conn, [rules.of_webhook(webhook.id)])


async def enable(db: Database, webhook: WebhookId) -> None:
    """Somebody says that a webhook is mended. Raises `Wrong` when nothing was wrong with it."""
    async with db.write() as tx:
        if not await provider_health.forget(tx.conn, [rules.of_webhook(webhook)]):
            raise Wrong(
                f"The webhook {webhook} is enabled, or there is none of this name. Nothing was changed; "
                "see: tocsin hooks list"
            )


async def configured_anew(tx: Tx, changed: Iterable[ConfigObject]) -> None:
    """What stands differently in the files now is tried as if it had never failed."""
    keys = []
    for one in changed:
        if one.kind is Kind.PROVIDER:
            keys.append(rules.of_provider(ProviderId(one.key)))
        elif one.kind is Kind.WEBHOOK:
            keys.append(rules.of_webhook(WebhookId(one.key)))
    await provider_health.forget(tx.conn, keys)


async def _failed(tx: Tx, key: HealthKey, reason: str) -> tuple[Trouble, Trouble | None]:
    """The trouble now, and the one before."""
    known = (await provider_health.every(tx.conn)).get(key)
    trouble = rules.failed_again(known, key, reason, tx.now)
    await provider_health.put(tx.conn, trouble)
    return trouble, known


def _notice(trouble: Trouble, what: str) -> str:
    """Once for each outage, which is known by its beginning."""
    return f"{trouble.key}:{trouble.failed_since.isoformat()}:{what}"
