"""A page reaches a person by another method than Slack: e-mail, SMS, a call, push, a webhook of their own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.core.called import Called
from bot.core.catalogue import Catalogue
from bot.core.contact import ContactMethod, MethodKind, Outgoing
from bot.core.debts import Debt, Failed, Outcome, Retry, Sent, Spared, Withdrawn
from bot.core.frozen import dataclass
from bot.core.ids import ContactId, NotificationId, PageId, ProviderId, UserId
from bot.core.storm import TOLD_WITHIN, is_enough
from bot.core.views import PageView
from bot.links import Links
from bot.queries import pages as page_queries
from bot.queries import people
from bot.store import contacts, directory, pages
from bot.store.database import Database
from bot.store.uow import Tx
from bot.templates import outgoing
from bot.usecases import attempts, reaching


class Carriers(Protocol):
    """Whoever carries messages of a method: `bot.notify`."""

    async def send(self, kind: MethodKind, message: Outgoing) -> Outcome:
        """Raises nothing: whatever goes wrong is an outcome."""
        ...

    async def hang_up(self, provider: ProviderId, call: str) -> Outcome:
        """As `send`: a call that nobody has answered yet ends."""
        ...


@dataclass(frozen=True)
class _Told:
    """Whom a debt reaches how, and of what."""

    method: ContactMethod
    page: PageView
    people: Mapping[UserId, directory.SlackUser]

    @property
    def subject(self) -> Hashable:
        """The service, or a page that has none."""
        return self.page.service.name if self.page.service else self.page.id


class MethodSender:
    """Sends a page by one of a person's methods; `settle` writes what came of it."""

    def __init__(
        self,
        db: Database,
        carriers: Carriers,
        catalogue: Callable[[], Catalogue],
        clock: Clock,
        links: Links,
    ) -> None:
        self._db = db
        self._carriers = carriers
        self._catalogue = catalogue
        self._clock = clock
        self._links = links
        self._lately: dict[ContactId, deque[tuple[datetime, Hashable]]] = {}
        """What each method brought lately. In memory: after a restart a phone may ring a little more."""

    async def send(self, debt: Debt) -> Outcome:
        told = await self._read(debt)
        if not isinstance(told, _Told):
            return told
        brought = self._brought(told.method.id)
        if told.method.kind is not MethodKind.WEBHOOK and is_enough([of for _, of in brought], told.subject):
            return Spared("it brought enough pages of this service in ten minutes; Slack tells the rest")
        outcome = await self._carriers.send(told.method.kind, _message(debt, told, self._links))
        if isinstance(outcome, Sent):
            brought.append((self._clock.now(), told.subject))
        return outcome

    def _brought(self, method: ContactId) -> deque[tuple[datetime, Hashable]]:
        """What it brought in `TOLD_WITHIN`, and of which service."""
        brought = self._lately.setdefault(method, deque())
        while brought and brought[0][0] <= self._clock.now() - TOLD_WITHIN:
            brought.popleft()
        return brought

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        await attempts.settle(tx, self._catalogue(), NotificationId(debt.payload["notification"]), outcome)

    async def put_off(self, tx: Tx, debt: Debt, retry: Retry) -> None:
        """Who carries it is away: the person's next method need not wait."""
        await reaching.put_off(tx, NotificationId(debt.payload["notification"]))

    async def _read(self, debt: Debt) -> _Told | Outcome:
        """Read when it is sent: a page that moved on, or a person who declined, is not told."""
        async with self._db.read() as conn:
            note = await pages.notification(conn, NotificationId(debt.payload["notification"]))
            if note is None or note.state != "owed":
                return Withdrawn(note.reason if note else "the page is gone")
            method = await contacts.load(conn, ContactId(debt.payload["contact"]))
            if method is None:
                return Failed("it was removed meanwhile")
            page = await page_queries.card(conn, self._catalogue(), note.page, note.id, self._clock.now())
            if page is None:
                return Withdrawn("the page is gone")
            named = {UserId(note.addressee), *page.paged}
            return _Told(method, page, await directory.known(conn, sorted(named)))


def _message(debt: Debt, told: _Told, links: Links) -> Outgoing:
    page = told.page
    called = Called(NotificationId(debt.payload["notification"]), PageId(page.id), told.method.user)
    link = links.page(called)
    names = {str(user): known.real_name or known.name for user, known in told.people.items()}
    zone = people.zone_among(told.people, told.method.user)
    return Outgoing(
        key=debt.key,
        to=told.method.address,
        subject=outgoing.subject(page, names, zone, told.method.kind),
        text=outgoing.text(page, names, zone, link),
        link=link,
        thread=f"page:{page.id}",
        page=PageId(page.id),
        callback=links.callback(called),
        data=outgoing.data(page, link),
    )
