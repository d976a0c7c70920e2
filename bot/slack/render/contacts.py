"""How somebody is reached, for themselves: the lines of `/oncall me` and its modal, and what they are told of codes."""

from __future__ import annotations

from bot.core.contact import ContactMethod, Urgency
from bot.core.contact_views import ReachView, RuleSet, name_of
from bot.slack import ids
from bot.slack.render.message import (
    Block,
    Message,
    actions,
    button,
    context,
    message,
    option,
    overflow,
    section,
)
from bot.templates import say

SURFACE = "contacts"


def summary(view: ReachView) -> str:
    """Two lines: what a page of high urgency does, and one of low."""
    return "\n".join(say(SURFACE, "rules", rules) for rules in (view.high, view.low))


def listed(view: ReachView, tested: tuple[int, ContactMethod] | None = None) -> list[Block]:
    """Every method with what can be done about it, then the rules. `tested`: a test that is on its way."""
    blocks: list[Block] = []
    if tested is not None:
        number, method = tested
        heard = button("I heard it", ids.CONTACT_HEARD, number, style="primary")
        blocks += [section(say(SURFACE, "test_sent", name_of(method))), actions([heard], "contacts:test")]
    slack = button("Test", ids.REACH_TEST)
    blocks.append(section(say(SURFACE, "slack", view.slack_heard_at), slack))
    blocks += [_method(method) for method in view.methods]
    blocks.append(actions([button("Add a method", ids.CONTACT_ADD, style="primary")], "contacts:add"))
    for rules in (view.high, view.low):
        change = button("Change…", ids.CONTACT_RULES, rules.urgency.value)
        blocks.append(section(_rules(rules), change))
    return [*blocks, context(say(SURFACE, "yours_alone"))]


def _method(method: ContactMethod) -> Block:
    unproved = {"Enter the code": "code", "Send a new code": "resend"}
    offered = {**({"Test it": "test"} if method.verified_at else unproved), "Remove it": "remove"}
    options = [option(text, f"{what}:{method.id}") for text, what in offered.items()]
    return section(say(SURFACE, "method", name_of(method), method), overflow(ids.CONTACT_DO, options))


def _rules(rules: RuleSet) -> str:
    lines = [say(SURFACE, "rules", rules)]
    if rules.unused and (
        rules.is_own or rules.urgency is Urgency.HIGH
    ):  # the usual of low urgency is Slack alone
        lines.append(say(SURFACE, "unused", rules.unused))
    return "\n".join(lines)


def failed(name: str, what: str, reason: str) -> Message:
    """A code or test that did not go out."""
    text = say(SURFACE, "failed", name, what, reason)
    return message(text, [section(text), actions([button("How I'm reached", ids.CONTACTS)])])
