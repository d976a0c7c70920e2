"""What is owed to the outside, the messages that are out there, and the envelopes that came in."""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.types import Instant, Json, RowNumber

_UNSETTLED = text("state IN ('new', 'sending')")


class DebtRow(SQLModel, table=True):
    """A message or a state owed to the outside (DESIGN, "Debts"). Times are real time, never scaled."""

    __tablename__ = "debt"
    __table_args__ = (
        Index("ix_debt_due", "due_at", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
        Index("ix_debt_lane", "lane", "id", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
        Index("ix_debt_page", "page_id"),
    )
    id: Optional[int] = Field(default=None, primary_key=True, sa_type=RowNumber)
    key: str = Field(unique=True)
    mode: str
    """`deliver`: as recorded, once. `converge`: rendered when sent; `wanted` grows with each change."""
    kind: str
    lane: str
    priority: int
    payload: Any = Field(default_factory=dict, sa_type=Json)
    state: str = "new"
    """new, sending, sent, failed, canceled"""
    wanted: int = 1
    due_at: datetime = Field(sa_type=Instant)
    owner: Optional[str] = None
    lease_until: Optional[datetime] = Field(default=None, sa_type=Instant)
    sent_from: Optional[datetime] = Field(default=None, sa_type=Instant)
    """When the first attempt began: from there on a lost answer is looked up."""
    tries: int = 0
    page_id: Optional[int] = None
    generation: Optional[int] = None
    created_at: datetime = Field(sa_type=Instant)
    settled_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    error: Optional[str] = None


class MessageRow(SQLModel, table=True):
    """A Slack message of ours that follows its subject: a page's copy, an incident's card, an announcement."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("channel", "ts"), Index("ix_message_subject", "subject"))
    id: Optional[int] = Field(default=None, primary_key=True)
    subject: str
    """`page:7` or `incident:12`."""
    role: str
    """dm, channel, card, announcement"""
    channel: str
    ts: str
    notification_id: Optional[int] = Field(default=None, foreign_key="notification.id")
    version: int = 0
    """The subject's version that it shows."""
    created_at: datetime = Field(sa_type=Instant)


class ReceivedRow(SQLModel, table=True):
    """An envelope that was acted on: Slack repeats them."""

    __tablename__ = "received"
    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant, index=True)
