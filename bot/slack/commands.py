"""What somebody typed after `/incident`, as one of a closed set of commands. Pure.

To add a sub-command: a dataclass; a reader in `_READERS`; its line in `bot.slack.render.help`; a row in
`tests/render/test_commands.py`; a listener for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.core.due import looks_like_a_time
from bot.core.frozen import dataclass
from bot.core.ids import IncidentId, UserId
from bot.slack.typed import ENTITY, GROUP, PERSON, WORD, nearest, readable, split, tidy, unquoted

_INCIDENT = re.compile(r"(?:inc-?|#)?(\d{1,9})", re.IGNORECASE)
_NAMED_INCIDENT = re.compile(r"(?:inc-|inc|#)(\d{1,9})", re.IGNORECASE)
_PERSON_LAST = re.compile(rf"(|.*\s){PERSON.pattern}", re.DOTALL)
_PERSON_FIRST = re.compile(rf"{PERSON.pattern}[:,]?\s+(.+)", re.DOTALL)
_DUE = re.compile(r"(.*)\bdue:?\s+(.+)", re.IGNORECASE | re.DOTALL)
_LEVEL = re.compile(r"(?:to )?level (\d{1,3})", re.IGNORECASE)
ALIASES: Mapping[str, str] = {
    "role": "lead",
    "acknowledge": "ack",
    "sev": "severity",
    "todo": "task",
    "tasks": "task",
    "links": "link",
    "new": "declare",
    "ls": "list",
    "?": "help",
    "--help": "help",
}
FORMS: Mapping[str, str] = {"md": "markdown"}
"""Other words for a timeline's format."""


@dataclass(frozen=True)
class Overview:
    """The command alone."""


@dataclass(frozen=True)
class Declare:
    title: str = ""


@dataclass(frozen=True)
class List:
    which: str = "open"
    """`open`, `mine`, `all`, or a severity in capitals such as `SEV1`."""


@dataclass(frozen=True)
class Status:
    incident: IncidentId | None = None


@dataclass(frozen=True)
class Update:
    """Without text, the form opens."""

    incident: IncidentId | None = None
    text: str = ""


@dataclass(frozen=True)
class ChangeSeverity:
    """`severity` in capitals, or empty: the form opens."""

    incident: IncidentId | None = None
    severity: str = ""


@dataclass(frozen=True)
class Rename:
    """Without a title, the form opens."""

    incident: IncidentId | None = None
    title: str = ""


@dataclass(frozen=True)
class Lead:
    """`user` None: whoever typed it. `word` is what was typed instead of a person, if anything."""

    incident: IncidentId | None = None
    user: UserId | None = None
    word: str = ""


@dataclass(frozen=True)
class HandOff:
    """`word` is what was typed instead of a person, if anything; the form opens in any case."""

    incident: IncidentId | None = None
    user: UserId | None = None
    word: str = ""


@dataclass(frozen=True)
class Page:
    """Whom to page; `words` name teams or services. Nobody named: the form opens."""

    incident: IncidentId | None = None
    users: tuple[UserId, ...] = ()
    groups: tuple[str, ...] = ()
    """Slack user group ids."""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Escalate:
    """`level` None: the next one. `word` is what was typed instead of a level, if anything."""

    incident: IncidentId | None = None
    level: int | None = None
    word: str = ""


@dataclass(frozen=True)
class Acknowledge:
    incident: IncidentId | None = None


@dataclass(frozen=True)
class Note:
    """Without text, the form opens."""

    incident: IncidentId | None = None
    text: str = ""


@dataclass(frozen=True)
class Timeline:
    """`form` in small letters, such as `markdown`; empty: it is shown, not written into a file."""

    incident: IncidentId | None = None
    form: str = ""


@dataclass(frozen=True)
class Link:
    """An address with its name, or another incident; with neither the form opens.

    `url` is whatever was typed in its place: whether it is an address is not decided here.
    """

    incident: IncidentId | None = None
    url: str = ""
    text: str = ""
    other: IncidentId | None = None


@dataclass(frozen=True)
class Merge:
    """`into` None: the form asks which one goes on. `word` is what was typed instead, if anything."""

    incident: IncidentId | None = None
    into: IncidentId | None = None
    word: str = ""


@dataclass(frozen=True)
class Task:
    """Without text, the list opens. `due` is what was typed after "due"."""

    incident: IncidentId | None = None
    text: str = ""
    user: UserId | None = None
    due: str = ""


