"""Fold what the journal holds into alerts, and page for what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.core import conditions, debts
from bot.core.alert import Alert, Change, IncomingAlert, dedup_key, fold
from bot.core.catalogue import Catalogue, Integration, IntegrationType
from bot.core.facts import AlertFired, AlertOvertaken, AlertResolved
from bot.core.frozen import dataclass
from bot.core.ids import IntegrationId, PageId, ServiceId, SeverityId, by_integration
from bot.core.page import Page
from bot.core.urgency import urgency_of
from bot.core.words import service_of, severity_of
from bot.store import alerts, journal, pages
from bot.store.database import Database
from bot.store.rosters import Rosters, rosters_for
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
        try:
            await _fold(tx, catalogue, parse, entries)
        except Exception:  # the edge of a batch: each body by itself, so that a bad one harms no other
            for entry in entries:
                await _fold_by_itself(tx, catalogue, parse, entry)
        return len(entries)


async def _fold_by_itself(tx: Tx, catalogue: Catalogue, parse: Parse, entry: journal.Pending) -> None:
    try:
        await _fold(tx, catalogue, parse, [entry])
    except Exception as error:  # the edge of one body: it is tried again, then shown raw
        log.exception("an accepted body could not be folded", journal=entry.id, integration=entry.integration)
        await journal.failed(tx.conn, entry.id, f"{type(error).__name__}: {error}"[:500], tx.now)


async def _fold(tx: Tx, catalogue: Catalogue, parse: Parse, entries: Sequence[journal.Pending]) -> None:
    """All of them or, when it raises, none."""
    if not entries:
        return
    async with tx.attempt():
        events = [event for entry in entries for event in _events(catalogue, parse, entry, tx.now)]
        folding = await _Folding.of(tx, catalogue, events)
        for event in events:
            await folding.take(event)
        await folding.write()
        await journal.folded(tx.conn, [entry.id for entry in entries], tx.now)


@dataclass(frozen=True)
class _Event:
    """What a source said, in our words and with its key."""

    integration: Integration
    incoming: IncomingAlert
    service: ServiceId | None
    severity: SeverityId | None
    key: str


def _events(catalogue: Catalogue, parse: Parse, entry: journal.Pending, now: datetime) -> Iterator[_Event]:
    integration = catalogue.integrations.get(IntegrationId(entry.integration)) or Integration(
        IntegrationId(entry.integration), entry.integration, IntegrationType.GENERIC
    )
    said = (_raw(integration, entry.body),) if entry.tries >= TRIES else parse(integration, entry.body)
    for one in said:
        service = service_of(catalogue, integration, one.service)
        key = one.dedup_key or dedup_key(integration.id, service, one.title)
        named = replace(one, dedup_key=key, source=one.source or integration.name)
        severity = severity_of(catalogue, integration, one.severity)
        yield _Event(integration, named, service, _by_rules(catalogue, service, severity, named, now), key)


def _by_rules(
    catalogue: Catalogue,
    service: ServiceId | None,
    severity: SeverityId | None,
    said: IncomingAlert,
    now: datetime,
) -> SeverityId | None:
    """The service's own rules for severities, over what the source said."""
    known = catalogue.services.get(service) if service else None
    if known is None or not known.severity_rules:
        return severity
    urgency, _ = urgency_of(known, now)
    facts = conditions.facts_of(
        catalogue, service=service, severity=severity, urgency=urgency, title=said.title, alert=said, now=now
    )
    return conditions.severity_by_rules(known, facts) or severity


