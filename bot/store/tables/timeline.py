"""The timeline: facts, appended and never changed."""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from bot.store.types import Instant, Json

_OF_INCIDENT = text("incident_id IS NOT NULL")
_OF_SCHEDULE = text("schedule IS NOT NULL")


class TimelineRow(SQLModel, table=True):
    """One fact (bot.core.facts); `data` holds what its kind adds."""

    __tablename__ = "timeline"
    __table_args__ = (
        Index("ix_timeline_page", "page_id", "id"),
        Index(
            "ix_timeline_incident",
            "incident_id",
            "id",
            sqlite_where=_OF_INCIDENT,
            postgresql_where=_OF_INCIDENT,
        ),
        Index(
            "ix_timeline_schedule", "schedule", "id", sqlite_where=_OF_SCHEDULE, postgresql_where=_OF_SCHEDULE
        ),
    )
    id: Optional[int] = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant)
    kind: str
    by: str
    page_id: Optional[int] = None
    incident_id: Optional[int] = None
    schedule: Optional[str] = None
    data: Any = Field(default_factory=dict, sa_type=Json)
