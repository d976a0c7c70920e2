"""What somebody typed after `/incident` or `/oncall`, as one of a closed set of commands. Pure.

To add a sub-command: a dataclass; a reader in `_READERS`; its line in `bot.slack.render.help`; a row in
`tests/render/test_commands.py`; a listener for it.
Slack sends people, groups and channels escaped (`<@U1|ann>`, `<!subteam^S1|@x>`, `<#C1|x>`) and `&`, `<`, `>` as
entities (docs.slack.dev, "Slash commands", `should_escape`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core.ids import IncidentId, UserId

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
_INCIDENT = re.compile(r"(?:inc-?|#)?(\d{1,9})", re.IGNORECASE)
_NAMED_INCIDENT = re.compile(r"(?:inc-|inc|#)(\d{1,9})", re.IGNORECASE)
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|([^>]*))?>")
_ENTITY = re.compile(r"<([@#!]?)([^|>]*)(?:\|([^>]*))?>")
_WORD = re.compile(r'<[^>]*>|"[^"]*"|[^\s"]+')
ALIASES: Mapping[str, str] = {
    "role": "lead",
    "acknowledge": "ack",
    "sev": "severity",
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
    incident: IncidentId | None = None


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
class Help:
    topic: str = ""


@dataclass(frozen=True)
class OnCallNow:
    """`/oncall` alone."""


@dataclass(frozen=True)
class Why:
    """`/oncall why`: why the asker is paged now, or is not."""


@dataclass(frozen=True)
class Unknown:
    """A word that is no sub-command; `nearest` is the one that was probably meant."""

    word: str
    nearest: str | None = None
    rest: str = ""


IncidentCommand = (
    Overview
    | Declare
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
    | Timeline
    | Resolve
    | Cancel
    | Reopen
    | Help
    | Unknown
)
OnCallCommand = OnCallNow | Why | Help | Unknown
_Reader = Callable[[IncidentId | None, str], IncidentCommand]


def incident(text: str) -> IncidentCommand:
    """Read what came after `/incident`. The incident may be named first, before or after the sub-command."""
    first, rest = _split(_tidy(text))
    number: IncidentId | None = None
    if named := _NAMED_INCIDENT.fullmatch(first):
        number = IncidentId(int(named[1]))
        first, rest = _split(rest)
        if not first:
            return Status(number)
    if not first:
        return Overview()
    word = ALIASES.get(first.lower(), first.lower())
    reader = _READERS.get(word)
    if reader is None:
        return Unknown(_readable(first), _nearest(word, tuple(_READERS)), _readable(rest))
    if word in _WITH_INCIDENT:
        found, rest = _take_incident(rest, word)
        number = found or number
    return reader(number, rest)


def on_call(text: str) -> OnCallCommand:
    """Read what came after `/oncall`."""
    first, rest = _split(_tidy(text))
    word = ALIASES.get(first.lower(), first.lower())
    if word in ("", "now"):
        return OnCallNow()
    if word == "why":
        return Why()
    if word == "help":
        return Help(rest.lower())
    return Unknown(_readable(first), _nearest(word, ("why", "help")), _readable(rest))


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


def _lead(number: IncidentId | None, rest: str) -> IncidentCommand:
    found = _PERSON.search(rest)
    if found:
        return Lead(number, UserId(found[1]))
    me = rest.lower() in ("", "me", "@me")
    return Lead(number, None, "" if me else _readable(rest))


def _hand_off(number: IncidentId | None, rest: str) -> IncidentCommand:
    found = _PERSON.search(rest)
    return HandOff(number, UserId(found[1])) if found else HandOff(number, None, _readable(rest))


def _page(number: IncidentId | None, rest: str) -> IncidentCommand:
    users = tuple(dict.fromkeys(UserId(found) for found in _PERSON.findall(rest)))
    groups = tuple(dict.fromkeys(found[0] for found in _GROUP.findall(rest)))
    others = _GROUP.sub(" ", _PERSON.sub(" ", rest))
    words = [_readable(word).strip('",@') for word in _WORD.findall(others)]
    return Page(number, users, groups, tuple(word for word in words if word and word.lower() != "and"))


_READERS: Mapping[str, _Reader] = {
    "declare": lambda _, rest: Declare(_unquoted(" ".join(_readable(rest).split()))),
    "list": _list,
    "status": lambda number, _: Status(number),
    "update": lambda number, rest: Update(number, _unquoted(_readable(rest))),
    "severity": _severity,
    "rename": lambda number, rest: Rename(number, _unquoted(" ".join(_readable(rest).split()))),
    "lead": _lead,
    "handoff": _hand_off,
    "page": _page,
    "escalate": lambda number, _: Escalate(number),
    "ack": lambda number, _: Acknowledge(number),
    "note": lambda number, rest: Note(number, _unquoted(_readable(rest))),
    "timeline": lambda number, rest: Timeline(number, _form(rest)),
    "resolve": lambda number, _: Resolve(number),
    "cancel": lambda number, rest: Cancel(number, _unquoted(_readable(rest))),
    "reopen": lambda number, rest: Reopen(number, _unquoted(_readable(rest))),
    "help": lambda _, rest: Help(_topic(rest)),
}
SUBCOMMANDS = tuple(_READERS)
_WITH_INCIDENT = frozenset(SUBCOMMANDS) - {"declare", "list", "help"}
_FREE_TEXT = frozenset({"update", "note", "rename", "cancel", "reopen"})


def _take_incident(rest: str, word: str) -> tuple[IncidentId | None, str]:
    """The incident that `rest` begins with, and what follows.

    A bare number may be something else: `note 3 hosts are down` is a text, `severity 1` a severity.
    """
    first, after = _split(rest)
    bare_is_incident = bool(after) if word == "severity" else not after if word in _FREE_TEXT else True
    pattern = _INCIDENT if bare_is_incident else _NAMED_INCIDENT
    found = pattern.fullmatch(first.rstrip(":,"))
    return (IncidentId(int(found[1])), after) if found else (None, rest)


def _tidy(text: str) -> str:
    """Quotes as typed on a keyboard, odd spaces as spaces."""
    return text.translate(_QUOTES).replace("\u00a0", " ").replace("\u200b", "").strip()


def _split(text: str) -> tuple[str, str]:
    first, *rest = text.split(maxsplit=1) or [""]
    return first, rest[0].strip() if rest else ""


def _readable(text: str) -> str:
    """Slack's entities as a person reads them: `@ann`, `#general`, an address, `<`."""

    def shown(found: re.Match[str]) -> str:
        mark, target, label = found.groups()
        if mark in ("@", "#"):
            return mark + (label or target).lstrip(mark)
        if mark == "!":
            return "@" + (label or target.partition("^")[0]).lstrip("@")
        return target

    plain = _ENTITY.sub(shown, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _unquoted(text: str) -> str:
    """Without the quotes around the whole text."""
    inner = text[1:-1]
    whole = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in inner
    return inner.strip() if whole else text


def _form(rest: str) -> str:
    word = rest.split()[-1].lower() if rest else ""
    return FORMS.get(word, word)


def _topic(rest: str) -> str:
    word = rest.split()[0].lower().lstrip("/") if rest else ""
    return ALIASES.get(word, word)


def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    if word.startswith("<"):  # somebody, a group or a channel: no typo
        return None
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return found[0] if found else None
