"""Pages and the notifications they owe. The promise of PRODUCT §3 is a constraint here."""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.types import Instant, Json

_WAITING = text("due_at IS NOT NULL")
_PLANNED = text("state = 'planned'")
_OPEN = text("group_key IS NOT NULL AND state <> 'resolved'")


class PageRow(SQLModel, table=True):
    """One run of an escalation policy."""

    __tablename__ = "page"
    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('triggered', 'snoozed') OR due_at IS NOT NULL",
            name="unacknowledged_has_a_next_step",
        ),
        Index("ix_page_due", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_page_one_open", "group_key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_page_state", "state"),
        Index("ix_page_incident", "incident_id"),
        {"sqlite_autoincrement": True},
    )
    id: Optional[int] = Field(default=None, primary_key=True)
    group_key: Optional[str] = None
    """`<service>:<policy>`: alerts with the same one join the open page; empty when nothing may join."""
    service: Optional[str] = None
    policy: Any = Field(sa_type=Json, nullable=False)
    title: str
    severity: Optional[str] = None
    state: str
    started_at: datetime = Field(sa_type=Instant)
    due_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    generation: int = 0
    step: int = 0
    level: int = 0
    round: int = 1
    last_resort: bool = False
    step_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    paged: Any = Field(default_factory=list, sa_type=Json)
    declined: Any = Field(default_factory=list, sa_type=Json)
    failed: Any = Field(default_factory=list, sa_type=Json)
    reached: bool = False
    ever_paged: Any = Field(default_factory=list, sa_type=Json)
    acknowledged_by: Optional[str] = None
    acknowledged_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    snoozed_until: Optional[datetime] = Field(default=None, sa_type=Instant)
    resolved_by: Optional[str] = None
    resolved_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    incident_id: Optional[int] = Field(default=None, foreign_key="incident.id")
    urgency: str = "high"
    urgent_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    """When a low urgency becomes high; `due_at` is never later."""
    leg: int = 0
    """How often the run was handed over to another policy by a last resort."""
    agreed: Any = Field(default_factory=list, sa_type=Json)
    accepted: Any = Field(default_factory=list, sa_type=Json)
    version: int = 1


class NotificationRow(SQLModel, table=True):
    """One attempt to reach one person (or channel) by one contact method for one step of a page."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint(
            "page_id", "generation", "step", "addressee", "method", "contact", name="uq_notification_attempt"
        ),
        Index("ix_notification_due", "due_at", sqlite_where=_PLANNED, postgresql_where=_PLANNED),
    )
    id: Optional[int] = Field(default=None, primary_key=True)
    page_id: int = Field(foreign_key="page.id")
    generation: int
    step: int
    level: int
    addressee: str
    """A Slack user id, or a channel's name or id."""
    is_channel: bool = False
    method: str = "slack"
    contact: int = 0
    """Which of their contact methods; 0 is Slack's DM."""
    due_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    """Of a planned one: when its turn comes, in product time."""
    cause: str
    via: str = ""
    until: Optional[datetime] = Field(default=None, sa_type=Instant)
    added_by: Optional[str] = None
    round: int = 1
    last_resort: bool = False
    state: str = "owed"
    """planned, owed, sent, delivered, failed, skipped, canceled"""
    reason: str = ""
    provider: str = ""
    remote_id: str = ""
    """The provider's own id of the message, by which it tells what came of it."""
    created_at: datetime = Field(sa_type=Instant)
    settled_at: Optional[datetime] = Field(default=None, sa_type=Instant)
