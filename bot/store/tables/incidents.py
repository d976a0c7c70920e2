"""Incidents and their tasks."""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from bot.store.types import Instant, Json


class IncidentRow(SQLModel, table=True):
    """What people work on together; `id` is its number."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_status", "status"),
        Index("ix_incident_channel", "channel", unique=True),
        {"sqlite_autoincrement": True},
    )
    id: Optional[int] = Field(default=None, primary_key=True)
    title: str
    severity: str
    status: str
    declared_by: str
    declared_at: datetime = Field(sa_type=Instant)
    trigger_key: Optional[str] = Field(default=None, unique=True)
    """The submission that declared it: a repeated one finds it instead of declaring again."""
    service: Optional[str] = None
    description: str = ""
    private: bool = False
    roles: Any = Field(default_factory=dict, sa_type=Json)
    invited: Any = Field(default_factory=list, sa_type=Json)
    joined: Any = Field(default_factory=list, sa_type=Json)
    """Who is in the channel, as Slack told."""
    channel: Optional[str] = None
    channel_name: Optional[str] = None
    update: Any = Field(default=None, sa_type=Json, nullable=True)
    next_update_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    resolved_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    resolved_by: Optional[str] = None
    what_happened: str = ""
    fix: str = ""
    setup_problem: str = ""
    archived: bool = False
    links: Any = Field(default_factory=list, sa_type=Json)
    related: Any = Field(default_factory=list, sa_type=Json)
    merged_into: Optional[int] = Field(default=None, index=True)
    version: int = 1


class TaskRow(SQLModel, table=True):
    """Work of an incident that somebody does or should do."""

    __tablename__ = "task"
    id: Optional[int] = Field(default=None, primary_key=True)
    incident_id: int = Field(index=True)
    text: str
    made_by: str
    made_at: datetime = Field(sa_type=Instant)
    assignee: Optional[str] = None
    due_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    done_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    done_by: Optional[str] = None
