"""What may stand in a configuration file: one model per kind of entry, each key with its meaning and an example.

`docs/configuration.md` lists the same keys. Names of other entries are only text here; `check.py` looks them up.
"""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Tag,
    field_validator,
    model_validator,
)

from bot.config.entry import Entry, key
from bot.config.policy_entries import (
    LastResortEntry,
    LevelEntry,
    PolicyEntry,
    TargetEntry,
)
from bot.config.values import (
    Channel,
    Condition,
    Day,
    Holidays,
    Id,
    Name,
    Notice,
    ServerUrl,
    Text,
    TimeOfDay,
    TimeOfWeek,
    Token,
    Url,
    UserGroup,
    Zone,
    wrong,
)
from bot.templates import own

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MethodWord = Literal["email", "sms", "voice", "push"]
LAYER_KEYS = (
    "participants",
    "rotation",
    "hand_off",
    "weekday",
    "starts_on",
    "ends_on",
    "restrictions",
    "calendar",
)
ROTATION_LAYER, CALENDAR_LAYER = "rotation layer", "calendar layer"
"""How pydantic tells the two kinds of layer apart in the place of an error."""


class PersonEntry(Entry):
    id: Id = key("How other entries name the person.", "id: ana")
    name: Name | None = key("What people call them; the id when left out.", "name: Ana Torres", None)
    slack: Name | None = key(
        "Their Slack handle, e-mail address or user id; the id when left out.",
        "slack: ana@example.com",
        None,
    )
    time_zone: Zone | None = key(
        "An IANA time zone; Slack's own setting when left out.", "time_zone: Europe/Madrid", None
    )
    manager: Id | None = key(
        "Whom a level with the target `manager` pages after them.", "manager: frank", None
    )


class TeamEntry(Entry):
    id: Id = key("How other entries name the team.", "id: payments")
    name: Name | None = key("What people call it; the id when left out.", "name: Payments", None)
    members: list[Id] = key("People, by id.", "members: [ana, bob]", [])
    channel: Channel | None = key(
        "The Slack channel where the team sees its pages.", 'channel: "#payments"', None
    )
    owner: Id | None = key("Who is told of problems with what the team owns.", "owner: ana", None)
    members_from: UserGroup | None = key(
        "A Slack user group whose members belong to the team too.", 'members_from: "@payments"', None
    )
    texts: dict[str, str] = key(
        "The team's own wording of pages and updates; see [texts](#texts).",
        'texts: {page: "{{ severity }} {{ service }}: {{ title }}"}',
        {},
    )

    @field_validator("texts")
    @classmethod
    def _can_be_worded(cls, texts: dict[str, str]) -> dict[str, str]:
        for what, template in texts.items():
            if problem := own.problem_of(what, template):
                cure = "Write text with values such as {{ title }}; docs/configuration.md has them all."
                raise wrong(f"the text {what} cannot be used: {problem}", cure)
        return texts


class RestrictionEntry(Entry):
    starts: TimeOfWeek = key(
        "When it opens, by the clocks of the zone: a time of day, or a weekday and time.",
        "starts: friday 18:00",
    )
    ends: TimeOfWeek = key(
        "When it closes: a time of day, of the next day when it is not later than `starts`; or a weekday and time.",
        "ends: monday 09:00",
    )
    weekdays: list[Weekday] = key(
        "With times of day: the days on which it opens; every day when left out.",
        "weekdays: [monday, tuesday]",
        [],
    )

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if (self.starts.weekday is None) != (self.ends.weekday is None):
            raise wrong(
                "one of starts and ends has a weekday, the other has none",
                "Give both one, or use `weekdays`.",
            )
        if self.weekdays and self.starts.weekday is not None:
            raise wrong("it has weekdays twice", "Remove `weekdays`, or the weekdays in starts and ends.")
        if self.starts == self.ends:
            cure = (
                "Choose a later end. For whole days write `starts: saturday 00:00` and `ends: monday 00:00`; "
                "to cover always leave the restriction out."
            )
            raise wrong("it starts and ends at the same time", cure)
        return self


