"""One compiled text of a statement for all engines of a run of tests.

SQLAlchemy compiles a statement for each engine anew, and each test has engines of its own: a third of what a test on
PostgreSQL computed. A compiled text holds names, types and the places of values; values are never in it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

COMPILED: LRUCache[Any, Any] = LRUCache(5000)
"""By dialect, statement and the columns that are written."""


class OneDialect(Dialect):
    """Equal to its like: the key of a compiled text names its dialect, whose JSON functions its values go through."""

    supports_statement_cache = True

    def _likeness(self) -> tuple[object, ...]:
        return type(self), self._json_serializer, self._json_deserializer

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OneDialect) and self._likeness() == other._likeness()

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=COMPILED)


class OnePostgreSQL(OneDialect, PGDialect_asyncpg):
    """As the program's."""

    supports_statement_cache = True


class OneSQLite(OneDialect, SQLiteDialect_aiosqlite):
    """As the program's."""

    supports_statement_cache = True


def register() -> None:
    """Engines of this process have them from now on; a bot that is its own process has SQLAlchemy's."""
    registry.register("postgresql.asyncpg", __name__, OnePostgreSQL.__name__)
    registry.register("sqlite.aiosqlite", __name__, OneSQLite.__name__)
