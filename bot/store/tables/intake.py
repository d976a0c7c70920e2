"""What came in: the journal of raw bodies, and the alerts they fold into."""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from bot.store.types import Instant, Json, RowNumber


class JournalRow(SQLModel, table=True):
    """One accepted body, as it came; `folded_at` is empty while it is owed to the alerts."""

    __tablename__ = "journal"
    __table_args__ = (
        Index(
            "ix_journal_pending",
            "id",
            sqlite_where=text("folded_at IS NULL"),
            postgresql_where=text("folded_at IS NULL"),
        ),
    )
    id: Optional[int] = Field(default=None, primary_key=True, sa_type=RowNumber)
    integration: str
    kind: str
    """`http` or `slack`."""
    body: bytes
    dedupe_key: Optional[str] = Field(default=None, unique=True)
    received_at: datetime = Field(sa_type=Instant)
    folded_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    tries: int = 0
    problem: Optional[str] = None


class AlertRow(SQLModel, table=True):
    """One occurrence of a deduplicated problem."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_key", "integration", "dedup_key", "id"),
        Index("ix_alert_page", "page_id"),
        Index("ix_alert_status", "status"),
    )
    id: Optional[int] = Field(default=None, primary_key=True)
    integration: str
    service: Optional[str] = None
    dedup_key: str
    status: str
    title: str
    description: str = ""
    severity: Optional[str] = None
    source: str = ""
    starts_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    first_at: datetime = Field(sa_type=Instant)
    last_at: datetime = Field(sa_type=Instant)
    events: int = 1
    resolved_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    resolved_by: Optional[str] = None
    tags: Any = Field(default_factory=dict, sa_type=Json)
    links: Any = Field(default_factory=list, sa_type=Json)
    payload: Any = Field(default_factory=dict, sa_type=Json)
    page_id: Optional[int] = Field(default=None, foreign_key="page.id")
