"""What comes back from Twilio: what came of a message, keys on a call, and SMS that people send."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.clock import ManualClock
from bot.core.called import Called
from bot.core.contact import MethodKind, Outgoing
from bot.core.debts import Debt, DebtKind, Failed, Outcome, Sent
from bot.core.facts import PersonNotified
from bot.core.ids import TOCSIN, ContactId, NotificationId, PageId, ProviderId, ServiceId, UserId, by_user
from bot.core.page import Page, PageState
from bot.engine.senders.methods import MethodSender
from bot.errors import StoodDown
from bot.links import Links
from bot.notify.twilio import Twilio
from bot.outgoing import Outgoing as Caller
from bot.signing import Signer
from bot.store import attempts as attempt_store
from bot.store import contacts, directory, pages, timeline
from bot.store.database import Database
from bot.store.tables import NotificationRow
from bot.usecases import attempts, paging, reaching
from bot.web.server import application
from bot.web.twilio import TwilioCallbacks, signature
from tests.company import ANA, BOB, CAROL, CHECKOUT, SEARCH, SEV1, company
from tests.notify import twilio_peer
from tests.notify.twilio_peer import TOKEN, TwilioPeer
from tests.owed import owed
from tests.people import slack_user

COMPANY = company()
BASE = "https://tocsin.example.com"
SIGNER = Signer(b"a key for the tests alone")
LINKS = Links(BASE, SIGNER)
NUMBER = "+4915112345678"

Client = TestClient[web.Request, web.Application]


@dataclass
class Account:
    """Twilio as it calls us."""

    client: Client

    async def post(self, path: str, token: str = TOKEN, base: str = BASE, **form: str) -> ClientResponse:
        headers = {
            "X-Twilio-Signature": twilio_peer.signature(f"{base}{path}", list(form.items()), token),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return await self.client.post(path, data=urlencode(form), headers=headers)

    async def says(self, called: Called, **form: str) -> None:
        """Of a message or a call of ours."""
        answer = await self.post(f"{path_of(called)}/status", **form)
        assert (answer.status, await answer.read()) == (204, b"")

    async def presses(self, called: Called, **form: str) -> str:
        """On a call; what is said next."""
        answer = await self.post(f"{path_of(called)}/voice", CallSid="CA1", **form)
        assert (answer.status, answer.content_type) == (200, "text/xml")
        return await answer.text()

    async def texts(self, body: str, number: str = NUMBER) -> str:
        """To our number; the reply."""
        answer = await self.post(
            "/v1/twilio/sms", From=number, To="+14155550100", Body=body, MessageSid="SM1"
        )
        assert (answer.status, answer.content_type) == (200, "text/xml")
        messages = list(ElementTree.fromstring(await answer.text()))
        assert [message.tag for message in messages] in ([], ["Message"])
        return "".join(message.text or "" for message in messages)


def path_of(called: Called) -> str:
    return LINKS.callback(called).removeprefix(BASE)


@pytest.fixture
async def account(database: Database) -> AsyncIterator[Account]:
    tokens = ("another account's token", TOKEN)
    routes = TwilioCallbacks(database, lambda: COMPANY, SIGNER, LINKS, lambda: tokens).routes()
    async with TestClient(TestServer(application(routes))) as client:
        yield Account(client)


async def has_telephone(db: Database, user: UserId = ANA, number: str = NUMBER) -> ContactId:
    """A verified number that gets SMS."""
    async with db.write() as tx:
        people = {ANA: "Ana", BOB: "Bob", CAROL: "Carol"}
        await directory.save(tx.conn, [slack_user(one, name) for one, name in people.items()])
        method = await contacts.add(tx.conn, user, MethodKind.SMS, number, "", tx.now)
        await contacts.change(tx.conn, method, verified_at=tx.now)
        return method


async def begin(db: Database, title: str = "Error rate", service: ServiceId = CHECKOUT) -> Page:
    async with db.write() as tx:
        return await paging.begin(
            tx, COMPANY, service=service, title=title, severity=SEV1, by=TOCSIN, group=False
        )


async def note_of(db: Database, page: PageId, user: UserId = ANA) -> pages.Notification:
    """The SMS to `user`."""
    async with db.read() as conn:
        found = [n for n in await pages.notifications(conn, page) if (n.user, n.method) == (user, "sms")]
    return found[-1]


@pytest.fixture
async def sms(database: Database, clock: ManualClock) -> Called:
    """Ana was paged, and three minutes later by SMS, which Twilio took."""
    await has_telephone(database)
    page = await begin(database)
    clock.forward(minutes=2)
    return await sent(database, page.id)


async def sent(db: Database, page: PageId) -> Called:
    """The SMS of this page is out."""
    note = await note_of(db, page)
    async with db.write() as tx:
        await attempt_store.begin(tx.conn, [note.id])
        await attempts.settle(tx, COMPANY, note.id, Sent({"id": "SM1", "provider": "twilio"}))
    return Called(note.id, page, ANA)


async def state(db: Database, page: PageId) -> tuple[PageState, UserId | None, int]:
    async with db.read() as conn:
        found = await pages.load(conn, page)
    assert found is not None
    return found.state, found.acknowledged_by, found.step


async def outcomes(db: Database, page: PageId) -> list[tuple[str, str]]:
    """What the timeline says of the SMS."""
    async with db.read() as conn:
        facts = await timeline.of_page(conn, page)
    return [
        (fact.outcome, fact.reason)
        for fact in facts
        if isinstance(fact, PersonNotified) and fact.method == "sms"
    ]


async def problem_of(db: Database, user: UserId = ANA) -> str:
    async with db.read() as conn:
        return (await contacts.of_users(conn, [user]))[user][0].problem


# The signature


def test_the_signature_is_that_of_twilios_documentation() -> None:
    """https://www.twilio.com/docs/usage/security, "Validating Signatures from Twilio"."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature(url, list(form.items()), "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert signature(url, list(reversed(form.items())), "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert (
        signature(url, list((form | {"Digits": "1235"}).items()), "12345") != "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    )


