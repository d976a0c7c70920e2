"""What is wrong between entries: unknown names, things that are there twice, things that are not there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from bot.config.entries import SINGULAR, Item
from bot.config.entry import Entry
from bot.config.mistake import Mistake
from bot.config.policy_check import policies_of, policy_mistakes
from bot.config.policy_entries import LevelEntry, PolicyEntry
from bot.config.problem import Problem, did_you_mean, listed
from bot.config.schema import (
    IntegrationEntry,
    LayerEntry,
    PersonEntry,
    ProviderEntry,
    RoleEntry,
    ScheduleEntry,
    ServiceEntry,
    SettingsEntry,
    TeamEntry,
    WebhookEntry,
)
from bot.config.values import SLACK_USER_ID, WEEKDAYS
from bot.config.yaml_lines import At
from bot.core.catalogue import COMMANDER
from bot.core.company import DEFAULT_SEVERITIES
from bot.core.configuration import Kind, Named
from bot.core.contact import TO
from bot.core.frozen import dataclass

MADE_IN_SLACK: Mapping[str, Kind] = {"schedules": Kind.SCHEDULE, "policies": Kind.POLICY}
E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class World:
    """All entries of all files; `complete` is False when a file could not be read, so that names may be missing."""

    items: Sequence[Item]
    environ: Mapping[str, str]
    files: Sequence[str]
    complete: bool
    made_in_slack: Collection[Named] = ()
    """Schedules and policies that files may name without declaring them (PRODUCT §10)."""

    def names(self, section: str) -> set[str]:
        """The ids in a section, also of entries with mistakes, so that one mistake is told once."""
        names = {item.id for item in self.items if item.section == section}
        if section == "severities" and not names:
            return {str(severity.id) for severity in DEFAULT_SEVERITIES}
        return names

    def valid(self, model: type[E]) -> Iterator[tuple[Item, E]]:
        """The entries of a kind that are right by themselves."""
        for item in self.items:
            if isinstance(item.entry, model):
                yield item, item.entry


def check(world: World) -> Iterator[Problem]:
    """Every mistake between entries."""
    for rule in RULES:
        yield from rule(world)


def _given_twice(world: World) -> Iterator[Problem]:
    first: dict[tuple[str, str], Item] = {}
    for item in world.items:
        # Senders write severities in any case, so two that differ in case alone cannot be told apart.
        name = item.id.casefold() if item.section == "severities" else item.id
        known = first.setdefault((item.section, name), item)
        if known is item or item.id == "without an id":
            continue
        message = f"it is given twice, first at {known.document.file}:{known.line('id')}"
        if item.section == "settings":
            yield item.problem((), message, "Keep one of the two.")
        else:
            yield item.problem(("id",), message, "Give one of them another id.")


Reference = tuple[str, At, str]
"""A section, the place where it is named, and the name."""


def _unknown_names(world: World) -> Iterator[Problem]:
    if not world.complete:
        return
    known = {section: world.names(section) for section in SINGULAR}
    for section, kind in MADE_IN_SLACK.items():
        known[section] |= {name for made, name in world.made_in_slack if made is kind}
    for item in world.items:
        for section, at, name in references(item.entry):
            if name in known[section] or (section == "people" and SLACK_USER_ID.fullmatch(name)):
                continue
            one = SINGULAR[section]
            elsewhere = ", make it in Slack" if section in MADE_IN_SLACK else ""
            otherwise = f"Add it under `{section}`{elsewhere}, or name another {one}."
            cure = did_you_mean(name, known[section], otherwise)
            yield item.problem(at, f"there is no {one} {name}", cure)


def undeclared(world: World) -> frozenset[Named]:
    """Schedules and policies that are named and that no file declares: made in Slack, or a mistake."""
    named = {(section, name) for item in world.items for section, _, name in references(item.entry)}
    return frozenset(
        (MADE_IN_SLACK[section], name)
        for section, name in named
        if section in MADE_IN_SLACK and name not in world.names(section)
    )


def references(entry: Entry | None) -> Iterator[Reference]:
    match entry:
        case PersonEntry():
            yield from _given(("people", "manager", entry.manager))
        case WebhookEntry():
            yield from _given(("people", "owner", entry.owner))
        case TeamEntry():
            yield from (("people", ("members", n), who) for n, who in enumerate(entry.members))
            yield from _given(("people", "owner", entry.owner))
        case ServiceEntry():
            yield from _given(("teams", "team", entry.team), ("policies", "policy", entry.policy))
            for number, rule in enumerate(entry.severity_rules):
                yield "severities", ("severity_rules", number, "severity"), rule.severity
        case ScheduleEntry():
            yield from _given(("teams", "team", entry.team), ("people", "owner", entry.owner))
            for number, layer in _rotations(entry):
                yield from _participants(("layers", number, "participants"), layer)
        case PolicyEntry():
            yield from (("severities", ("severity_timeouts", name), name) for name in entry.severity_timeouts)
            for number, level in enumerate(entry.levels):
                yield from _targets(("levels", number, "targets"), level)
                for name in level.severity_timeouts:
                    yield "severities", ("levels", number, "severity_timeouts", name), name
            if entry.last_resort and entry.last_resort.policy:
                yield "policies", ("last_resort", "policy"), entry.last_resort.policy
        case IntegrationEntry():
            yield from _given(("services", "service", entry.service))
            yield from (("severities", ("severities", word), name) for word, name in entry.severities.items())
        case SettingsEntry():
            yield from _given(("policies", "default_policy", entry.default_policy))
            yield from (("people", ("admins", n), who) for n, who in enumerate(entry.admins))
        case _:
            return


def _given(*names: tuple[str, str, str | None]) -> Iterator[Reference]:
    yield from ((section, (key,), name) for section, key, name in names if name is not None)


def _rotations(schedule: ScheduleEntry) -> Iterator[tuple[int, LayerEntry]]:
    """The layers that are no calendars."""
    yield from ((n, layer) for n, layer in enumerate(schedule.layers) if isinstance(layer, LayerEntry))


def _participants(at: At, layer: LayerEntry) -> Iterator[Reference]:
    for number, place in enumerate(layer.participants):
        yield from (("people", (*at, number), who) for who in place)


def _targets(at: At, level: LevelEntry) -> Iterator[Reference]:
    for number, target in enumerate(level.targets):
        for section, key, name in (
            ("people", "user", target.user),
            ("schedules", "schedule", target.schedule),
            ("teams", "team", target.team),
            ("webhooks", "webhook", target.webhook),
            ("policies", "policy", target.policy),
        ):
            if name is not None:
                yield section, (*at, number, key), name


def _layers(world: World) -> Iterator[Problem]:
    for item, schedule in world.valid(ScheduleEntry):
        for at, message, cure in layer_mistakes(schedule):
            yield item.problem(at, message, cure)


def layer_mistakes(schedule: ScheduleEntry) -> Iterator[Mistake]:
    """What is wrong with the rotations of a schedule that is right key by key."""
    for number, layer in _rotations(schedule):
        yield from _turns(("layers", number), layer)
        yield from _ends(("layers", number), layer)


def _turns(at: At, layer: LayerEntry) -> Iterator[Mistake]:
    if not any(layer.participants):
        cure = "Name at least one person, or remove the layer."
        yield Mistake((*at, "participants"), "nobody at all takes turns", cure)
    told, true = layer.weekday, WEEKDAYS[layer.starts_on.weekday()]
    if told is not None and told != true:
        message = f"starts_on {layer.starts_on} is a {true}, not a {told}"
        yield Mistake((*at, "weekday"), message, f"Start on a {told}, or write `weekday: {true}`.")


def _ends(at: At, layer: LayerEntry) -> Iterator[Mistake]:
    if layer.ends_on is not None and layer.ends_on <= layer.starts_on:
        message = f"the layer ends on {layer.ends_on}, but starts only on {layer.starts_on}"
        cure = "Choose a later day, or leave it out: then the layer never ends."
        yield Mistake((*at, "ends_on"), message, cure)


def _user_groups(world: World) -> Iterator[Problem]:
    """A group has one rule for changes by hand, whichever schedules feed it."""
    first: dict[str, tuple[Item, str]] = {}
    for item, schedule in world.valid(ScheduleEntry):
        rule = schedule.user_group_changes or "undo"
        for number, handle in enumerate(schedule.user_groups):
            known, said = first.setdefault(handle, (item, rule))
            if said != rule:
                yield item.problem(
                    ("user_group_changes",) if schedule.user_group_changes else ("user_groups", number),
                    f"it would {rule} changes to {handle}, and {known.name} would {said} them",
                    f"Write the same `user_group_changes` in both, or take {handle} out of one.",
                )


def _policies(world: World) -> Iterator[Problem]:
    found = list(world.valid(PolicyEntry))
    policies = policies_of({policy.id: policy for _, policy in found})
    for item, policy in found:
        for at, message, cure in policy_mistakes(policy, policies):
            yield item.problem(at, message, cure)


def _settings(world: World) -> Iterator[Problem]:
    if not world.complete or "settings" in world.names("settings"):
        return  # a settings entry without these keys has had its own problem
    for name, what, example in (
        ("default_policy", "default policy", "platform-default"),
        ("fallback_channel", "fallback channel", '"#incidents"'),
    ):
        yield Problem(
            world.files[0],
            1,
            f"settings: there is no {what}",
            f"Add `settings:` with `{name}: {example}`: an alert that nobody owns must go somewhere.",
        )


def _environment(world: World) -> Iterator[Problem]:
    for item in world.items:
        match item.entry:
            case IntegrationEntry() as entry:
                key, name = "token_env", entry.token_env
            case ProviderEntry() | WebhookEntry() as entry:
                key, name = "secret_env", entry.secret_env
            case _:
                continue
        if name is not None and not world.environ.get(name):
            yield item.problem(
                (key,),
                f"the environment variable {name} is not set",
                "Set it where Tocsin and this check run.",
            )


def _carriers(world: World) -> Iterator[Problem]:
    """Without a place for the address everybody's messages would go to one person."""
    for item, provider in world.valid(ProviderEntry):
        name = provider.secret_env
        secret = world.environ.get(name, "") if name and provider.type == "apprise" else ""
        if secret and TO not in secret:
            yield item.problem(
                ("secret_env",),
                f"the Apprise URL in {name} has no {TO}",
                f"Put {TO} where the address of the person belongs: `service://key@{TO}`.",
            )


