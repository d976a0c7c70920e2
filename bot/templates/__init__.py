"""All wording: Jinja2 macros, one file per surface; what is put into them is escaped for Slack unless it is markup.

To add a sentence: write a macro in the surface's `.j2` file; call it with `say("<file>", "<macro>", …)`.
Whatever a macro uses must be given to it: an undefined name is an error.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import PackageLoader, StrictUndefined
from jinja2.environment import TemplateModule
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from bot.core.command_names import NAMES
from bot.core.ids import incident_label, page_label
from bot.core.views import OnCallPerson
from bot.templates import mrkdwn
from bot.templates.compiled import BesideTheTemplates


def say(surface: str, macro: str, *values: object, **named: object) -> str:
    """One sentence or line, in Slack's markup, without line breaks."""
    text: Markup = getattr(_surface(surface), macro)(*values, **named)
    return mrkdwn.one_line(str(text))


PAGES = ("page", "replies")
"""What a page is worded with."""


def surfaces() -> list[str]:
    return [name.removesuffix(".j2") for name in _environment().list_templates(extensions=["j2"])]


def prepare(*names: str) -> None:
    """Have the wording of these surfaces ready, or all of it; one that was never compiled takes a tenth of a second."""
    for name in names or surfaces():
        _surface(name)


def on_call_person(person: OnCallPerson) -> Markup:
    """Somebody on call, as a mention when Slack knows them."""
    return mrkdwn.mention(person.user) if person.user else mrkdwn.escape(person.name)


def _shown(value: Any) -> Any:
    """What `{{ … }}` puts into a text: markup as it is, everything else escaped."""
    return value if isinstance(value, Markup) else mrkdwn.escape(str(value))


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _since(later: datetime, earlier: datetime) -> str:
    return mrkdwn.duration(later - earlier)


@cache
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=PackageLoader("bot", "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=BesideTheTemplates(),
    )
    environment.globals["commands"] = NAMES
    environment.filters |= {
        "mention": mrkdwn.mention,
        "people": mrkdwn.people,
        "and_list": mrkdwn.and_list,
        "channel": mrkdwn.channel_link,
        "time": mrkdwn.clock_time,
        "seconds": mrkdwn.clock_seconds,
        "ago": mrkdwn.with_ago,
        "day": mrkdwn.with_day,
        "in_full": mrkdwn.in_full,
        "duration": mrkdwn.duration,
        "since": _since,
        "page": page_label,
        "incident": incident_label,
        "on_call": lambda persons: mrkdwn.and_list(map(on_call_person, persons)),
        "count": _count,
        "cut": mrkdwn.cut,
        "link": mrkdwn.link,
        "address": lambda url: mrkdwn.link("link", url),
        "addressee": mrkdwn.addressee,
        "prose": mrkdwn.prose,
    }
    return environment


@cache
def _surface(name: str) -> TemplateModule:
    return _environment().get_template(f"{name}.j2").module