@pytest.mark.parametrize("where", ["status", "voice", "sms"])
async def test_whatever_twilio_did_not_sign_does_nothing(
    database: Database, account: Account, sms: Called, where: str
) -> None:
    path = "/v1/twilio/sms" if where == "sms" else f"{path_of(sms)}/{where}"
    form = {"From": NUMBER, "Body": "1", "Digits": "1", "MessageStatus": "failed", "ErrorCode": "30005"}
    before = await state(database, sms.page)
    assert (await account.client.post(path, data=form)).status == 403
    assert (await account.post(path, "wrong", **form)).status == 403
    assert (await account.post(path, TOKEN, "https://evil.example.com", **form)).status == 403
    headers = {"X-Twilio-Signature": twilio_peer.signature(f"{BASE}{path}", list(form.items()))}
    assert (await account.client.post(path, data=form | {"From": "+1"}, headers=headers)).status == 403
    assert (await account.client.post(f"{path}?x=1", data=form, headers=headers)).status == 403
    assert await state(database, sms.page) == before
    assert await outcomes(database, sms.page) == [("sent", "")]


async def test_twilio_may_name_the_schemes_own_port_or_leave_it_out(account: Account, sms: Called) -> None:
    path = f"{path_of(sms)}/status"
    assert (await account.post(path, base=f"{BASE}:443", MessageStatus="sent")).status == 204
    assert (await account.post(path, base=f"{BASE}:80", MessageStatus="sent")).status == 403


async def test_an_address_that_is_not_ours_is_not_there(account: Account, sms: Called) -> None:
    other = SIGNER.sign("page", str(sms), None)
    for wrong in (f"/v1/twilio/{other}", path_of(sms)[:-1] + "_"):
        assert (await account.post(f"{wrong}/status", MessageStatus="sent")).status == 404
        assert (await account.post(f"{wrong}/voice", Digits="1")).status == 404


# What came of a message


@pytest.mark.parametrize("order", list(itertools.permutations(("sent", "delivered", "queued"))))
async def test_delivered_is_delivered_in_whatever_order_it_is_told(
    database: Database, account: Account, sms: Called, order: tuple[str, ...]
) -> None:
    for status in (*order, *order):
        await account.says(sms, MessageSid="SM1", MessageStatus=status)
    assert (await note_of(database, sms.page)).state == "delivered"
    assert await outcomes(database, sms.page) == [("sent", ""), ("delivered", "")]


