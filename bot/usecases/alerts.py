"""Fold what the journal holds into alerts, and page for what is new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from bot.core import debts
from bot.core.alert import Alert, Change, Fold, IncomingAlert, dedup_key, fold
from bot.core.catalogue import Catalogue, Integration, IntegrationType
from bot.core.facts import AlertFired, AlertResolved
from bot.core.ids import IntegrationId, by_integration
from bot.core.page import Page
from bot.core.words import service_of, severity_of
from bot.store import alerts, journal, pages
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import paging

log = structlog.get_logger(__name__)

Parse = Callable[[Integration, bytes], Sequence[IncomingAlert]]
"""How a body of an integration becomes alerts; pure, and never empty for a body that says anything."""

COUNT_EDIT_AFTER = 3.0
"""Real seconds within which repeats of an alert make one edit of its page's copies."""
TRIES = 3
"""After so many failed folds a body is shown raw; it is never dropped."""


async def fold_pending(db: Database, catalogue: Catalogue, parse: Parse, limit: int = 200) -> int:
    """Fold up to `limit` accepted bodies, oldest first, in one transaction; answers how many."""
    async with db.write() as tx:
        entries = await journal.pending(tx.conn, limit)
        for entry in entries:
            await _fold_entry(tx, catalogue, parse, entry)
        return len(entries)


async def _fold_entry(tx: Tx, catalogue: Catalogue, parse: Parse, entry: journal.Pending) -> None:
    """One body in a savepoint of its own: what is wrong with it stays with it."""
    integration = catalogue.integrations.get(IntegrationId(entry.integration)) or Integration(
        IntegrationId(entry.integration), entry.integration, IntegrationType.GENERIC
    )
    facts, delivers, converges = list(tx.facts), list(tx.delivers), dict(tx.converges)
    try:
        async with tx.conn.begin_nested():
            incoming = (
                (_raw(integration, entry.body),) if entry.tries >= TRIES else parse(integration, entry.body)
            )
            for one in incoming:
                await take(tx, catalogue, integration, one)
            await journal.folded(tx.conn, [entry.id], tx.now)
    except Exception as error:  # the edge of one body: it is tried again, then shown raw
        log.exception("an accepted body could not be folded", journal=entry.id, integration=entry.integration)
        tx.facts, tx.delivers, tx.converges = facts, delivers, converges
        await journal.failed(tx.conn, entry.id, f"{type(error).__name__}: {error}"[:500], tx.now)


async def take(tx: Tx, catalogue: Catalogue, integration: Integration, incoming: IncomingAlert) -> Fold:
    """Fold one event: a new alert joins the open page of its service and policy, or starts one."""
    service = service_of(catalogue, integration, incoming.service)
    severity = severity_of(catalogue, integration, incoming.severity)
    key = incoming.dedup_key or dedup_key(integration.id, service, incoming.title)
    latest = await alerts.latest(tx.conn, integration.id, key)
    folded = fold(
        latest,
        replace(incoming, dedup_key=key, source=incoming.source or integration.name),
        integration=integration.id,
        service=service,
        severity=severity,
        now=tx.now,
    )
    if folded.superseded is not None:
        await alerts.save(tx.conn, folded.superseded)
    match folded.change:
        case Change.NEW:
            await _page_for(tx, catalogue, integration, folded.alert)
        case Change.COUNTED:
            await alerts.save(tx.conn, folded.alert)
            if folded.alert.page:
                await paging.touch(tx, folded.alert.page, COUNT_EDIT_AFTER)
        case Change.RESOLVED:
            await _resolved(tx, catalogue, integration, folded.alert)
        case Change.NOTHING:
            await _keep(tx, folded.alert)
    return folded


async def _page_for(tx: Tx, catalogue: Catalogue, integration: Integration, born: Alert) -> None:
    page = await _join(tx, catalogue, born)
    if page is None:
        page = await paging.begin(
            tx,
            catalogue,
            service=born.service,
            title=born.title,
            severity=born.severity,
            by=by_integration(integration.id),
        )
    number = await alerts.add(tx.conn, replace(born, page=page.id))
    tx.record(
        AlertFired(
            at=tx.now,
            by=by_integration(integration.id),
            page=page.id,
            alert=number,
            title=born.title,
            source=born.source,
        )
    )


async def _join(tx: Tx, catalogue: Catalogue, born: Alert) -> Page | None:
    """The open page that this alert belongs to; a worse alert makes the page stricter."""
    policy = catalogue.policy_for(born.service)
    page = await pages.open_for(tx.conn, pages.group_key(born.service, policy)) if policy else None
    if page is None:
        return None
    worst = catalogue.worst(page.severity, born.severity)
    if worst and worst != page.severity:
        page = await paging.raise_severity(tx, catalogue, page, worst, by_integration(born.integration))
    else:
        page = replace(page, version=page.version + 1)
        await pages.save(tx, page)
        await paging.touch(tx, page.id, COUNT_EDIT_AFTER)
    return page


async def _resolved(tx: Tx, catalogue: Catalogue, integration: Integration, over: Alert) -> None:
    actor = by_integration(integration.id)
    await alerts.save(tx.conn, over)
    tx.record(
        AlertResolved(
            at=tx.now, by=actor, page=over.page, alert=over.id, title=over.title, source=over.source
        )
    )
    if over.page is None:
        return
    if await alerts.firing_on(tx.conn, over.page):
        await paging.touch(tx, over.page, COUNT_EDIT_AFTER)
        return
    decision = await paging.resolve_in(tx, catalogue, over.page, actor)
    incident = decision.page.incident
    if incident is not None and decision.cancels:
        key = f"incident:{incident}:calm:{over.page}"
        tx.owe(debts.incident_post(key, incident, "alerts_resolved", {"page": over.page}))


async def _keep(tx: Tx, alert: Alert) -> None:
    if alert.id:
        await alerts.save(tx.conn, alert)
    else:
        await alerts.add(tx.conn, alert)


def _raw(integration: Integration, body: bytes) -> IncomingAlert:
    text = body.decode("utf-8", "replace").replace("\x00", "")
    return IncomingAlert(title=f"{integration.name} sent something unreadable", description=text[:2900])
