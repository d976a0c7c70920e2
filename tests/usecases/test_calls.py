"""A telephone that still rings when somebody takes the page is hung up; nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.clock import ManualClock
from bot.core.called import Called, Told
from bot.core.catalogue import Provider, ProviderType
from bot.core.contact import MethodKind
from bot.core.debts import DebtKind, Sent
from bot.core.ids import TOCSIN, NotificationId, ProviderId
from bot.core.page import Page
from bot.core.quiet_hours import Quiet
from bot.store import contacts, pages, quiets
from bot.store.database import Database
from bot.usecases import attempts, paging
from tests.company import ANA, CAROL, CHECKOUT, SEV1, company
from tests.owed import owed

CARRIER = Provider(ProviderId("carrier"), ProviderType.TWILIO, (MethodKind.VOICE,))
COMPANY = replace(company(), providers={CARRIER.id: CARRIER})
TAKEN = Sent({"id": "CA7", "provider": "carrier"})


async def called(db: Database) -> tuple[Page, NotificationId]:
    """Ana is called at once, because she is in Do Not Disturb."""
    async with db.write() as tx:
        number = await contacts.add(tx.conn, ANA, MethodKind.VOICE, "+34600123456", "", tx.now)
        await contacts.change(tx.conn, number, verified_at=tx.now)
        night = tx.now - timedelta(hours=4), tx.now + timedelta(hours=4)
        await quiets.put(tx.conn, [Quiet(ANA, *night)], tx.now)
        page = await paging.begin(tx, COMPANY, service=CHECKOUT, title="Slow", severity=SEV1, by=TOCSIN)
    async with db.read() as conn:
        notes = await pages.notifications(conn, page.id)
    return page, next(note.id for note in notes if note.method == MethodKind.VOICE)


async def settle(db: Database, number: NotificationId) -> None:
    async with db.write() as tx:
        await attempts.settle(tx, COMPANY, number, TAKEN)


async def hung_up(db: Database) -> list[str]:
    return [debt["call"] for debt in await owed(db, DebtKind.HANG_UP)]


async def test_a_call_that_rings_is_hung_up_when_somebody_else_takes_the_page(database: Database) -> None:
    page, number = await called(database)
    await settle(database, number)
    assert await hung_up(database) == []
    await paging.acknowledge(database, COMPANY, page.id, CAROL)
    assert await hung_up(database) == ["CA7"]
    await paging.resolve(database, COMPANY, page.id, TOCSIN)
    assert await hung_up(database) == ["CA7"]


async def test_a_call_that_was_in_the_air_meanwhile_is_hung_up_too(database: Database) -> None:
    page, number = await called(database)
    await paging.acknowledge(database, COMPANY, page.id, CAROL)
    assert await hung_up(database) == []
    await settle(database, number)
    assert await hung_up(database) == ["CA7"]


async def test_a_call_that_was_picked_up_goes_on(database: Database) -> None:
    page, number = await called(database)
    await settle(database, number)
    await attempts.told(database, COMPANY, Called(number, page.id, ANA), Told.DELIVERED)
    await paging.acknowledge(database, COMPANY, page.id, CAROL)
    assert await hung_up(database) == []


async def test_what_has_rung_out_is_left_alone(database: Database, clock: ManualClock) -> None:
    page, number = await called(database)
    await settle(database, number)
    clock.forward(seconds=61)
    await paging.acknowledge(database, COMPANY, page.id, CAROL)
    assert await hung_up(database) == []


async def test_the_next_level_does_not_silence_the_first(database: Database) -> None:
    page, number = await called(database)
    await settle(database, number)
    await paging.escalate(database, COMPANY, page.id, TOCSIN)
    assert await hung_up(database) == []