@pytest.mark.parametrize(
    ("status", "code", "reason", "problem"),
    [
        ("undelivered", "30005", "the number is not in use (Twilio's error 30005)", True),
        (
            "undelivered",
            "30006",
            "this is a landline, or its carrier cannot be reached (Twilio's error 30006)",
            True,
        ),
        (
            "failed",
            "21610",
            "this number answered STOP; it gets messages again once it answers START (Twilio's error 21610)",
            True,
        ),
        ("undelivered", "30003", "the telephone is off or has no signal (Twilio's error 30003)", False),
        (
            "undelivered",
            "30008",
            "the carrier did not deliver it and says no reason (Twilio's error 30008)",
            False,
        ),
        ("failed", "30002", "the account is suspended (Twilio's error 30002)", False),
        ("failed", "31999", "Twilio's error 31999", False),
        ("failed", "", "Twilio says no reason", False),
    ],
)
async def test_what_did_not_arrive_says_why_and_whether_the_number_is_wrong(
    database: Database, account: Account, sms: Called, status: str, code: str, reason: str, problem: bool
) -> None:
    for _ in range(2):
        await account.says(sms, MessageSid="SM1", MessageStatus="sent")
        await account.says(sms, MessageSid="SM1", MessageStatus=status, ErrorCode=code)
    note = await note_of(database, sms.page)
    assert (note.state, note.reason) == ("failed", reason)
    assert await outcomes(database, sms.page) == [("sent", ""), ("failed", reason)]
    assert await problem_of(database) == (reason if problem else "")


async def test_a_second_message_that_arrives_outweighs_a_first_that_did_not(
    database: Database, account: Account, sms: Called
) -> None:
    await account.says(sms, MessageSid="SM1", MessageStatus="undelivered", ErrorCode="30005")
    await account.says(sms, MessageSid="SM2", MessageStatus="delivered")
    await account.says(sms, MessageSid="SM1", MessageStatus="undelivered", ErrorCode="30005")
    assert (await note_of(database, sms.page)).state == "delivered"
    assert (await outcomes(database, sms.page))[-1] == ("delivered", "it came through after all")
    assert await problem_of(database) == ""


@pytest.mark.parametrize(("slack", "step"), [(Sent({}), 1), (Failed("cannot_dm"), 2)])
async def test_a_wrong_number_pages_the_next_level_when_nothing_else_reached_her(
    database: Database, account: Account, sms: Called, slack: Sent | Failed, step: int
) -> None:
    async with database.write() as tx:
        dm = next(n for n in await pages.notifications(tx.conn, sms.page) if n.method == "slack")
        await attempts.settle(tx, COMPANY, dm.id, slack)
    assert (await state(database, sms.page))[2] == 1
    await account.says(sms, MessageSid="SM1", MessageStatus="undelivered", ErrorCode="30005")
    assert (await state(database, sms.page))[2] == step


async def test_it_may_be_told_before_twilios_own_answer_is_here(
    database: Database, account: Account, clock: ManualClock
) -> None:
    await has_telephone(database)
    page = await begin(database)
    clock.forward(minutes=3)
    await reaching.advance_due(database)
    note = await note_of(database, page.id)
    called = Called(note.id, page.id, ANA)
    await account.says(called, MessageSid="SM9", MessageStatus="delivered")
    async with database.write() as tx:
        await attempts.settle(tx, COMPANY, note.id, Sent({"id": "SM9", "provider": "twilio"}))
    assert (await note_of(database, page.id)).state == "delivered"
    async with database.read() as conn:
        table = NotificationRow.__table__  # type: ignore[attr-defined]
        kept = (await conn.execute(select(table).where(table.c.id == note.id))).mappings().one()
    assert (kept["remote_id"], kept["provider"]) == ("SM9", "twilio")


@pytest.mark.parametrize(
    ("statuses", "outcome", "reason"),
    [
        (("initiated", "ringing", "in-progress", "completed"), "delivered", ""),
        (("completed", "ringing", "in-progress", "initiated"), "delivered", ""),
        (("initiated", "ringing", "no-answer"), "failed", "nobody picked up"),
        (("busy", "initiated"), "failed", "the telephone was busy"),
        (("failed",), "failed", "the call could not be put through"),
    ],
)
async def test_a_call_is_delivered_when_somebody_picks_up(
    database: Database, account: Account, sms: Called, statuses: tuple[str, ...], outcome: str, reason: str
) -> None:
    for status in statuses:
        await account.says(sms, CallSid="CA1", CallStatus=status)
    note = await note_of(database, sms.page)
    assert (note.state, note.reason) == (outcome, reason)
    assert await problem_of(database) == ""
    assert (await state(database, sms.page))[2] == 1


async def test_what_is_told_of_a_message_that_never_was_changes_nothing(
    database: Database, account: Account, sms: Called
) -> None:
    for other in (
        replace(sms, notification=NotificationId(999)),
        replace(sms, user=BOB),
        replace(sms, page=PageId(9)),
    ):
        await account.says(other, MessageSid="SM1", MessageStatus="delivered")
    assert (await note_of(database, sms.page)).state == "sent"


