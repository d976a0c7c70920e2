"""How a page reaches one person: what is tried at once, what is planned for later, and what moves that (PRODUCT §4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.core import debts, storm
from bot.core.contact import SLACK_DM, ContactMethod, MethodKind, Urgency
from bot.core.decision import TO_WEBHOOK
from bot.core.facts import PersonNotified
from bot.core.frozen import dataclass
from bot.core.ids import TOCSIN, ContactId, NotificationId, PageId, UserId, WebhookId
from bot.core.page import Page
from bot.core.quiet_hours import Quiet
from bot.core.reaching import Attempt, Began, Plan, Skip, Wishes, next_sooner, plan, slack_dm
from bot.store import attempts, contacts, pages, quiets, storms
from bot.store.contacts import MethodsOf, WishesOf
from bot.store.database import Database
from bot.store.pages import Notification
from bot.store.uow import Tx

Row = dict[str, Any]
"""A notification that is to be written."""


@dataclass(frozen=True)
class _Reach:
    """How the people whom a transaction pages are reached; nobody is here who has Slack alone."""

    methods: MethodsOf
    wishes: WishesOf
    quiets: Mapping[UserId, Quiet]

    def plan(self, tx: Tx, user: UserId, urgency: Urgency) -> Plan | None:
        """None: Slack's DM, now."""
        if user not in self.methods:
            return None
        methods = (slack_dm(user, tx.now), *self.methods[user])
        wishes = self.wishes.get((user, urgency), Wishes())
        return plan(methods, wishes, urgency, self.quiets.get(user), tx.now)


async def notify(tx: Tx, called: Sequence[Row], about: Mapping[PageId, Page]) -> None:
    """Write and owe what reaches these people and channels, one row each, of the pages that the rows are about.

    Of somebody with more methods than Slack's each becomes a row of its own: owed, planned or skipped.
    """
    if not called:
        return
    reach = await _reach(tx, {UserId(row["addressee"]) for row in called if not row["is_channel"]})
    rows = [attempt for row in called for attempt in _attempts(tx, reach, row, about[row["page_id"]].urgency)]
    await _calm(tx, rows, about)
    sooner = [_sooner(tx, row) for row in rows if row["contact"] != SLACK_DM and row["state"] != "skipped"]
    if sooner:
        await attempts.supersede(tx.conn, sooner)
    numbers = await pages.add_notifications(tx.conn, rows)
    for row in rows:
        if row["state"] == "owed":
            place = row["page_id"], row["step"], row["addressee"], row["contact"]
            _owe(tx, row, numbers[place])
        elif row["state"] == "planned":
            tx.wake("reach", row["due_at"])


async def _calm(tx: Tx, rows: Sequence[Row], about: Mapping[PageId, Page]) -> None:
    """In a storm what is no news waits a moment, so that it is told together; one statement where there is none."""
    direct = [row for row in rows if row["state"] == "owed" and _is_direct(row)]
    ahead = Counter(UserId(row["addressee"]) for row in direct)
    recent = await storms.recent(tx.conn, ahead.keys(), tx.now - storm.WINDOW) if direct else {}
    crowded = {user for user, more in ahead.items() if recent.get(user, 0) + more > storm.MANY}
    if not crowded:
        return
    concerned = [row for row in direct if row["addressee"] in crowded]
    messages = [_message(row, about[row["page_id"]]) for row in concerned]
    by_hand = {message.page for message in messages if message.service is None}
    asked = {(message.user, message.service) for message in messages if message.service is not None}
    told = {
        *await storms.told(tx.conn, asked, tx.now - storm.TOLD_WITHIN),
        *(await storms.repeated(tx.conn, by_hand) if by_hand else ()),
    }
    verdicts = storm.waits(messages, recent, told)
    waiting = [row for row, waits in zip(concerned, verdicts, strict=True) if waits]
    if waiting:
        await _gather(tx, waiting)


def _message(row: Row, page: Page) -> storm.Message:
    return storm.Message(UserId(row["addressee"]), page.id, page.service)


async def _gather(tx: Tx, waiting: Sequence[Row]) -> None:
    """They are told with what waits for the same person already, or soon."""
    at = await storms.digest_at(tx.conn, {UserId(row["addressee"]) for row in waiting})
    for row in waiting:
        row["state"], row["reason"] = "planned", "so many pages come that this one is told with others"
        row["due_at"] = at.setdefault(UserId(row["addressee"]), tx.now + storm.DIGEST_AFTER)


def _is_direct(row: Row) -> bool:
    return not row["is_channel"] and row["contact"] == SLACK_DM


async def _reach(tx: Tx, users: set[UserId]) -> _Reach:
    """One statement where everybody has Slack alone."""
    methods = await contacts.of_users(tx.conn, users)
    if not methods:
        return _Reach({}, {}, {})
    wishes = await contacts.wishes_of(tx.conn, methods.keys())
    return _Reach(methods, wishes, await quiets.of_users(tx.conn, methods.keys()))