class SupportHoursEntry(Entry):
    time_zone: Zone = key("The IANA time zone of its hours.", "time_zone: Europe/London")
    hours: list[RestrictionEntry] = key(
        "When somebody works: within any of these.",
        'hours: [{starts: "09:00", ends: "17:00", weekdays: [monday, friday]}]',
        min_length=1,
        max_length=20,
    )


class SeverityRuleEntry(Entry):
    when: Condition = key("A condition in CEL; see [conditions](#conditions).", "when: hour < 6")
    severity: Id = key("The severity when it holds.", "severity: SEV1")


class ServiceEntry(Entry):
    id: Id = key("The name by which alerts name the service.", "id: checkout")
    name: Name | None = key("What people call it; the id when left out.", "name: Checkout", None)
    team: Id | None = key("The team that owns it.", "team: payments", None)
    tier: int | None = key("How much the business depends on it; 1 is the most.", "tier: 1", None, ge=1, le=9)
    policy: Id | None = key(
        "Whom its alerts page; the default policy when left out.", "policy: checkout-critical", None
    )
    runbook: Url | None = key(
        "What to do when it breaks.", "runbook: https://wiki.example.com/checkout", None
    )
    dashboard: Url | None = key(
        "Where to look first.", "dashboard: https://grafana.example.com/d/checkout", None
    )
    description: Text = key("What it does, in a sentence.", "description: Takes the customers' money", "")
    urgency: Literal["high", "low", "support_hours"] = key(
        "How hard its pages wake people: high, low, or support_hours: low outside of them, until they begin.",
        "urgency: support_hours",
        "high",
    )
    support_hours: SupportHoursEntry | None = key(
        "When somebody works on it anyway; conditions read it, and `urgency` may.",
        'support_hours: {time_zone: Europe/London, hours: [{starts: "09:00", ends: "17:00"}]}',
        None,
    )
    severity_rules: list[SeverityRuleEntry] = key(
        "The severity of its alerts by conditions, over what the source says; the first that holds.",
        "severity_rules: [{when: hour < 6, severity: SEV1}]",
        [],
        max_length=50,
    )

    @model_validator(mode="after")
    def _has_its_hours(self) -> Self:
        if self.urgency == "support_hours" and self.support_hours is None:
            cure = "Add `support_hours`, or write `urgency: high`."
            raise wrong("its urgency goes by support hours, and it has none", cure)
        return self


class RotationEntry(Entry):
    every: int = key("How many units a turn takes.", "every: 1", 1, ge=1, le=1000)
    unit: Literal["hours", "days", "weeks"] = key("hours, days or weeks.", "unit: weeks")


def _place(value: object) -> object:
    return [value] if isinstance(value, str) else value


class LayerEntry(Entry):
    participants: list[Annotated[list[Id], BeforeValidator(_place)]] = key(
        "Who takes turns, by id; a place may hold several people, or nobody (`[]`).",
        "participants: [ana, [bob, carol], []]",
        min_length=1,
        max_length=100,
    )
    rotation: RotationEntry = key("How long a turn takes.", "rotation: {every: 1, unit: weeks}")
    hand_off: TimeOfDay = key(
        "When a turn begins, by the clocks of the schedule's zone.", 'hand_off: "09:00"'
    )
    weekday: Weekday | None = key(
        "For the reader: the weekday of starts_on. It must be true.", "weekday: monday", None
    )
    starts_on: Day = key("The day of the first hand-off; nobody is on call before.", "starts_on: 2026-01-05")
    ends_on: Day | None = key(
        "The day on which the layer ends, at the time of its hand-offs; never when left out.",
        "ends_on: 2026-06-29",
        None,
    )
    restrictions: list[RestrictionEntry] = key(
        "When the layer covers: within any of these; always when left out. Outside, the layer below is seen.",
        'restrictions: [{starts: "09:00", ends: "17:00"}]',
        [],
        max_length=20,
    )


