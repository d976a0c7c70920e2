"""Several providers for one method, on a real database and against real servers: who is asked, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.core.catalogue import Catalogue, Provider, ProviderType, Webhook
from bot.core.contact import MethodKind
from bot.core.contact import Outgoing as Message
from bot.core.debts import DebtKind, Failed, Outcome, Retry, Sent
from bot.core.ids import PersonId, ProviderId, WebhookId
from bot.engine.provider_health import KeptHealth
from bot.notify.channel import NotNow
from bot.notify.providers import Providers
from bot.outgoing import Outgoing
from bot.store.database import Database
from bot.usecases import provider_health
from tests.company import BOB, FRANK, company
from tests.notify.peers import MailServer, WebServer
from tests.owed import owed

BOARD = WebhookId("status-board")
MESSAGE = Message("page:7:notification:12", "ana@example.com", "SEV1 Checkout", "Checkout is slow")
DOWN, WELL = "451 4.3.0 try later", "250 OK"


def provider(name: str, server: MailServer, rank: int = 1, *, secret_env: str = "") -> Provider:
    return Provider(
        ProviderId(name),
        ProviderType.SMTP,
        (MethodKind.EMAIL,),
        rank,
        url=f"smtp://127.0.0.1:{server.port}",
        sender="tocsin@example.com",
        secret_env=secret_env,
    )


@dataclass
class Room:
    """Providers of a company whose configuration a test changes."""

    database: Database
    clock: ManualClock
    catalogue: Catalogue
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.providers = Providers(
            lambda: self.catalogue,
            lambda: self.environment,
            Outgoing(allow_private=True),
            self.clock,
            KeptHealth(self.database, lambda: self.catalogue),
        )

    def configure(self, *providers: Provider, webhook: Webhook | None = None) -> None:
        self.catalogue = replace(
            self.catalogue,
            revision=self.catalogue.revision + 1,
            providers={one.id: one for one in providers},
            webhooks={webhook.id: webhook} if webhook else {},
        )

    async def mail(self, times: int = 1) -> Outcome:
        """So many e-mails, one after the other; what became of the last."""
        outcome: Outcome = Failed("nothing was sent")
        for _ in range(times):
            outcome = await self.providers.send(MethodKind.EMAIL, MESSAGE)
        return outcome

    async def call(self, to: str = BOARD, times: int = 1) -> Outcome:
        outcome: Outcome = Failed("nothing was sent")
        for _ in range(times):
            outcome = await self.providers.send(MethodKind.WEBHOOK, replace(MESSAGE, to=to))
        return outcome

    async def told(self, what: str) -> list[dict[str, Any]]:
        """What admins and owners were told of this kind."""
        return [one for one in await owed(self.database, DebtKind.NOTICE) if one["what"] == what]


@pytest.fixture
async def room(database: Database, clock: ManualClock) -> AsyncIterator[Room]:
    made = Room(database, clock, company())
    yield made
    await made.providers.aclose()


@asynccontextmanager
async def two(room: Room, first: str = WELL, second: str = WELL) -> AsyncIterator[Sequence[MailServer]]:
    """Two mail servers, the first provider's and the second's; each answers every message like this."""
    one, other = MailServer(says={"DATA": first}), MailServer(says={"DATA": second})
    async with one.running(), other.running():
        room.configure(provider("first", one), provider("second", other, 2))
        yield one, other


def by(outcome: Outcome) -> str:
    """Which provider took it."""
    assert isinstance(outcome, Sent), outcome
    assert outcome.remote["id"]
    return str(outcome.remote["provider"])


def asked(*servers: MailServer) -> tuple[int, ...]:
    """How many messages each server was given."""
    return tuple(len(server.received) for server in servers)


async def test_the_first_provider_is_asked_and_no_other(room: Room) -> None:
    async with two(room) as servers:
        assert by(await room.mail(3)) == "first"
        assert asked(*servers) == (3, 0)


async def test_one_that_is_down_leaves_it_to_the_next_and_the_admins_hear_once(room: Room) -> None:
    async with two(room, DOWN) as servers:
        assert by(await room.mail(5)) == "second"
        # Asked last for a minute: four of five people did not wait for it.
        assert asked(*servers) == (1, 5)
    (told,) = await room.told("provider_down")
    assert (told["to"], told["provider"], told["others"]) == (FRANK, "first", ["second"])
    assert "451" in told["reason"]


async def test_a_crowd_at_the_same_moment_makes_one_notice(room: Room) -> None:
    async with two(room, DOWN):
        crowd = await asyncio.gather(*(room.mail() for _ in range(12)))
        assert {by(one) for one in crowd} == {"second"}
    assert len(await room.told("provider_down")) == 1


async def test_after_a_minute_one_message_tries_it_in_its_place(room: Room, clock: ManualClock) -> None:
    async with two(room, DOWN) as (first, second):
        await room.mail(2)
        clock.forward(seconds=61)
        assert by(await room.mail(2)) == "second"
        assert asked(first, second) == (2, 4)
        clock.forward(seconds=61)
        first.says["DATA"] = WELL
        assert by(await room.mail(2)) == "first"
        assert asked(first, second) == (4, 4)


async def test_the_admins_hear_once_that_it_works_again(room: Room, clock: ManualClock) -> None:
    async with two(room, DOWN) as (first, _second):
        await room.mail()
        first.says["DATA"] = WELL
        clock.forward(seconds=61)
        assert by(await room.mail()) == "first"
        assert await room.told("provider_back") == []  # one that comes and goes is not told of each time
        clock.forward(seconds=61)
        await room.mail(3)
        (told,) = await room.told("provider_back")
        assert (told["to"], told["provider"]) == (FRANK, "first")
        first.says["DATA"] = DOWN
        await room.mail(2)
    assert len(await room.told("provider_down")) == 2


async def test_another_copy_after_a_restart_knows_of_the_trouble(room: Room, clock: ManualClock) -> None:
    async with two(room, DOWN) as (first, _second):
        await room.mail()
        another = Room(room.database, clock, room.catalogue)
        await another.mail()
        assert len(await room.told("provider_down")) == 1
        first.says["DATA"] = WELL
        clock.forward(minutes=3)
        assert by(await another.mail()) == "first"
        await another.providers.aclose()
    assert len(await room.told("provider_back")) == 1


async def test_a_wrong_address_ends_it_and_nobody_is_blamed(room: Room) -> None:
    async with two(room) as (first, second):
        first.says["RCPT"] = "550 5.1.1 unknown"
        assert isinstance(await room.mail(), Failed)
        assert asked(first, second) == (0, 0)
    assert await room.told("provider_down") == []


async def test_a_mailbox_that_is_busy_is_tried_elsewhere_and_nobody_is_blamed(room: Room) -> None:
    async with two(room) as (first, second):
        first.says["RCPT"] = "450 4.2.1 later"
        assert by(await room.mail()) == "second"
        second.says["RCPT"] = "450 4.2.1 later too"
        assert isinstance(await room.mail(), NotNow)
    assert await room.told("provider_down") == []


async def test_when_none_takes_it_each_reason_is_said_and_it_is_owed_still(room: Room) -> None:
    async with two(room, DOWN, "554 5.6.0 spam") as (_first, second):
        outcome = await room.mail()
        assert isinstance(outcome, Retry)
        assert ("451" in outcome.reason, "554" in outcome.reason, outcome.certain) == (True, True, True)
        second.hangs_up_after_data = True
        outcome = await room.mail()
        assert isinstance(outcome, Retry)
        assert not outcome.certain
    assert len(await room.told("provider_down")) == 2


async def test_what_nobody_carries_fails_at_once(room: Room) -> None:
    async with two(room):
        for kind, words in ((MethodKind.SMS, "text messages"), (MethodKind.VOICE, "calls")):
            outcome = await room.providers.send(kind, MESSAGE)
            assert isinstance(outcome, Failed)
            assert f"no provider carries {words}" in outcome.reason


async def test_a_secret_that_is_not_there_is_the_providers_fault(room: Room) -> None:
    async with two(room) as (first, second):
        room.configure(provider("first", first, secret_env="MAIL"), provider("second", second, 2))
        assert by(await room.mail()) == "second"
        (told,) = await room.told("provider_down")
        assert told["reason"] == "the environment variable MAIL is not set"
        room.environment["MAIL"] = "now-it-is"
        room.configure(provider("first", first, secret_env="MAIL"), provider("second", second, 2))
        assert by(await room.mail()) == "first"


async def test_a_changed_configuration_is_followed_at_the_next_message(room: Room) -> None:
    async with two(room) as (first, second):
        await room.mail()
        room.configure(provider("first", second))
        assert by(await room.mail()) == "first"
        assert asked(first, second) == (1, 1)
        room.configure()
        assert isinstance(await room.mail(), Failed)


async def test_a_webhook_that_fails_for_an_hour_is_left_alone_and_its_owner_knows(
    room: Room, clock: ManualClock
) -> None:
    async with board(room, status=500) as web:
        assert isinstance(await room.call(times=9), Retry)
        clock.forward(minutes=61)
        assert await room.told("webhook_disabled") == []
        await room.call()
        assert len(web.calls) == 10
        assert sorted(one["to"] for one in await room.told("webhook_disabled")) == sorted([BOB, FRANK])
        left_alone = await room.call(times=3)
        assert isinstance(left_alone, Failed)
        assert "disabled" in left_alone.reason
        assert (len(web.calls), len(await room.told("webhook_disabled"))) == (10, 2)
        web.status = 200
        await provider_health.enable(room.database, BOARD)
        assert by(await room.call()) == BOARD


async def test_a_webhook_that_answers_once_begins_to_count_anew(room: Room, clock: ManualClock) -> None:
    async with board(room, status=500) as web:
        await room.call(times=9)
        clock.forward(hours=2)
        web.status = 200
        await room.call()
        web.status = 410
        assert isinstance(await room.call(), Failed)
    assert await room.told("webhook_disabled") == []


async def test_a_configured_webhook_is_signed_and_a_persons_own_is_not(room: Room) -> None:
    room.environment["BOARD_SECRET"] = "board-secret"
    async with board(room) as web:
        assert by(await room.call()) == BOARD
        assert isinstance(await room.call(f"http://127.0.0.1:{web.port}/mine"), Sent)
        assert isinstance(await room.call("nowhere"), Failed)
        ours, mine = web.calls
    assert (ours.path, "X-Tocsin-Signature" in ours.headers) == ("/hook", True)
    assert (mine.path, "X-Tocsin-Signature" in mine.headers) == ("/mine", False)


@asynccontextmanager
async def board(room: Room, status: int = 200) -> AsyncIterator[WebServer]:
    """A configured webhook that bob owns."""
    web = WebServer(status=status)
    async with web.running():
        url = f"http://127.0.0.1:{web.port}/hook"
        room.configure(webhook=Webhook(BOARD, "Status board", url, "BOARD_SECRET", owner=PersonId("bob")))
        yield web