def _attempts(tx: Tx, reach: _Reach, row: Row, urgency: Urgency) -> Iterator[Row]:
    planned = None if row["is_channel"] else reach.plan(tx, UserId(row["addressee"]), urgency)
    if planned is None:
        yield row
        return
    for attempt in planned.attempts:
        yield row | _when(tx, attempt)
    for skip in planned.skips:
        tx.record(_skipped(tx, row, skip))
        yield row | _of(skip.method, skip.reason) | {"state": "skipped", "settled_at": tx.now}


def _when(tx: Tx, attempt: Attempt) -> Row:
    now = _of(attempt.method, attempt.reason)
    return now | {"state": "planned", "due_at": tx.now + attempt.after} if attempt.after else now


def _of(method: ContactMethod, reason: str) -> Row:
    return {"method": method.kind.value, "contact": method.id, "reason": reason}


def _sooner(tx: Tx, row: Row) -> Row:
    return {
        "page": row["page_id"],
        "user": row["addressee"],
        "by": row["contact"],
        "sooner": row["due_at"] or tx.now,
        "why": "a newer call comes before it",
        "at": tx.now,
    }


def _skipped(tx: Tx, row: Row, skip: Skip) -> PersonNotified:
    return PersonNotified(
        at=tx.now,
        by=TOCSIN,
        page=row["page_id"],
        user=row["addressee"],
        method=skip.method.kind.value,
        to=skip.method.ending,
        outcome="skipped",
        reason=skip.reason,
        level=row["level"],
    )


def _owe(tx: Tx, row: Row, number: NotificationId) -> None:
    page, generation, addressee = PageId(row["page_id"]), row["generation"], row["addressee"]
    if row["method"] == MethodKind.WEBHOOK and row["is_channel"]:
        webhook = WebhookId(addressee.removeprefix(TO_WEBHOOK))
        tx.owe(debts.page_webhook(page, generation, number, webhook))
    elif row["is_channel"]:
        tx.owe(debts.page_channel(page, generation, number, addressee))
    else:
        _owe_person(tx, page, generation, number, UserId(addressee), ContactId(row["contact"]))


def _owe_person(
    tx: Tx, page: PageId, generation: int, number: NotificationId, user: UserId, contact: ContactId
) -> None:
    if contact == SLACK_DM:
        tx.owe(debts.page_dm(page, generation, number, user))
    else:
        tx.owe(debts.page_method(page, generation, number, contact))


async def advance_due(db: Database, limit: int = 200) -> int:
    """Owe up to `limit` planned attempts whose time has come; answers how many."""
    async with db.write() as tx:
        due = await attempts.due(tx.conn, tx.now, limit)
        if due:
            await attempts.begin(tx.conn, [note.id for note in due])
        gathered: dict[UserId, list[Notification]] = {}
        for note in due:
            if note.contact == SLACK_DM:
                gathered.setdefault(UserId(note.addressee), []).append(note)
            else:
                _owe_note(tx, note)
        for user, together in gathered.items():
            if len(together) > 1:
                tx.owe(debts.page_digest(user, [note.id for note in together]))
            else:
                _owe_note(tx, together[0])
        return len(due)


def _owe_note(tx: Tx, note: Notification) -> None:
    _owe_person(tx, note.page, note.generation, note.id, UserId(note.addressee), note.contact)


async def stop(tx: Tx, page: PageId, user: UserId, reason: str) -> None:
    """Nothing of this page goes out to `user` any more; the others' attempts go on."""
    await attempts.stop(tx.conn, page, user, tx.now, reason)


async def put_off(tx: Tx, number: NotificationId) -> None:
    """It could not be sent yet and is tried again; meanwhile the next that rings need not wait for its time.

    A low urgency wakes nobody because a provider is down.
    """
    note = await pages.notification(tx.conn, number)
    if note is None or note.state not in pages.TO_COME:
        return
    page = await pages.load(tx.conn, note.page)
    if page is not None and page.urgency is Urgency.HIGH:
        await _hurry(tx, note, await _theirs(tx, note))


async def is_lost(tx: Tx, note: Notification) -> bool:
    """It failed for good: the next that is planned is due now. Answers whether nothing reached them or still may."""
    theirs = await _theirs(tx, note)
    await _hurry(tx, note, theirs)
    return all(one.state in ("failed", "skipped", "canceled") for one in theirs if one.id != note.id)


async def _theirs(tx: Tx, note: Notification) -> list[Notification]:
    """All attempts of the same step at the same person, in the order of their plan."""
    step = note.generation, note.step, note.addressee
    every = await pages.notifications(tx.conn, note.page)
    return [one for one in every if (one.generation, one.step, one.addressee) == step]


async def _hurry(tx: Tx, note: Notification, theirs: Sequence[Notification]) -> None:
    after = [Began(one.id, MethodKind(one.method), one.state) for one in theirs if one.id > note.id]
    sooner = next_sooner(after)
    if sooner is not None:
        reason = f"{MethodKind(note.method).shown} did not go through, so this comes at once"
        await attempts.hurry(tx.conn, sooner, tx.now, reason)
        tx.wake("reach")
