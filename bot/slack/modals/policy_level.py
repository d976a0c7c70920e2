"""One level of a policy: whom it pages, how long they have, and for which pages it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.core.catalogue import Catalogue
from bot.core.ids import UserId
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.modals.policy_form import (
    LONGEST_TIME,
    PolicyDraft,
    carried,
    read_times,
    with_unit,
    written_times,
)
from bot.slack.render.message import Block, actions, button, context, option
from bot.templates import say

KINDS = ("schedule", "team", "user_group", "webhook", "policy")
"""Targets that are chosen from a menu, by their keys in a file."""
LONGEST_CONDITION = 500
_LABELS = {
    "schedule": "Whoever is on call for",
    "team": "All members of teams",
    "user_group": "All members of Slack user groups",
    "webhook": "Webhooks",
    "policy": "The levels of another policy",
}


def view(draft: PolicyDraft, at: int, catalogue: Catalogue) -> dict[str, Any]:
    """The level `at`, from 0; a new one behind the last."""
    level: Mapping[str, Any] = draft.levels[at] if at < len(draft.levels) else {}
    targets: Sequence[Mapping[str, Any]] = level.get("targets", ())
    known: dict[str, UserId] = {
        person.id: person.user_id for person in catalogue.people.values() if person.user_id
    }
    users, unknown = _users(targets, known)
    back = button("Back to the policy", ids.POLICY_LEAVE_LEVEL)
    blocks = [
        actions([back], "leave"),
        *([context(say("policies", "kept", unknown))] if unknown else []),
        *_menus(targets, at, draft.policy, catalogue),
        form.field("People", f"people:{at}", form.persons(initial=users), optional=True),
        form.field(
            "Slack channels",
            f"channels:{at}",
            form.text(", ".join(_of("channel", targets)), 300, placeholder="#payments, #ops"),
            optional=True,
        ),
        form.field("Managers", f"manager:{at}", _manager(targets), optional=True),
        *_times(level, at),
        *_rules(level, at),
    ]
    unshown = [{"user": name} for name in unknown]
    metadata = {"draft": carried(draft), "level": at, "unshown": unshown}
    return form.modal(
        ids.MODAL_POLICY_LEVEL, f"Level {at + 1}", blocks, "Keep it", metadata, "Discard policy"
    )


def place(shown: Mapping[str, Any]) -> int:
    return int(form.metadata(shown)["level"])


def read(shown: Mapping[str, Any], person: Callable[[UserId], str]) -> dict[str, Any]:
    """The level as an entry of a file; `person` is how configuration names a Slack user."""
    at = place(shown)
    targets: list[dict[str, Any]] = []
    for kind in KINDS:
        targets += [{kind: name} for name in form.all_chosen(shown, f"{kind}:{at}")]
    targets += [{"user": person(UserId(user))} for user in form.persons_chosen(shown, f"people:{at}")]
    targets += form.metadata(shown)["unshown"]
    targets += [{"channel": name} for name in form.typed(shown, f"channels:{at}").replace(",", " ").split()]
    targets += [{"manager": True}] if form.ticked(shown, f"manager:{at}", "manager") else []
    found = {
        "targets": targets,
        "ack_timeout": with_unit(form.typed(shown, f"ack_timeout:{at}")),
        "severity_timeouts": read_times(form.typed(shown, f"severity_timeouts:{at}")),
        "when": form.typed(shown, f"when:{at}"),
        "assign": form.chosen(shown, f"assign:{at}"),
        "ack": form.chosen(shown, f"ack:{at}"),
    }
    usual = {"assign": "everyone", "ack": "first"}
    return {"targets": targets} | {
        key: value for key, value in found.items() if value and value != usual.get(key)
    }


def errors(level: Mapping[str, Any], at: int, mistakes: Iterable[tuple[Sequence[str | int], str]]) -> Errors:
    """Each sentence at its field, the first of several."""
    found: Errors = {}
    for place, sentence in mistakes:
        found.setdefault(f"{_field(level, place)}:{at}", sentence)
    return found


def _field(level: Mapping[str, Any], place: Sequence[str | int]) -> str:
    match place:
        case ("targets", int(number), *_):
            kind = str(next(iter(level["targets"][number])))
            return {"user": "people", "channel": "channels"}.get(kind, kind)
        case ("targets", *_):
            return "people"
        case (str(name), *_):
            return name
        case _:
            return "people"


def _users(targets: Sequence[Mapping[str, Any]], known: Mapping[str, UserId]) -> tuple[list[str], list[str]]:
    """Slack's users of the named people, and the names of those whom Slack does not know."""
    names = list(_of("user", targets))
    users = [known.get(name) or (name if name.isupper() else None) for name in names]
    return [user for user in users if user], [n for n, user in zip(names, users, strict=True) if not user]


def _of(kind: str, targets: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    return (target[kind] for target in targets if kind in target)


def _menus(targets: Sequence[Mapping[str, Any]], at: int, own: str, catalogue: Catalogue) -> Iterable[Block]:
    """Those of which there is something to choose."""
    offered: Mapping[str, dict[str, str]] = {
        "schedule": {one.id: one.name for one in catalogue.schedules.values()},
        "team": {one.id: one.name for one in catalogue.teams.values()},
        "user_group": {group.handle: group.handle for group in catalogue.user_groups.values()},
        "webhook": {one.id: one.name for one in catalogue.webhooks.values()},
        "policy": {one.id: one.name for one in catalogue.policies.values() if one.id != own},
    }
    for kind in KINDS:
        chosen = tuple(_of(kind, targets))
        pairs = {name: name for name in chosen} | offered[kind]
        if pairs:
            element = form.choices(form.named(pairs.items()), "Choose", chosen)
            yield form.field(_LABELS[kind], f"{kind}:{at}", element, optional=True)


def _manager(targets: Sequence[Mapping[str, Any]]) -> Block:
    label = "The manager of whoever was paged before"
    return form.checkbox(label, "manager", on=any("manager" in one for one in targets))


def _times(level: Mapping[str, Any], at: int) -> list[Block]:
    return [
        form.field(
            "How long they have",
            f"ack_timeout:{at}",
            form.text(level.get("ack_timeout", ""), LONGEST_TIME, placeholder="5 min"),
            optional=True,
            hint="Left empty: as long as the policy says.",
        ),
        form.field(
            "Shorter by severity",
            f"severity_timeouts:{at}",
            form.text(written_times(level.get("severity_timeouts", {})), 200, placeholder="SEV1 2 min"),
            optional=True,
        ),
    ]


def _rules(level: Mapping[str, Any], at: int) -> list[Block]:
    assign = [option("Everyone", "everyone"), option("One of them, in turn", "round_robin")]
    ack = [option("The first who does", "first"), option("All of them must", "all")]
    condition = form.text(
        level.get("when", ""), LONGEST_CONDITION, placeholder="severity == 'SEV1' && hour < 6"
    )
    return [
        form.field(
            "Whom of them it pages", f"assign:{at}", form.radio(assign, level.get("assign", "everyone"))
        ),
        form.field("Who acknowledges", f"ack:{at}", form.radio(ack, level.get("ack", "first"))),
        form.field(
            "Only when",
            f"when:{at}",
            condition,
            optional=True,
            hint="A condition in CEL. Left empty: always. For other pages the level is passed over at once.",
        ),
    ]