def _managers(world: World) -> Iterator[Problem]:
    for item, person in world.valid(PersonEntry):
        if person.manager == person.id:
            yield item.problem(
                ("manager",), "nobody is their own manager", "Name somebody else, or leave it out."
            )


def _ways_in(world: World) -> Iterator[Problem]:
    tokens: dict[str, Item] = {}
    channels: dict[str, Item] = {}
    for item, integration in world.valid(IntegrationEntry):
        if (channel := integration.channel) is not None:
            known = channels.setdefault(channel, item)
            if known is not item:
                yield item.problem(
                    ("channel",), f"{known.name} watches {channel} already", "Watch a channel only once."
                )
        if (digest := token_hash(integration, world.environ)) is not None:
            known = tokens.setdefault(digest, item)
            if known is not item:
                key = next(k for k in ("token", "token_env", "token_sha256") if getattr(integration, k))
                yield item.problem((key,), f"{known.name} has the same token", "Give each its own.")


def token_hash(integration: IntegrationEntry, environ: Mapping[str, str]) -> str | None:
    """The SHA-256 of an integration's token in hex; None when there is no token."""
    token = integration.token or (environ.get(integration.token_env) if integration.token_env else None)
    return hashlib.sha256(token.encode()).hexdigest() if token else integration.token_sha256


def _slack_accounts(world: World) -> Iterator[Problem]:
    accounts: dict[str, Item] = {}
    for item, person in world.valid(PersonEntry):
        account = (person.slack or person.id).removeprefix("@").casefold()
        known = accounts.setdefault(account, item)
        if known is not item and known.id != item.id:
            yield item.problem(
                ("slack",) if person.slack else ("id",),
                f"{known.name} has the same Slack account",
                "Remove one of the two, or mend its `slack`.",
            )


def _commander(world: World) -> Iterator[Problem]:
    roles = [item for item, _ in world.valid(RoleEntry)]
    if roles and COMMANDER not in world.names("roles"):
        first = roles[0]
        message = f"there is no {COMMANDER} among the roles {listed(sorted(world.names('roles')))}"
        cure = f"Add `- id: {COMMANDER}`: every incident has one."
        yield Problem(first.document.file, first.document.line(("roles",)), message, cure)


RULES: Sequence[Callable[[World], Iterator[Problem]]] = (
    _given_twice,
    _unknown_names,
    _layers,
    _user_groups,
    _policies,
    _settings,
    _environment,
    _carriers,
    _managers,
    _ways_in,
    _slack_accounts,
    _commander,
)
