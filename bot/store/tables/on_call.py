"""The day-to-day facts of on-call: overrides, covers, swaps, time off, hand-offs, and what Slack and calendars told.

None of it stands in files (PRODUCT §10). Spans are `starts_at` inclusive to `ends_at` exclusive. People are as
configuration names them (`PersonId`) where a schedule is meant, and Slack users (`by`, `user`) where somebody acted.
"""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from bot.store.types import Instant, Json


class OverrideRow(SQLModel, table=True):
    """One person on call for a span, over the rotation; `origin` is override, cover, swap or take."""

    __tablename__ = "schedule_override"
    id: Optional[int] = Field(default=None, primary_key=True)
    schedule: str = Field(index=True)
    person: str
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant, index=True)
    made_at: datetime = Field(sa_type=Instant)
    reason: str = ""
    by: str = ""
    origin: str = "override"
    removed_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    """Taken back: it counts no more, and is kept for whoever asks why."""
    removed_by: str = ""


class TimeOffRow(SQLModel, table=True):
    """Somebody is away; `source` is entered, or the calendar whose event (`uid`) says so."""

    __tablename__ = "time_off"
    __table_args__ = (
        Index("ix_time_off_ends_at", "ends_at"),
        Index("ix_time_off_calendar", "calendar_id", "uid"),
    )
    id: Optional[int] = Field(default=None, primary_key=True)
    person: str = Field(index=True)
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    reason: str = ""
    made_at: datetime = Field(sa_type=Instant)
    by: str = ""
    calendar_id: Optional[int] = None
    uid: Optional[str] = None
    removed_at: Optional[datetime] = Field(default=None, sa_type=Instant)


class CoverRow(SQLModel, table=True):
    """Somebody asks others to take a span of theirs; open, accepted, withdrawn, expired or changed."""

    __tablename__ = "cover"
    __table_args__ = (Index("ix_cover_due", "due_at"),)
    id: Optional[int] = Field(default=None, primary_key=True)
    schedule: str = Field(index=True)
    person: str
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    asked: Any = Field(default_factory=list, sa_type=Json)
    """Whom, by person id."""
    declined: Any = Field(default_factory=list, sa_type=Json)
    reason: str = ""
    state: str = "open"
    by: str
    made_at: datetime = Field(sa_type=Instant)
    accepted_by: Optional[str] = None
    override_id: Optional[int] = None
    settled_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    due_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    """While open: when somebody is told that nobody accepted, and at last when it expires."""
    version: int = 1


class SwapRow(SQLModel, table=True):
    """Two people exchange two spans; proposed, agreed, declined, withdrawn, expired or changed."""

    __tablename__ = "swap"
    __table_args__ = (Index("ix_swap_due", "due_at"),)
    id: Optional[int] = Field(default=None, primary_key=True)
    first_schedule: str
    first_person: str
    first_starts_at: datetime = Field(sa_type=Instant)
    first_ends_at: datetime = Field(sa_type=Instant)
    second_schedule: str
    second_person: str
    second_starts_at: datetime = Field(sa_type=Instant)
    second_ends_at: datetime = Field(sa_type=Instant)
    reason: str = ""
    state: str = "proposed"
    by: str
    made_at: datetime = Field(sa_type=Instant)
    settled_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    due_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    version: int = 1


class ShiftWatchRow(SQLModel, table=True):
    """How far a schedule's changes of shift have been told to people, and when to look again."""

    __tablename__ = "shift_watch"
    schedule: str = Field(primary_key=True)
    told_until: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant, index=True)
    on_call: Any = Field(default_factory=list, sa_type=Json)
    """Who was on call by the last look, by person id."""


class HandoffNoteRow(SQLModel, table=True):
    """What one shift leaves to the next, for the hand-off at `hand_off_at`."""

    __tablename__ = "handoff_note"
    __table_args__ = (Index("ix_handoff_note_schedule", "schedule", "hand_off_at"),)
    id: Optional[int] = Field(default=None, primary_key=True)
    schedule: str
    hand_off_at: datetime = Field(sa_type=Instant)
    by: str
    text: str
    made_at: datetime = Field(sa_type=Instant)


class HomeRow(SQLModel, table=True):
    """Somebody's App Home as they left it: who looks at it, since when, and at which schedule's week."""

    __tablename__ = "home"
    user: str = Field(primary_key=True)
    opened_at: datetime = Field(sa_type=Instant, index=True)
    schedule: Optional[str] = None
    week: Optional[str] = None
    """The Monday of the shown week, ISO; None: the present one."""


class UserGroupRow(SQLModel, table=True):
    """A Slack user group that follows schedules, and what we last set."""

    __tablename__ = "user_group"
    id: str = Field(primary_key=True)
    handle: str = ""
    name: str = ""
    members: Any = Field(default_factory=list, sa_type=Json)
    """As Slack last told, by user id."""
    set_members: Any = Field(default_factory=list, sa_type=Json)
    """As we last set them; empty: never."""
    set_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    disabled: bool = False


class FeedRow(SQLModel, table=True):
    """A private iCal feed of a schedule or a person, until it is revoked; its address carries a signature of the id."""

    __tablename__ = "feed"
    __table_args__ = (Index("ix_feed_subject", "kind", "subject"), {"sqlite_autoincrement": True})
    id: Optional[int] = Field(default=None, primary_key=True)
    kind: str
    """schedule or person"""
    subject: str
    by: str
    made_at: datetime = Field(sa_type=Instant)
    revoked_at: Optional[datetime] = Field(default=None, sa_type=Instant)


class CalendarRow(SQLModel, table=True):
    """An iCal address that is read again and again: somebody's time off, or a schedule's layer."""

    __tablename__ = "calendar"
    id: Optional[int] = Field(default=None, primary_key=True)
    purpose: str
    """time_off or layer"""
    url: str
    person: Optional[str] = None
    """Whose time off."""
    by: str = ""
    made_at: datetime = Field(sa_type=Instant)
    read_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    etag: str = ""
    spans: Any = Field(default_factory=list, sa_type=Json)
    """Of a layer: who is on call from when to when, as it was last read well."""
    problem: str = ""
    problem_since: Optional[datetime] = Field(default=None, sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant, index=True)


class QuietRow(SQLModel, table=True):
    """Somebody's Do Not Disturb, as Slack last told; in these hours Slack rings nobody."""

    __tablename__ = "quiet"
    user: str = Field(primary_key=True)
    starts_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    """The present or next span; None: they never have any."""
    ends_at: Optional[datetime] = Field(default=None, sa_type=Instant)
    snoozed_until: Optional[datetime] = Field(default=None, sa_type=Instant)
    asked_at: datetime = Field(sa_type=Instant)


class ReachTestRow(SQLModel, table=True):
    """A test of whether somebody can be woken by one method: sent, and seen when they pressed the button."""

    __tablename__ = "reach_test"
    __table_args__ = (Index("ix_reach_test_user", "user", "id"),)
    id: Optional[int] = Field(default=None, primary_key=True)
    user: str
    method: str
    sent_at: datetime = Field(sa_type=Instant)
    seen_at: Optional[datetime] = Field(default=None, sa_type=Instant)


class ChoreRow(SQLModel, table=True):
    """Something that the program does again and again, such as the weekly digest; never lost over a restart."""

    __tablename__ = "chore"
    key: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=Instant, index=True)
    data: Any = Field(default_factory=dict, sa_type=Json)
