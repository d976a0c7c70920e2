"""What somebody fills in in Slack, checked as if it stood in a file, and said without a file's spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from bot.config import dump
from bot.config.check import layer_mistakes, references
from bot.config.entries import SINGULAR
from bot.config.objects import schedule_of
from bot.config.policy_check import policy_mistakes
from bot.config.policy_entries import LevelEntry, PolicyEntry
from bot.config.policy_objects import level_of, policy_of
from bot.config.schema import ScheduleEntry
from bot.config.values import SLACK_USER_ID
from bot.config.wording import described, place
from bot.config.yaml_lines import At
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.policy import Level, Policy
from bot.core.schedule import Schedule

_SENTENCE = re.compile(r"(?<=[.?])\s+")


@dataclass(frozen=True)
class DraftMistake:
    """`at` is the place in the entry: `("layers", 0, "ends_on")`."""

    at: At
    sentence: str


def schedule(entry: Mapping[str, Any]) -> Schedule | tuple[DraftMistake, ...]:
    """The schedule that an entry of `schedules` describes, or all that is wrong with it."""
    try:
        read = ScheduleEntry.model_validate(entry)
    except ValidationError as error:
        return tuple(
            _mistake(place(detail["loc"]), *described(ScheduleEntry, detail))
            for detail in error.errors(include_url=False)
        )
    mistakes = tuple(_mistake(*one) for one in layer_mistakes(read))
    return mistakes or schedule_of(read)


def policy(entry: Mapping[str, Any], catalogue: Catalogue) -> Policy | tuple[DraftMistake, ...]:
    """The policy that an entry of `policies` describes beside all that there is, or all that is wrong with it."""
    try:
        read = PolicyEntry.model_validate(entry)
    except ValidationError as error:
        return tuple(
            _mistake(place(detail["loc"]), *described(PolicyEntry, detail))
            for detail in error.errors(include_url=False)
        )
    wanted = policy_of(read)
    around = {**catalogue.policies, wanted.id: wanted}
    mistakes = [_mistake(*one) for one in policy_mistakes(read, around)]
    for section, at, name in references(read):
        known = around if section == "policies" else getattr(catalogue, section)
        if name not in known and not (section == "people" and SLACK_USER_ID.fullmatch(name)):
            mistakes.append(
                _mistake(at, f"there is no {SINGULAR[section]} {name} any more", "Choose another one.")
            )
    return tuple(mistakes) or wanted


def policy_entry(known: Policy) -> dict[str, Any]:
    """The entry that `policy` reads back as the same; plain values, fit for JSON."""
    return dump.entry(known) | {"name": known.name}


def level(entry: Mapping[str, Any]) -> Level | tuple[DraftMistake, ...]:
    """The level that an entry of a policy's `levels` describes, or all that is wrong with it by itself."""
    try:
        return level_of(LevelEntry.model_validate(entry))
    except ValidationError as error:
        return tuple(
            _mistake(place(detail["loc"]), *described(LevelEntry, detail))
            for detail in error.errors(include_url=False)
        )


def entry(known: Schedule) -> dict[str, Any]:
    """The entry that `schedule` reads back as the same; plain values, fit for JSON."""
    written = dump.entry(known) | {"name": known.name}
    layers = [{key: _plain(value) for key, value in layer.items()} for layer in written["layers"]]
    return {key: _plain(value) for key, value in written.items()} | {"layers": layers}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _mistake(at: At, message: str, cure: str) -> DraftMistake:
    """Advice on how to write it in YAML is left out."""
    advice = [sentence for sentence in _SENTENCE.split(cure) if "`" not in sentence]
    return DraftMistake(at, " ".join([f"{message[:1].upper()}{message[1:]}.", *advice]))
