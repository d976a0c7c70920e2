"""Declare an incident: what, how bad, where, whom to page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from bot.core import similar
from bot.core.frozen import dataclass
from bot.core.ids import ChannelId, PageId, ServiceId, SeverityId, TeamId, UserId
from bot.core.views import DeclareForm, IncidentLine, OnCallPerson
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.form import Errors
from bot.slack.render.message import Block, button, option, section
from bot.templates import say

TITLE = 200
UNKNOWN_SERVICE = "?"
"""The option "I don't know"; no service can have this id."""
PRIVATE = "private"
Whom = Literal["on_call", "chosen", "nobody"]


@dataclass(frozen=True)
class Declaration:
    """What was filled in. `channel` and `ts`: the message, or the channel of the command, that it came from."""

    title: str
    severity: SeverityId
    service: ServiceId | None = None
    description: str = ""
    private: bool = False
    whom: Whom = "on_call"
    people: tuple[UserId, ...] = ()
    teams: tuple[TeamId, ...] = ()
    page: PageId | None = None
    channel: ChannelId | None = None
    ts: str | None = None


def view(shown: DeclareForm) -> dict[str, Any]:
    blocks: list[Block] = [_similar(line) for line in shown.similar]
    blocks += [
        form.field("Title", "title", form.text(shown.title, TITLE, placeholder="What is broken?")),
        form.field("Severity", "severity", form.severities(shown.severities, shown.severity)),
        form.field("Service", "service", _services(shown)),
        form.field(
            "What is happening?", "description", form.text(shown.description, multiline=True), optional=True
        ),
        form.field("Private", "private", _private(), optional=True),
        form.field("Page", "page", _whom(shown)),
        form.field("People", "people", form.persons(), optional=True, hint=f"For “{_chosen(shown)}” above."),
    ]
    if shown.teams:
        teams = form.choices(form.named(shown.teams), "Choose teams")
        blocks.append(form.field("Teams", "teams", teams, optional=True))
    carried = {"page": shown.page, "channel": shown.source_channel, "ts": shown.source_ts}
    return form.modal(ids.MODAL_DECLARE, "Declare an incident", blocks, "Declare", carried)


def read(submitted: Mapping[str, Any]) -> Declaration | Errors:
    title = " ".join(form.typed(submitted, "title").split())
    description = form.typed(submitted, "description")
    severity = form.chosen(submitted, "severity")
    service = form.chosen(submitted, "service")
    people = tuple(UserId(user) for user in form.persons_chosen(submitted, "people"))
    teams = tuple(TeamId(team) for team in form.all_chosen(submitted, "teams"))
    whom = form.chosen(submitted, "page") or "on_call"
    nobody_chosen = whom == "chosen" and not people and not teams
    wrong = form.errors(
        title=form.length_error(title, TITLE, 1, "Say in a few words what is broken."),
        severity=None if severity else "Choose how bad it is.",
        description=form.length_error(description, form.LONG_TEXT),
        people="Choose at least one person or team, or another answer to “Page”." if nobody_chosen else None,
    )
    if wrong:
        return wrong
    carried = form.metadata(submitted)
    return Declaration(
        title=title,
        severity=SeverityId(severity or ""),
        service=ServiceId(service) if service and service != UNKNOWN_SERVICE else None,
        description=description,
        private=form.ticked(submitted, "private", PRIVATE),
        whom=cast(Whom, whom),
        people=people,
        teams=teams,
        page=carried.get("page"),
        channel=carried.get("channel"),
        ts=carried.get("ts"),
    )


def _similar(line: IncidentLine) -> Block:
    join = button("Join it instead", ids.INCIDENT_JOIN, line.id)
    return section(say("incident", "similar", line), join)


def _services(shown: DeclareForm) -> Block:
    described: dict[str, str] = {
        service: f"On call: {_names(people)}" for service, people in shown.on_call.items() if people
    }
    unknown = option("I don't know", UNKNOWN_SERVICE)
    options = [unknown, *form.named(shown.services, described)]
    return form.choice(options, likely_service(shown) or UNKNOWN_SERVICE)


def likely_service(shown: DeclareForm) -> ServiceId | None:
    """The service of the page, else the only one that the title names; the declarer can change it."""
    return shown.service or similar.likely_service(shown.title, shown.services)


def _private() -> Block:
    return form.checkbox("Only the people added will see it", PRIVATE)


def _whom(shown: DeclareForm) -> Block:
    service = likely_service(shown)
    people = shown.on_call.get(service, ()) if service else ()
    # The service may be changed in the form, so the name is said together with it.
    now = f"{dict(shown.services).get(service, service)}: {_names(people)}" if service and people else ""
    options = [
        option("On call for the service", "on_call", now),
        option(_chosen(shown), "chosen"),
        option("Nobody", "nobody"),
    ]
    return form.radio(options, "on_call")


def _chosen(shown: DeclareForm) -> str:
    return "Choose people or teams" if shown.teams else "Choose people"


def _names(people: tuple[OnCallPerson, ...]) -> str:
    """ "Ana and Bob", for texts in which nobody can be mentioned."""
    names = [person.name for person in people]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
