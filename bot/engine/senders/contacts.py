"""Codes and tests go to people's contact methods as pages do."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from bot.clock import Clock
from bot.core import debts
from bot.core.catalogue import Catalogue
from bot.core.contact import ContactMethod, MethodKind, Outgoing
from bot.core.debts import Debt, DebtKind, Failed, Outcome, Sent, Withdrawn
from bot.core.ids import ContactId
from bot.engine.senders import Sender
from bot.engine.senders.calls import HangUpSender
from bot.engine.senders.methods import Carriers, MethodSender
from bot.links import Links
from bot.store import contacts
from bot.store.database import Database
from bot.store.uow import Tx
from bot.templates import outgoing
from bot.usecases import contact_methods


class ContactSender:
    """Makes a code when it is sent, so that only its hash is ever kept; or sends a test."""

    def __init__(self, db: Database, carriers: Carriers, clock: Clock) -> None:
        self._db = db
        self._carriers = carriers
        self._clock = clock

    async def send(self, debt: Debt) -> Outcome:
        if datetime.fromisoformat(debt.payload["until"]) < self._clock.now():
            return Failed("nobody carried it in ten minutes")
        async with self._db.read() as conn:
            method = await contacts.load(conn, ContactId(debt.payload["contact"]))
        if method is None:
            return Withdrawn("it was removed")
        code = f"{secrets.randbelow(10**6):06}" if debt.payload["what"] == "code" else ""
        outcome = await self._carriers.send(method.kind, _message(debt, method, code))
        return Sent({**outcome.remote, "code": code}) if isinstance(outcome, Sent) else outcome

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        number = ContactId(debt.payload["contact"])
        method = await contacts.load(tx.conn, number)
        match outcome:
            case Sent() if outcome.remote["code"]:
                await contact_methods.code_sent(tx, number, outcome.remote["code"])
            case Failed() if method is not None:
                await contacts.change(tx.conn, number, problem=outcome.reason[:200], problem_at=tx.now)
                data = {"contact": number, "kind": debt.payload["what"], "reason": outcome.reason}
                tx.owe(debts.notice(f"{debt.key}:failed", method.user, "contact_failed", data))
            case _:
                pass


def _message(debt: Debt, method: ContactMethod, code: str) -> Outgoing:
    """A code is spelled where it is spoken."""
    spoken = " ".join(code) if method.kind is MethodKind.VOICE else code
    subject, text = outgoing.code(spoken) if code else outgoing.test()
    data: dict[str, object] = {"code": code} if code else {"test": True}
    return Outgoing(key=debt.key, to=method.address, subject=subject, text=text, thread=debt.key, data=data)


def method_senders(
    db: Database, carriers: Carriers, catalogue: Callable[[], Catalogue], clock: Clock, links: Links
) -> dict[DebtKind, Sender]:
    """Everything that goes out by another way than Slack."""
    return {
        DebtKind.PAGE_METHOD: MethodSender(db, carriers, catalogue, clock, links),
        DebtKind.CONTACT_MESSAGE: ContactSender(db, carriers, clock),
        DebtKind.HANG_UP: HangUpSender(carriers, clock),
    }
