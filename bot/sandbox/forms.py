"""What stands in the inputs of a view or message: Slack's `state.values`."""

from __future__ import annotations

from typing import Any

from bot.sandbox.blockkit.surfaces import elements_of
from bot.sandbox.wire import Json

Typed = dict[tuple[str, str], Json]

VALUE_OF = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
"""Element type → the field of its state entry. Types that are not here keep no state."""


def is_list(kind: str) -> bool:
    """Whether the element's value is a list, empty when nothing is chosen."""
    return kind.startswith("multi_") or kind in ("checkboxes", "file_input")


def initial(element: Json) -> Any:
    """What an element holds before anybody touched it."""
    kind = element["type"]
    name = VALUE_OF[kind].replace("selected_", "initial_").replace("rich_text_value", "initial_value")
    name = "initial_value" if VALUE_OF[kind] == "value" else name
    return element.get(name, [] if is_list(kind) else None)


def entry(element: Json, value: Any) -> Json:
    """A state entry: `{"type": …, "value": …}`."""
    kind = element["type"]
    found: Json = {"type": kind, VALUE_OF[kind]: value}
    if kind == "timepicker" and "timezone" in element:
        found["timezone"] = element["timezone"]
    return found


def state(blocks: list[Json], typed: Typed) -> Json:
    """`state.values` of these blocks: what was typed, else what the app put there."""
    values: Json = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in VALUE_OF:
                key = (block["block_id"], element["action_id"])
                fresh = entry(element, initial(element))
                held = typed.get(key)
                same = held is not None and held["type"] == element["type"]
                values.setdefault(key[0], {})[key[1]] = held if same else fresh
    return values


def inputs(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Every (block, element) that keeps state, in order."""
    return [(block, e) for block in blocks for e in elements_of(block) if e["type"] in VALUE_OF]