@dataclass(frozen=True)
class Runbook:
    incident: IncidentId | None = None


@dataclass(frozen=True)
class Resolve:
    incident: IncidentId | None = None


@dataclass(frozen=True)
class Cancel:
    incident: IncidentId | None = None
    reason: str = ""


@dataclass(frozen=True)
class Reopen:
    incident: IncidentId | None = None
    reason: str = ""


@dataclass(frozen=True)
class Drill:
    """`text` names a service, a severity and a time; empty: the form opens."""

    text: str = ""


@dataclass(frozen=True)
class Help:
    topic: str = ""


@dataclass(frozen=True)
class Unknown:
    """A word that is no sub-command; `nearest` is the one that was probably meant."""

    word: str
    nearest: str | None = None
    rest: str = ""


IncidentCommand = (
    Overview
    | Declare
    | Drill
    | List
    | Status
    | Update
    | ChangeSeverity
    | Rename
    | Lead
    | HandOff
    | Page
    | Escalate
    | Acknowledge
    | Note
    | Task
    | Link
    | Runbook
    | Timeline
    | Merge
    | Resolve
    | Cancel
    | Reopen
    | Help
    | Unknown
)
_Reader = Callable[[IncidentId | None, str], IncidentCommand]


def incident(text: str) -> IncidentCommand:
    """Read what came after `/incident`. The incident may be named first, before or after the sub-command."""
    first, rest = split(tidy(text))
    number: IncidentId | None = None
    if named := _NAMED_INCIDENT.fullmatch(first):
        number = IncidentId(int(named[1]))
        first, rest = split(rest)
        if not first:
            return Status(number)
    if not rest and (bare := _INCIDENT.fullmatch(first)):
        return Status(IncidentId(int(bare[1])))
    if not first:
        return Overview()
    word = ALIASES.get(first.lower(), first.lower())
    reader = _READERS.get(word)
    if reader is None:
        return Unknown(readable(first), nearest(word, tuple(_READERS)), readable(rest))
    if word in _WITH_INCIDENT:
        found, rest = _take_incident(rest, word)
        number = found or number
    return reader(number, rest)


def _list(_: IncidentId | None, rest: str) -> IncidentCommand:
    word = rest.split()[0].lower() if rest else "open"
    if word in ("open", "mine", "all"):
        return List(word)
    if word.isdigit():
        word = f"sev{word}"
    return List(word.upper())


def _severity(number: IncidentId | None, rest: str) -> IncidentCommand:
    word = rest.split()[0].upper() if rest else ""
    return ChangeSeverity(number, f"SEV{word}" if word.isdigit() else word)


def _escalate(number: IncidentId | None, rest: str) -> IncidentCommand:
    found = _LEVEL.fullmatch(rest)
    return Escalate(number, int(found[1])) if found else Escalate(number, word=readable(rest))


def _lead(number: IncidentId | None, rest: str) -> IncidentCommand:
    found = PERSON.search(rest)
    if found:
        return Lead(number, UserId(found[1]))
    me = rest.lower() in ("", "me", "@me")
    return Lead(number, None, "" if me else readable(rest))


def _hand_off(number: IncidentId | None, rest: str) -> IncidentCommand:
    found = PERSON.search(rest)
    return HandOff(number, UserId(found[1])) if found else HandOff(number, None, readable(rest))


def _page(number: IncidentId | None, rest: str) -> IncidentCommand:
    users = tuple(dict.fromkeys(UserId(found) for found in PERSON.findall(rest)))
    groups = tuple(dict.fromkeys(found[0] for found in GROUP.findall(rest)))
    others = GROUP.sub(" ", PERSON.sub(" ", rest))
    words = [readable(word).strip('",@') for word in WORD.findall(others)]
    return Page(number, users, groups, tuple(word for word in words if word and word.lower() != "and"))


def _link(number: IncidentId | None, rest: str) -> IncidentCommand:
    """`INC-9` alone is the other incident; before something else it is the one that gets the link."""
    named, rest = _incidents(rest)
    linked = ENTITY.match(rest)
    first, after = (linked[0], rest[linked.end() :].strip()) if linked else split(rest)
    if not first:
        number, other = _two(number, named)
        return Link(number, other=other)
    url, label = _address(first)
    return Link(named[0] if named else number, url, unquoted(readable(after)) or label)


