"""The timeline: facts, appended and never changed."""

from datetime import datetime
from typing import Any, Optional

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from bot.store.types import Instant, Json


class TimelineRow(SQLModel, table=True):
    """One fact (bot.core.facts); `data` holds what its kind adds."""

    __tablename__ = "timeline"
    __table_args__ = (
        Index("ix_timeline_page", "page_id", "id"),
        Index("ix_timeline_incident", "incident_id", "id"),
        Index("ix_timeline_schedule", "schedule", "id"),
    )
    id: Optional[int] = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant)
    kind: str
    by: str
    page_id: Optional[int] = None
    incident_id: Optional[int] = None
    schedule: Optional[str] = None
    data: Any = Field(default_factory=dict, sa_type=Json)
