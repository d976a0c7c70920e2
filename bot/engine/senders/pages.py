"""A page reaches a person: the DM, the copy in a channel, and the edits that keep every copy true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.debts import Debt, Failed, Outcome, Retry, Sent, Withdrawn, page_copy
from bot.core.ids import ChannelId, NotificationId, PageId, UserId
from bot.core.views import PageView
from bot.crashpoints import during
from bot.queries import pages as page_queries
from bot.slack.channels import Channels
from bot.slack.gateway import Gateway, Refused, Unavailable, metadata
from bot.slack.render import page as render
from bot.slack.render.message import Message
from bot.store import messages, pages
from bot.store.database import Database
from bot.store.uow import Tx
from bot.usecases import attempts, reaching

log = structlog.get_logger(__name__)

ACCESS_PROBLEMS = frozenset({"missing_scope", "no_permission", "not_allowed_token_type"})
"""The operator must mend something; the person could be reached."""
OUR_MISTAKES = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_arguments"}
)
"""A card that Slack does not take is sent as plain text: the page comes first."""
GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_archived"}
)


class PageSender:
    """Sends a page to a person's DM or to a channel, once; `settle` writes the notification's outcome."""

    def __init__(
        self,
        db: Database,
        gateway: Gateway,
        channels: Channels,
        catalogue: Callable[[], Catalogue],
        clock: Clock,
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._channels = channels
        self._catalogue = catalogue
        self._clock = clock

    async def send(self, debt: Debt) -> Outcome:
        number = NotificationId(debt.payload["notification"])
        view, version = await self._view(PageId(debt.payload["page"]), number)
        if view is None:
            return Withdrawn("the page is gone")
        try:
            channel = await self._place(debt)
            ts = await self._gateway.find(channel, debt.key, debt.sent_from) if debt.sent_from else None
            if ts is None:
                card = render.card(view)
                if await self._moved_on(debt):  # a look-up or the opening of a DM may have taken long
                    return Withdrawn("the page moved on")
                ts = await self._post(channel, card, debt.key)
            else:
                version = 0  # it shows what the page was when it went out: it is edited to what the page is
        except Refused as problem:
            if problem.error in ACCESS_PROBLEMS:
                log.error(
                    "a page cannot be sent: the app's rights are too few", error=problem.error, page=view.id
                )
                raise Unavailable("chat.postMessage", problem.error, certain=True) from problem
            return Failed(problem.error)
        return Sent({"channel": channel, "ts": ts, "version": version})

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        number = NotificationId(debt.payload["notification"])
        note = await attempts.settle(tx, self._catalogue(), number, outcome)
        if note is not None and isinstance(outcome, Sent):
            await self._remember(tx, note, outcome.remote)

    async def put_off(self, tx: Tx, debt: Debt, retry: Retry) -> None:
        """Slack is away: the person's next method need not wait. A limit that Slack names is soon over."""
        if retry.after is None and "user" in debt.payload:
            await reaching.put_off(tx, NotificationId(debt.payload["notification"]))

    async def _view(self, page: PageId, number: NotificationId) -> tuple[PageView | None, int]:
        async with self._db.read() as conn:
            found = await pages.load(conn, page)
            if found is None:
                return None, 0
            view = await page_queries.card_of(conn, self._catalogue(), found, number, self._clock.now())
        return view, found.version

    async def _moved_on(self, debt: Debt) -> bool:
        async with self._db.read() as conn:
            return await pages.generation(conn, PageId(debt.payload["page"])) != debt.generation

    async def _place(self, debt: Debt) -> ChannelId:
        if "user" in debt.payload:
            return await self._gateway.direct(UserId(debt.payload["user"]))
        return await self._channels.find(str(debt.payload["channel"]))

    async def _post(self, channel: ChannelId, card: Message, key: str) -> str:
        posted = {"channel": channel, "text": card.text, "metadata": metadata(key), "unfurl_links": False}
        try:
            call = self._gateway.call("chat.postMessage", is_page=True, blocks=list(card.blocks), **posted)
            answer = await during("mid-send", call)
        except Refused as problem:
            if problem.error not in OUR_MISTAKES:
                raise
            log.error("Slack refused a card; the page goes out as text", error=problem.error, key=key)
            answer = await self._gateway.call("chat.postMessage", is_page=True, **posted)
        return str(answer["ts"])

    async def _remember(self, tx: Tx, note: pages.Notification, remote: Any) -> None:
        """Keep where the copy is; one that shows an old state already is edited at once."""
        subject = messages.of_page(note.page)
        role = "channel" if note.is_channel else "dm"
        await messages.add(
            tx.conn, subject, role, remote["channel"], remote["ts"], remote["version"], tx.real, note.id
        )
        if await pages.version(tx.conn, note.page) == remote["version"]:
            return
        message = await messages.at_place(tx.conn, remote["channel"], remote["ts"])
        if message is not None:
            tx.owe(page_copy(message.id))


class CopySender:
    """Edits one copy of a page to the page's present state; a stale edit is never sent."""

    def __init__(
        self, db: Database, gateway: Gateway, catalogue: Callable[[], Catalogue], clock: Clock
    ) -> None:
        self._db = db
        self._gateway = gateway
        self._catalogue = catalogue
        self._clock = clock

    async def send(self, debt: Debt) -> Outcome:
        async with self._db.read() as conn:
            message = await messages.load(conn, int(debt.payload["message"]))
            if message is None:
                return Withdrawn("the message is gone")
            number = PageId(int(message.subject.partition(":")[2]))
            page = await pages.load(conn, number)
            if page is None:
                return Withdrawn("the page is gone")
            view = await page_queries.card_of(
                conn, self._catalogue(), page, message.notification, self._clock.now()
            )
        card = render.card(view)
        try:
            await self._gateway.call(
                "chat.update",
                channel=message.channel,
                ts=message.ts,
                text=card.text,
                blocks=list(card.blocks),
            )
        except Refused as problem:
            return Failed(problem.error)
        return Sent({"message": message.id, "version": page.version})

    async def settle(self, tx: Tx, debt: Debt, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                await messages.shows(tx.conn, outcome.remote["message"], outcome.remote["version"])
            case Failed() if outcome.reason in GONE:
                await messages.forget(tx.conn, int(debt.payload["message"]))
            case _:
                pass
