"""What the forms are built of, and how their submissions are read: the fields' `block_id` is also their `action_id`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.core.catalogue import Severity
from bot.slack.render.message import MOST_VIEW_BLOCKS, OPTION, Block, option, plain
from bot.templates import mrkdwn

Errors = dict[str, str]
"""What is wrong, by `block_id`."""

MOST_OPTIONS = 100
"""Of a menu, or of a group of it; a menu has as many groups."""
OPTION_VALUE = 150
LONG_TEXT = 3000
MODAL_TITLE = 24
USER_GROUPS = "user_groups"


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    submit: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    close: str | None = None,
) -> dict[str, Any]:
    """A modal's view; without `submit` it only shows something."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, MODAL_TITLE),
        "close": plain(close or ("Close" if submit is None else "Cancel"), MODAL_TITLE),
        "blocks": list(blocks[:MOST_VIEW_BLOCKS]),
        "private_metadata": json.dumps(metadata or {}),
    }
    return view if submit is None else {**view, "submit": plain(submit, MODAL_TITLE)}


def field(
    label: str,
    block_id: str,
    element: Block,
    *,
    optional: bool = False,
    hint: str = "",
    tells: str = "",
) -> Block:
    """`tells` is the `action_id` by which a listener hears of each choice at once; without it nothing is heard."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2000),
        "element": {**element, "action_id": tells or block_id},
        "optional": optional,
    }
    if tells:
        block["dispatch_action"] = True
    return {**block, "hint": plain(hint, 2000)} if hint else block


def text(
    initial: str = "", most: int = LONG_TEXT, *, multiline: bool = False, placeholder: str = ""
) -> Block:
    """A text to type; a single line loses the breaks of what it is filled with."""
    shown = initial.strip() if multiline else mrkdwn.one_line(initial)
    element: Block = {"type": "plain_text_input", "multiline": multiline, "max_length": most}
    if shown:
        element["initial_value"] = mrkdwn.cut(shown, most)
    return {**element, "placeholder": plain(placeholder, 150)} if placeholder else element


def choice(options: Sequence[Block], initial: str | None = None, placeholder: str = "") -> Block:
    """A menu of one choice, by value; beyond a hundred options it is grouped."""
    return _menu("static_select", options, placeholder) | _initial(options, initial)


def choices(options: Sequence[Block], placeholder: str = "", initial: Sequence[str] = ()) -> Block:
    """A menu of several choices."""
    element = _menu("multi_static_select", options, placeholder)
    chosen = [each for each in options if each["value"] in initial]
    return {**element, "initial_options": chosen} if chosen else element


def user_groups(groups: Iterable[tuple[str, str]], hint: str, initial: Sequence[str] = ()) -> Block:
    """The field of Slack user groups, by value and handle; `all_chosen` reads it under `USER_GROUPS`."""
    element = choices(named(groups), "Choose user groups", initial)
    return field("Slack user groups", USER_GROUPS, element, optional=True, hint=hint)


def radio(options: Sequence[Block], initial: str | None = None) -> Block:
    return {"type": "radio_buttons", "options": list(options), **_initial(options, initial)}


def checkbox(label: str, value: str, description: str = "", *, on: bool = False) -> Block:
    """One box; the option's value is read by `ticked`."""
    options = [option(label, value, description)]
    element: Block = {"type": "checkboxes", "options": options}
    return {**element, "initial_options": options} if on else element


def person(initial: str | None = None) -> Block:
    element: Block = {"type": "users_select", "placeholder": plain("Choose a person", 150)}
    return element if initial is None else {**element, "initial_user": initial}


def moment(initial: datetime | None = None) -> Block:
    """A day and a time, in the reader's zone."""
    element: Block = {"type": "datetimepicker"}
    return element if initial is None else {**element, "initial_date_time": int(initial.timestamp())}


def persons(placeholder: str = "Choose people", initial: Sequence[str] = (), most: int = 0) -> Block:
    """Several people, in the order in which they are chosen."""
    element: Block = {"type": "multi_users_select", "placeholder": plain(placeholder, 150)}
    if initial:
        element["initial_users"] = list(initial)
    return {**element, "max_selected_items": most} if most else element


def number(initial: str, least: int, most: int) -> Block:
    element: Block = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": str(least),
        "max_value": str(most),
    }
    return {**element, "initial_value": initial} if initial else element


def day(initial: str = "") -> Block:
    """A day to choose, `2026-11-23`."""
    element: Block = {"type": "datepicker", "placeholder": plain("Choose a day", 150)}
    return {**element, "initial_date": initial} if initial else element


