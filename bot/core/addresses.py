"""What people type as the address of a contact method, as it is kept: numbers as E.164, mailboxes, web addresses."""

from __future__ import annotations

import re

from bot.core.contact import MethodKind

LONGEST = 500
_NUMBER = re.compile(r"\+[1-9]\d{7,14}")
"""ITU-T E.164: at most fifteen digits; none with a country code has fewer than eight."""
_MAILBOX = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\".]+")
_PUSH = re.compile(r"(?!https?:|mailtos?:|file:)[a-z][a-z0-9+]*://\S+")
_WEB = re.compile(r"https?://\S+")


def written(kind: MethodKind, typed: str) -> str | None:
    """The address as it is kept; None when it is none of this kind."""
    text = typed.strip()
    if len(text) > LONGEST:
        return None
    match kind:
        case MethodKind.SMS | MethodKind.VOICE:
            return number(text)
        case MethodKind.EMAIL:
            return text.lower() if _MAILBOX.fullmatch(text) else None
        case MethodKind.PUSH:
            return text if _PUSH.fullmatch(text) else None
        case MethodKind.WEBHOOK:
            return text if _WEB.fullmatch(text) else None
        case MethodKind.SLACK:
            return None


def number(typed: str) -> str | None:
    """`+491512345678` of `0049 (151) 234-5678`; None without a country code."""
    digits = re.sub(r"[\s().\-/]", "", typed)
    digits = re.sub(r"^00", "+", digits)
    return digits if _NUMBER.fullmatch(digits) else None


CURES = {
    MethodKind.SMS: "Write the number with its country code, like +49 151 23456789.",
    MethodKind.VOICE: "Write the number with its country code, like +49 151 23456789.",
    MethodKind.EMAIL: "Write one e-mail address, like ana@example.com.",
    MethodKind.PUSH: "Write the address of your push service, like ntfy://ntfy.sh/a-long-secret-topic or "
    "pover://user@token.",
    MethodKind.WEBHOOK: "Write the whole address, like https://example.com/hook.",
}
"""What to write instead, said at the field."""
