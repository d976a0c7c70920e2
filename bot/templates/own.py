"""A team's own wording of what its pages and updates say, in Jinja2 (PRODUCT §4): text and values, no programs.

To add a text: its line in `TEXTS`; where it is said, ask `worded` first.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from bot.core.incident import IncidentStatus
from bot.core.views import IncidentView, PageView
from bot.templates import mrkdwn

LONGEST_TEMPLATE, LONGEST_TEXT = 1000, 1500
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Keyword,
)
"""No loops, no calls, no arithmetic: nothing that could take long or grow."""
FILTERS = frozenset({"upper", "lower", "capitalize", "title", "default", "trim", "truncate"})
OF_PAGES = ("title", "severity", "service", "team", "description", "runbook", "source", "level", "number")
OF_CALLS = tuple(value for value in OF_PAGES if value != "runbook")
"""Nobody follows an address that is read out."""
OF_UPDATES = ("text", "status", "number", "title", "severity", "service", "team")
TEXTS: Mapping[str, tuple[str, ...]] = {
    "page": OF_PAGES,
    "details": OF_PAGES,
    "reminder": OF_PAGES,
    "sms": OF_PAGES,
    "voice": OF_CALLS,
    "update": OF_UPDATES,
}
"""What can be worded, and the values that each may use. `docs/configuration.md` says what they are."""


def problem_of(what: str, template: str) -> str:
    """What is wrong with a template, in words that can follow a colon; empty when it can be used."""
    if what not in TEXTS:
        return f"nothing is called {what}; there are {', '.join(TEXTS)}"
    if len(template) > LONGEST_TEMPLATE:
        return f"it is longer than {LONGEST_TEMPLATE} characters"
    try:
        tree = _ENVIRONMENT.parse(template)
    except TemplateError as error:
        return f"it is no Jinja2 template ({error.message})"
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, ALLOWED):
            return (
                f"{type(node).__name__.lower()} cannot stand in it: only values, conditions and filters can"
            )
        if isinstance(node, nodes.Name) and node.name not in TEXTS[what]:
            return f"there is no value {node.name}; there are {', '.join(TEXTS[what])}"
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            return f"there is no filter {node.name}; there are {', '.join(sorted(FILTERS))}"
    return ""


def of_page(what: str, view: PageView) -> str | None:
    """The team's own text in Slack's markup, if it has one; None for ours."""
    service = view.service
    if service is None or what not in service.texts:
        return None
    return _worded(
        service.texts[what],
        {
            "title": view.title,
            "severity": view.severity or "",
            "service": service.name,
            "team": service.team,
            "description": view.description,
            "runbook": service.runbook or "",
            "source": view.source,
            "level": str(view.why.level) if view.why else "",
            "number": f"P-{view.id}",
        },
    )


def of_update(view: IncidentView, text: str, status: IncidentStatus) -> str | None:
    """As `of_page`, of a status update."""
    service = view.service
    if service is None or "update" not in service.texts:
        return None
    values = {
        "text": text,
        "status": status.value,
        "number": f"INC-{view.id}",
        "title": view.title,
        "severity": view.severity.id,
        "service": service.name,
        "team": service.team,
    }
    return _worded(service.texts["update"], values)


def _worded(template: str, values: Mapping[str, Any]) -> str | None:
    """None for one that says nothing, so that something is said."""
    text = _compiled(template).render(values)
    return mrkdwn.cut_markup(text.strip(), LONGEST_TEXT) or None


def _escaped(value: Any) -> Markup:
    """What came from outside, after the filters."""
    return mrkdwn.escape(str(value))


_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True, finalize=_escaped)


@lru_cache(maxsize=256)
def _compiled(template: str) -> Template:
    return _ENVIRONMENT.from_string(template)
