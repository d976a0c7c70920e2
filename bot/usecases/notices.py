"""Tell the admins something that they must mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.core import debts
from bot.core.catalogue import Catalogue
from bot.core.ids import PersonId
from bot.store.database import Database
from bot.store.uow import Tx


async def tell_admins(
    db: Database, catalogue: Catalogue, key: str, what: str, data: Mapping[str, Any]
) -> None:
    """As `owe_admins`, in a transaction of its own."""
    async with db.write() as tx:
        owe_admins(tx, catalogue, key, what, data)


def owe_admins(
    tx: Tx,
    catalogue: Catalogue,
    key: str,
    what: str,
    data: Mapping[str, Any],
    also: Iterable[PersonId] = (),
) -> None:
    """Each admin, and whoever is `also` concerned, hears it once for each `key`; `what` names the wording.

    Without any of them the fallback channel does.
    """
    people = dict.fromkeys((*catalogue.admins, *also))
    places: list[str] = [user for person in people if (user := catalogue.user_id(person))]
    if not places and catalogue.fallback_channel:
        places = [catalogue.fallback_channel]
    for place in places:
        tx.owe(debts.notice(f"{key}:{place}", place, what, data))
