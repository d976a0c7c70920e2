"""New policy, Edit policy: what holds for all levels, and each level in a step of its own.

What is filled in travels as an entry of a configuration file's `policies` (`bot.config.drafts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core.frozen import dataclass
from bot.core.policy_views import LevelLine
from bot.errors import Wrong
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.modals.packed import packed, unpacked
from bot.slack.render.message import Block, actions, button, divider, option, section
from bot.templates import say

MOST_LEVELS = 20
LONGEST_NAME = 80
LONGEST_TIME = 40
LAST = "last"
"""The last resort of whoever chooses nothing: the last level, however many there are."""
_TIMES = ("ack_timeout", "delay", "ack_expires")
_FIELDS = ("name", "repeat", "severity_timeouts", *_TIMES)


@dataclass(frozen=True)
class PolicyDraft:
    """`policy` and `version` are empty for a new one; times are as they were typed."""

    name: str = ""
    levels: tuple[Mapping[str, Any], ...] = ()
    """Each as in a file."""
    ack_timeout: str = ""
    severity_timeouts: str = ""
    """`SEV1 3 min, SEV2 5 min`."""
    repeat: int = 0
    last: str = LAST
    """`last`, `level:3` or `policy:platform-default`."""
    every: str = ""
    delay: str = ""
    ack_expires: str = ""
    policy: str = ""
    version: str = ""

    def with_level(self, at: int, level: Mapping[str, Any]) -> PolicyDraft:
        """In the place of the one there, or behind the last."""
        return replace(self, levels=(*self.levels[:at], level, *self.levels[at + 1 :]))

    def without_level(self, at: int) -> PolicyDraft:
        return replace(self, levels=(*self.levels[:at], *self.levels[at + 1 :]))

    def with_level_raised(self, at: int) -> PolicyDraft:
        if not 0 < at < len(self.levels):
            return self
        before, level = self.levels[at - 1 : at + 1]
        return replace(self, levels=(*self.levels[: at - 1], level, before, *self.levels[at + 1 :]))


def draft_of(entry: Mapping[str, Any], version: str) -> PolicyDraft:
    """A policy that there is."""
    last = entry.get("last_resort") or {}
    level = last.get("level")
    handed = f"policy:{last['policy']}" if "policy" in last else ""
    return PolicyDraft(
        name=entry["name"],
        levels=tuple(entry["levels"]),
        ack_timeout=entry.get("ack_timeout", ""),
        severity_timeouts=written_times(entry.get("severity_timeouts", {})),
        repeat=entry.get("repeat", 0),
        last=handed or (LAST if level in (None, len(entry["levels"])) else f"level:{level}"),
        every=last.get("every", ""),
        delay=entry.get("delay", ""),
        ack_expires=entry.get("ack_expires", ""),
        policy=entry["id"],
        version=version,
    )


def entry_of(draft: PolicyDraft, identity: str) -> dict[str, Any]:
    """The entry of a file that says the same."""
    what, _, which = draft.last.partition(":")
    last: dict[str, Any] = {"policy": which} if what == "policy" else {}
    if not last and draft.levels:
        last = {"level": int(which) if which else len(draft.levels)}
        last |= {"every": with_unit(draft.every)} if draft.every else {}
    times = {name: with_unit(value) for name in _TIMES if (value := getattr(draft, name))}
    more = {"severity_timeouts": read_times(draft.severity_timeouts), "last_resort": last}
    entry = {"id": identity, "name": draft.name, "levels": list(draft.levels), "repeat": draft.repeat}
    return entry | times | {key: value for key, value in more.items() if value}


def view(
    draft: PolicyDraft, levels: Sequence[LevelLine], policies: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """`levels` are the draft's in words, `policies` the ids and names of the others.

    Raises `Wrong` when it is more than a form can carry.
    """
    blocks = [
        form.field("Name", "name", form.text(draft.name, LONGEST_NAME, placeholder="Checkout, critical"))
    ]
    blocks += [divider(), section(say("policies", "levels", len(levels)))]
    for line in levels:
        blocks += _level_blocks(line)
    if len(levels) < MOST_LEVELS:
        blocks.append(actions([button("Add a level", ids.POLICY_ADD_LEVEL)], "more_levels"))
    blocks += [divider(), *_whole(draft, len(levels), policies)]
    title = "Edit policy" if draft.policy else "New policy"
    return form.modal(ids.MODAL_POLICY, title, blocks, "Preview", {"draft": carried(draft)})


def carried(draft: PolicyDraft) -> str:
    """Raises `Wrong` when it is more than a form can carry."""
    text = packed({name: getattr(draft, name) for name in draft.__dataclass_fields__})
    if text is None:
        raise Wrong("This is more than a form can carry. Write this policy in a configuration file.")
    return text


def carried_draft(shown: Mapping[str, Any]) -> PolicyDraft:
    """The draft as it was when this view was drawn."""
    found = unpacked(form.metadata(shown)["draft"])
    return PolicyDraft(**{**found, "levels": tuple(found["levels"])})


def read(shown: Mapping[str, Any]) -> PolicyDraft:
    """What stands in the form, submitted or not."""
    draft = carried_draft(shown)
    return replace(
        draft,
        name=" ".join(form.typed(shown, "name").split()),
        ack_timeout=form.typed(shown, "ack_timeout"),
        severity_timeouts=form.typed(shown, "severity_timeouts"),
        repeat=int(form.typed(shown, "repeat") or 0),
        last=form.chosen(shown, "last") or LAST,
        every=form.typed(shown, "every"),
        delay=form.typed(shown, "delay"),
        ack_expires=form.typed(shown, "ack_expires"),
    )


def errors(draft: PolicyDraft, mistakes: Iterable[tuple[Sequence[str | int], str]]) -> Errors:
    """Each sentence at its field, the first of several; what is wrong with a level is said at the name."""
    found: Errors = {}
    for at, sentence in mistakes:
        match at:
            case ("levels", int(number), *_):
                found.setdefault("name", f"Level {number + 1}: {sentence}")
            case ("levels", *_) if not draft.levels:
                found.setdefault("name", "Add a level first: nobody would be paged.")
            case ("last_resort", "every", *_):
                found.setdefault("every", sentence)
            case ("last_resort", *_):
                found.setdefault("last", sentence)
            case (str(name), *_) if name in _FIELDS:
                found.setdefault(name, sentence)
            case _:
                found.setdefault("name", sentence)
    return found


def written_times(times: Mapping[str, str]) -> str:
    """`SEV1 3 min, SEV2 5 min`."""
    return ", ".join(f"{name} {time}" for name, time in times.items())


def read_times(text: str) -> dict[str, str]:
    """The times by severity; a word without a time has an empty one, which the check refuses."""
    parts = (part.split(maxsplit=1) for part in text.replace(";", ",").split(",") if part.strip())
    return {name.rstrip(":"): with_unit(time[0].strip()) if time else "" for name, *time in parts}


def with_unit(time: str) -> str:
    """A bare number is in minutes."""
    return f"{time} min" if time.isdecimal() else time


def _level_blocks(line: LevelLine) -> list[Block]:
    at = line.number - 1
    buttons = [button("Edit", ids.POLICY_EDIT_LEVEL, at)]
    buttons += [button("Earlier", ids.POLICY_RAISE_LEVEL, at)] if at else []
    buttons.append(button("Remove", ids.POLICY_REMOVE_LEVEL, at))
    return [section(say("policies", "level", line)), actions(buttons, f"level:{at}")]


def _whole(draft: PolicyDraft, levels: int, policies: Iterable[tuple[str, str]]) -> list[Block]:
    options = [option("The last level again and again", LAST)]
    options += [option(f"Level {n} again and again", f"level:{n}") for n in range(1, levels)]
    options += [
        option(f"Hand over to {name}", f"policy:{policy}")
        for policy, name in policies
        if policy != draft.policy
    ]
    return [
        form.field(
            "How long a level has",
            "ack_timeout",
            form.text(draft.ack_timeout, LONGEST_TIME, placeholder="15 min"),
            optional=True,
            hint="Then the next level is paged. A level may have its own time.",
        ),
        form.field(
            "Shorter by severity",
            "severity_timeouts",
            form.text(draft.severity_timeouts, 200, placeholder="SEV1 3 min, SEV2 5 min"),
            optional=True,
            hint="The shorter time holds. Left empty: SEV1 3 min, SEV2 5 min.",
        ),
        form.field(
            "How often the levels run again", "repeat", form.number(str(draft.repeat), 0, 9), optional=True
        ),
        form.field(
            "When nobody acknowledged in the end",
            "last",
            form.choice(options, draft.last),
            hint="A page never just ends.",
        ),
        form.field(
            "Again every",
            "every",
            form.text(draft.every, LONGEST_TIME, placeholder="10 min"),
            optional=True,
            hint="Of the level that is paged again and again.",
        ),
        form.field(
            "Wait before the first page",
            "delay",
            form.text(draft.delay, LONGEST_TIME, placeholder="0 min"),
            optional=True,
            hint="For problems that clear themselves; 1 h at most.",
        ),
        form.field(
            "Page again when nobody works on it for",
            "ack_expires",
            form.text(draft.ack_expires, LONGEST_TIME, placeholder="never"),
            optional=True,
            hint="After it was acknowledged.",
        ),
    ]
