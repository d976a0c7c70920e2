"""What people type, as Slack passes it on: people and addresses escaped, quotes as phones set them. Pure.

Slack sends people, groups and channels escaped (`<@U1|ann>`, `<!subteam^S1|@x>`, `<#C1|x>`) and `&`, `<`, `>` as
entities (docs.slack.dev, "Slash commands", `should_escape`).
"""

from __future__ import annotations

import difflib
import re

PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|([^>]*))?>")
ENTITY = re.compile(r"<([@#!]?)([^|>]*)(?:\|([^>]*))?>")
WORD = re.compile(r'<[^>]*>|"[^"]*"|[^\s"]+')
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})


def tidy(text: str) -> str:
    """Quotes as typed on a keyboard, odd spaces as spaces."""
    return text.translate(_QUOTES).replace("\u00a0", " ").replace("\u200b", "").strip()


def split(text: str) -> tuple[str, str]:
    """The first word, and what follows."""
    first, *rest = text.split(maxsplit=1) or [""]
    return first, rest[0].strip() if rest else ""


def readable(text: str) -> str:
    """Slack's entities as a person reads them: `@ann`, `#general`, an address, `<`."""

    def shown(found: re.Match[str]) -> str:
        mark, target, label = found.groups()
        if mark in ("@", "#"):
            return str(mark + (label or target).lstrip(mark))
        if mark == "!":
            return "@" + (label or target.partition("^")[0]).lstrip("@")
        return str(target)

    plain = ENTITY.sub(shown, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def unquoted(text: str) -> str:
    """Without the quotes around the whole text."""
    inner = text[1:-1]
    whole = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in inner
    return inner.strip() if whole else text


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The one that was probably meant, if any."""
    if word.startswith("<"):  # somebody, a group or a channel: no typo
        return None
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return found[0] if found else None
