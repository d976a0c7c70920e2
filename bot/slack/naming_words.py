"""Whom, which schedule and which time somebody means by the words of a command. Pure.

Names are matched whole, by id or shown name, the longest first: `payments primary tomorrow` is a schedule and a time
where a schedule is called so, and a team and something else where none is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core import when
from bot.core.catalogue import Catalogue
from bot.core.frozen import dataclass
from bot.core.ids import PersonId, ScheduleId, ServiceId, TeamId, UserId
from bot.core.policy import TargetKind
from bot.core.schedule import Schedule
from bot.slack.typed import GROUP, PERSON, readable

LONGEST_NAME = 8
"""In words."""
_REASON = re.compile(r"(.*?)(?:^|[\s,;])(?:because|reason:)\s+(.+)", re.IGNORECASE | re.DOTALL)
_LEADING = re.compile(r"(?:for|of|the|my|from|to|with|on|by|and)\b[\s:]*|[,;]\s*", re.IGNORECASE)
_MENTION = re.compile(f"{PERSON.pattern}|{GROUP.pattern}")
_BETWEEN = re.compile(r"(?<=>)\s*(?:and\b|,|&amp;|\+)\s*(?=<@)", re.IGNORECASE)
"""Two mentions."""
_MYSELF = frozenset({"me", "@me", "myself", "i"})


class Kind(StrEnum):
    SCHEDULE = "schedule"
    TEAM = "team"
    SERVICE = "service"
    PERSON = "person"
    GROUP = "user group"


@dataclass(frozen=True)
class Subject:
    kind: Kind
    id: str
    name: str


ANY = (Kind.SCHEDULE, Kind.TEAM, Kind.SERVICE, Kind.PERSON)
PAGED = (*ANY, Kind.GROUP)
"""What can be paged, and asked about: a Slack user group may follow schedules."""
PLANNED = (Kind.SCHEDULE, Kind.TEAM, Kind.SERVICE)
"""What has a schedule of its own, or leads to one."""


def take(
    catalogue: Catalogue, text: str, kinds: Collection[Kind] = ANY, me: UserId | None = None
) -> tuple[Subject | None, str]:
    """What `text` begins with, if it names something, and the words after it. `me` is who says "me"."""
    rest = _after_noise(text)
    if Kind.PERSON in kinds and (found := PERSON.match(rest)):
        return person_subject(catalogue, UserId(found[1])), rest[found.end() :].lstrip(" :")
    if Kind.GROUP in kinds and (found := GROUP.match(rest)):
        return _group(catalogue, found), rest[found.end() :].lstrip(" :")
    words = list(re.finditer(r"\S+", rest))
    if words and me is not None and Kind.PERSON in kinds and _key(words[0][0]) in _MYSELF:
        return person_subject(catalogue, me), rest[words[0].end() :].strip()
    known = _names(catalogue, kinds)
    for count in range(min(len(words), LONGEST_NAME), 0, -1):
        end = words[count - 1].end()
        subject = known.get(_key(rest[:end]))
        if subject is not None:
            return subject, rest[end:].strip()
    return None, text.strip()


def listed(catalogue: Catalogue, text: str, me: UserId) -> tuple[tuple[Subject, ...], str]:
    """The names that `text` begins with, joined by commas, "and" or nothing between mentions, and what follows.

    `@bob checkout is down` names Bob alone: checkout is joined to him by nothing, so it begins the sentence.
    """
    found: list[Subject] = []
    rest = text.strip()
    joined = True
    while rest and (joined or _MENTION.match(rest)):
        subject, after = take(catalogue, rest, PAGED, me)
        if subject is None:
            break
        named = rest[: len(rest) - len(after)].rstrip()
        found.append(subject)
        following = re.match(r"(?:and\b|,|&amp;|\+)\s*", after, re.IGNORECASE)
        joined = following is not None or named.endswith(",")
        rest = after[following.end() :] if following else after
    return tuple(dict.fromkeys(found)), rest


def find(catalogue: Catalogue, text: str, kinds: Collection[Kind] = ANY) -> tuple[Subject | None, str]:
    """What `text` names first, wherever it stands, and the text without it."""
    starts = [found.start() for found in re.finditer(r"\S+", text)]
    for start in starts:
        subject, rest = take(catalogue, text[start:], kinds)
        if subject is not None:
            before = re.sub(r"\b(?:for|of)\s*$", "", text[:start].strip(), flags=re.IGNORECASE)
            return subject, f"{before} {rest}".strip()
    return None, text.strip()


def person_subject(catalogue: Catalogue, user: UserId) -> Subject:
    """`id` is as configuration names them, or their Slack id."""
    listed = catalogue.person_of(user)
    return Subject(Kind.PERSON, listed.id if listed else user, listed.name if listed else user)


def _group(catalogue: Catalogue, mention: re.Match[str]) -> Subject:
    """By its handle, as Slack told it; else as the mention calls it."""
    handles = {one.id: one.handle for one in catalogue.user_groups.values()}
    return Subject(Kind.GROUP, mention[1], handles.get(mention[1]) or readable(mention[0]))


def schedules_meant(catalogue: Catalogue, subject: Subject) -> tuple[Schedule, ...]:
    """The schedules that a schedule's, team's or service's name may mean, the likeliest first."""
    known = catalogue.schedules
    match subject.kind:
        case Kind.SCHEDULE:
            return (known[ScheduleId(subject.id)],)
        case Kind.TEAM:
            return tuple(one for one in known.values() if one.team == subject.id)
        case Kind.SERVICE:
            return _of_service(catalogue, ServiceId(subject.id))
        case Kind.PERSON:
            return tuple(one for one in known.values() if PersonId(subject.id) in one.people)
        case Kind.GROUP:
            return tuple(one for one in known.values() if subject.name in one.user_groups)


