"""The nouns of a workspace: people, conversations, messages, views. Data only; `workspace.py` finds them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bot.sandbox.wire import Json

Kind = Literal["channel", "private", "im", "mpim"]


@dataclass
class Person:
    """A member of the workspace: a human, or the app's bot user (`bot_id` set)."""

    id: str
    name: str
    real_name: str
    tz: str
    email: str
    is_bot: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    updated: int = 0
    quiet_hours: tuple[str, str] | None = None
    """From and until `HH:MM` in their own zone, every day."""
    snoozed_at: int = 0
    snoozed_until: int = 0
    away: bool = False
    organization: str | None = None
    """The name of another company, for somebody who is here by a shared channel."""
    foreign_team: str | None = None
    """That company's team id."""

    def as_user(self, team_id: str, *, with_email: bool) -> Json:
        """Slack's user object; a deactivated member has no time zone in it, as in Slack."""
        user: Json = {
            "id": self.id,
            "team_id": self.foreign_team or team_id,
            "name": self.name,
            "deleted": self.deleted,
            "profile": self.profile(with_email=with_email),
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": self.updated,
        }
        if self.deleted:
            return user
        offset = datetime.now(ZoneInfo(self.tz)).utcoffset()
        return user | {
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": datetime.now(ZoneInfo(self.tz)).tzname(),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "color": "9f69e7",
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_email_confirmed": True,
        }

    def profile(self, *, with_email: bool) -> Json:
        """The profile part of the user object."""
        profile: Json = {
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.real_name if self.is_bot else self.name,
            "display_name_normalized": self.real_name if self.is_bot else self.name,
            "title": "",
            "status_text": "",
            "status_emoji": "",
        }
        if with_email and self.email and not self.organization:
            profile["email"] = self.email
        if self.is_bot:
            profile |= {"api_app_id": self.app_id, "bot_id": self.bot_id}
        return profile


@dataclass
class Message:
    """A message as it stands now.

    `user` is None for webhook posts. `seen_by` is the one person who sees an ephemeral message. `former` are the
    blocks before each edit: what a person with a stale screen can still click.
    """

    channel: str
    ts: str
    text: str
    user: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    username: str | None = None
    icons: Json | None = None
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[Json] = field(default_factory=list)
    client_msg_id: str | None = None
    seen_by: str | None = None
    extra: Json = field(default_factory=dict)
    former: list[list[Json]] = field(default_factory=list)

    @property
    def is_reply(self) -> bool:
        """Whether it sits in somebody else's thread."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class Pin:
    """A pinned message."""

    ts: str
    by: str
    at: int


@dataclass
class Conversation:
    """A channel, private channel or DM. `members` are user ids in order of joining."""

    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    topic: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    purpose: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    archived: bool = False
    is_general: bool = False
    previous_names: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    """Parent ts → the ts of its replies, oldest first."""
    ephemerals: list[Message] = field(default_factory=list)
    pins: list[Pin] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)
    canvas: str | None = None
    read: dict[str, str] = field(default_factory=dict)
    """User id → the ts up to which they have read."""

    @property
    def is_direct(self) -> bool:
        """A DM or a group DM."""
        return self.kind in ("im", "mpim")

    @property
    def event_kind(self) -> str:
        """The `channel_type` of message events."""
        return {"channel": "channel", "private": "group", "im": "im", "mpim": "mpim"}[self.kind]


@dataclass
class View:
    """A modal or a Home. `body` is what the app sent, with ids filled in; `typed` what the person entered since.

    `typed` is keyed by (block_id, action_id) and holds Slack's state entry: `{"type": …, "value": …}`.
    """

    id: str
    user: str
    type: Literal["modal", "home"]
    body: Json
    hash: str
    root: str
    previous: str | None = None
    typed: dict[tuple[str, str], Json] = field(default_factory=dict)


@dataclass
class UserGroup:
    """People who are mentioned together, as `<!subteam^S…>`. `disabled_at` is 0 while it can be mentioned."""

    id: str
    name: str
    handle: str
    created_by: str
    created_at: int
    description: str = ""
    users: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    updated_by: str = ""
    updated_at: int = 0
    disabled_at: int = 0


@dataclass
class Section:
    """A heading, paragraph, list or table of a canvas, in markdown."""

    id: str
    markdown: str


@dataclass
class Canvas:
    """A document; `channel` when it is the canvas of a channel, or a tab in one."""

    id: str
    title: str
    owner: str
    created_at: int
    channel: str | None = None
    sections: list[Section] = field(default_factory=list)

    @property
    def markdown(self) -> str:
        """All of it."""
        return "\n\n".join(section.markdown for section in self.sections)


@dataclass
class Scheduled:
    """A message that is to be posted later; `fields` are those of `Message`."""

    id: str
    channel: str
    post_at: int
    created_at: int
    text: str
    blocks: list[Json]
    attachments: list[Json]
    fields: Json


def epoch() -> int:
    """Whole seconds since 1970, as Slack writes `created` and `updated`."""
    return int(time.time())