# Keys on a call


async def test_1_acknowledges_and_again_says_so(database: Database, account: Account, sms: Called) -> None:
    first = await account.presses(sms, Digits="1")
    assert "You have P-1 (Error rate). Nobody else is paged." in first
    assert "<Hangup />" in first
    assert "You acknowledged P-1 at 02:49 already: it is yours." in await account.presses(sms, Digits="1")
    assert (await state(database, sms.page))[:2] == (PageState.ACKNOWLEDGED, ANA)


async def test_4_escalates_once_however_often_twilio_repeats_it(
    database: Database, account: Account, sms: Called
) -> None:
    assert "P-1 is escalated: Carol is being paged now." in await account.presses(sms, Digits="4")
    for _ in range(3):
        assert "P-1 has moved on already. Paged now: Carol." in await account.presses(sms, Digits="4")
    assert await state(database, sms.page) == (PageState.TRIGGERED, None, 2)


async def test_6_declines(database: Database, account: Account, sms: Called) -> None:
    assert "you can't take P-1; Carol is being paged now." in await account.presses(sms, Digits="6")
    assert await state(database, sms.page) == (PageState.TRIGGERED, None, 2)


async def test_who_comes_late_hears_who_has_it(
    database: Database, account: Account, sms: Called, clock: ManualClock
) -> None:
    await paging.acknowledge(database, COMPANY, sms.page, BOB)
    clock.forward(minutes=2)
    assert "Bob acknowledged this 2 min before you." in await account.presses(sms, Digits="1")
    await paging.resolve(database, COMPANY, sms.page, by_user(BOB))
    assert "P-1 is over: resolved at 02:51 by Bob." in await account.presses(sms, Digits="4")
    assert "<Gather" not in await account.presses(sms)


async def test_another_key_or_none_reads_the_page_again(
    database: Database, account: Account, sms: Called
) -> None:
    for form in ({"Digits": "9"}, {"Digits": "#"}, {}):
        response = ElementTree.fromstring(await account.presses(sms, **form))
        said = response[0][0].text or ""
        assert response[0].get("action") == f"{LINKS.callback(sms)}/voice"
        assert "SEV1 checkout: Error rate." in said and "Press 1 to acknowledge" in said
        assert said.startswith("That key does nothing.") is bool(form)
    assert (await state(database, sms.page))[0] is PageState.TRIGGERED


async def test_a_person_who_left_is_refused(database: Database, account: Account, sms: Called) -> None:
    async with database.write() as tx:
        await directory.save(tx.conn, [replace(slack_user(ANA, "Ana"), deleted=True)])
    assert "you are deactivated here" in await account.presses(sms, Digits="1")
    assert "you are deactivated here" in await account.texts("1")
    assert (await state(database, sms.page))[0] is PageState.TRIGGERED


# SMS


@pytest.mark.parametrize("body", [" 1. ", "ACK!", "1 P-1", "ack p1"])
async def test_an_sms_acknowledges(database: Database, account: Account, sms: Called, body: str) -> None:
    assert await account.texts(body) == "You have P-1 (Error rate). Nobody else is paged."
    assert (await state(database, sms.page))[:2] == (PageState.ACKNOWLEDGED, ANA)


async def test_an_sms_escalates_once(database: Database, account: Account, sms: Called) -> None:
    assert await account.texts("4") == "P-1 is escalated: Carol is being paged now."
    assert await account.texts("escalate") == "P-1 has moved on already. Paged now: Carol."
    assert await state(database, sms.page) == (PageState.TRIGGERED, None, 2)


async def test_who_acknowledged_by_sms_can_still_escalate(
    database: Database, account: Account, sms: Called
) -> None:
    await account.texts("1")
    assert await account.texts("4") == "P-1 is escalated: Carol is being paged now."


async def test_other_words_are_answered_with_what_can_be_done(
    database: Database, account: Account, sms: Called
) -> None:
    for body in ("", "hello?", "what is this", "2", "11", "1 P-1 now please", "🔥"):
        assert (await account.texts(body)).startswith("Reply 1 to acknowledge, 4 to escalate, 6 if you can't")
    assert (await state(database, sms.page))[0] is PageState.TRIGGERED


