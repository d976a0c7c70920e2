"""A call that rings for a page that somebody has by now is hung up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from bot.core import debts
from bot.core.ids import PageId
from bot.store import attempts
from bot.store.uow import Tx

RINGS_FOR = timedelta(minutes=1)
"""From the moment at which a provider took it; afterwards somebody picked up, or a mailbox."""


async def hang_up(tx: Tx, pages: Collection[PageId]) -> None:
    """Owe the end of each call of these pages that may ring still; one that was picked up goes on."""
    for one in await attempts.ringing(tx.conn, pages, tx.now - RINGS_FOR):
        tx.owe(debts.hang_up(one.notification, one.provider, one.call, tx.now + RINGS_FOR))
