"""How people want to be reached, whose turn it is in a level, and what came of calls to webhooks."""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from bot.store.types import Instant, Json


class ContactMethodRow(SQLModel, table=True):
    """One address of one person, beside Slack's DM, which everybody has."""

    __tablename__ = "contact_method"
    __table_args__ = (Index("ix_contact_method_user", "user"), {"sqlite_autoincrement": True})
    id: Optional[int] = Field(default=None, primary_key=True)
    user: str
    kind: str
    """email, sms, voice, push, webhook"""
    address: str
    label: str = ""
    made_at: datetime = Field(sa_type=Instant)
    code_hash: str = ""
    """SHA-256 of the code that was sent to prove that the address is theirs."""
    code_until: Optional[datetime] = Field(default=None, sa_type=Instant)
    code_tries: int = 0
    verified_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    tested_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    problem: str = ""
    problem_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    removed_at: Optional[datetime] = Field(default=None, sa_type=Instant)


class ReachRulesRow(SQLModel, table=True):
    """What somebody wants for one urgency, instead of the usual rules; `quiet` are hours for low urgency."""

    __tablename__ = "reach_rules"
    user: str = Field(primary_key=True)
    urgency: str = Field(primary_key=True)
    rules: Any = Field(default_factory=list, sa_type=Json)
    quiet: Any = Field(default=None, sa_type=Json, nullable=True)
    changed_at: datetime = Field(sa_type=Instant)


class RoundRobinRow(SQLModel, table=True):
    """Whose turn it is in a level that pages one after the other."""

    __tablename__ = "round_robin"
    policy: str = Field(primary_key=True)
    level: int = Field(primary_key=True)
    turn: int = 0


class HookHealthRow(SQLModel, table=True):
    """How an outgoing webhook or a provider has answered lately; after repeated failures it is left alone."""

    __tablename__ = "hook_health"
    key: str = Field(primary_key=True)
    """`webhook:<id>` or `provider:<id>`"""
    failures: int = 0
    failed_since: Optional[datetime] = Field(default=None, sa_type=Instant)
    disabled_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    reason: str = ""


class DrillRow(SQLModel, table=True):
    """A live drill: who was asked, who takes part, and their test pages (bot.core.drill)."""

    __tablename__ = "drill"
    __table_args__ = (Index("ix_drill_due", "due_at"), {"sqlite_autoincrement": True})
    id: Optional[int] = Field(default=None, primary_key=True)
    what: str
    severity: str = ""
    by: str
    made_at: datetime = Field(sa_type=Instant)
    places: Any = Field(default_factory=list, sa_type=Json)
    state: str = "asking"
    agreed: Any = Field(default_factory=list, sa_type=Json)
    declined: Any = Field(default_factory=list, sa_type=Json)
    pages: Any = Field(default_factory=dict, sa_type=Json)
    started_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    ends_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    due_at: Optional[datetime] = Field(default=None, sa_type=Instant)