async def test_of_several_pages_the_newest_is_meant_and_the_others_are_named(
    database: Database, account: Account, sms: Called
) -> None:
    second = await begin(database, "Disk full")
    await sent(database, second.id)
    assert await account.texts("1") == (
        "You have P-2 (Disk full). Nobody else is paged. P-1 is open too: reply 1 P-1."
    )
    assert (await state(database, sms.page))[0] is PageState.TRIGGERED
    assert await account.texts("1 P-1") == "You have P-1 (Error rate). Nobody else is paged."


async def test_a_page_that_this_telephone_was_not_told_of_cannot_be_answered(
    database: Database, account: Account, sms: Called
) -> None:
    other = await begin(database, "Search is slow", SEARCH)
    assert await account.texts(f"1 P-{other.id}") == "P-2 is over, or was not sent to this number."
    assert (await state(database, other.id))[0] is PageState.TRIGGERED
    await paging.resolve(database, COMPANY, sms.page, by_user(BOB))
    assert await account.texts("1") == "No open page was sent to this number."


async def test_a_machine_that_answers_every_sms_is_not_answered_for_ever(
    database: Database, account: Account, sms: Called
) -> None:
    replies = [await account.texts("I am on holiday until Monday.") for _ in range(12)]
    assert [bool(reply) for reply in replies] == [True] * 10 + [False] * 2
    assert await account.texts("1") == ""
    assert (await state(database, sms.page))[:2] == (PageState.ACKNOWLEDGED, ANA)


async def test_a_number_that_nobody_proved_to_be_theirs_answers_nothing(
    database: Database, account: Account, sms: Called
) -> None:
    async with database.read() as conn:
        [method] = (await contacts.of_users(conn, [ANA]))[ANA]
    for change in (
        {"verified_at": None},
        {"verified_at": method.verified_at, "removed_at": method.verified_at},
    ):
        async with database.write() as tx:
            await contacts.change(tx.conn, method.id, **change)
        assert (await account.texts("1")).startswith("This number belongs to nobody here.")
    assert (await account.texts("1", "+15005550006")).startswith("This number belongs to nobody here.")
    assert (await state(database, sms.page))[0] is PageState.TRIGGERED


async def test_what_could_not_be_saved_is_said(database: Database, account: Account, sms: Called) -> None:
    database.stand_down(StoodDown("another version has the database"))
    assert (
        await account.texts("1") == "Perhaps that was not saved: the database is busy. Please answer again."
    )
    assert "Perhaps that was not saved" in await account.presses(sms, Digits="4")
    assert (await account.post(f"{path_of(sms)}/status", MessageStatus="delivered")).status == 503
    assert await state(database, sms.page) == (PageState.TRIGGERED, None, 1)


# All of it


@dataclass
class OneCarrier:
    """Twilio for everything."""

    twilio: Twilio

    async def send(self, kind: MethodKind, message: Outgoing) -> Outcome:
        return await self.twilio.send(kind, message)

    async def hang_up(self, provider: ProviderId, call: str) -> Outcome:
        return await self.twilio.hang_up(call)


@pytest.fixture
async def peer() -> AsyncIterator[TwilioPeer]:
    async with twilio_peer.twilio_peer() as peer:
        yield peer


async def test_a_page_goes_out_by_sms_is_delivered_and_answered(
    database: Database, account: Account, peer: TwilioPeer, clock: ManualClock
) -> None:
    await has_telephone(database)
    page = await begin(database)
    clock.forward(minutes=3)
    await reaching.advance_due(database)
    [payload] = await owed(database, DebtKind.PAGE_METHOD)
    carrier = OneCarrier(Twilio(peer.provider(), TOKEN, Caller(allow_private=True)))
    sender = MethodSender(database, carrier, lambda: COMPANY, clock, LINKS)
    debt = Debt(
        1, "k", "deliver", DebtKind.PAGE_METHOD, "method:1", payload, 1, 1, None, page.id, page.generation
    )
    outcome = await sender.send(debt)
    async with database.write() as tx:
        await sender.settle(tx, debt, outcome)
    form = peer.form
    first, reply, link = form["Body"].splitlines()
    assert form["To"] == NUMBER
    assert "SEV1 checkout: Error rate." in first
    assert reply == "Reply 1 to acknowledge, 4 to escalate."
    note = await note_of(database, page.id)
    assert link == LINKS.page(Called(note.id, page.id, ANA))
    status = form["StatusCallback"].removeprefix(BASE)
    assert (await account.post(status, MessageSid="SM1", MessageStatus="delivered")).status == 204
    assert (await note_of(database, page.id)).state == "delivered"
    assert (await account.texts("1")).startswith("You have P-1")
    assert (await state(database, page.id))[:2] == (PageState.ACKNOWLEDGED, ANA)
