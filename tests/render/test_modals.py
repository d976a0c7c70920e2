"""The forms: what they ask, how they are filled in, and what is said at a field that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.alert import Link
from bot.core.calendar_views import CalendarsView, FeedLine
from bot.core.catalogue import COMMANDER, Role
from bot.core.ids import (
    ChannelId,
    IncidentId,
    PageId,
    PersonId,
    RoleId,
    ScheduleId,
    ServiceId,
    SeverityId,
    TaskId,
    TeamId,
)
from bot.core.incident import IncidentStatus
from bot.core.on_call_views import ShiftChoice
from bot.core.page_forms import EscalateForm, LevelChoice
from bot.core.task import Task
from bot.core.views import IncidentPlace, MergeView, OnCallPerson, TasksView
from bot.core.whom import Whom
from bot.slack.modals import (
    calendars,
    declare,
    escalate,
    links,
    merge,
    more,
    note,
    on_call_page,
    page_people,
    reopen,
    resolve,
    responders,
    roles,
    severity,
    shifts,
    tasks,
    text,
    update,
)
from tests.company import company
from tests.render.samples import (
    ACKNOWLEDGED,
    ANA,
    BOB,
    DECLARE,
    INCIDENT,
    LINE,
    NIGHT,
    SEVERITIES,
    TRIGGERED,
    is_accepted_view,
    texts,
)

View = dict[str, Any]
NOBODY = Whom()
TEAMS = ((TeamId("payments"), "Payments"), (TeamId("platform"), "Platform"))
SERVICES = ((ServiceId("checkout"), "checkout"),)
SCRIBE = Role(RoleId("scribe"), "Scribe")
LINKED = replace(
    INCIDENT,
    links=(Link("CPU", "https://x.example/a"),),
    related=(IncidentPlace(IncidentId(9), ChannelId("C9")),),
)
TASK = Task(TaskId(7), IncidentId(12), "Call the bank", ANA, NIGHT, BOB, NIGHT)
ESCALATE = EscalateForm(
    TRIGGERED,
    (
        LevelChoice(1, (OnCallPerson("Ana", ANA, NIGHT),)),
        LevelChoice(2, (), ("#payments",)),
        LevelChoice(3),
    ),
    LevelChoice(2, (), ("#payments",)),
    generation=2,
    step=4,
)


def escalation(to: escalate.To, level: int | None = None, whom: Whom = NOBODY) -> escalate.Escalation:
    return escalate.Escalation(PageId(204), to, 2, 4, level, whom)


FORMS: dict[str, View] = {
    "reassign": responders.reassign(TRIGGERED, company()),
    "responders": responders.add(ACKNOWLEDGED, company()),
    "declare": declare.view(replace(DECLARE, teams=TEAMS, similar=(LINE,), page=PageId(204))),
    "update": update.view(INCIDENT, "a draft"),
    "severity": severity.view(INCIDENT, SEVERITIES),
    "roles": roles.view(INCIDENT, [Role(COMMANDER, "Incident commander"), SCRIBE]),
    "page": page_people.view(INCIDENT, TEAMS, SERVICES, [("S1", "@dba")]),
    "page alone": on_call_page.view(TEAMS, SERVICES, [("S1", "@dba")]),
    "resolve": resolve.view(INCIDENT),
    "reopen": reopen.view(INCIDENT),
    "note": note.view(IncidentId(12)),
    "note anywhere": note.view(None, "seen in #alerts", "https://slack.example.com/p1", [LINE]),
    "escalate": escalate.view(ESCALATE, TEAMS),
    "links": links.view(LINKED, [LINE, replace(LINE, id=IncidentId(9))]),
    "no links": links.view(INCIDENT),
    "tasks": tasks.view(
        TasksView(IncidentId(12), (TASK, replace(TASK, id=TaskId(8), done_at=NIGHT, done_by=BOB)))
    ),
    "many tasks": tasks.view(
        TasksView(IncidentId(12), tuple(replace(TASK, id=TaskId(n)) for n in range(100)))
    ),
    "no tasks": tasks.view(TasksView(IncidentId(12), ())),
    "merge into": merge.choose(INCIDENT, [LINE]),
    "merge": merge.view(MergeView(LINE, replace(LINE, id=IncidentId(9)), 2, 1, 0, 3)),
    "more": more.view(INCIDENT),
    "escalate without teams": escalate.view(
        EscalateForm(replace(TRIGGERED, next_step=None), (LevelChoice(1),), None, 2, 1)
    ),
    "text": text.view("Why was I paged?", [{"type": "divider"}] * 120),
}


def submitted(view: Mapping[str, Any], **fields: Any) -> View:
    """The view as Slack sends it back: what a person chose by block_id, initial values where they did nothing."""
    inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert set(fields) <= set(inputs)
    values = {name: {name: _state(element, fields.get(name))} for name, element in inputs.items()}
    return {**view, "state": {"values": values}}


def _state(element: View, value: Any) -> View:
    kind = element["type"]
    match kind:
        case "plain_text_input" | "number_input":
            return {"type": kind, "value": element.get("initial_value") if value is None else value}
        case "users_select":
            return {"type": kind, "selected_user": value or element.get("initial_user")}
        case "multi_users_select":
            return {"type": kind, "selected_users": list(value or element.get("initial_users", []))}
        case "datepicker":
            return {"type": kind, "selected_date": value or element.get("initial_date")}
        case "timepicker":
            return {"type": kind, "selected_time": value or element.get("initial_time")}
        case "checkboxes" | "multi_static_select":
            initial = element.get("initial_options", [])
            return {
                "type": kind,
                "selected_options": initial if value is None else [{"value": v} for v in value],
            }
        case _:
            return {
                "type": kind,
                "selected_option": {"value": value} if value else element.get("initial_option"),
            }


def labels(view: View) -> list[str]:
    return [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]


@pytest.mark.parametrize("name", FORMS)
def test_slack_accepts_the_form(name: str) -> None:
    assert is_accepted_view(FORMS[name])


@pytest.mark.parametrize(
    ("name", "expected", "submit"),
    [
        (
            "declare",
            ["Title", "Severity", "Service", "What is happening?", "Private", "Page", "People", "Teams"],
            "Declare",
        ),
        ("update", ["Update", "Status", "Next update"], "Post update"),
        ("severity", ["Severity"], "Change"),
        ("roles", ["Commander", "Scribe"], "Save"),
        ("page", ["People", "Teams", "Slack user groups", "Services", "Note"], "Page"),
        ("resolve", ["What happened?", "What fixed it?", "Pages"], "Resolve"),
        ("reopen", ["Reason"], "Reopen"),
        ("note", ["Note"], "Add"),
        ("note anywhere", ["Incident", "Note"], "Add"),
        ("escalate", ["Escalate to", "Level", "Team", "People"], "Escalate"),
        ("links", ["Address", "Name", "Related incident"], "Add"),
        ("tasks", ["New task", "Who", "Due"], "Add"),
        ("merge into", ["Which one goes on?"], "Next"),
        ("merge", [], "Merge"),
    ],
)
def test_the_form_asks_for(name: str, expected: list[str], submit: str) -> None:
    assert labels(FORMS[name]) == expected
    assert FORMS[name]["submit"]["text"] == submit


def test_declare_shows_each_severitys_criteria_and_who_is_on_call() -> None:
    shown = texts(declare.view(replace(DECLARE, service=ServiceId("checkout")))["blocks"])
    assert "SEV1 Customers can't buy" in shown
    assert "Checkout or payment is down" in shown
    assert "I don't know" in shown
    assert "On call: Ana" in shown
    page = shown.index("Page")
    assert shown[page + 1 : page + 5] == [
        "On call for the service",
        "checkout: Ana",
        "Choose people",
        "Nobody",
    ]
    assert "Choose people or teams" in texts(declare.view(replace(DECLARE, teams=TEAMS))["blocks"])


@pytest.mark.parametrize(
    ("title", "service"),
    [
        ("Checkout is down", "checkout"),
        ("Nobody can search", "search"),
        ("Research says it's slow", None),
        ("Checkout and search are down", None),
        ("", None),
    ],
)
def test_a_title_that_names_one_service_chooses_it(title: str, service: str | None) -> None:
    assert declare.likely_service(replace(DECLARE, title=title)) == service


def test_declare_offers_to_join_what_is_open_already() -> None:
    shown = texts(declare.view(replace(DECLARE, similar=(LINE,)))["blocks"])
    assert shown[0].startswith("INC-12 on checkout (Checkout is down) was declared 02:47 UTC by Carol.")
    assert shown[1] == "Join it instead"


def test_declare_reads_what_was_filled_in() -> None:
    form = declare.view(
        replace(DECLARE, page=PageId(204), source_channel=ChannelId("C1"), source_ts="1.2", teams=TEAMS)
    )
    filled = submitted(
        form,
        title="  Checkout \n is down ",
        severity="SEV1",
        service="checkout",
        description="since noon",
        private=["private"],
        page="chosen",
        people=[ANA],
        teams=["payments"],
    )
    assert declare.read(filled) == declare.Declaration(
        title="Checkout is down",
        severity=SeverityId("SEV1"),
        service=ServiceId("checkout"),
        description="since noon",
        private=True,
        whom="chosen",
        people=(ANA,),
        teams=(TeamId("payments"),),
        page=PageId(204),
        channel=ChannelId("C1"),
        ts="1.2",
    )


def test_declare_needs_a_title_and_a_severity_alone() -> None:
    form = declare.view(DECLARE)
    least = declare.read(submitted(form, title="Down", severity="SEV3"))
    assert least == declare.Declaration("Down", SeverityId("SEV3"))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": " ", "severity": "SEV1"}, {"title": "Say in a few words what is broken."}),
        ({"title": "x" * 201, "severity": "SEV1"}, {"title": "This has 201 characters; 200 is the most."}),
        ({"title": "x"}, {"severity": "Choose how bad it is."}),
        (
            {"title": "x", "severity": "SEV1", "description": "y" * 3001},
            {"description": "This has 3001 characters; 3000 is the most."},
        ),
        (
            {"title": "x", "severity": "SEV1", "page": "chosen"},
            {"people": "Choose at least one person or team, or another answer to “Page”."},
        ),
    ],
)
def test_declare_says_at_the_field_what_is_wrong(fields: View, wrong: dict[str, str]) -> None:
    assert declare.read(submitted(declare.view(DECLARE), **fields)) == wrong


def test_declare_from_a_long_message_is_cut_to_what_slack_takes() -> None:
    view = declare.view(replace(DECLARE, title="a\nb" * 200, description="c" * 5000))
    assert is_accepted_view(view)


def test_hundreds_of_services_are_offered_in_groups() -> None:
    services = tuple((ServiceId(f"s{n}"), f"service {n:03}") for n in range(450))
    view = declare.view(replace(DECLARE, services=services, service=ServiceId("s7")))
    assert is_accepted_view(view)
    assert declare.read(submitted(view, title="x", severity="SEV1")) == declare.Declaration(
        "x", SeverityId("SEV1"), ServiceId("s7")
    )


@pytest.mark.parametrize(
    ("rank", "minutes"), [(1, 15), (2, 30), (3, 0)], ids=["SEV1 in 15 min", "SEV2 in 30 min", "SEV3 none"]
)
def test_the_next_update_is_due_by_severity_unless_said(rank: int, minutes: int) -> None:
    form = update.view(replace(INCIDENT, severity=SEVERITIES[rank - 1]))
    read = update.read(submitted(form, text="rolling back"))
    assert read == update.StatusUpdate(
        IncidentId(12), "rolling back", IncidentStatus.INVESTIGATING, timedelta(minutes=minutes)
    )


def test_an_update_moves_the_status() -> None:
    read = update.read(submitted(FORMS["update"], status="monitoring", next="none"))
    assert read == update.StatusUpdate(IncidentId(12), "a draft", IncidentStatus.MONITORING, timedelta(0))


def test_roles_read_those_that_have_somebody() -> None:
    read = roles.read(submitted(FORMS["roles"], **{"role:scribe": ANA}))
    assert read == roles.Roles(IncidentId(12), {COMMANDER: BOB, SCRIBE.id: ANA})


def test_paging_reads_people_teams_services_and_user_groups() -> None:
    chosen = {"people": [ANA], "teams": ["payments"], "services": ["checkout"], "user_groups": ["S1"]}
    found = ((ANA,), (TeamId("payments"),), (ServiceId("checkout"),), ("S1",))
    filled = submitted(FORMS["page"], **chosen, note="db?")
    assert page_people.read(filled) == page_people.Call(IncidentId(12), *found, "db?")
    filled = submitted(FORMS["page alone"], **chosen, why="db?")
    assert on_call_page.read(filled) == on_call_page.Call(*found, "db?")


@pytest.mark.parametrize(("boxes", "expected"), [(None, True), ([], False)])
def test_open_pages_are_resolved_too_unless_the_box_is_cleared(boxes: Any, expected: bool) -> None:
    read = resolve.read(submitted(FORMS["resolve"], what_happened="bad release", pages=boxes))
    assert read == resolve.Resolution(IncidentId(12), "bad release", "", expected)


def test_resolve_without_open_pages_does_not_ask_for_them() -> None:
    form = resolve.view(replace(INCIDENT, open_pages=()))
    assert labels(form) == ["What happened?", "What fixed it?"]
    read = resolve.read(submitted(form, what_happened="bad release", fix="rolled back"))
    assert read == resolve.Resolution(IncidentId(12), "bad release", "rolled back", True)


def test_a_note_from_anywhere_names_its_incident_and_keeps_its_link() -> None:
    read = note.read(submitted(FORMS["note anywhere"]))
    assert read == note.Noted(IncidentId(12), "seen in #alerts", "https://slack.example.com/p1")
    read = note.read(submitted(FORMS["note"], note="cache flushed"))
    assert read == note.Noted(IncidentId(12), "cache flushed")


def test_each_level_is_offered_with_whom_it_leads_to() -> None:
    level = next(block for block in FORMS["escalate"]["blocks"] if block.get("block_id") == "level")
    assert [each["text"]["text"] for each in level["element"]["options"]] == [
        "Level 1: Ana",
        "Level 2: #payments",
        "Level 3: nobody now",
    ]


def test_the_next_level_says_whom_it_pages() -> None:
    to = next(block for block in FORMS["escalate"]["blocks"] if block.get("block_id") == "to")
    assert to["element"]["options"][0]["description"]["text"] == "#payments"


def test_a_page_is_given_to_whoever_is_chosen_by_whatever_leads_to_them() -> None:
    fields = {"people": [ANA], "schedules": ["payments-primary"], "services": ["search"]}
    chosen = Whom((ANA,), (), (ScheduleId("payments-primary"),), (ServiceId("search"),))
    assert responders.read(submitted(FORMS["reassign"], **fields)) == responders.Chosen(PageId(204), chosen)
    nobody = {"people": "Choose at least one person, or something that leads to people."}
    assert responders.read(submitted(FORMS["responders"])) == nobody


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, escalation("next")),
        ({"team": "payments", "level": "3"}, escalation("next")),
        ({"to": "level", "level": "3"}, escalation("level", level=3)),
        ({"to": "team", "team": "payments"}, escalation("team", whom=Whom(teams=(TeamId("payments"),)))),
        ({"to": "people", "people": [ANA]}, escalation("people", whom=Whom((ANA,)))),
        ({"to": "level"}, {"level": "Choose the level."}),
        ({"to": "team"}, {"team": "Choose the team."}),
        ({"to": "people"}, {"people": "Choose at least one person."}),
    ],
)
def test_escalating_by_hand(fields: View, expected: object) -> None:
    assert escalate.read(submitted(FORMS["escalate"], **fields)) == expected


@pytest.mark.parametrize(
    ("read", "name", "fields", "field"),
    [
        (update.read, "update", {"text": ""}, "text"),
        (update.read, "update", {"text": "x" * 3001}, "text"),
        (roles.read, "roles", None, "role:commander"),
        (page_people.read, "page", {}, "people"),
        (page_people.read, "page", {"people": [ANA], "note": "x" * 3001}, "note"),
        (resolve.read, "resolve", {}, "what_happened"),
        (resolve.read, "resolve", {"what_happened": "x", "fix": "x" * 3001}, "fix"),
        (reopen.read, "reopen", {"reason": "  "}, "reason"),
        (note.read, "note", {"note": ""}, "note"),
        (severity.read, "severity", None, "severity"),
    ],
)
def test_empty_and_overlong_values_are_said_at_their_field(
    read: Callable[[Mapping[str, Any]], object], name: str, fields: View | None, field: str
) -> None:
    filled = submitted(FORMS[name], **(fields or {}))
    if fields is None:
        filled["state"]["values"] = {}
    answer = read(filled)
    assert isinstance(answer, dict)
    assert list(answer) == [field]


def test_what_a_form_carries_fits_into_its_metadata() -> None:
    view = note.view(None, link="https://slack.example.com/" + "x" * 5000, open_incidents=[LINE])
    assert is_accepted_view(view)
    assert json.loads(view["private_metadata"])["incident"] is None


def test_the_address_of_a_feed_can_be_copied_whatever_is_in_it() -> None:
    url = "https://tocsin.example.com/v1/feeds/Ojk._a__b_c_.ics"
    shown = calendars.view(CalendarsView((FeedLine(1, "my shifts", url),), True, None))
    assert f"<{url}>" in str(shown["blocks"])


@pytest.mark.parametrize(
    ("pages", "links", "tasks", "sentence"),
    [
        (2, 1, 3, "2 pages with their alerts, 1 link and 3 tasks move there. 3 people are"),
        (1, 0, 0, "1 page with its alerts moves there. 3 people are"),
        (0, 0, 0, "would move. 3 people are"),
    ],
)
def test_the_merge_form_speaks_in_whole_sentences(pages: int, links: int, tasks: int, sentence: str) -> None:
    shown = merge.view(MergeView(LINE, replace(LINE, id=IncidentId(9)), pages, links, tasks, 3))
    assert sentence in str(shown["blocks"])


def test_a_shift_that_begins_between_two_seconds_is_chosen_from_the_next() -> None:
    """Else the part before it would be somebody else's, and a swap of it refused."""
    starts_at = NIGHT + timedelta(microseconds=400_000)
    one = ShiftChoice(
        ScheduleId("primary"), "primary", PersonId("ana"), starts_at, NIGHT + timedelta(hours=2)
    )
    assert shifts.value(one).startswith(f"{int(NIGHT.timestamp()) + 1}:")