def _of_service(catalogue: Catalogue, service: ServiceId) -> tuple[Schedule, ...]:
    policy = catalogue.policy_for(service)
    targets = [target for level in policy.levels for target in level.targets] if policy else []
    found = (ScheduleId(target.id) for target in targets if target.kind is TargetKind.SCHEDULE)
    return tuple(catalogue.schedules[one] for one in dict.fromkeys(found) if one in catalogue.schedules)


@dataclass(frozen=True)
class Plan:
    """What the words of `override`, `cover`, `take` and the like say; None and empty where they say nothing."""

    about: Subject | None = None
    """A schedule, team or service."""
    people: tuple[Subject, ...] = ()
    time: str = ""
    """The words that are left: a time, if anything."""
    reason: str = ""
    span: tuple[datetime, datetime] | None = None
    """What `time` means; None while it means nothing."""
    unknown: str = ""
    """Of `time`, what is neither a name nor part of a span."""

    @property
    def lasts(self) -> timedelta | None:
        return self.span[1] - self.span[0] if self.span else None


@dataclass
class _Found:
    about: Subject | None = None
    people: list[Subject] = field(default_factory=list)


def plan(
    catalogue: Catalogue,
    text: str,
    now: datetime,
    zone: str,
    me: UserId,
    kinds: Collection[Kind] = ANY,
) -> Plan:
    """Read a schedule, people, a span and a reason, in any order that leaves the span in one piece."""
    text, reason = _reason(text)
    found = _Found()
    people = list(dict.fromkeys(PERSON.findall(text)))
    found.people += [person_subject(catalogue, UserId(user)) for user in people]
    rest = _take_names(catalogue, PERSON.sub(" ", _BETWEEN.sub(" ", text)).strip(), found, kinds, me)
    time = readable(rest).strip(" ,")
    span = span_of(time, now, zone)
    if time and span is None:  # a name may also stand after the time
        span, time = _time_before_names(catalogue, rest, found, kinds, me, (now, zone))
    unknown = _unknown(time, now, zone) if span is None else ""
    return Plan(found.about, tuple(dict.fromkeys(found.people)), time, reason, span, unknown)


def span_of(time: str, now: datetime, zone: str) -> tuple[datetime, datetime] | None:
    """A span, or a length from now on: `2 h`, `until 18:00`."""
    words = re.sub(r"^(?:from|on)\s+", "", time.strip(), flags=re.IGNORECASE)
    lasts = when.duration(re.sub(r"^for\s+", "", words, flags=re.IGNORECASE))
    span = (now, now + lasts) if lasts else when.span(words, now, zone)
    is_running = span is not None and span[0] < now < span[1]
    if span is not None and is_running and not re.search(r"\d", words):
        return now, span[1]  # "today" means the rest of it
    return span