def time_of_day(initial: str = "") -> Block:
    """A time by a clock, `09:00`."""
    element: Block = {"type": "timepicker", "placeholder": plain("Choose a time", 150)}
    return {**element, "initial_time": initial} if initial else element


def named(pairs: Iterable[tuple[str, str]], described: Mapping[str, str] | None = None) -> list[Block]:
    """Options of id and shown name, in the names' order; an id that Slack cannot carry is left out."""
    known = sorted(pairs, key=lambda pair: pair[1].lower())
    notes = described or {}
    return [
        option(name or value, value, notes.get(value, ""))
        for value, name in known
        if len(value) <= OPTION_VALUE
    ]


def severities(known: Sequence[Severity], initial: str | None = None) -> Block:
    """The severities, the worst first, each with its criteria."""
    options = [
        option(each.id if each.name in ("", each.id) else f"{each.id} {each.name}", each.id, each.criteria)
        for each in known
    ]
    return choice(options, initial, "How bad is it?")


def _menu(kind: str, options: Sequence[Block], placeholder: str) -> Block:
    element: Block = {"type": kind, "placeholder": plain(placeholder or "Choose", 150)}
    if len(options) <= MOST_OPTIONS:
        return {**element, "options": list(options)}
    parts = [options[at : at + MOST_OPTIONS] for at in range(0, len(options), MOST_OPTIONS)]
    groups = [{"label": plain(_span(part), OPTION), "options": list(part)} for part in parts[:MOST_OPTIONS]]
    return {**element, "option_groups": groups}


def _span(part: Sequence[Block]) -> str:
    """The names that a group goes from and to."""
    first, last = (mrkdwn.cut(part[at]["text"]["text"], 34) for at in (0, -1))
    return f"{first} – {last}"


def _initial(options: Sequence[Block], initial: str | None) -> Block:
    found = next((each for each in options if initial is not None and each["value"] == initial), None)
    return {} if found is None else {"initial_option": found}


def metadata(view: Mapping[str, Any]) -> dict[str, Any]:
    """What the form carries besides its fields."""
    try:
        carried = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return carried if isinstance(carried, dict) else {}


def typed(view: Mapping[str, Any], block_id: str) -> str:
    """A typed text without the spaces around it; empty when there is none."""
    return str(_state(view, block_id).get("value") or "").strip()


def chosen(view: Mapping[str, Any], block_id: str) -> str | None:
    """The value of the one option that is chosen."""
    selected = _state(view, block_id).get("selected_option")
    return str(selected["value"]) if selected else None


def all_chosen(view: Mapping[str, Any], block_id: str) -> tuple[str, ...]:
    return tuple(str(each["value"]) for each in _state(view, block_id).get("selected_options") or ())


def ticked(view: Mapping[str, Any], block_id: str, value: str) -> bool:
    return value in all_chosen(view, block_id)


def person_chosen(view: Mapping[str, Any], block_id: str) -> str | None:
    return _state(view, block_id).get("selected_user") or None


def persons_chosen(view: Mapping[str, Any], block_id: str) -> tuple[str, ...]:
    return tuple(_state(view, block_id).get("selected_users") or ())


def moment_chosen(view: Mapping[str, Any], block_id: str) -> datetime | None:
    at = _state(view, block_id).get("selected_date_time")
    return datetime.fromtimestamp(int(at), UTC) if at else None


def day_chosen(view: Mapping[str, Any], block_id: str) -> str:
    return str(_state(view, block_id).get("selected_date") or "")


def time_chosen(view: Mapping[str, Any], block_id: str) -> str:
    return str(_state(view, block_id).get("selected_time") or "")


def has(view: Mapping[str, Any], block_id: str) -> bool:
    """Whether the form showed this field."""
    return block_id in (view.get("state") or {}).get("values", {})


def length_error(value: str, most: int, least: int = 0, empty: str = "") -> str | None:
    """What is wrong with a text's length, said at its field; None when nothing is."""
    if least and not value:
        return empty
    if len(value) > most:
        return f"This has {len(value)} characters; {most} is the most."
    return None


def errors(**found: str | None) -> Errors:
    """The fields that have one."""
    return {block_id: message for block_id, message in found.items() if message}


def _state(view: Mapping[str, Any], block_id: str) -> Mapping[str, Any]:
    values = (view.get("state") or {}).get("values") or {}
    state = next(iter((values.get(block_id) or {}).values()), None)
    return state if isinstance(state, Mapping) else {}
