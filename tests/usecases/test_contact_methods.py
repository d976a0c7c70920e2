"""Somebody's own contact methods: added, proved by a code, tested, removed; and the rules by which they are used."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.clock import ManualClock
from bot.core.addresses import written
from bot.core.contact import ContactMethod, MethodKind, Rule, Urgency
from bot.core.debts import DebtKind
from bot.core.ids import ContactId, UserId
from bot.core.reaching import QuietHours, Wishes
from bot.core.verification import CODES_AN_HOUR, MOST_TRIES
from bot.errors import Wrong
from bot.store import contacts, directory, reach_tests
from bot.store.database import Database
from bot.store.directory import SlackUser
from bot.usecases import contact_methods, reachability
from tests.company import ANA, BOB
from tests.owed import owed, pay_all

NUMBER = "+49 151 2345678"
SMS, EMAIL = MethodKind.SMS, MethodKind.EMAIL


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (SMS, "+49 (151) 234-56 78", "+491512345678"),
        (SMS, "0049 151 2345678", "+491512345678"),
        (MethodKind.VOICE, "0151 2345678", None),  # without a country code it could be anybody's
        (SMS, "+49 151", None),
        (SMS, "+1234567890123456", None),
        (EMAIL, " Ana@Example.com ", "ana@example.com"),
        (EMAIL, "ana@example", None),
        (EMAIL, "Ana <ana@example.com>", None),
        (MethodKind.PUSH, "ntfy://ntfy.sh/a-long-secret-topic", "ntfy://ntfy.sh/a-long-secret-topic"),
        (MethodKind.PUSH, "https://ntfy.sh/topic", None),
        (MethodKind.PUSH, "file:///etc/passwd", None),
        (MethodKind.WEBHOOK, "https://example.com/hook", "https://example.com/hook"),
        (MethodKind.WEBHOOK, "example.com/hook", None),
    ],
)
def test_what_people_type_becomes_an_address_or_is_refused(
    kind: MethodKind, typed: str, kept: str | None
) -> None:
    assert written(kind, typed) == kept


async def code_came(db: Database, number: ContactId, code: str = "123456") -> None:
    """As if the sender had sent it."""
    await pay_all(db)
    async with db.write() as tx:
        await contact_methods.code_sent(tx, number, code)


async def loaded(db: Database, number: ContactId) -> ContactMethod | None:
    async with db.read() as conn:
        return await contacts.load(conn, number)


async def test_a_code_proves_that_a_number_is_theirs(database: Database) -> None:
    method = await contact_methods.add(database, ANA, SMS, NUMBER, "private")
    assert (method.address, method.label, method.verified_at) == ("+491512345678", "private", None)
    [sent] = await owed(database, DebtKind.CONTACT_MESSAGE)
    assert (sent["contact"], sent["what"]) == (method.id, "code")
    with pytest.raises(Wrong, match="on its way"):
        await contact_methods.verify(database, ANA, method.id, "123456")
    await code_came(database, method.id)
    verified = await contact_methods.verify(database, ANA, method.id, "123 456")
    assert verified.verified_at is not None


async def test_after_five_wrong_codes_the_right_one_is_refused_too(database: Database) -> None:
    method = await contact_methods.add(database, ANA, SMS, NUMBER)
    await code_came(database, method.id)
    for _ in range(MOST_TRIES):
        with pytest.raises(Wrong, match="not the code"):
            await contact_methods.verify(database, ANA, method.id, "000000")
    with pytest.raises(Wrong, match="Ask for a new one"):
        await contact_methods.verify(database, ANA, method.id, "123456")


async def test_a_code_is_good_for_ten_minutes_and_a_new_one_replaces_it(
    database: Database, clock: ManualClock
) -> None:
    method = await contact_methods.add(database, ANA, SMS, NUMBER)
    await code_came(database, method.id, "111111")
    clock.forward(minutes=10)
    with pytest.raises(Wrong, match="too old"):
        await contact_methods.verify(database, ANA, method.id, "111111")
    await contact_methods.send_code(database, ANA, method.id)
    await code_came(database, method.id, "222222")
    with pytest.raises(Wrong, match="not the code"):
        await contact_methods.verify(database, ANA, method.id, "111111")
    assert (await contact_methods.verify(database, ANA, method.id, "222222")).verified_at


async def test_nobodys_phone_is_flooded_with_codes(database: Database, clock: ManualClock) -> None:
    method = await contact_methods.add(database, ANA, SMS, NUMBER)
    with pytest.raises(Wrong, match="less than a minute ago"):
        await contact_methods.send_code(database, ANA, method.id)
    for _ in range(CODES_AN_HOUR - 1):
        clock.forward(minutes=1)
        await contact_methods.send_code(database, ANA, method.id)
    clock.forward(minutes=1)
    with pytest.raises(Wrong, match="within an hour"):
        await contact_methods.send_code(database, ANA, method.id)


async def test_the_address_of_their_slack_profile_needs_no_code(database: Database) -> None:
    async with database.write() as tx:
        known = SlackUser(ANA, "T1", "ana", "Ana", "Ana@example.com", "UTC", False, False, False)
        await directory.save(tx.conn, [known])
    assert (await contact_methods.add(database, ANA, EMAIL, "ana@example.com")).verified_at is not None
    assert (await contact_methods.add(database, ANA, EMAIL, "other@example.com")).verified_at is None
    assert len(await owed(database, DebtKind.CONTACT_MESSAGE)) == 1


@pytest.mark.parametrize(
    ("kind", "typed", "why"),
    [(SMS, "0151 2345678", "country code"), (SMS, NUMBER, "have this one already"), (EMAIL, "ana", "e-mail")],
)
async def test_a_mistake_is_said_at_the_address(
    database: Database, kind: MethodKind, typed: str, why: str
) -> None:
    await contact_methods.add(database, ANA, SMS, NUMBER)
    with pytest.raises(Wrong, match=why) as problem:
        await contact_methods.add(database, ANA, kind, typed)
    assert problem.value.field == "address"


async def test_a_persons_methods_are_theirs_alone(database: Database) -> None:
    method = await contact_methods.add(database, ANA, SMS, NUMBER)
    await code_came(database, method.id)
    with pytest.raises(Wrong, match="removed"):
        await contact_methods.verify(database, BOB, method.id, "123456")
    await contact_methods.remove(database, BOB, method.id)
    assert await loaded(database, method.id) is not None
    await contact_methods.remove(database, ANA, method.id)
    assert await loaded(database, method.id) is None


async def test_a_test_by_a_method_counts_when_it_was_heard(database: Database, clock: ManualClock) -> None:
    method = await contact_methods.add(database, ANA, SMS, NUMBER)
    with pytest.raises(Wrong, match="Enter its code first"):
        await contact_methods.test(database, ANA, method.id)
    await code_came(database, method.id)
    await contact_methods.verify(database, ANA, method.id, "123456")
    number = await contact_methods.test(database, ANA, method.id)
    assert [debt["what"] for debt in await owed(database, DebtKind.CONTACT_MESSAGE)] == ["test"]
    clock.forward(seconds=20)
    await reachability.heard(database, number, ANA)
    tested = await loaded(database, method.id)
    assert tested is not None and tested.tested_at == clock.now()
    async with database.read() as conn:
        assert await reach_tests.latest(conn, ANA) is None, "it says nothing of Slack"


async def wishes(db: Database, user: UserId, urgency: Urgency) -> Wishes | None:
    async with db.read() as conn:
        return (await contacts.wishes_of(conn, [user])).get((user, urgency))


async def test_rules_are_kept_as_they_were_wished_and_the_usual_ones_are_not(database: Database) -> None:
    method = await contact_methods.add(database, ANA, SMS, NUMBER)
    await code_came(database, method.id)
    await contact_methods.verify(database, ANA, method.id, "123456")
    slack = Rule(MethodKind.SLACK, timedelta(0), ContactId(0))
    own = Wishes((slack, Rule(SMS, timedelta(minutes=1), method.id)))
    await contact_methods.wish(database, ANA, Urgency.HIGH, own)
    assert await wishes(database, ANA, Urgency.HIGH) == own
    usual = Wishes((slack, Rule(SMS, timedelta(minutes=3), method.id)))
    await contact_methods.wish(database, ANA, Urgency.HIGH, usual)
    assert await wishes(database, ANA, Urgency.HIGH) is None
    quiet = Wishes((slack,), QuietHours(time(22), time(7), "Europe/Berlin"))
    await contact_methods.wish(database, ANA, Urgency.LOW, quiet)
    assert await wishes(database, ANA, Urgency.LOW) == Wishes(None, quiet.quiet)
