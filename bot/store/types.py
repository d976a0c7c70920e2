"""How values sit in columns, the same on both databases: instants as UTC, JSON as it was given."""

from datetime import UTC, datetime

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored as UTC; SQLite has no time zones and would hand back a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without a time zone: {value!r}")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


RowNumber = BigInteger().with_variant(Integer(), "sqlite")
"""The key of a table that grows by every alert. SQLite's own row numbers have 64 bits, and only under this name."""

Json = JSON()
"""Not JSONB: that would sort an object's keys and refuse NUL and large exponents, which SQLite keeps."""
