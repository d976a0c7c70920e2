"""A page that a policy sends to a program: over HTTP, signed, and on the timeline."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from bot.clock import ManualClock
from bot.core.catalogue import Catalogue, Webhook
from bot.core.debts import DebtKind
from bot.core.ids import TOCSIN, PolicyId, WebhookId
from bot.core.page import Page, PageState
from bot.core.policy import LastResort, Level, Policy, Target, TargetKind
from bot.engine.deliver import Outbox
from bot.engine.provider_health import KeptHealth
from bot.engine.senders.webhooks import WebhookSender
from bot.notify.providers import Providers
from bot.outgoing import Outgoing
from bot.store import pages
from bot.store.database import Database
from bot.usecases import paging
from tests.company import CHECKOUT, SEV1, company
from tests.notify.peers import WebServer

BOARD = WebhookId("board")


def with_webhook(port: int) -> Catalogue:
    demo = company()
    level = Level((Target(TargetKind.WEBHOOK, BOARD),), timedelta(minutes=5))
    hooked = Policy(PolicyId("hooked"), "hooked", (level,), LastResort(1))
    hook = Webhook(BOARD, "Status board", f"http://127.0.0.1:{port}/pages", "BOARD_SECRET")
    return replace(
        demo,
        revision=7,
        policies={hooked.id: hooked},
        services={CHECKOUT: replace(demo.services[CHECKOUT], policy=hooked.id, team=None)},
        webhooks={BOARD: hook},
    )


async def send(database: Database, clock: ManualClock, server: WebServer) -> Page:
    """A page begins and what it owes goes out."""
    catalogue = with_webhook(server.port)
    async with database.write() as tx:
        page = await paging.begin(tx, catalogue, service=CHECKOUT, title="Latency", severity=SEV1, by=TOCSIN)
    providers = Providers(
        lambda: catalogue,
        lambda: {"BOARD_SECRET": "a secret of the board"},
        Outgoing(allow_private=True),
        clock,
        KeptHealth(database, lambda: catalogue),
    )
    outbox = Outbox(
        database, {DebtKind.PAGE_WEBHOOK: WebhookSender(database, providers, lambda: catalogue, clock)}
    )
    await outbox.run()
    await outbox.stop(10)
    await providers.aclose()
    return page


async def states(database: Database, page: Page) -> list[tuple[str, str, str]]:
    async with database.read() as conn:
        notes = await pages.notifications(conn, page.id)
    return [(note.addressee, note.method, note.state) for note in notes]


async def test_a_webhook_is_told_of_the_page_and_the_signature_proves_who_says_it(
    database: Database, clock: ManualClock
) -> None:
    async with WebServer().running() as server:
        page = await send(database, clock, server)
    assert [call.path for call in server.calls] == ["/pages"]
    told = json.loads(server.calls[0].body)
    assert (told["page"], told["title"], told["severity"], told["state"]) == (
        page.id,
        "Latency",
        "SEV1",
        "triggered",
    )
    assert "v1=" in server.calls[0].headers["X-Tocsin-Signature"]
    assert await states(database, page) == [("webhook:board", "webhook", "sent")]


async def test_a_webhook_that_is_gone_is_on_the_timeline_and_the_page_goes_on(
    database: Database, clock: ManualClock
) -> None:
    async with WebServer(status=410).running() as server:
        page = await send(database, clock, server)
    assert await states(database, page) == [("webhook:board", "webhook", "failed")]
    async with database.read() as conn:
        now = await pages.load(conn, page.id)
    assert now is not None and now.state is PageState.TRIGGERED and now.due_at == page.due_at
