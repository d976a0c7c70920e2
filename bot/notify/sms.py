"""What a text message says, whoever carries it: short, in the alphabet of text messages, the link whole. Pure."""

from __future__ import annotations

import unicodedata

from bot.core.contact import Outgoing as Message
from bot.notify import twiml
from bot.templates import mrkdwn

LONGEST = 320
"""Characters: three parts of GSM-7."""

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
"""3GPP TS 23.038, 6.2.1, with its extension. A single other character makes a part 67 characters short, not 153."""
_PLAINER = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "·": "-", "•": "-", "‘": "'", "’": "'", "`": "'", "“": '"', "”": '"'}
    | {"„": '"', "«": '"', "»": '"', "×": "x", "→": "->", "≥": ">=", "≤": "<=", "\u00a0": " ", "\u202f": " "}
    | {"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Œ": "OE", "œ": "oe", "ı": "i"}
    | {mrkdwn.ZERO_WIDTH: "", "\t": " "}
)


def body(message: Message, *, can_answer: bool) -> str:
    """At most `LONGEST` characters: what and how bad, how to answer if its carrier hears that, and the link, whole."""
    if message.page is None:
        return _cut(_plainer(message.text.strip()), LONGEST)
    tail = [twiml.words("reply_with") if can_answer else "", message.link]
    below = "".join(f"\n{line}" for line in tail if line)
    return _cut(_plainer(message.subject), LONGEST - len(below)) + below


def _cut(what: str, most: int) -> str:
    """At most so many characters; what was cut ends with a whole word and an ellipsis."""
    if len(what) <= most:
        return what
    ellipsis = "..." if _GSM.issuperset(what) else "…"
    kept = what[: most - len(ellipsis)]
    return f"{(kept.rpartition(' ')[0] or kept).rstrip()}{ellipsis}"


def _plainer(what: str) -> str:
    """In GSM-7 if that loses no more than accents and typographic marks; else as it is."""
    plain = "".join(_letter(one) for one in what.translate(_PLAINER))
    return plain if _GSM.issuperset(plain) else what


def _letter(one: str) -> str:
    return one if one in _GSM else unicodedata.normalize("NFKD", one)[:1]
