"""What a call says and an SMS is answered, as TwiML (https://www.twilio.com/docs/voice/twiml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from bot.core.called import Answer
from bot.core.contact import MethodKind, Outgoing
from bot.templates import mrkdwn, say
from bot.templates.reading import Reader, text

KEYS: Mapping[str, Answer] = {"1": Answer.ACKNOWLEDGE, "4": Answer.ESCALATE, "6": Answer.DECLINE}
LONGEST_SPOKEN = 500
"""Characters; half a minute. `Twiml` takes 4,000 in all."""
KEY_WITHIN_SECONDS = 8
_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (section 2.2)."""


def call(message: Outgoing) -> str:
    """The message read twice; a page also asks for a key."""
    if message.page is None or not message.callback:
        return _written(*_twice(mrkdwn.cut(message.text, LONGEST_SPOKEN)))
    return menu(message.subject, message.callback)


def menu(what: str, callback: str) -> str:
    """`what` and the keys, twice, then the key that was pressed is posted to `callback`."""
    gather = Element(
        "Gather",
        action=f"{callback}/{MethodKind.VOICE}",
        method="POST",
        input="dtmf",
        numDigits="1",
        timeout=str(KEY_WITHIN_SECONDS),
    )
    gather.extend(_twice(f"{mrkdwn.cut(what, LONGEST_SPOKEN)}. {words('keys')}"))
    return _written(gather, _said(words("no_key")))


def spoken(sentence: str) -> str:
    """One sentence, then the call ends."""
    return _written(_said(sentence), Element("Hangup"))


def reply(sentence: str) -> str:
    """The answer to an incoming SMS."""
    message = Element("Message")
    message.text = _clean(sentence)
    return _written(message)


def silence() -> str:
    """No answer to an incoming SMS."""
    return _written()


def words(macro: str, *values: object) -> str:
    """A sentence of `twilio.j2` as plain text."""
    return text(say("twilio", macro, *values), Reader())


def _twice(what: str) -> tuple[Element, Element, Element]:
    return _said(what), Element("Pause", length="1"), _said(what)


def _said(what: str) -> Element:
    element = Element("Say", language="en-US")
    element.text = _clean(what)
    return element


def _clean(what: str) -> str:
    return _NO_XML.sub("", what)


def _written(*verbs: Element) -> str:
    response = Element("Response")
    response.extend(verbs)
    body = ElementTree.tostring(response, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>{body}'