class CalendarLayerEntry(Entry):
    calendar: Url = key(
        "The iCal address of a calendar that says who is on call: a layer, instead of a rotation.",
        "calendar: https://calendar.example.com/on-call.ics",
    )


def _kind_of_layer(value: object) -> str:
    return CALENDAR_LAYER if isinstance(value, dict) and "calendar" in value else ROTATION_LAYER


AnyLayerEntry = Annotated[
    Annotated[LayerEntry, Tag(ROTATION_LAYER)] | Annotated[CalendarLayerEntry, Tag(CALENDAR_LAYER)],
    Discriminator(_kind_of_layer),
]


class ScheduleEntry(Entry):
    id: Id = key("How other entries name the schedule.", "id: payments-primary")
    name: Name | None = key("What people call it; the id when left out.", "name: Payments, first call", None)
    time_zone: Zone = key("The IANA time zone of its hand-offs.", "time_zone: Europe/London")
    layers: list[AnyLayerEntry] = key(
        "Rotations from the lowest to the highest; the highest that has somebody wins. "
        "With a single one its keys may stand in the schedule itself.",
        "layers: [{participants: [ana, bob], rotation: {unit: weeks}, "
        'hand_off: "09:00", starts_on: 2026-01-05}]',
        min_length=1,
        max_length=20,
    )
    team: Id | None = key("The team that owns it.", "team: payments", None)
    owner: Id | None = key("Who is told of gaps; the team's owner when left out.", "owner: ana", None)
    holidays: Holidays | None = key(
        "Whose public holidays count in reports of hours: a country, or a part of it.", "holidays: GB", None
    )
    announce: Channel | None = key(
        "The Slack channel that hears who is on call at each change of shift; none when left out.",
        'announce: "#payments"',
        None,
    )
    remind_before: Notice | None = key(
        "How long before a shift its people hear of it, at most 14 days; `0 h` for never, 24 h when left out. "
        "Of a shift of a day or less they hear 1 h before at the earliest.",
        "remind_before: 48 h",
        None,
    )
    user_groups: list[UserGroup] = key(
        "Slack user groups that always hold whoever is on call. Several schedules may feed one.",
        'user_groups: ["@payments-oncall"]',
        [],
        max_length=10,
    )
    user_group_changes: Literal["undo", "respect"] | None = key(
        "What becomes of a person's own change to these groups: undo, or respect until who is on call changes; "
        "undo when left out.",
        "user_group_changes: respect",
        None,
    )

    @model_validator(mode="before")
    @classmethod
    def _single_layer(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        layer = {name: data[name] for name in LAYER_KEYS if name in data}
        if not layer:
            return data
        if "layers" in data:
            raise wrong(
                f"`{next(iter(layer))}` stands beside `layers`", "Move it into a layer, or remove `layers`."
            )
        return {name: value for name, value in data.items() if name not in layer} | {"layers": [layer]}


class IntegrationEntry(Entry):
    id: Id = key("How Tocsin and people name the source.", "id: alertmanager")
    name: Name | None = key("What people call it; the id when left out.", "name: Alertmanager", None)
    type: Literal["generic", "alertmanager", "slack"] = key(
        "generic, alertmanager or slack.", "type: alertmanager"
    )
    token: Token | None = key(
        "The secret in the address to which the source posts.", "token: 8fQ2c0hZ6uYb1n", None
    )
    token_env: Id | None = key(
        "The environment variable that holds the token.", "token_env: ALERTMANAGER_TOKEN", None
    )
    token_sha256: str | None = key(
        "The SHA-256 of the token in hex: all that Tocsin keeps of it.",
        "token_sha256: 30952831c59b76abb4322b7a5e1b58b5c81c7ba66dbdd18b3f6ee3d6a3d3f9cf",
        None,
        pattern="^[0-9a-f]{64}$",
    )
    channel: Channel | None = key("For slack: the watched channel.", 'channel: "#alerts"', None)
    service: Id | None = key("The service of an alert that names none.", "service: checkout", None)
    severities: dict[str, str] = key(
        "The source's words for severities, beside the usual ones.", "severities: {disaster: SEV1}", {}
    )

    @model_validator(mode="after")
    def _has_its_way_in(self) -> Self:
        tokens = self.model_fields_set & {"token", "token_env", "token_sha256"}
        if self.type == "slack":
            if tokens:
                raise wrong("a source of type slack has no token", f"Remove {', '.join(sorted(tokens))}.")
            if self.channel is None:
                raise wrong("`channel` is missing", 'Add the watched channel: `channel: "#alerts"`.')
        elif self.channel is not None:
            raise wrong("only a source of type slack watches a channel", "Remove `channel`.")
        elif len(tokens) != 1:
            count = "more than one token" if tokens else "no token"
            raise wrong(f"it has {count}", "Give it one of `token`, `token_env` and `token_sha256`.")
        return self


CARRIES: dict[str, tuple[MethodWord, ...]] = {
    "smtp": ("email",),
    "twilio": ("sms", "voice"),
    "apprise": ("push", "email", "sms", "voice"),
}
"""What a provider of each type can carry."""
WITHOUT_METHODS: dict[str, tuple[MethodWord, ...]] = CARRIES | {"apprise": ("push",)}
"""What it carries when its entry does not say."""
_PROVIDER_KEYS = {
    "smtp": (("url", "sender"), ("secret_env",)),
    "twilio": (("account", "sender", "secret_env"), ("url",)),
    "apprise": ((), ("secret_env",)),
}
"""By type the keys that must be there, and those that may be."""
_SCHEMES = {"smtp": ("smtp://", "smtps://"), "twilio": ("https://", "http://"), "apprise": ()}


class ProviderEntry(Entry):
    id: Id = key("How Tocsin and people name the provider.", "id: mail")
    type: Literal["smtp", "twilio", "apprise"] = key("smtp, twilio or apprise.", "type: smtp")
    methods: list[MethodWord] = key(
        "What it carries: email, sms, voice or push; when left out smtp carries email, twilio sms and voice, "
        "apprise push.",
        "methods: [email]",
        [],
    )
    url: ServerUrl | None = key(
        "For smtp: the mail server, `smtp://` (STARTTLS where it is offered) or `smtps://`, with the user name. "
        "For twilio: another address of its API.",
        "url: smtp://tocsin@mail.example.com:587",
        None,
    )
    account: Name | None = key(
        "For twilio: the account SID.", "account: AC00000000000000000000000000000000", None
    )
    sender: Name | None = key(
        "For smtp: the From address. For twilio: the number that sends and calls, or a messaging service SID.",
        "sender: tocsin@example.com",
        None,
    )
    secret_env: Id | None = key(
        "The environment variable that holds the secret: of smtp the password, of twilio the auth token, of "
        "apprise a URL in which `{to}` stands for the address.",
        "secret_env: MAIL_PASSWORD",
        None,
    )

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        required, allowed = _PROVIDER_KEYS[self.type]
        for name in required:
            if getattr(self, name) is None:
                example = type(self).model_fields[name].examples or [""]
                raise wrong(f"`{name}` is missing", f"Add it, for example `{example[0]}`.")
        for name in ("url", "account", "sender", "secret_env"):
            if getattr(self, name) is not None and name not in (*required, *allowed):
                raise wrong(f"a provider of type {self.type} has no {name}", f"Remove `{name}`.")
        for method in self.methods:
            if method not in CARRIES[self.type]:
                cure = f"It carries {' and '.join(CARRIES[self.type])}."
                raise wrong(f"a provider of type {self.type} does not carry {method}", cure)
        return self

    @model_validator(mode="after")
    def _has_its_address(self) -> Self:
        schemes = _SCHEMES[self.type]
        if self.url and not self.url.startswith(schemes):
            cure = f"Begin it with {' or '.join(schemes)}."
            raise wrong(f"{self.url!r} is no address for a provider of type {self.type}", cure)
        user = re.match(r"smtps?://[^/@]*@", self.url or "")
        if user and ":" in user[0].partition("://")[2]:
            raise wrong(
                "the password stands in the address", "Put it in a variable and name that: `secret_env`."
            )
        if user and self.secret_env is None:
            raise wrong("there is a user and no password", "Name the variable that holds it: `secret_env`.")
        if self.type == "smtp" and "@" not in parseaddr(self.sender or "")[1]:
            raise wrong(f"the sender {self.sender!r} is no e-mail address", "Write it as tocsin@example.com.")
        if self.type == "apprise" and self.secret_env is None and set(self.methods) - {"push"}:
            cure = "Name the variable that holds the carrier's Apprise URL: `secret_env`."
            raise wrong("only push goes without a carrier", cure)
        return self


class WebhookEntry(Entry):
    id: Id = key("How other entries name the webhook.", "id: status-board")
    name: Name | None = key("What people call it; the id when left out.", "name: Status board", None)
    url: Url = key("Where pages are posted to.", "url: https://hooks.example.com/tocsin")
    secret_env: Id | None = key(
        "The environment variable with the secret that signs each call; unsigned when left out.",
        "secret_env: STATUS_BOARD_SECRET",
        None,
    )
    owner: Id | None = key("Who is told when it does not answer any more.", "owner: ana", None)


class SeverityEntry(Entry):
    id: Id = key("The severity's short name.", "id: SEV1")
    name: Name | None = key("What people call it; the id when left out.", "name: Critical", None)
    criteria: Text = key(
        "When it applies, in words that two people read alike.", "criteria: Customers cannot buy"
    )


class RoleEntry(Entry):
    id: Id = key("The role's short name; `commander` must be among them.", "id: commander")
    name: Name | None = key("What people call it; the id when left out.", "name: Incident commander", None)


class SettingsEntry(Entry):
    default_policy: Id = key(
        "Whom an alert pages whose service is unknown or has no policy.", "default_policy: platform-default"
    )
    fallback_channel: Channel = key(
        "Where Tocsin speaks when a page reaches nobody.", 'fallback_channel: "#incidents"'
    )
    announcement_channel: Channel | None = key(
        "Where new incidents are announced.", 'announcement_channel: "#incidents"', None
    )
    admins: list[Id] = key("Who may change configuration and integrations.", "admins: [frank]", [])
    admins_from: UserGroup | None = key(
        "A Slack user group whose members are admins too.", 'admins_from: "@tocsin-admins"', None
    )


ENTRIES: dict[str, type[Entry]] = {
    "people": PersonEntry,
    "teams": TeamEntry,
    "services": ServiceEntry,
    "schedules": ScheduleEntry,
    "policies": PolicyEntry,
    "integrations": IntegrationEntry,
    "providers": ProviderEntry,
    "webhooks": WebhookEntry,
    "severities": SeverityEntry,
    "roles": RoleEntry,
    "settings": SettingsEntry,
}
"""By the top-level key under which they stand: a list of each, but one `settings`."""

NESTED: dict[str, type[Entry]] = {
    "layers": LayerEntry,
    CALENDAR_LAYER: CalendarLayerEntry,
    "restrictions": RestrictionEntry,
    "support_hours": SupportHoursEntry,
    "hours": RestrictionEntry,
    "severity_rules": SeverityRuleEntry,
    "rotation": RotationEntry,
    "levels": LevelEntry,
    "targets": TargetEntry,
    "last_resort": LastResortEntry,
}
"""The entries within entries, by their key."""
