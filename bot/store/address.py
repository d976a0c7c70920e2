"""Where the database is: the address that the operator sets."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import CannotStart

KNOWN = ("sqlite+aiosqlite", "postgresql+asyncpg")


def parsed(url: str) -> URL:
    """Raises `CannotStart` for anything but the two kinds that Tocsin speaks to."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise CannotStart(
            "TOCSIN_DATABASE_URL is not a database address; write sqlite+aiosqlite:///data/tocsin.db or "
            "postgresql+asyncpg://user:password@host/name."
        ) from error
    if address.drivername not in KNOWN:
        raise CannotStart(
            "TOCSIN_DATABASE_URL must begin with sqlite+aiosqlite:// or postgresql+asyncpg://; "
            f"it begins with {address.drivername}://."
        )
    return address