class _Folding:
    """Events of one transaction, one after the other; what is known is read once, what is new written together.

    `_born`, `_again` (new and known alerts) and `_changed` (pages) are not written yet: `write` comes before anybody
    reads them.
    """

    def __init__(
        self,
        tx: Tx,
        catalogue: Catalogue,
        latest: dict[tuple[IntegrationId, str], Alert],
        open_pages: dict[str, Page],
        rosters: Rosters,
    ) -> None:
        self._tx = tx
        self._catalogue = catalogue
        self._latest = latest
        self._open = open_pages
        self._rosters = rosters
        self._born: dict[tuple[IntegrationId, str], Alert] = {}
        self._again: dict[tuple[IntegrationId, str], Alert] = {}
        self._changed: dict[PageId, Page] = {}

    @classmethod
    async def of(cls, tx: Tx, catalogue: Catalogue, events: Sequence[_Event]) -> _Folding:
        """With what is known of the events' keys and services."""
        keys: dict[IntegrationId, set[str]] = {}
        for event in events:
            keys.setdefault(event.integration.id, set()).add(event.key)
        latest = {
            (integration, key): alert
            for integration, known in keys.items()
            for key, alert in (await alerts.latest(tx.conn, integration, known)).items()
        }
        policies = {event.service: catalogue.policy_for(event.service) for event in events}
        groups = {pages.group_key(service, policy) for service, policy in policies.items() if policy}
        open_pages = await pages.open_for(tx.conn, groups)
        return cls(tx, catalogue, latest, open_pages, await rosters_for(tx, catalogue))

    async def take(self, event: _Event) -> None:
        """Fold one event: a new alert joins the open page of its service and policy, or starts one."""
        place = (event.integration.id, event.key)
        if place in self._born:
            await self.write()
        folded = fold(
            self._latest.get(place),
            event.incoming,
            integration=event.integration.id,
            service=event.service,
            severity=event.severity,
            now=self._tx.now,
        )
        self._latest[place] = folded.alert
        if folded.superseded is not None:
            self._again[place] = folded.superseded
        match folded.change:
            case Change.NEW:
                page = await self._page_for(folded.alert)
                self._born[place] = replace(folded.alert, page=page.id)
            case Change.COUNTED:
                self._again[place] = folded.alert
                if folded.alert.page:
                    self._tx.touch(folded.alert.page, COUNT_EDIT_AFTER)
            case Change.RESOLVED:
                await self._resolved(folded.alert)
            case Change.OVERTAKEN:
                self._again[place] = folded.alert
                self._overtaken(folded.alert, event.incoming)
            case Change.NOTHING if folded.alert.id:
                self._again[place] = folded.alert
            case Change.NOTHING:
                numbers = await alerts.add(self._tx.conn, [folded.alert])
                self._latest[place] = replace(folded.alert, id=numbers[place])

    async def write(self) -> None:
        """The new alerts with their facts, the known ones, and the pages that were joined."""
        born, self._born = self._born, {}
        again, self._again = self._again, {}
        changed, self._changed = self._changed, {}
        await alerts.save(self._tx.conn, *again.values())
        if changed:
            await pages.save(self._tx, *changed.values())
        if not born:
            return
        numbers = await alerts.add(self._tx.conn, born.values())
        for place, alert in born.items():
            number = numbers[place]
            self._latest[place] = replace(alert, id=number)
            self._tx.record(
                AlertFired(
                    at=self._tx.now,
                    by=by_integration(alert.integration),
                    page=alert.page,
                    alert=number,
                    title=alert.title,
                    source=alert.source,
                )
            )

    async def _page_for(self, born: Alert) -> Page:
        policy = self._catalogue.policy_for(born.service)
        group = pages.group_key(born.service, policy) if policy else ""
        page = self._open.get(group)
        if page is not None:
            page = await self._join(page, born)
        else:
            page = await paging.begin(
                self._tx,
                self._catalogue,
                service=born.service,
                title=born.title,
                severity=born.severity,
                by=by_integration(born.integration),
                rosters=self._rosters,
                alert=born,
            )
        self._open[group] = page
        return page

    async def _join(self, page: Page, born: Alert) -> Page:
        """A worse alert makes the page stricter."""
        worst = self._catalogue.worst(page.severity, born.severity)
        if worst and worst != page.severity:
            await self.write()
            by = by_integration(born.integration)
            return await paging.raise_severity(self._tx, self._catalogue, page, worst, by)
        page = replace(page, version=page.version + 1)
        self._changed[page.id] = page
        self._tx.touch(page.id, COUNT_EDIT_AFTER)
        return page

    def _overtaken(self, alert: Alert, late: IncomingAlert) -> None:
        self._tx.record(
            AlertOvertaken(
                at=self._tx.now,
                by=by_integration(alert.integration),
                page=alert.page,
                alert=alert.id,
                title=late.title,
                source=alert.source,
                status=late.status.value,
            )
        )
        if alert.page is not None:
            self._tx.touch(alert.page, COUNT_EDIT_AFTER)

    async def _resolved(self, over: Alert) -> None:
        await self.write()
        actor = by_integration(over.integration)
        await alerts.save(self._tx.conn, over)
        self._tx.record(
            AlertResolved(
                at=self._tx.now,
                by=actor,
                page=over.page,
                alert=over.id,
                title=over.title,
                source=over.source,
            )
        )
        if over.page is None:
            return
        if await alerts.firing_on(self._tx.conn, over.page):
            self._tx.touch(over.page, COUNT_EDIT_AFTER)
            return
        decision = await paging.resolve_in(self._tx, self._catalogue, over.page, actor)
        self._open = {group: page for group, page in self._open.items() if page.id != over.page}
        incident = decision.page.incident
        if incident is not None and decision.cancels:
            key = f"incident:{incident}:calm:{over.page}"
            self._tx.owe(debts.incident_post(key, incident, "alerts_resolved", {"page": over.page}))


def _raw(integration: Integration, body: bytes) -> IncomingAlert:
    text = body.decode("utf-8", "replace").replace("\x00", "")
    return IncomingAlert(title=f"{integration.name} sent something unreadable", description=text[:2900])
