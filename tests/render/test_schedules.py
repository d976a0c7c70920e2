"""The forms and lists of schedules: within Slack's limits, and the same schedule going in and coming out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from hashlib import sha256

import pytest

from bot.config import drafts
from bot.core.ids import PersonId, ScheduleId, TeamId, UserId
from bot.core.schedule import (
    CalendarLayer,
    GroupChanges,
    Layer,
    Restriction,
    RotationUnit,
    Schedule,
    TimeOfDay,
    TimeOfWeek,
    Weekday,
)
from bot.core.schedule_views import (
    Editable,
    PlannedDifference,
    PlannedShift,
    Preview,
    ScheduleLine,
    SchedulePlan,
)
from bot.core.views import OnCallPerson
from bot.slack.modals import schedule_form as form
from bot.slack.modals import schedules as modals
from bot.slack.modals.schedules import Previewed
from bot.slack.render.message import Block
from tests.render.samples import ANA, BOB, NIGHT, is_accepted_view, texts
from tests.render.test_modals import submitted

TEAMS = [("payments", "Payments"), ("platform", "Platform")]
USERS = {"ana": ANA, "bob": BOB}
WORKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)


LAYER = Layer(
    ((PersonId("ana"),), (PersonId("bob"),)), RotationUnit.WEEKS, 2, time(9, 30), date(2026, 11, 16)
)


def schedule(*restrictions: Restriction, ends_on: date | None = None) -> Schedule:
    layer = replace(LAYER, restrictions=restrictions, ends_on=ends_on)
    return Schedule(
        ScheduleId("nights"),
        "Nights",
        "Europe/London",
        (layer,),
        team=TeamId("payments"),
        owner=PersonId("ana"),
    )


def through_the_form(known: Schedule) -> Schedule:
    """Opened, not touched, and read again."""
    shown = form.view(form.draft_of(drafts.entry(known), "v1", USERS), TEAMS)
    assert is_accepted_view(shown)
    people = {user: person for person, user in USERS.items()}
    read = form.read(submitted(shown))
    found = drafts.schedule(form.entry_of(read, read.schedule, lambda user: people[user]))
    assert isinstance(found, Schedule)
    return found


def test_what_the_form_does_not_ask_comes_out_as_it_went_in() -> None:
    known = replace(
        schedule(),
        announce="#payments",
        remind_before=timedelta(hours=2),
        holidays="GB-SCT",
        user_groups=("@all-oncall", "@payments-oncall"),
        user_group_changes=GroupChanges.RESPECT,
    )
    assert through_the_form(known) == known


def test_the_form_offers_the_workspaces_user_groups_and_those_that_slack_lacks_yet() -> None:
    fed = replace(schedule(), user_groups=("@to-be-made",))
    shown = form.view(form.draft_of(drafts.entry(fed), "v1", USERS), TEAMS, ["@payments-oncall", "@dba"])
    assert is_accepted_view(shown)
    element = next(block["element"] for block in shown["blocks"] if block.get("block_id") == "user_groups")
    assert [one["value"] for one in element["options"]] == ["@dba", "@payments-oncall", "@to-be-made"]
    assert [one["value"] for one in element["initial_options"]] == ["@to-be-made"]
    none_chosen = form.read(submitted(shown, user_groups=[]))
    assert "user_groups" not in form.entry_of(none_chosen, "nights", lambda user: "ana")
    without = form.view(form.draft_of(drafts.entry(schedule()), "v1", USERS), TEAMS)
    assert "user_groups" not in [block.get("block_id") for block in without["blocks"]]


@pytest.mark.parametrize(
    "known",
    [
        schedule(),
        schedule(ends_on=date(2027, 11, 16)),
        schedule(TimeOfDay(time(9), time(17), WORKDAYS)),
        schedule(
            TimeOfDay(time(17), time(9), WORKDAYS[:4]),
            TimeOfWeek(Weekday.FRIDAY, time(17), Weekday.MONDAY, time(9)),
        ),
        schedule(TimeOfDay(time(22), time(6))),
        schedule(TimeOfDay(time(22), time(6), (Weekday.SUNDAY,))),
        schedule(TimeOfWeek(Weekday.FRIDAY, time(18), Weekday.MONDAY, time(9))),
        replace(schedule(), layers=(*schedule().layers, CalendarLayer("https://calendar.example/a.ics"))),
        replace(
            schedule(),
            layers=(replace(LAYER, participants=((PersonId("ana"), PersonId("bob")), ())),),
        ),
        replace(schedule(), time_zone="US/Eastern", holidays="GB"),
    ],
)
def test_a_schedule_that_is_opened_and_not_touched_stays_as_it_is(known: Schedule) -> None:
    assert through_the_form(known) == known


def test_a_form_with_every_layer_and_field_is_accepted() -> None:
    draft = form.draft_of(drafts.entry(schedule(TimeOfDay(time(22), time(6)))), "v1", USERS)
    for _ in range(form.MOST_LAYERS - 1):
        draft = draft.with_another_layer()
    full = form.view(
        replace(draft, layers=tuple(replace(one, covers=form.OWN) for one in draft.layers)), TEAMS
    )
    assert is_accepted_view(full)
    assert "Add a layer" not in str(full)


def test_a_removed_layer_leaves_the_others_as_they_were() -> None:
    draft = form.draft_of(drafts.entry(schedule()), "v1", USERS).with_another_layer().with_another_layer()
    kept = draft.without_layer(1)
    assert [layer.key for layer in kept.layers] == [0, 2]
    assert [layer.key for layer in kept.with_another_layer().layers] == [0, 2, 3]
    assert form.field_of(kept, ("layers", 1, "ends_on")) == "ends_on:2"


def test_a_rotation_of_nobody_is_told_at_its_people() -> None:
    draft = form.read(submitted(form.view(replace(form.draft_of(drafts.entry(schedule()), "", {})), TEAMS)))
    wrong = drafts.schedule(form.entry_of(draft, "nights", lambda user: user))
    assert isinstance(wrong, tuple)
    assert form.errors(draft, [(one.at, one.sentence) for one in wrong]) == {
        "people:0": "Nobody at all takes turns. Name at least one person, or remove the layer."
    }


def test_an_unknown_zone_is_told_at_its_field() -> None:
    draft = form.draft_of(drafts.entry(schedule()) | {"time_zone": "Europe/Lodnon"}, "", USERS)
    wrong = drafts.schedule(form.entry_of(draft, "nights", lambda user: "ana"))
    assert isinstance(wrong, tuple)
    assert form.errors(draft, [(one.at, one.sentence) for one in wrong]) == {
        "zone": "'Europe/Lodnon' is not a time zone. Did you mean Europe/London?"
    }


def person(name: str) -> OnCallPerson:
    return OnCallPerson(name, UserId(f"U{name.upper()}"))


def preview(hours: int) -> Preview:
    """Two weeks in turns of so many hours, and nobody in every third."""
    step = timedelta(hours=hours)
    starts = [NIGHT + step * number for number in range(int(timedelta(days=14) / step))]
    shifts = tuple(
        PlannedShift(at, at + step, (person("ana"),) if number % 3 else ())
        for number, at in enumerate(starts)
    )
    changes = tuple(PlannedDifference(at, at + step, (person("bob"),), (person("ana"),)) for at in starts)
    plan = SchedulePlan(
        "Nights", "Europe/London", NIGHT, NIGHT + timedelta(days=14), shifts, timedelta(hours=8)
    )
    return Preview(plan, changes)


@pytest.mark.parametrize("hours", [1, 24, 168])
def test_a_preview_is_accepted_however_often_shifts_change(hours: int) -> None:
    carried = Previewed(drafts.entry(schedule()), "v1")
    shown = modals.preview(preview(hours), carried)
    assert shown is not None
    assert is_accepted_view(shown)
    said = "\n".join(texts(shown["blocks"]))
    assert "Ana instead of Bob" in said
    assert "⚠ nobody" in said
    assert "Nobody is on call for 8 h" in said
    assert modals.read_preview(shown) == carried


def test_a_full_form_of_many_people_can_be_carried_and_more_is_refused() -> None:
    def many(layers: int) -> Schedule:
        places = tuple((PersonId(f"U{number * 7919 % 10**10:010}"),) for number in range(form.MOST_PEOPLE))
        return replace(schedule(), layers=(replace(LAYER, participants=places),) * layers)

    assert modals.preview(preview(24), Previewed(drafts.entry(many(form.MOST_LAYERS)), "v" * 64))
    different = "".join(sha256(bytes([number])).hexdigest() for number in range(100))
    assert modals.preview(preview(24), Previewed({"name": different}, "")) is None


def test_a_hundred_schedules_with_hostile_names_are_listed() -> None:
    line = ScheduleLine(ScheduleId("x"), "<!channel> *x* " * 5, "a & b", (person("ana"),), "on <call>.yml", 3)
    lines = [replace(line, id=ScheduleId(f"s{number}"), may_change=bool(number % 2)) for number in range(100)]
    shown = modals.listed(lines)
    assert is_accepted_view(shown)
    assert "<!channel>" not in str(shown)
    assert "and 55 more" in "\n".join(texts(shown["blocks"]))


@pytest.mark.parametrize("refusal", ["", "It is declared in on_call.yml, line 3. Change it there."])
def test_one_schedule_is_shown_with_what_its_reader_may_do(refusal: str) -> None:
    editable = Editable(schedule(), "v1", ScheduleLine(ScheduleId("nights"), "Nights"), refusal)
    shown = modals.opened(editable, preview(24).plan)
    assert is_accepted_view(shown)
    buttons: list[Block] = [
        one for block in shown["blocks"] if block["type"] == "actions" for one in block["elements"]
    ]
    assert [one["text"]["text"] for one in buttons] == ([] if refusal else ["Edit", "Delete"])
