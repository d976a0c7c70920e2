"""Who asks for what and where, and what they can be answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.clock import Clock
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import ChannelId, IncidentId, PageId, UserId
from bot.links import Links
from bot.slack.channels import Channels
from bot.slack.directory import Directory
from bot.slack.gateway import Gateway
from bot.slack.render.message import Message
from bot.store.database import Database


@dataclass(frozen=True)
class Desk:
    """What listeners work with."""

    db: Database
    catalogue: Callable[[], Catalogue]
    gateway: Gateway
    channels: Channels
    directory: Directory
    clock: Clock
    links: Links


@dataclass(frozen=True)
class Asked:
    """A command, click, submission or shortcut, whichever way Slack spells it."""

    user: UserId
    trigger: str
    """Slack's id of this one deed; good for three seconds to open a modal with."""
    channel: ChannelId | None = None
    text: str = ""
    """What was typed after a command."""
    value: str = ""
    """What the button carries, or the option that was chosen."""
    action: str = ""
    """The id of the button or menu."""
    view: Mapping[str, Any] | None = None
    """The form that was submitted, or the modal or Home that was clicked in."""
    message: Mapping[str, Any] | None = None
    """The message that was clicked in, or that a shortcut is about."""
    ephemeral: bool = False
    """Clicked in a message that only this person sees."""
    domain: str = ""
    """The workspace's, as in `acme.slack.com`."""
    home_team: str = ""
    asker_team: str = ""
    """The asker's workspace; another than `home_team` for somebody from another organization, unless the workspaces
    belong to one enterprise (then `home_team` is empty)."""

    @property
    def page(self) -> PageId:
        return PageId(int(self.value.rpartition(":")[2]))

    @property
    def incident(self) -> IncidentId:
        return IncidentId(int(self.value.rpartition(":")[2]))

    @property
    def option(self) -> str:
        """`snooze-15` of `snooze-15:204`."""
        return self.value.partition(":")[0]

    @property
    def ts(self) -> str:
        """Of the message; empty when there is none."""
        return str((self.message or {}).get("ts", ""))


@dataclass(frozen=True)
class Tell:
    """Say it to the asker alone: where they asked, or in `channel`, or else in their DM."""

    message: Message
    channel: ChannelId | None = None
    closes_all: bool = False
    """After a form: the modals under it close too."""


@dataclass(frozen=True)
class Open:
    """Show a modal."""

    view: dict[str, Any]


@dataclass(frozen=True)
class Push:
    """Show a modal above the submitted form, which stays as it was filled in."""

    view: dict[str, Any]


@dataclass(frozen=True)
class FieldErrors:
    """The form stays open; each text is shown at its field."""

    by_block: dict[str, str]


@dataclass(frozen=True)
class Problem:
    """It can't be done, and nothing was saved; `message` says why, `field` which part of a form is wrong."""

    message: Message
    field: str = ""


@dataclass(frozen=True)
class Redraw:
    """The modal that was clicked in shows this now; clicked elsewhere, it opens."""

    view: dict[str, Any]


Answer = Tell | Open | Push | Redraw | FieldErrors | Problem | None
Listener = Callable[[Desk, Asked], Awaitable[Answer]]


def asked_of(body: Mapping[str, Any]) -> Asked:
    """Read the body of an envelope (docs.slack.dev, "Interaction payloads" and "Slash commands")."""
    if "command" in body:
        return Asked(
            user=UserId(body["user_id"]),
            trigger=body.get("trigger_id", ""),
            channel=ChannelId(body["channel_id"]),
            text=body.get("text") or "",
            domain=body.get("team_domain", ""),
        )
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    team = body.get("team") or {}
    return Asked(
        user=UserId(body["user"]["id"]),
        trigger=body.get("trigger_id", ""),
        channel=ChannelId(channel) if channel else None,
        value=_value((body.get("actions") or [{}])[0]),
        action=(body.get("actions") or [{}])[0].get("action_id", ""),
        view=body.get("view"),
        message=body.get("message"),
        ephemeral=bool(container.get("is_ephemeral")),
        domain=team.get("domain", ""),
        home_team="" if body.get("enterprise") else team.get("id", ""),
        asker_team=body["user"].get("team_id", ""),
    )


def _value(action: Mapping[str, Any]) -> str:
    chosen = action.get("selected_option") or {}
    return str(action.get("value") or chosen.get("value") or action.get("selected_user") or "")