def _merge(number: IncidentId | None, rest: str) -> IncidentCommand:
    """`merge INC-9` in a channel, `merge INC-12 INC-9` or `INC-12 merge into INC-9` anywhere."""
    named, left = _incidents(rest, bare=True)
    number, into = _two(number, named)
    return Merge(number, into, readable(left))


def _task_of(number: IncidentId | None, rest: str) -> IncidentCommand:
    """Who and when come last, in either order; a person may also come first."""
    text, due = rest, ""
    if (found := _DUE.fullmatch(rest)) and looks_like_a_time(PERSON.sub("", found[2])):
        text, due = found[1].strip(), found[2].strip()
    user = None
    if at_end := _PERSON_LAST.fullmatch(due):
        due, user = at_end[1].strip(), UserId(at_end[2])
    elif at_end := _PERSON_LAST.fullmatch(text):
        text, user = at_end[1].strip(), UserId(at_end[2])
    elif first := _PERSON_FIRST.fullmatch(text):
        text, user = first[2].strip(), UserId(first[1])
    return Task(number, unquoted(readable(text)), user, readable(due))


def _incidents(rest: str, *, bare: bool = False) -> tuple[list[IncidentId], str]:
    """The incidents that `rest` begins with, "into" and "with" passed over, and what follows."""
    found: list[IncidentId] = []
    pattern = _INCIDENT if bare else _NAMED_INCIDENT
    while rest:
        first, after = split(rest)
        if named := pattern.fullmatch(first.rstrip(":,")):
            found.append(IncidentId(int(named[1])))
        elif first.lower() not in ("into", "with", "to", "and"):
            break
        rest = after
    return found, rest


def _two(number: IncidentId | None, named: list[IncidentId]) -> tuple[IncidentId | None, IncidentId | None]:
    """Which incident it is about, and the other one."""
    if number is None and len(named) > 1:
        number, *named = named
    return number, named[0] if named else None


def _address(word: str) -> tuple[str, str]:
    """`<https://x|y>` is an address and its label; anything else is taken as it was typed."""
    found = ENTITY.fullmatch(word)
    if found is None or found[1]:
        return readable(word), ""
    label = found[3] or ""
    return readable(word), "" if label in found[2] else readable(label)


_READERS: Mapping[str, _Reader] = {
    "declare": lambda _, rest: Declare(unquoted(" ".join(readable(rest).split()))),
    "list": _list,
    "status": lambda number, _: Status(number),
    "update": lambda number, rest: Update(number, unquoted(readable(rest))),
    "severity": _severity,
    "rename": lambda number, rest: Rename(number, unquoted(" ".join(readable(rest).split()))),
    "lead": _lead,
    "handoff": _hand_off,
    "page": _page,
    "escalate": _escalate,
    "ack": lambda number, _: Acknowledge(number),
    "note": lambda number, rest: Note(number, unquoted(readable(rest))),
    "task": _task_of,
    "link": _link,
    "runbook": lambda number, _: Runbook(number),
    "timeline": lambda number, rest: Timeline(number, _form(rest)),
    "merge": _merge,
    "resolve": lambda number, _: Resolve(number),
    "cancel": lambda number, rest: Cancel(number, unquoted(readable(rest))),
    "reopen": lambda number, rest: Reopen(number, unquoted(readable(rest))),
    "drill": lambda _, rest: Drill(" ".join(readable(rest).split())),
    "help": lambda _, rest: Help(_topic(rest)),
}
SUBCOMMANDS = tuple(_READERS)
_WITH_INCIDENT = frozenset(SUBCOMMANDS) - {"declare", "drill", "list", "help", "link", "merge"}
_FREE_TEXT = frozenset({"update", "note", "task", "rename", "cancel", "reopen"})


def _take_incident(rest: str, word: str) -> tuple[IncidentId | None, str]:
    """The incident that `rest` begins with, and what follows.

    A bare number may be something else: `note 3 hosts are down` is a text, `severity 1` a severity.
    """
    first, after = split(rest)
    bare_is_incident = bool(after) if word == "severity" else not after if word in _FREE_TEXT else True
    pattern = _INCIDENT if bare_is_incident else _NAMED_INCIDENT
    found = pattern.fullmatch(first.rstrip(":,"))
    return (IncidentId(int(found[1])), after) if found else (None, rest)


def _form(rest: str) -> str:
    word = rest.split()[-1].lower() if rest else ""
    return FORMS.get(word, word)


def _topic(rest: str) -> str:
    word = rest.split()[0].lower().lstrip("/") if rest else ""
    return ALIASES.get(word, word)
