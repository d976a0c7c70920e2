"""Somebody's own contact methods: added, proved to be theirs, tested, removed, and the rules by which they are used."""

from __future__ import annotations

from datetime import datetime, timedelta
from hmac import compare_digest

from bot.core import debts
from bot.core.addresses import CURES, written
from bot.core.contact import ContactMethod, MethodKind, Urgency
from bot.core.ids import ContactId, UserId
from bot.core.permissions import Action
from bot.core.reaching import Wishes, is_usual
from bot.core.verification import (
    CODE_LASTS,
    CODES_AN_HOUR,
    MOST_METHODS,
    MOST_TRIES,
    RESEND_AFTER,
    hash_of,
)
from bot.errors import Wrong
from bot.store import contacts, directory, reach_tests
from bot.store.contacts import Verifying
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases.members import require


async def add(db: Database, user: UserId, kind: MethodKind, typed: str, label: str = "") -> ContactMethod:
    """A method of one's own, and a code on its way to it; the e-mail address of one's Slack profile needs none.

    Raises `Wrong` at the field that is wrong (address) and `NotAllowed`.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, user)
        address = written(kind, typed)
        if address is None:
            raise Wrong(f"{CURES[kind]} Nothing was saved.", "address")
        mine = (await contacts.of_users(tx.conn, [user])).get(user, [])
        if any((one.kind, one.address) == (kind, address) for one in mine):
            raise Wrong("You have this one already. Nothing was changed.", "address")
        if len(mine) >= MOST_METHODS:
            raise Wrong(f"You have {len(mine)} methods; remove one first. Nothing was saved.", "address")
        number = await contacts.add(tx.conn, user, kind, address, label.strip(), tx.now)
        if kind is MethodKind.EMAIL and await _is_of_slack(tx, user, address):
            await _verified(tx, user, number)
        else:
            await _owe_code(tx, user, number)
        return await _load(tx, number)


async def send_code(db: Database, user: UserId, number: ContactId) -> ContactMethod:
    """Another code; the one before is good no more. Raises `Wrong` when one was sent just now."""
    async with db.write(first=True) as tx:
        method, _ = await _mine(tx, user, number)
        await _owe_code(tx, user, number)
        return method


async def verify(db: Database, user: UserId, number: ContactId, typed: str) -> ContactMethod:
    """The code that came by the method proves that it is theirs. Raises `Wrong` at the field code."""
    wrong = ""
    async with db.write(first=True) as tx:
        method, code = await _mine(tx, user, number)
        if method.verified_at is not None:
            return method
        wrong = _refused(code, number, "".join(typed.split()), tx.now)
        if not wrong:
            await _verified(tx, user, number)
        elif code.hash:  # also a refused try counts, so it is written before it is said
            await contacts.change(tx.conn, number, code_tries=code.tries + 1)
        method = await _load(tx, number)
    if wrong:
        raise Wrong(wrong, "code")
    return method


def _refused(code: Verifying, number: ContactId, typed: str, now: datetime) -> str:
    if not code.hash:
        return "The code is still on its way. Wait for it, then enter it here."
    if code.tries >= MOST_TRIES:
        return f"These were {MOST_TRIES} wrong codes. Ask for a new one; nothing was changed."
    if code.until is None or code.until <= now:
        return "This code is too old. Ask for a new one; nothing was changed."
    if not compare_digest(code.hash, hash_of(number, typed)):
        return "This is not the code that was sent last. Look again; nothing was changed."
    return ""


async def code_sent(tx: Tx, number: ContactId, code: str) -> None:
    """A code is out: only its hash is kept."""
    code_hash, until = hash_of(number, code), tx.now + CODE_LASTS
    await contacts.change(tx.conn, number, code_hash=code_hash, code_until=until, code_tries=0)


async def remove(db: Database, user: UserId, number: ContactId) -> None:
    """It is used no more; what is planned by it goes to the next method. Removing it twice changes nothing."""
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, user)
        method = await contacts.load(tx.conn, number)
        if method is not None and method.user == user:
            await contacts.change(tx.conn, number, removed_at=tx.now, code_hash="")
            tx.touch_homes(user)


async def wish(db: Database, user: UserId, urgency: Urgency, wishes: Wishes) -> None:
    """How they want to be reached from now on; pages that run already keep what was planned.

    Rules that do just what the usual ones do are not kept, so that a method added later is used too.
    """
    async with db.write(first=True) as tx:
        await require(tx.conn, Action.PLAN_ON_CALL, user)
        mine = (await contacts.of_users(tx.conn, [user])).get(user, [])
        if wishes.rules is not None and is_usual(wishes.rules, mine, urgency):
            wishes = Wishes(None, wishes.quiet)
        await contacts.wish(tx.conn, user, urgency, wishes, tx.now)
        tx.touch_homes(user)


async def test(db: Database, user: UserId, number: ContactId) -> int:
    """A message that comes by this method as a page does; answers the test's number."""
    async with db.write(first=True) as tx:
        method, _ = await _mine(tx, user, number)
        if method.verified_at is None:
            raise Wrong("Enter its code first: until then it is not known to be yours. Nothing was sent.")
        await _limit(tx, user)
        test = await reach_tests.add(tx.conn, user, tx.now, reach_tests.of_contact(number))
        tx.owe(debts.contact_message(number, "test", f"test:{test}", tx.now + CODE_LASTS))
        return test


async def _owe_code(tx: Tx, user: UserId, number: ContactId) -> None:
    sent = await reach_tests.latest(tx.conn, user, reach_tests.code_of(number))
    if sent is not None and sent.sent_at > tx.now - RESEND_AFTER:
        raise Wrong("A code was sent less than a minute ago. Wait for it, or ask again in a minute.", "code")
    await _limit(tx, user)
    sending = await reach_tests.add(tx.conn, user, tx.now, reach_tests.code_of(number))
    await contacts.change(tx.conn, number, code_hash="", code_until=None, code_tries=0)
    tx.owe(debts.contact_message(number, "code", f"code:{sending}", tx.now + CODE_LASTS))


async def _limit(tx: Tx, user: UserId) -> None:
    """Nobody's phone is flooded by way of Tocsin."""
    sent = await reach_tests.sent_since(tx.conn, user, tx.now - timedelta(hours=1))
    if sent >= CODES_AN_HOUR:
        raise Wrong(f"{sent} codes and tests were sent within an hour. Try again later; nothing was lost.")


async def _is_of_slack(tx: Tx, user: UserId, address: str) -> bool:
    known = (await directory.known(tx.conn, [user])).get(user)
    return known is not None and known.email.casefold() == address.casefold()


async def _verified(tx: Tx, user: UserId, number: ContactId) -> None:
    await contacts.change(tx.conn, number, verified_at=tx.now, code_hash="", code_until=None, problem="")
    tx.touch_homes(user)


async def _mine(tx: Tx, user: UserId, number: ContactId) -> tuple[ContactMethod, Verifying]:
    """Raises `Wrong` for one that is somebody else's or was removed."""
    await require(tx.conn, Action.PLAN_ON_CALL, user)
    method = await contacts.load(tx.conn, number)
    code = await contacts.verifying(tx.conn, number)
    if method is None or method.user != user or code is None:
        raise Wrong("This method was removed. Nothing was changed.")
    return method, code


async def _load(tx: Tx, number: ContactId) -> ContactMethod:
    method = await contacts.load(tx.conn, number)
    assert method is not None
    return method
