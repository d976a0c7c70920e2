"""Escalation policies as they stand in configuration files."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import field_validator, model_validator

from bot.config.entry import Entry, key
from bot.config.values import Channel, Condition, Delay, Id, Name, Timeout, UserGroup, wrong

MOST_LEVELS, MOST_TARGETS, MOST_REPEATS = 20, 10, 9
"""PRODUCT §3."""


class TargetEntry(Entry):
    user: Id | None = key("A person, by id.", "user: frank", None)
    schedule: Id | None = key("Whoever is on call for the schedule.", "schedule: payments-primary", None)
    team: Id | None = key("All members of the team.", "team: payments", None)
    channel: Channel | None = key("A Slack channel.", 'channel: "#payments"', None)
    user_group: UserGroup | None = key("All members of a Slack user group.", 'user_group: "@payments"', None)
    webhook: Id | None = key("A webhook, by id.", "webhook: status-hook", None)
    manager: bool | None = key("The manager of whoever the page paged before.", "manager: true", None)
    policy: Id | None = key("Another policy: its levels run in this place.", "policy: platform-default", None)

    @field_validator("manager", mode="before")
    @classmethod
    def _is_named_by_the_page(cls, value: object) -> object:
        if value is not True:
            raise wrong(
                f"manager is {value!r}, not true", "Write `manager: true`, or name a person with `user`."
            )
        return value

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            cure = (
                "Write one of user, schedule, team, channel, user_group, webhook, manager and policy, and more targets "
                "as more entries."
            )
            raise wrong(f"it names {len(self.model_fields_set) or 'no'} targets instead of one", cure)
        return self


class LevelEntry(Entry):
    targets: list[TargetEntry] = key(
        "Who is paged, all at the same moment.",
        "targets: [{schedule: payments-primary}]",
        min_length=1,
        max_length=MOST_TARGETS,
    )
    ack_timeout: Timeout | None = key(
        "How long until the next level is paged; the policy's when left out.", "ack_timeout: 5 min", None
    )
    severity_timeouts: dict[str, Timeout] = key(
        "Shorter times by severity, for this level.", "severity_timeouts: {SEV1: 2 min}", {}
    )
    when: Condition | None = key(
        "A condition in CEL: only pages for which it holds come to this level; see [conditions](#conditions).",
        "when: severity == 'SEV1'",
        None,
    )
    assign: Literal["everyone", "round_robin"] = key(
        "Whom of its people it pages: everyone, or round_robin: one, in turn.",
        "assign: round_robin",
        "everyone",
    )
    ack: Literal["first", "all"] = key(
        "Who must acknowledge: the first who does, or all; without all of them the next level is paged.",
        "ack: all",
        "first",
    )


class LastResortEntry(Entry):
    level: int | None = key("Which level is paged again and again, counted from 1.", "level: 3", None, ge=1)
    every: Timeout | None = key("How often; 10 min when left out.", "every: 10 min", None)
    policy: Id | None = key(
        "Another policy that takes over, instead of a level.", "policy: platform-default", None
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.level is None) == (self.policy is None):
            cure = "Write `level` (and `every`), or `policy` alone."
            raise wrong("it needs either a level or a policy", cure)
        if self.policy is not None and self.every is not None:
            raise wrong("`every` belongs to a level", "Remove `every`, or `policy`.")
        return self


class PolicyEntry(Entry):
    id: Id = key("How other entries name the policy.", "id: checkout-critical")
    name: Name | None = key("What people call it; the id when left out.", "name: Checkout, critical", None)
    levels: list[LevelEntry] = key(
        "Who is paged first, second, and so on.",
        "levels: [{targets: [{schedule: payments-primary}]}, {targets: [{user: frank}]}]",
        min_length=1,
        max_length=MOST_LEVELS,
    )
    ack_timeout: Timeout | None = key(
        "How long a level may take to acknowledge; 15 min when left out.", "ack_timeout: 5 min", None
    )
    severity_timeouts: dict[str, Timeout] = key(
        "Shorter times by severity; SEV1 3 min, SEV2 5 min when left out. The shorter time holds.",
        "severity_timeouts: {SEV1: 3 min}",
        {},
    )
    repeat: int = key("How often the levels run again.", "repeat: 1", 0, ge=0, le=MOST_REPEATS)
    delay: Delay = key(
        "How long a page waits before it pages anybody, for problems that clear themselves; at most 1 h.",
        "delay: 2 min",
        timedelta(),
    )
    ack_expires: Timeout | None = key(
        "After so long without any work an acknowledged page pages again; never when left out.",
        "ack_expires: 1 h",
        None,
    )
    last_resort: LastResortEntry | None = key(
        "What happens after the last repeat, until somebody acknowledges; the last level every 10 min when left out.",
        "last_resort: {level: 3, every: 10 min}",
        None,
    )
