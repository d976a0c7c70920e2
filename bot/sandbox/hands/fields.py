"""Filling in a form: from the words of a person to the state of an element."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from bot.sandbox import forms, payloads, plain
from bot.sandbox.hands.places import HandError, peek
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state import Person, View
from bot.sandbox.wire import Json

_EMPTY: tuple[Any, ...] = (None, "", [])


async def fill(sandbox: Sandbox, person: Person, view: View, fields: Json, *, strict: bool = True) -> None:
    """Enter values into a view's inputs; `strict` refuses names that no input has. Raises `HandError`."""
    for name, value in fields.items():
        found = _find(view, name)
        if found is None:
            if strict:
                raise HandError(f"no field {name!r} for {person.name}", _labels(view))
            continue
        block, element = found
        entered = await value_for(sandbox, person, block, element, value, {"view": view})
        view.typed[block["block_id"], element["action_id"]] = forms.entry(element, entered)


def _find(view: View, name: str) -> tuple[Json, Json] | None:
    wanted = _bare(name)
    inputs = forms.inputs(view.body["blocks"])
    for block, element in inputs:
        if name in (block["block_id"], element["action_id"]):
            return block, element
    return next(((block, e) for block, e in inputs if wanted in map(_bare, _names(block, e))), None)


def _names(block: Json, element: Json) -> list[str]:
    shown = [block.get("label"), element.get("placeholder"), block.get("text")]
    return [each["text"] for each in shown if each]


def _bare(name: str) -> str:
    return name.casefold().removesuffix("(optional)").strip(" :*")


def _labels(view: View) -> list[str]:
    return [
        next(iter(_names(block, element)), element["action_id"])
        for block, element in forms.inputs(view.body["blocks"])
    ]


async def value_for(
    sandbox: Sandbox, person: Person, block: Json, element: Json, value: Any, place: Json
) -> Any:
    """What the element's state entry holds when a person enters `value`. Raises `HandError`."""
    kind = element["type"]
    if value in _EMPTY:
        return [] if forms.is_list(kind) else None
    if forms.is_list(kind):
        return await _several(sandbox, person, block, element, value, place)
    return await _one(sandbox, person, block, element, value, place)


async def _several(
    sandbox: Sandbox, person: Person, block: Json, element: Json, value: Any, place: Json
) -> list[Any]:
    if element["type"] == "checkboxes" and isinstance(value, bool):
        return list(element["options"]) if value else []
    if element["type"] == "file_input":
        return list(value)
    values = value if isinstance(value, list) else [value]
    most = element.get("max_selected_items")
    if most is not None and len(values) > most:
        raise HandError(f"at most {most} can be chosen", values, status=400)
    return [await _one(sandbox, person, block, element, each, place) for each in values]


async def _one(sandbox: Sandbox, person: Person, block: Json, element: Json, value: Any, place: Json) -> Any:
    match element["type"].removeprefix("multi_"):
        case "static_select" | "radio_buttons" | "checkboxes" | "overflow":
            return chosen(plain.options_of(element), value)
        case "external_select":
            return chosen(await suggested(sandbox, person, block, element, str(value), place), value)
        case "users_select":
            return _person(sandbox, value)
        case "channels_select" | "conversations_select":
            return _conversation(sandbox, person, value)
        case "datepicker":
            return _formatted(value, lambda text: date.fromisoformat(text).isoformat(), "YYYY-MM-DD")
        case "timepicker":
            return _formatted(value, lambda text: datetime.strptime(text, "%H:%M").strftime("%H:%M"), "HH:MM")  # noqa: DTZ007 (a time of day has no zone)
        case "datetimepicker":
            return int(_formatted(value, lambda text: str(int(text)), "epoch seconds"))
        case "rich_text_input":
            section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(value)}]}
            return value if isinstance(value, dict) else {"type": "rich_text", "elements": [section]}
    return str(value)


def chosen(options: list[Json], value: Any) -> Json:
    """The option with this text or value. Raises `HandError`."""
    wanted = str(value)
    for option in options:
        if wanted in (option["text"]["text"], option.get("value")):
            return option
    for option in options:
        if wanted.casefold() == option["text"]["text"].casefold():
            return option
    raise HandError(f"no option {wanted!r}", [option["text"]["text"] for option in options])


async def suggested(
    sandbox: Sandbox, person: Person, block: Json, element: Json, typed: str, place: Json
) -> list[Json]:
    """What the app offers for `typed`; `place` holds the view, or (conversation, message). Raises `HandError`."""
    if "view" in place:
        asked = payloads.view_actions(sandbox, person, place["view"], [])
    else:
        where, message = place["message"]
        asked = payloads.message_actions(sandbox, person, where, message, [], {})
    kept: Json = {name: asked[name] for name in asked if name in ("container", "view", "channel", "message")}
    payload = payloads.suggestion(sandbox, person, block, element, typed, kept)
    outcome = await sandbox.sockets.request("interactive", payload, answers=True)
    if outcome.failure or outcome.payload is None:
        raise HandError(f"the app offered no options for {typed!r}", status=504)
    return plain.options_of(outcome.payload)


def _person(sandbox: Sandbox, value: Any) -> str:
    found = sandbox.workspace.person(str(value))
    if found is None:
        raise HandError(f"no person {value!r}", [each.name for each in sandbox.workspace.humans()])
    return found.id


def _conversation(sandbox: Sandbox, person: Person, value: Any) -> str:
    found = peek(sandbox, person, str(value), opening=True)
    return found.id if found else str(value)


def _formatted(value: Any, read: Any, expected: str) -> str:
    try:
        return str(read(str(value)))
    except ValueError as problem:
        raise HandError(f"{value!r} is not {expected}", status=400) from problem


def complaints(view: View) -> dict[str, str]:
    """What Slack's client itself refuses before it sends a form, by label."""
    wrong: dict[str, str] = {}
    state = forms.state(view.body["blocks"], view.typed)
    for block, element in forms.inputs(view.body["blocks"]):
        if block["type"] != "input":
            continue
        value = state[block["block_id"]][element["action_id"]][forms.VALUE_OF[element["type"]]]
        complaint = _complaint(element, value, optional=bool(block.get("optional")))
        if complaint:
            wrong[block["label"]["text"]] = complaint
    return wrong


def _complaint(element: Json, value: Any, *, optional: bool) -> str | None:
    if value in _EMPTY or (isinstance(value, str) and not value.strip()):
        return None if optional else "Please complete this required field."
    match element["type"]:
        case "plain_text_input":
            return _length(element, value)
        case "number_input":
            return _number(element, value)
        case "email_text_input" if not re.fullmatch(r"\S+@\S+\.\S+", value):
            return "Please enter a valid email address."
        case "url_text_input" if not re.match(r"https?://\S+", value):
            return "Please enter a valid URL."
    return None


def _length(element: Json, value: str) -> str | None:
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    most = element.get("max_length", 3000)
    return f"Please enter at most {most} characters." if len(value) > most else None


def _number(element: Json, value: str) -> str | None:
    if not re.fullmatch(r"-?\d+(\.\d+)?", value) or ("." in value and not element["is_decimal_allowed"]):
        return "Please enter a valid number."
    if float(value) < float(element.get("min_value", "-inf")):
        return f"Please enter a number of at least {element['min_value']}."
    if float(value) > float(element.get("max_value", "inf")):
        return f"Please enter a number of at most {element['max_value']}."
    return None
