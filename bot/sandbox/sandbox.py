"""The running sandbox: one workspace, one app, and everything that watches them."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox.faults import Faults
from bot.sandbox.ledger import Ledger
from bot.sandbox.limits import Limits
from bot.sandbox.live import Live
from bot.sandbox.manifest import Manifest
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.state import Conversation, View
from bot.sandbox.tasks import Tasks
from bot.sandbox.triggers import Triggers
from bot.sandbox.wire import Json
from bot.sandbox.witness import Witnesses
from bot.sandbox.workspace import PEOPLE, Workspace, new_workspace


class Sandbox:
    """What the methods, the hands and the sockets share. `url` ends without a slash."""

    def __init__(self, manifest: Manifest, people: Path | None = None, url: str = "") -> None:
        self.manifest = manifest
        self.url = url
        self._people = people or PEOPLE
        self.tasks = Tasks()
        self.faults = Faults()
        self.ledger = Ledger()
        self.limits = Limits()
        self.live = Live(self.tasks)
        self.witnesses = Witnesses()
        self.workspace: Workspace = new_workspace(manifest.name, self._people)
        self.sockets = SocketMode(
            self.workspace.app_id,
            self.tasks,
            self._sockets_changed,
            duplicates=lambda: self.faults.duplicates,
            reorders=lambda: self.faults.reorders,
        )
        self._begin()

    def _begin(self) -> None:
        self.triggers = Triggers()
        self.modals: dict[str, list[View]] = {}
        """User id → open modals, the lowest first."""
        self.homes: dict[str, View] = {}
        self.message_state: dict[tuple[str, str, str], dict[tuple[str, str], Json]] = {}
        """(user, channel, ts) → what this person chose in the menus of a message."""

    def reset(self) -> None:
        """A new workspace with the same ids for the same people and channels; the app stays connected."""
        earlier = self.workspace
        self.workspace = new_workspace(self.manifest.name, self._people)
        self.workspace.ids.continue_after(earlier.ids)
        for new, old in zip(self.workspace.webhooks, earlier.webhooks, strict=False):
            new.secret = old.secret
        self._begin()
        self.sockets.forget_events()
        self.faults.clear()
        self.ledger.clear()
        self.limits.clear()
        for change in ("people", "channels", "views"):
            self.live.tell({"type": change})

    def changed(self, conversation: Conversation) -> None:
        """Tell the open pages that messages of a conversation changed."""
        self.live.tell({"type": "messages", "channel": conversation.id})

    def notice(self, user: str, text: str, channel: str | None = None) -> None:
        """Show a person what Slackbot would whisper: a command that failed, a button that did nothing."""
        self.live.tell({"type": "notice", "text": text, "channel": channel}, only=user)

    def _sockets_changed(self, connections: int) -> None:
        self.live.tell({"type": "sockets", "connections": connections})

    async def close(self) -> None:
        """Hang up on everybody and stop all work."""
        await self.sockets.close_all()
        await self.live.close()
        await self.tasks.stop()
