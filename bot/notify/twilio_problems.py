"""What Twilio's error codes mean for a page: whose fault it is, and whether trying again can help.

After Twilio's error dictionary (https://www.twilio.com/docs/api/errors). Twilio adds codes and changes them, so one
that is not here is taken for Twilio's own fault: another provider is asked, and nobody's number is called wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.core.frozen import dataclass


class Fault(StrEnum):
    ADDRESS = "address"
    """The number is wrong for good, whoever calls it."""
    ADDRESS_NOW = "address_now"
    """The telephone takes nothing at the moment."""
    PROVIDER = "provider"
    """The account, its sender or Twilio itself: another provider may do better."""


@dataclass(frozen=True)
class Problem:
    fault: Fault
    words: str
    """Shown to people; without the number."""


def _all(fault: Fault, words: Mapping[int, str]) -> dict[int, Problem]:
    return {code: Problem(fault, text) for code, text in words.items()}


PROBLEMS: Mapping[int, Problem] = {
    **_all(
        Fault.ADDRESS,
        {
            13224: "the number cannot be called",
            21211: "this is no telephone number",
            21214: "the number cannot be reached",
            21217: "this is no telephone number",
            21220: "the call is over already",
            21265: "a short code takes no messages",
            21268: "a premium number takes no messages",
            21421: "this is no telephone number",
            21604: "this is no telephone number",
            21610: "this number answered STOP; it gets messages again once it answers START",
            21614: "this is no mobile number",
            21635: "this is a landline, which takes no messages",
            30004: "the number takes no messages from us",
            30005: "the number is not in use",
            30006: "this is a landline, or its carrier cannot be reached",
        },
    ),
    **_all(
        Fault.ADDRESS_NOW,
        {
            30003: "the telephone is off or has no signal",
            30008: "the carrier did not deliver it and says no reason",
            30017: "the carrier's network is congested",
        },
    ),
    **_all(
        Fault.PROVIDER,
        {
            10001: "the account is not active",
            10004: "too many calls at once for the account",
            20003: "the account or its token is refused",
            20005: "the account is not active",
            20403: "the account may not do this",
            20404: "there is no such account",
            20429: "too many requests for the account",
            20500: "Twilio has an error of its own",
            20503: "Twilio is not available",
            21210: "the sender is not verified",
            21212: "the sender is no number of the account",
            21215: "the account may not call that country",
            21216: "the account may not call this number",
            21219: "a trial account calls verified numbers only",
            21266: "the sender and the number are the same",
            21267: "a trial account has no sender with letters",
            21408: "the account may not send to that country",
            21601: "the sender sends no messages",
            21603: "the sender is missing",
            21606: "the sender sends no messages",
            21608: "a trial account sends to verified numbers only",
            21611: "the sender's queue is full",
            21612: "there is no way from this sender to this number",
            21659: "the sender is no number of the account",
            21660: "the sender belongs to another account",
            21661: "the sender sends no messages",
            21703: "the messaging service has no sender",
            21705: "there is no such messaging service",
            30001: "Twilio's queue is full",
            30002: "the account is suspended",
            30007: "a carrier's filter stopped the message",
            30010: "the message costs more than the account allows",
            30022: "more messages than the account's campaign allows",
            30023: "more messages a day than the account's brand allows",
            30034: "the sender is not registered with the carriers",
            30410: "the carrier did not answer in time",
            30500: "Twilio has an error of its own",
        },
    ),
}


def problem(code: int | None) -> Problem:
    """Of a code that an answer or a callback holds; the words name it, for whoever looks it up."""
    known = PROBLEMS.get(code) if code else None
    if known is None:
        return Problem(Fault.PROVIDER, f"Twilio's error {code}" if code else "Twilio says no reason")
    return Problem(known.fault, f"{known.words} (Twilio's error {code})")
