"""Slack's markup: how outside text, people, channels and instants are written into a message.

`Markup` marks text that is ready to be sent; everything else is raw and is escaped when it is put into a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.core.decision import TO_WEBHOOK
from bot.core.ids import UserId

ZERO_WIDTH = "\ufeff"
"""Not seen, and white space to the parsers of markup that are written in JavaScript, as Slack's clients are."""
MARKS = "*_~`"
_OPENING = re.compile(r"(?<![^\W_])([*_~`])(?=\S)")
NARROW = "\u202f"
"""A narrow no-break space: what stands on its sides stays on one line."""
_AMOUNT = re.compile(r"`[^`]*`|(?<=\d) (?=(?:s|min|h|d)\b)")
_QUOTE = re.compile(r"^(\s*)&gt;", re.MULTILINE)
_URL = re.compile(r"https?://[^\s<>|\"'`*]+[^\s<>|\"'`*.,;:!?)\]]")
_INSTANT = re.compile(r"<!date\^(\d+)\^([^|>]*)\|([^>]*)>")
_TOKEN = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)


def escape(text: str) -> Markup:
    """Outside text that pings nobody and opens no markup.

    `&`, `<` and `>` as Slack asks (docs.slack.dev, formatting message text, "Escaping text"). A mark such as `*` has no
    escape there: one that could open a style, because the text has a second one to close it, gets a zero-width space.
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if any(safe.count(mark) > 1 for mark in MARKS):
        safe = _OPENING.sub(lambda found: _disarmed(found[1], safe), safe)
    return Markup(_QUOTE.sub(rf"\1{ZERO_WIDTH}&gt;", safe))


def _disarmed(mark: str, text: str) -> str:
    return mark + ZERO_WIDTH if text.count(mark) > 1 else mark


def prose(text: str) -> Markup:
    """Outside text of several lines: escaped, its web addresses made links."""
    pieces: list[str] = []
    end = 0
    for found in _URL.finditer(text):
        pieces += [escape(text[end : found.start()]), f"<{found[0].replace('&', '&amp;')}>"]
        end = found.end()
    return Markup("".join([*pieces, escape(text[end:])]))


def cut(text: str, most: int) -> str:
    """At most so many characters of raw text; what was cut ends in an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def first_lines(text: str, lines: int, characters: int) -> str:
    """The beginning of raw text without blank ends; what was cut ends in an ellipsis."""
    every = text.strip().splitlines()
    begun = "\n".join(every[:lines])
    return cut(begun if len(every) <= lines else f"{begun.rstrip()} …", characters)


def cut_markup(markup: str, most: int) -> str:
    """At most so many characters of markup; a mention, date or link stays whole or goes."""
    if len(markup) <= most:
        return str(markup)
    kept: list[str] = []
    length = 1
    for token in _TOKEN.findall(markup):
        if length + len(token) > most:
            break
        kept.append(token)
        length += len(token)
    return "".join(kept).rstrip() + "…"


def unbroken(markup: str) -> str:
    """Markup in which no line breaks between a number and its unit, as in `7 d`; code stays as it is, to be copied."""
    return _AMOUNT.sub(lambda found: NARROW if found[0] == " " else found[0], markup)


def one_line(text: str) -> str:
    """The text without line breaks and double spaces."""
    return " ".join(text.split())


def mention(user: str) -> Markup:
    return Markup(f"<@{user}>")


def addressee(name: str) -> Markup:
    """A user id as a mention, a conversation as a link, a webhook by its name, anything else as it is."""
    if name.startswith(TO_WEBHOOK):
        return escape(f"webhook {name.removeprefix(TO_WEBHOOK)}")
    return mention(name) if re.fullmatch(r"[UW][A-Z0-9]{2,}", name) else channel_link(name)


def channel_link(channel: str) -> Markup:
    """A conversation by id; a name is shown as it is."""
    return Markup(f"<#{channel}>") if re.fullmatch(r"[CG][A-Z0-9]{2,}", channel) else escape(channel)


def link(text: str, url: str) -> Markup:
    """A link; an address that is none of the web's is shown as text only."""
    if not is_web(url):
        return escape(text)
    target = url.replace("&", "&amp;").replace("|", "%7C")
    return Markup(f"<{target}|{escape(one_line(text)).replace('|', '/')}>")


