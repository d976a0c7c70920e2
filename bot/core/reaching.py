"""In which order and when a person's contact methods are tried for one step of a page. Pure (PRODUCT §4).

Slack in Do Not Disturb rings nothing: what rings besides begins at once. A low urgency waits for the end of quiet
hours, the person's own and Slack's, but for Slack's DM, which is silent then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.contact import RINGS, SLACK_DM, ContactMethod, MethodKind, Rule, Urgency
from bot.core.frozen import dataclass
from bot.core.ids import ContactId, NotificationId, UserId
from bot.core.quiet_hours import Quiet, as_of

AT_ONCE = timedelta(0)
USUAL: dict[Urgency, tuple[Rule, ...]] = {
    Urgency.HIGH: (
        Rule(MethodKind.SLACK, AT_ONCE),
        Rule(MethodKind.EMAIL, AT_ONCE),
        Rule(MethodKind.WEBHOOK, AT_ONCE),
        Rule(MethodKind.PUSH, timedelta(minutes=1)),
        Rule(MethodKind.SMS, timedelta(minutes=3)),
        Rule(MethodKind.VOICE, timedelta(minutes=5)),
    ),
    Urgency.LOW: (Rule(MethodKind.SLACK, AT_ONCE),),
}
"""Of whoever has no rules of their own. E-mail and a webhook ring nobody, so they go beside Slack."""
LONGEST_QUIET = timedelta(hours=24)
"""Quiet hours that leave no hour of the day would keep a page for ever: after a day it comes anyway."""
EVER = datetime.min.replace(tzinfo=UTC)
NOT_VERIFIED = "it is not verified yet"


@dataclass(frozen=True)
class QuietHours:
    """A person's own hours for low urgency, by the clocks of a zone; they may cross midnight."""

    begins: time
    ends: time
    zone: str

    def over_at(self, at: datetime) -> datetime | None:
        """When the hours that cover `at` end; None when none do."""
        local = at.astimezone(ZoneInfo(self.zone))
        starts = local.replace(hour=self.begins.hour, minute=self.begins.minute, second=0, microsecond=0)
        if starts > local:
            starts -= timedelta(days=1)
        ends = starts.replace(hour=self.ends.hour, minute=self.ends.minute)
        if ends <= starts:
            ends += timedelta(days=1)
        return ends.astimezone(at.tzinfo) if starts <= local < ends else None


@dataclass(frozen=True)
class Wishes:
    """What somebody wants for one urgency."""

    rules: tuple[Rule, ...] | None = None
    """None: the usual ones."""
    quiet: QuietHours | None = None
    """For low urgency."""


@dataclass(frozen=True)
class Attempt:
    """`method` is tried so long after the step; `reason` tells why just then, where that is not plain."""

    method: ContactMethod
    after: timedelta
    reason: str = ""


@dataclass(frozen=True)
class Skip:
    """A method that is not tried, and why."""

    method: ContactMethod
    reason: str


@dataclass(frozen=True)
class Plan:
    """The attempts in the order of their times."""

    attempts: tuple[Attempt, ...]
    skips: tuple[Skip, ...] = ()


def slack_dm(user: UserId, now: datetime) -> ContactMethod:
    """The method that everybody with an account has."""
    return ContactMethod(SLACK_DM, user, MethodKind.SLACK, user, verified_at=now)


def plan(
    methods: Sequence[ContactMethod], wishes: Wishes, urgency: Urgency, quiet: Quiet | None, now: datetime
) -> Plan:
    """What is tried for a step that is taken `now`; each method at most once.

    `methods` are all of one person; Slack's is among them unless their account is gone. `quiet` is Slack's Do Not
    Disturb as last told. While any method is verified, something is tried.
    """
    usable = [method for method in methods if method.verified_at is not None]
    chosen = _by_rules(usable, wishes.rules or ()) or _usual(usable, urgency)
    if not any(attempt.method.kind is MethodKind.SLACK for attempt in chosen):
        slack = [Attempt(method, AT_ONCE) for method in usable if method.kind is MethodKind.SLACK]
        chosen = [*slack, *chosen]
    chosen.sort(key=lambda attempt: attempt.after)
    if urgency is Urgency.LOW:
        chosen = _after_quiet_hours(chosen, wishes.quiet, quiet, now)
    elif _silent_until(quiet, now) is not None:
        chosen = _ringing_at_once(chosen)
    chosen.sort(key=lambda attempt: attempt.after)
    return Plan(tuple(chosen), _skips(methods, chosen, urgency))


