"""What is configured, and who is in the workspace."""

from datetime import datetime
from typing import Any, Optional

from sqlmodel import Field, SQLModel

from bot.store.types import Instant, Json


class MetaRow(SQLModel, table=True):
    """Single facts about this database: whose it is, its clock's anchor, the digest of the applied files."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: Any = Field(sa_type=Json, nullable=True)


class ConfigObjectRow(SQLModel, table=True):
    """One configured object; `owner` is `file` or `slack` (PRODUCT §10)."""

    __tablename__ = "config_object"
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    body: Any = Field(sa_type=Json, nullable=False)
    owner: str
    file: Optional[str] = None
    line: Optional[int] = None
    digest: str
    updated_at: datetime = Field(sa_type=Instant)


class SlackUserRow(SQLModel, table=True):
    """A member of the workspace, as Slack last told."""

    __tablename__ = "slack_user"
    id: str = Field(primary_key=True)
    team_id: str = ""
    name: str = ""
    real_name: str = ""
    email: str = ""
    tz: str = "UTC"
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    direct: Optional[str] = None
    """The conversation between us and this person, once it was opened."""
