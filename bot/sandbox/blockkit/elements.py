"""The interactive elements and which of them may stand where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.blockkit.check import (
    Check,
    Problem,
    anything,
    array,
    boolean,
    by_type,
    exactly_one,
    integer,
    one_of,
    record,
    string,
)
from bot.sandbox.blockkit.texts import (
    CONFIRM,
    DISPATCH,
    FILTER,
    IDENTIFIER,
    OPTION_GROUP,
    SLACK_FILE,
    TRIGGER,
    URL,
    option,
    options_hold_their_initial,
    plain,
)

DATE = string(pattern=r"\d{4}-\d{2}-\d{2}", what="date, expected YYYY-MM-DD")
TIME = string(pattern=r"([01]\d|2[0-3]):[0-5]\d", what="time, expected HH:MM")

_COMMON: dict[str, Check] = {"type": string(), "action_id": IDENTIFIER}
_ASKING: dict[str, Check] = _COMMON | {"confirm": CONFIRM, "focus_on_load": boolean}
_HINTED: dict[str, Check] = _ASKING | {"placeholder": plain(150)}
_TYPED: dict[str, Check] = _COMMON | {
    "focus_on_load": boolean,
    "placeholder": plain(150),
    "dispatch_action_config": DISPATCH,
}


def _element(optional: dict[str, Check], required: dict[str, Check] | None = None, *rules: Check) -> Check:
    return record({"type": string(), **(required or {})}, optional, *rules)


def _choices(limit: int, least: int = 1) -> Check:
    return array(option(markdown=True), least=least, most=limit)


def _minimum_below_maximum(low: str, high: str) -> Check:
    def check(value: Any, at: str) -> Iterator[Problem]:
        if low in value and high in value and float(value[low]) > float(value[high]):
            yield Problem(f"{at}/{low}", f"{low} must not be above {high}", "range", high)

    return check


IMAGE = _element(
    {"image_url": URL, "slack_file": SLACK_FILE},
    {"alt_text": string(2000, 1)},
    exactly_one("image_url", "slack_file"),
)

_MENUS: dict[str, Check] = {}
_MANY = {"max_selected_items": integer(1)}
_OPTIONS: dict[str, Check] = {
    "options": array(option(), least=1, most=100),
    "option_groups": array(OPTION_GROUP, least=1, most=100),
}
_SOURCES: dict[str, tuple[dict[str, Check], dict[str, Check], tuple[Check, ...]]] = {
    "static": (
        _OPTIONS | {"initial_option": option()},
        _OPTIONS | {"initial_options": array(option(), least=1, most=100)},
        (exactly_one("options", "option_groups"), options_hold_their_initial),
    ),
    "external": (
        {"initial_option": option(), "min_query_length": integer(0)},
        {"initial_options": array(option(), least=1, most=100), "min_query_length": integer(0)},
        (),
    ),
    "users": ({"initial_user": string(1000, 1)}, {"initial_users": array(string(1000, 1), most=100)}, ()),
    "channels": (
        {"initial_channel": string(1000, 1), "response_url_enabled": boolean},
        {"initial_channels": array(string(1000, 1), most=100)},
        (),
    ),
    "conversations": (
        {
            "initial_conversation": string(1000, 1),
            "response_url_enabled": boolean,
            "default_to_current_conversation": boolean,
            "filter": FILTER,
        },
        {
            "initial_conversations": array(string(1000, 1), most=100),
            "default_to_current_conversation": boolean,
            "filter": FILTER,
        },
        (),
    ),
}
for _source, (_single, _multiple, _rules) in _SOURCES.items():
    _MENUS[f"{_source}_select"] = _element(_HINTED | _single, None, *_rules)
    _MENUS[f"multi_{_source}_select"] = _element(_HINTED | _MANY | _multiple, None, *_rules)

BUTTON = _element(
    _COMMON
    | {
        "url": string(3000),
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
    {"text": plain(75)},
)
CHECKBOXES = _element(
    _ASKING | {"initial_options": _choices(10)}, {"options": _choices(10)}, options_hold_their_initial
)
RADIO = _element(
    _ASKING | {"initial_option": option(markdown=True)}, {"options": _choices(10)}, options_hold_their_initial
)
OVERFLOW = _element(
    _COMMON | {"confirm": CONFIRM},
    {"options": array(option(with_url=True), least=2, most=5)},
    options_hold_their_initial,
)
DATEPICKER = _element(_HINTED | {"initial_date": DATE})
TIMEPICKER = _element(_HINTED | {"initial_time": TIME, "timezone": string()})
DATETIMEPICKER = _element(_ASKING | {"initial_date_time": integer(1_000_000_000, 9_999_999_999)})
WORKFLOW_BUTTON = _element(
    _COMMON | {"style": one_of("primary", "danger"), "accessibility_label": string(75)},
    {"text": plain(75), "workflow": TRIGGER},
)
PLAIN_TEXT_INPUT = _element(
    _TYPED
    | {
        "initial_value": string(3000),
        "multiline": boolean,
        "min_length": integer(0, 3000),
        "max_length": integer(1, 3000),
    },
    None,
    _minimum_below_maximum("min_length", "max_length"),
)
NUMBER = string(pattern=r"-?\d+(\.\d+)?", what="number")
NUMBER_INPUT = _element(
    _TYPED | {"initial_value": NUMBER, "min_value": NUMBER, "max_value": NUMBER},
    {"is_decimal_allowed": boolean},
    _minimum_below_maximum("min_value", "max_value"),
)
RICH_TEXT_INPUT = _element(_TYPED | {"initial_value": anything})
FILE_INPUT = _element(_COMMON | {"filetypes": array(string(), least=1), "max_files": integer(1, 10)})
LINE_INPUT = _element(_TYPED | {"initial_value": string()})

_FEEDBACK = record({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
FEEDBACK_BUTTONS = _element(_COMMON, {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK})
ICON_BUTTON = _element(
    _COMMON
    | {
        "value": string(2000),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "visible_to_user_ids": array(string()),
    },
    {"icon": string(), "text": plain(75)},
)

_CLICKED = _MENUS | {
    "button": BUTTON,
    "checkboxes": CHECKBOXES,
    "datepicker": DATEPICKER,
    "overflow": OVERFLOW,
    "radio_buttons": RADIO,
    "timepicker": TIMEPICKER,
    "workflow_button": WORKFLOW_BUTTON,
}
IN_SECTION = by_type(_CLICKED | {"image": IMAGE}, "a section's accessory")
IN_ACTIONS = by_type(_CLICKED | {"datetimepicker": DATETIMEPICKER}, "an actions block")
IN_CONTEXT_ACTIONS = by_type(
    {"feedback_buttons": FEEDBACK_BUTTONS, "icon_button": ICON_BUTTON}, "a context_actions block"
)
IN_INPUT = by_type(
    _MENUS
    | {
        "checkboxes": CHECKBOXES,
        "datepicker": DATEPICKER,
        "datetimepicker": DATETIMEPICKER,
        "email_text_input": LINE_INPUT,
        "file_input": FILE_INPUT,
        "number_input": NUMBER_INPUT,
        "plain_text_input": PLAIN_TEXT_INPUT,
        "radio_buttons": RADIO,
        "rich_text_input": RICH_TEXT_INPUT,
        "timepicker": TIMEPICKER,
        "url_text_input": LINE_INPUT,
    },
    "an input block",
)
