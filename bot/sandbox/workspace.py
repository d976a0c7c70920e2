"""Who and what exists in the workspace, and how a name finds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox import yaml_file
from bot.sandbox.ids import Ids, secret
from bot.sandbox.state import Canvas, Conversation, Kind, Message, Person, Scheduled, UserGroup, epoch

PEOPLE = Path(__file__).with_name("people.yml")
CHANNELS_OF_A_NEW_WORKSPACE = {"general": False, "incidents": True, "alerts": True}
"""Channel name → whether the bot is a member."""

WEBHOOK_SHARES_THE_APPS_BOT_ID = False
"""Not settled for real Slack; a different bot_id is what most workspaces show for an outside tool's webhook."""


@dataclass
class Webhook:
    """An incoming webhook: posts into one channel under a bot_id of its own."""

    channel: str
    bot_id: str
    secret: str
    name: str = "incoming-webhook"


@dataclass
class File:
    """An uploaded file; `content` is None until the bytes came."""

    id: str
    name: str
    length: int
    secret: str
    content: bytes | None = None
    completed: bool = False
    title: str = ""
    user: str = ""
    created_at: int = 0
    channels: list[str] = field(default_factory=list)


@dataclass
class Workspace:
    """One team: its people, conversations, webhooks, files and whatever else it keeps, by id."""

    ids: Ids
    team_id: str
    app_id: str
    bot: Person
    name: str = "Sandbox"
    domain: str = "sandbox"
    people: dict[str, Person] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    webhooks: list[Webhook] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    canvases: dict[str, Canvas] = field(default_factory=dict)
    scheduled: dict[str, Scheduled] = field(default_factory=dict)
    companies: dict[str, str] = field(default_factory=dict)
    """Other companies, by name → team id."""

    def person(self, who: str) -> Person | None:
        """Find by id, or by name in any case, with or without @."""
        if who in self.people:
            return self.people[who]
        wanted = who.removeprefix("@").casefold()
        for person in self.people.values():
            if wanted in (person.name.casefold(), person.real_name.casefold()):
                return person
        return None

    def hire(
        self, name: str, tz: str | None = None, email: str | None = None, real_name: str | None = None
    ) -> Person:
        """A new member of the team; what is not said gets a sensible value."""
        person = Person(
            id=self.ids.new("U"),
            name=name,
            real_name=real_name or name.title(),
            tz=tz or "UTC",
            email=email or f"{name}@example.com",
            updated=epoch(),
        )
        self.people[person.id] = person
        return person

    def humans(self) -> list[Person]:
        """Everybody who is no bot, in order of arrival."""
        return [person for person in self.people.values() if not person.is_bot]

    def is_stranger(self, person: Person) -> bool:
        """Whether somebody of another company is in no channel that the app sees."""
        return person.organization is not None and not any(
            {person.id, self.bot.id} <= set(each.members)
            for each in self.conversations.values()
            if not each.is_direct
        )

    def is_shared(self, conversation: Conversation) -> bool:
        """Whether people of another company are in it."""
        return any(
            member in self.people and self.people[member].organization for member in conversation.members
        )

    def channel_named(self, name: str) -> Conversation | None:
        """The channel that has this name now; archived ones keep theirs."""
        wanted = name.removeprefix("#")
        return next((c for c in self.conversations.values() if not c.is_direct and c.name == wanted), None)

    def direct(self, *members: str) -> Conversation | None:
        """The DM or group DM of exactly these people."""
        wanted = set(members)
        return next(
            (c for c in self.conversations.values() if c.is_direct and set(c.members) == wanted), None
        )

    def open_direct(self, *members: str) -> Conversation:
        """The DM of these people, made when it is not there yet."""
        found = self.direct(*members)
        if found is None:
            kind: Kind = "im" if len(set(members)) <= 2 else "mpim"
            found = Conversation(
                id=self.ids.new("D" if kind == "im" else "G"),
                name="" if kind == "im" else "mpdm-" + "--".join(self.people[m].name for m in members) + "-1",
                kind=kind,
                creator=members[0],
                created=epoch(),
                members=list(dict.fromkeys(members)),
            )
            self.conversations[found.id] = found
        return found

    def group(self, which: str) -> UserGroup | None:
        """A user group by id, or by handle with or without @."""
        wanted = which.removeprefix("@")
        return self.groups.get(which) or next((g for g in self.groups.values() if g.handle == wanted), None)

    def message(self, channel: str, ts: str) -> Message | None:
        """A message by its place; None when it was never there or is deleted."""
        conversation = self.conversations.get(channel)
        return conversation.messages.get(ts) if conversation else None

    def name_of(self, person: str | None) -> str:
        """How people call a user id, the app by its display name; the id itself when unknown."""
        found = self.people.get(person or "")
        if found is None:
            return person or ""
        return found.real_name if found.is_bot else found.name


def new_workspace(bot_name: str, people: Path = PEOPLE) -> Workspace:
    """A workspace as on its first day. Ids are the same each time, so that tokens and caches stay right."""
    ids = Ids()
    team, app = ids.new("T"), ids.new("A")
    bot = Person(
        ids.new("U"), bot_name.lower(), bot_name, "UTC", "", is_bot=True, bot_id=ids.new("B"), app_id=app
    )
    workspace = Workspace(ids, team, app, bot)
    for entry in yaml_file.read(people):
        workspace.hire(entry["name"], entry.get("tz"), entry.get("email"), entry.get("real_name"))
    workspace.people[bot.id] = bot
    humans = [person.id for person in workspace.humans()]
    for name, with_bot in CHANNELS_OF_A_NEW_WORKSPACE.items():
        members = [*humans, bot.id] if with_bot else list(humans)
        channel = Conversation(
            ids.new("C"), name, "channel", humans[0], epoch(), members, is_general=name == "general"
        )
        workspace.conversations[channel.id] = channel
        if name == "alerts":
            bot_id = str(bot.bot_id) if WEBHOOK_SHARES_THE_APPS_BOT_ID else ids.new("B")
            workspace.webhooks.append(Webhook(channel.id, bot_id, secret()))
    return workspace
