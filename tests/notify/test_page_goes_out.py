"""A page leaves by a person's own methods and to a webhook of its policy, through real providers to real servers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.core.catalogue import Catalogue, Provider, ProviderType, Webhook
from bot.core.contact import MethodKind
from bot.core.debts import Debt, DebtKind, Outcome
from bot.core.facts import PersonNotified
from bot.core.ids import TOCSIN, ProviderId, WebhookId
from bot.core.page import Page
from bot.core.policy import Level, Target, TargetKind
from bot.engine.provider_health import KeptHealth
from bot.engine.senders.contacts import method_senders
from bot.engine.senders.webhooks import WebhookSender
from bot.links import Links
from bot.notify.providers import Providers
from bot.outgoing import Outgoing
from bot.signing import Signer
from bot.store import contacts, pages, timeline
from bot.store.database import Database
from bot.store.tables import NotificationRow
from bot.templates import mrkdwn
from bot.usecases import paging, reaching
from tests.company import ANA, CHECKOUT, CHECKOUT_CRITICAL, SEV1, company
from tests.notify.peers import MailServer, WebServer
from tests.owed import owed

BOARD = WebhookId("board")
_NOTES = NotificationRow.__table__  # type: ignore[attr-defined]


class Office:
    """The demo company with a mail server, push and a webhook at its first level."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database, self.clock = database, clock
        self.mail, self.web = MailServer(), WebServer()

    def open(self) -> None:
        self.catalogue = self._catalogue()
        health = KeptHealth(self.database, lambda: self.catalogue)
        outgoing = Outgoing(allow_private=True)
        self.providers = Providers(lambda: self.catalogue, lambda: {}, outgoing, self.clock, health)
        links = Links("https://tocsin.example.com", Signer(b"a key for the tests alone"))
        parts = self.database, self.providers, lambda: self.catalogue, self.clock
        self.senders = {**method_senders(*parts, links), DebtKind.PAGE_WEBHOOK: WebhookSender(*parts)}

    def _catalogue(self) -> Catalogue:
        first, *rest = CHECKOUT_CRITICAL.levels
        level = Level((*first.targets, Target(TargetKind.WEBHOOK, BOARD)))
        policy = replace(CHECKOUT_CRITICAL, levels=(level, *rest))
        base = company()
        mail = Provider(
            ProviderId("mail"),
            ProviderType.SMTP,
            (MethodKind.EMAIL,),
            url=f"smtp://127.0.0.1:{self.mail.port}",
            sender="Tocsin <tocsin@example.com>",
        )
        push = Provider(ProviderId("push"), ProviderType.APPRISE, (MethodKind.PUSH,), 2)
        return replace(
            base,
            policies={**base.policies, policy.id: policy},
            providers={mail.id: mail, push.id: push},
            webhooks={BOARD: Webhook(BOARD, "Board", f"http://127.0.0.1:{self.web.port}/hook")},
        )

    async def begin(self) -> Page:
        async with self.database.write() as tx:
            return await paging.begin(
                tx, self.catalogue, service=CHECKOUT, title="Error rate", severity=SEV1, by=TOCSIN
            )

    async def has(self, kind: MethodKind, address: str) -> None:
        """Ana has it, and proved that it is hers."""
        async with self.database.write() as tx:
            number = await contacts.add(tx.conn, ANA, kind, address, "", tx.now)
            await contacts.change(tx.conn, number, verified_at=tx.now)

    async def pay(self, kind: DebtKind, page: Page) -> Outcome:
        """Send and settle the one debt of this kind."""
        (payload,) = await owed(self.database, kind)
        debt = Debt(1, f"page:{page.id}", "deliver", kind, "lane", payload, 1, 1, None, page.id, 1)
        outcome = await self.senders[kind].send(debt)
        async with self.database.write() as tx:
            await self.senders[kind].settle(tx, debt, outcome)
        return outcome

    async def notes(self, page: Page) -> dict[str, tuple[str, str]]:
        """State and provider of each notification, by its method."""
        query = select(_NOTES.c.method, _NOTES.c.state, _NOTES.c.provider)
        async with self.database.read() as conn:
            found = await conn.execute(query.where(_NOTES.c.page_id == page.id))
            return {row.method: (row.state, row.provider) for row in found}


@pytest.fixture
async def office(database: Database, clock: ManualClock) -> AsyncIterator[Office]:
    made = Office(database, clock)
    async with made.mail.running(), made.web.running():
        made.open()
        yield made
        await made.providers.aclose()


async def test_a_page_goes_out_by_email_with_its_link(office: Office) -> None:
    await office.has(MethodKind.EMAIL, "ana@example.com")
    page = await office.begin()
    await office.pay(DebtKind.PAGE_METHOD, page)
    (mail,) = office.mail.received
    assert "Error rate" in mail["Subject"]
    assert mail["To"] == "ana@example.com"
    html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert html.get_content().count("https://tocsin.example.com/v1/p/") == 1
    assert plain.get_content().count("https://tocsin.example.com/v1/p/") == 1
    assert (await office.notes(page))["email"] == ("sent", "mail")


async def test_a_page_goes_out_as_a_push_a_minute_later(office: Office, clock: ManualClock) -> None:
    await office.has(MethodKind.PUSH, f"ntfy://127.0.0.1:{office.web.port}/ana-on-call")
    page = await office.begin()
    clock.forward(minutes=1)
    await reaching.advance_due(office.database)
    await office.pay(DebtKind.PAGE_METHOD, page)
    (call,) = office.web.calls
    assert json.loads(call.body)["topic"] == "ana-on-call"
    assert (await office.notes(page))["push"] == ("sent", "push")


async def test_a_webhook_of_a_level_gets_the_page_as_data(office: Office) -> None:
    page = await office.begin()
    await office.pay(DebtKind.PAGE_WEBHOOK, page)
    (call,) = office.web.calls
    told = json.loads(call.body)
    assert (told["page"], told["title"], told["severity"], told["service"], told["state"]) == (
        page.id,
        "Error rate",
        "SEV1",
        "checkout",
        "triggered",
    )
    assert told["next_step_at"]
    assert told["link"] == ""  # a link answers for a person; a webhook is nobody
    assert (await office.notes(page))["webhook"] == ("sent", BOARD)
    async with office.database.read() as conn:
        facts = await timeline.of_page(conn, page.id)
    (fact,) = (one for one in facts if isinstance(one, PersonNotified))
    assert mrkdwn.addressee(fact.user) == "webhook board"


async def test_a_webhook_that_is_gone_is_on_the_timeline_and_the_page_goes_on(office: Office) -> None:
    office.web.status = 410
    page = await office.begin()
    await office.pay(DebtKind.PAGE_WEBHOOK, page)
    notes = await office.notes(page)
    assert (notes["webhook"][0], notes["slack"][0]) == ("failed", "owed")
    async with office.database.read() as conn:
        kept = await pages.load(conn, page.id)
    assert kept is not None
    assert (kept.level, kept.due_at) == (page.level, page.due_at)
