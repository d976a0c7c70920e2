"""The forms of `/oncall me`: the list, a new method, its code, and the rules for an urgency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from typing import Any

from bot.core.contact import SLACK_DM, ContactMethod, MethodKind, Rule, Urgency
from bot.core.contact_views import ReachView, name_of
from bot.core.frozen import dataclass
from bot.core.ids import ContactId
from bot.core.reaching import QuietHours, Wishes
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render import contacts as render
from bot.slack.render.message import Block, actions, button, context, option, section
from bot.templates import mrkdwn, say

MINUTES = (0, 1, 2, 3, 5, 10, 15, 20, 30, 60)
NEVER = "never"
KINDS = {
    MethodKind.EMAIL: "E-mail",
    MethodKind.SMS: "SMS",
    MethodKind.VOICE: "Phone call",
    MethodKind.PUSH: "Push (ntfy, Pushover, Gotify …)",
    MethodKind.WEBHOOK: "Webhook",
}


@dataclass(frozen=True)
class NewMethod:
    kind: MethodKind
    address: str
    label: str


def listed(view: ReachView, tested: tuple[int, ContactMethod] | None = None) -> dict[str, Any]:
    return form.modal(ids.MODAL_CONTACTS, "How you are reached", render.listed(view, tested))


def new(carried: Sequence[MethodKind]) -> dict[str, Any]:
    """`carried`: what this installation has a provider for; without SMS, calls and push it says whom to ask."""
    options = [option(KINDS[kind], kind.value) for kind in carried if kind in KINDS]
    blocks = [
        form.field("Kind", "kind", form.choice(options, options[0]["value"] if options else None)),
        form.field("Address", "address", form.text(most=500), hint=say("contacts", "address_hint")),
        form.field("Name", "label", form.text(most=40, placeholder="private phone"), optional=True),
    ]
    missing = [kind for kind in KINDS if kind not in carried]
    if missing:
        blocks.append(context(say("contacts", "not_carried", [kind.shown for kind in missing])))
    return form.modal(ids.MODAL_CONTACT, "Add a method", blocks, "Add")


def read_new(submitted: Mapping[str, Any]) -> NewMethod | Errors:
    kind, address = form.chosen(submitted, "kind"), form.typed(submitted, "address")
    wrong = form.errors(
        kind=None if kind else "Choose a kind.", address=None if address else "Write the address."
    )
    if wrong or not kind:
        return wrong
    return NewMethod(MethodKind(kind), address, form.typed(submitted, "label"))


def code(method: ContactMethod) -> dict[str, Any]:
    """Asks for the code that was sent by the method."""
    blocks: list[Block] = [
        section(say("contacts", "code_sent", name_of(method))),
        form.field("Code", "code", form.text(most=20, placeholder="123456")),
        actions([button("Send a new code", ids.CONTACT_RESEND, method.id)], "contacts:resend"),
    ]
    return form.modal(ids.MODAL_CONTACT_CODE, "Enter the code", blocks, "Verify", {"contact": method.id})


def read_code(submitted: Mapping[str, Any]) -> tuple[ContactId, str]:
    return ContactId(form.metadata(submitted)["contact"]), form.typed(submitted, "code")


def rules(view: ReachView, urgency: Urgency) -> dict[str, Any]:
    """One menu for each method: when it is tried, or never. For low urgency also the hours in which nothing rings."""
    chosen = view.rules(urgency)
    after = {one.id: one.after for one in chosen.attempts}
    blocks: list[Block] = [section(say("contacts", "rules_intro", urgency.value))]
    blocks.append(_when("Slack direct message", SLACK_DM, after.get(SLACK_DM), may_never=False))
    for method in view.methods:
        if method.verified_at is not None:
            blocks.append(_when(name_of(method), method.id, after.get(method.id)))
    if urgency is Urgency.LOW:
        quiet = chosen.quiet
        begins, ends = (f"{quiet.begins:%H:%M}", f"{quiet.ends:%H:%M}") if quiet else ("", "")
        hint = say("contacts", "quiet_hint", view.zone)
        blocks += [
            form.field("Quiet from", "begins", form.time_of_day(begins), optional=True),
            form.field("Quiet until", "ends", form.time_of_day(ends), optional=True, hint=hint),
        ]
    title = "High urgency" if urgency is Urgency.HIGH else "Low urgency"
    carried = {"urgency": urgency.value, "zone": view.zone}
    return form.modal(ids.MODAL_CONTACT_RULES, title, blocks, "Save", carried)


def _when(label: str, number: ContactId, after: timedelta | None, *, may_never: bool = True) -> Block:
    minutes = sorted({*MINUTES, *([int(after.total_seconds() // 60)] if after is not None else [])})
    options = [option("At once" if not one else f"After {one} min", str(one)) for one in minutes]
    options += [option("Not used", NEVER)] if may_never else []
    initial = NEVER if after is None else str(int(after.total_seconds() // 60))
    return form.field(mrkdwn.cut(label, 150), f"method:{number}", form.choice(options, initial))


def read_rules(submitted: Mapping[str, Any], view: ReachView) -> tuple[Urgency, Wishes] | Errors:
    """What was chosen for the methods that the form showed; `view` says what they are."""
    carried = form.metadata(submitted)
    kinds = {SLACK_DM: MethodKind.SLACK, **{method.id: method.kind for method in view.methods}}
    found = []
    for number, kind in kinds.items():
        when = form.chosen(submitted, f"method:{number}")
        if when is not None and when != NEVER:
            found.append(Rule(kind, timedelta(minutes=int(when)), number))
    begins, ends = form.time_chosen(submitted, "begins"), form.time_chosen(submitted, "ends")
    if bool(begins) != bool(ends):
        missing = "ends" if begins else "begins"
        return {missing: "Quiet hours need a beginning and an end; leave both empty for none."}
    quiet = (
        QuietHours(time.fromisoformat(begins), time.fromisoformat(ends), carried["zone"]) if begins else None
    )
    rules = sorted(found, key=lambda rule: rule.after)
    return Urgency(carried["urgency"]), Wishes(tuple(rules), quiet)