def _take_names(catalogue: Catalogue, text: str, found: _Found, kinds: Collection[Kind], me: UserId) -> str:
    rest = text
    while rest:
        wanted = [kind for kind in kinds if kind is Kind.PERSON or found.about is None]
        subject, after = take(catalogue, rest, wanted, me)
        if subject is None:
            return rest
        rest = after
        if subject.kind is Kind.PERSON:
            found.people.append(subject)
        else:
            found.about = subject
    return rest


def _time_before_names(
    catalogue: Catalogue,
    rest: str,
    found: _Found,
    kinds: Collection[Kind],
    me: UserId,
    here: tuple[datetime, str],
) -> tuple[tuple[datetime, datetime] | None, str]:
    words = list(re.finditer(r"\S+", rest))
    for word in words[1:]:
        span = span_of(readable(rest[: word.start()]), *here)
        if span is None:
            continue
        tried = _Found(found.about, list(found.people))
        if not _take_names(catalogue, rest[word.start() :], tried, kinds, me):
            found.about, found.people = tried.about, tried.people
            return span, rest[: word.start()].strip()
    return None, readable(rest).strip(" ,")


def _unknown(time: str, now: datetime, zone: str) -> str:
    """The fewest words that keep the others from being a span; all of them when none is one."""
    words = time.split()
    for count in range(1, len(words)):
        first, last = words[:count], words[len(words) - count :]
        if span_of(" ".join(words[count:]), now, zone):
            return " ".join(first)
        if span_of(" ".join(words[: len(words) - count]), now, zone):
            return " ".join(last)
    return time


def _reason(text: str) -> tuple[str, str]:
    found = _REASON.fullmatch(text)
    return (found[1].strip(), readable(found[2])) if found else (text, "")


def nearest_name(catalogue: Catalogue, word: str, kinds: Collection[Kind] = ANY) -> str:
    """The name that was probably meant by a word that names nothing; empty when none is near."""
    near = difflib.get_close_matches(_key(word), list(_names(catalogue, kinds)), n=1)
    return near[0] if near else ""


def _after_noise(text: str) -> str:
    rest = text.strip()
    while found := _LEADING.match(rest):
        if found.end() == len(rest):
            break
        rest = rest[found.end() :]
    return rest


def _key(words: str) -> str:
    return " ".join(words.split()).strip("\"'?!.,:;").lstrip("@#").casefold()


def _names(catalogue: Catalogue, kinds: Collection[Kind]) -> Mapping[str, Subject]:
    """Every way to write something, to what it is; what comes first in `kinds` wins a name that is used twice."""
    entries: dict[Kind, Iterable[tuple[str, str, tuple[str, ...]]]] = {
        Kind.SCHEDULE: ((one.id, one.name, ()) for one in catalogue.schedules.values()),
        Kind.TEAM: ((one.id, one.name, ()) for one in catalogue.teams.values()),
        Kind.SERVICE: ((one.id, one.name, ()) for one in catalogue.services.values()),
        Kind.PERSON: ((one.id, one.name, (one.slack,)) for one in catalogue.people.values()),
        Kind.GROUP: ((one.id, one.handle, ()) for one in catalogue.user_groups.values()),
    }
    found: dict[str, Subject] = {}
    for kind in kinds:
        for key, name, more in entries[kind]:
            for word in (key, name, *more):
                if word:
                    found.setdefault(_key(word), Subject(kind, key, name or key))
    return found


def teams_of(catalogue: Catalogue, subject: Subject) -> tuple[TeamId, ...]:
    """The team that a name means, or whose schedule or service it is."""
    match subject.kind:
        case Kind.TEAM:
            team: TeamId | None = TeamId(subject.id)
        case Kind.SERVICE:
            team = catalogue.services[ServiceId(subject.id)].team
        case Kind.SCHEDULE:
            team = catalogue.schedules[ScheduleId(subject.id)].team
        case Kind.PERSON:
            return tuple(t.id for t in catalogue.teams.values() if PersonId(subject.id) in t.members)
        case Kind.GROUP:
            return tuple(t.id for t in catalogue.teams.values() if t.members_from == subject.name)
    return (team,) if team else ()
