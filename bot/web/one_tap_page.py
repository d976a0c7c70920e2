"""The page behind a one-tap link as HTML: phone first, nothing loaded from elsewhere, no script. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from bot.core.called import Answer, CalledView
from bot.core.frozen import dataclass
from bot.core.ids import user_of
from bot.core.page import PageState
from bot.core.views import PageView
from bot.templates import mrkdwn, say
from bot.templates.reading import Reader, html

LABELS = {
    Answer.ACKNOWLEDGE: "Acknowledge",
    Answer.DECLINE: "Can't take it",
    Answer.ESCALATE: "Escalate",
}
DESCRIPTION = 600


@dataclass(frozen=True)
class Button:
    answer: Answer
    label: str
    means: Markup


def page(shown: CalledView, now: datetime, proof: str) -> str:
    """How the page stands for this reader. `proof` comes back with a button."""
    view = shown.page
    reader = Reader(shown.names, shown.zone, now)

    def written(macro: str, *values: object, surface: str = "one_tap") -> Markup:
        return html(say(surface, macro, *values), reader)

    mine = view.state is PageState.ACKNOWLEDGED and view.acknowledged_by == view.reader
    return _template().render(
        title=view.title,
        style=_style(),
        sign="mine" if mine else view.state.value,
        state=written("state", view, mine),
        about=written("about", view, surface="page"),
        told=[html(line, reader) for line in _told(view, mine)],
        said=html(mrkdwn.prose(mrkdwn.cut(view.description.strip(), DESCRIPTION)), reader),
        buttons=[Button(one, LABELS[one], written(one.value, view)) for one in answers(view)],
        links=[html(link, reader) for link in _links(view)],
        proof=proof,
        small=[
            written("footer", view.id, shown.name),
            written("zone", str(shown.zone)),
        ],
    )


def answers(view: PageView) -> tuple[Answer, ...]:
    """What the reader can do now. A page that somebody else holds is theirs; a careless thumb must not take it away."""
    mine = view.acknowledged_by == view.reader
    match view.state:
        case PageState.TRIGGERED if view.reader in view.agreed:
            return (Answer.ESCALATE,)
        case PageState.TRIGGERED if view.reader_declined:
            return (Answer.ACKNOWLEDGE, Answer.ESCALATE)
        case PageState.TRIGGERED:
            return (Answer.ACKNOWLEDGE, Answer.DECLINE, Answer.ESCALATE)
        case PageState.ACKNOWLEDGED if mine:
            return (Answer.DECLINE, Answer.ESCALATE)
        case PageState.SNOOZED:
            return (Answer.ACKNOWLEDGE,)
        case _:
            return ()


def said(title: str, sentence: str) -> str:
    """A page that says one thing."""
    return _template().render(
        title=title,
        style=_style(),
        sign="",
        state="",
        about="",
        told=[html(sentence, Reader())],
        said="",
        buttons=(),
        links=(),
        proof="",
        small=(),
    )


def content_security_policy() -> str:
    """Nothing but our own style, and forms to ourselves."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def _told(view: PageView, mine: bool) -> Iterator[str]:
    match view.state:
        case PageState.ACKNOWLEDGED if mine:
            yield say("one_tap", "yours", view)
        case PageState.ACKNOWLEDGED:
            yield say("page", "held", view)
            yield say("one_tap", "take_over")
        case PageState.SNOOZED:
            yield say("page", "snoozed", view)
        case PageState.RESOLVED:
            user = user_of(view.resolved_by) if view.resolved_by else None
            others = tuple(person for person in view.paged if person != view.first_acknowledged_by)
            yield say("page", "resolved", view, user, others)
        case PageState.TRIGGERED:
            yield from _waiting(view)


def _waiting(view: PageView) -> Iterator[str]:
    if view.reader_declined:
        yield say("page", "you_declined", view)
    elif view.reader not in (view.paged_now or ()):
        yield say("one_tap", "moved_on", view)
    elif view.why and view.reader not in view.agreed:
        yield say("page", "why", view.why)
    if view.agreed:
        yield say("page", "agreed", view)
    if view.next_step:
        yield say("page", "next", view.next_step, view.reader)


def _links(view: PageView) -> Iterator[str]:
    """Where to look; an alert's own runbook is the exact one."""
    named = {each.text for each in view.links}
    for each in view.links[:5]:
        yield mrkdwn.link(mrkdwn.cut(each.text or "Link", 60), each.url)
    if view.service and view.service.runbook and "Runbook" not in named:
        yield mrkdwn.link("Runbook", view.service.runbook)
    if view.service and view.service.dashboard and "Dashboard" not in named:
        yield mrkdwn.link("Dashboard", view.service.dashboard)


@cache
def _style() -> Markup:
    return Markup((files("bot.templates") / "one_tap.css").read_text(encoding="utf-8"))


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("bot", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("one_tap.html")