def is_web(url: str | None) -> bool:
    """Whether a button or bookmark may carry this address."""
    return bool(url) and re.fullmatch(r"https?://[^\s<>]{1,1800}", url or "") is not None


def instant(at: datetime, shape: str, fallback: str) -> Markup:
    """An instant in the reader's zone (docs.slack.dev, date formatting); `fallback` is in UTC."""
    return Markup(f"<!date^{int(at.timestamp())}^{shape}|{fallback}>")


def clock_time(at: datetime) -> Markup:
    """`02:52`; elsewhere "02:52 UTC"."""
    return instant(at, "{time}", f"{at.astimezone(UTC):%H:%M} UTC")


def clock_seconds(at: datetime) -> Markup:
    return instant(at, "{time_secs}", f"{at.astimezone(UTC):%H:%M:%S} UTC")


def day_of(at: datetime) -> Markup:
    """`today`; elsewhere "Sat 21 Nov 2026"."""
    return instant(at, "{date_short_pretty}", f"{at.astimezone(UTC):%a %-d %b %Y}")


def with_ago(at: datetime) -> Markup:
    """`02:47 (4 minutes ago)`: Slack keeps it true, so a card needs no edit for time that passes."""
    return instant(at, "{time} ({ago})", f"{at.astimezone(UTC):%H:%M} UTC")


def with_day(at: datetime, before: str = "") -> Markup:
    """`tomorrow at 09:00`; elsewhere "Mon 23 Nov 09:00 UTC".

    `before` is the word that leads to it: Slack begins with a capital ("Tomorrow") what it is not a part of.
    """
    shape = f"{before}{{date_short_pretty}} at {{time}}"
    return instant(at, shape, f"{before}{at.astimezone(UTC):%a %-d %b %H:%M} UTC")


def in_full(at: datetime, before: str = "") -> Markup:
    """`Saturday, November 21st, 2026, 02:47`: for a time that was understood from words, so that no doubt is left."""
    return instant(
        at, f"{before}{{date_long}}, {{time}}", f"{before}{at.astimezone(UTC):%A %-d %b %Y %H:%M} UTC"
    )


def plain(markup: str, names: Mapping[str, str], zone: ZoneInfo | None = None) -> str:
    """Markup as text for a terminal, a file or a field: people and channels by `names` (id to name).

    Instants are in UTC, or by the clocks of `zone`, which is named behind each.
    """
    text = _INSTANT.sub(lambda found: found[3] if zone is None else _local(found, zone), markup)
    text = re.sub(r"<@([A-Z0-9]+)>", lambda found: names.get(found[1], f"@{found[1]}"), text)
    text = re.sub(r"<#([A-Z0-9]+)>", lambda found: f"#{names.get(found[1], found[1])}", text)
    text = re.sub(r"<([^|>]*)\|([^>]*)>", r"\2 (\1)", text)
    text = text.replace(ZERO_WIDTH, "").replace(NARROW, " ").replace("&lt;", "<").replace("&gt;", ">")
    return text.replace("&amp;", "&")


def _local(found: re.Match[str], zone: ZoneInfo) -> str:
    at = datetime.fromtimestamp(int(found[1]), zone)
    shown = {
        "{date_short_pretty}": f"{at:%a %-d %b}",
        "{date_long}": f"{at:%A %-d %b %Y}",
        "{time}": f"{at:%H:%M %Z}",
        "{time_secs}": f"{at:%H:%M:%S %Z}",
        " ({ago})": "",
    }
    text = found[2]
    for token, words in shown.items():
        text = text.replace(token, words)
    return text


def duration(span: timedelta) -> str:
    """`40 s`, `25 min`, `3 h 5 min`, `2 d 6 h`."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def people(users: Iterable[UserId | str]) -> Markup:
    """`Ana`, `Ana and Bob`, `Ana, Bob and Carol`, as mentions."""
    return and_list(mention(user) for user in users)


def and_list(things: Iterable[str]) -> Markup:
    """Things joined as in speech; raw ones are escaped."""
    names = [thing if isinstance(thing, Markup) else escape(thing) for thing in things]
    if len(names) < 2:
        return Markup("".join(names))
    return Markup(f"{', '.join(names[:-1])} and {names[-1]}")