def is_usual(rules: Sequence[Rule], methods: Sequence[ContactMethod], urgency: Urgency) -> bool:
    """Whether rules, each for one method, do what the usual ones do with these methods."""
    usable = [slack_dm(UserId(""), EVER), *(one for one in methods if one.verified_at is not None)]

    def times(attempts: Sequence[Attempt]) -> dict[ContactId, timedelta]:
        return {attempt.method.id: attempt.after for attempt in attempts}

    return times(_by_rules(usable, rules)) == times(_usual(usable, urgency))


def _by_rules(usable: Sequence[ContactMethod], rules: Sequence[Rule]) -> list[Attempt]:
    """The first rule that names a method has it."""
    found: dict[ContactId, Attempt] = {}
    for rule in sorted(rules, key=lambda rule: rule.after):
        for method in usable:
            if method.kind is rule.kind and rule.method in (None, method.id):
                found.setdefault(method.id, Attempt(method, rule.after))
    return list(found.values())


def _usual(usable: Sequence[ContactMethod], urgency: Urgency) -> list[Attempt]:
    """The usual rules; whom those for low urgency do not reach, because their account is gone, those for high do."""
    return _by_rules(usable, USUAL[urgency]) or _by_rules(usable, USUAL[Urgency.HIGH])


def _silent_until(quiet: Quiet | None, at: datetime) -> datetime | None:
    """When the Do Not Disturb that covers `at` ends."""
    if quiet is None:
        return None
    known = as_of(quiet, at)
    if known.starts_at is None or known.ends_at is None:
        return None
    return known.ends_at if known.starts_at <= at < known.ends_at else None


def _ringing_at_once(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The first that rings comes now, and what rings after it keeps its distance."""
    ringing = [attempt.after for attempt in attempts if attempt.method.kind in RINGS]
    sooner = min(ringing, default=AT_ONCE)
    return [
        replace(attempt, after=attempt.after - sooner, reason=_why_sooner(attempt.after - sooner))
        if sooner and attempt.method.kind in RINGS
        else attempt
        for attempt in attempts
    ]


def _why_sooner(after: timedelta) -> str:
    return f"Slack is in Do Not Disturb, so this rings {'sooner' if after else 'at once'}"


def _after_quiet_hours(
    attempts: Sequence[Attempt], own: QuietHours | None, quiet: Quiet | None, now: datetime
) -> list[Attempt]:
    """What would come in quiet hours comes at their end, and what follows it keeps its distance."""
    moved: list[Attempt] = []
    later = AT_ONCE
    for attempt in attempts:
        if attempt.method.kind is MethodKind.SLACK:
            moved.append(attempt)
            continue
        at = now + attempt.after + later
        until, whose = _loud_from(at, own, quiet)
        later += until - at
        reason = f"low urgency waits for the end of {whose}" if later else attempt.reason
        moved.append(replace(attempt, after=attempt.after + later, reason=reason))
    return moved


def _loud_from(at: datetime, own: QuietHours | None, quiet: Quiet | None) -> tuple[datetime, str]:
    """The first instant from `at` on that is in no quiet hours, and whose ended last."""
    loud, whose = at, "quiet hours"
    while loud - at < LONGEST_QUIET:
        silent_until, own_until = _silent_until(quiet, loud), own.over_at(loud) if own else None
        if own_until is not None:
            loud, whose = own_until, "quiet hours"
        elif silent_until is not None:
            loud, whose = silent_until, "Do Not Disturb"
        else:
            return loud, whose
    return min(loud, at + LONGEST_QUIET), whose


def _skips(methods: Sequence[ContactMethod], chosen: Sequence[Attempt], urgency: Urgency) -> tuple[Skip, ...]:
    tried = {attempt.method.id for attempt in chosen}
    rules = f"the rules for {urgency} urgency do not name it"
    return tuple(
        Skip(method, NOT_VERIFIED if method.verified_at is None else rules)
        for method in methods
        if method.id not in tried
    )


@dataclass(frozen=True)
class Began:
    """An attempt that was planned after another one, and what became of it so far."""

    id: NotificationId
    kind: MethodKind
    state: str


def next_sooner(after: Sequence[Began]) -> NotificationId | None:
    """Which attempt is due now because the one before these does not go through; None when that one has begun.

    The next that rings; where none does, the next.
    """
    to_come = [one for one in after if one.state not in ("failed", "skipped", "canceled")]
    ringing = [one for one in to_come if one.kind in RINGS] or to_come
    return ringing[0].id if ringing and ringing[0].state == "planned" else None
