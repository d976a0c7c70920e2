"""Commands, clicks and shortcuts: what a person starts, and what the app makes of it within three seconds."""

from __future__ import annotations

from typing import Any

from bot.sandbox import doors, forms, payloads, plain, viewing
from bot.sandbox.blockkit.surfaces import elements_of
from bot.sandbox.events import emit
from bot.sandbox.hands import fields, looks, writing
from bot.sandbox.hands.places import (
    HandError,
    actor,
    called,
    member_of,
    message_at,
    messages_for,
    place,
    required,
)
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.socket_mode import Outcome
from bot.sandbox.state import Conversation, Message, Person, View
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.witness import Witness


async def command(sandbox: Sandbox, body: Json) -> Json:
    """Type a slash command; answers the reply that the person saw and the modal that it opened."""
    person = actor(sandbox, body)
    where = member_of(sandbox, person, str(required(body, "in")))
    _refuse_foreigners(person)
    word, _, rest = str(required(body, "text")).strip().partition(" ")
    known = sandbox.manifest.command(word)
    if known is None:
        raise HandError(
            f"{word} is not a valid command", [each.command for each in sandbox.manifest.commands]
        )
    workspace = sandbox.workspace
    text = (
        writing.marked_up(workspace, rest, labels=True)
        if known.should_escape
        else writing.bare(workspace, rest)
    )
    trigger = sandbox.triggers.make(person.id)
    response = sandbox.triggers.response_url(person.id, where.id)
    payload = payloads.command(sandbox, person, where, (word, text.strip()), trigger, response)
    with sandbox.witnesses.watch(Witness(person.id, where.id, trigger=trigger)) as witness:
        outcome = await sandbox.sockets.request("slash_commands", payload, answers=True)
        failure: str | None = outcome.failure
        if outcome.payload:
            try:
                doors.answer(sandbox, sandbox.triggers.place(response), outcome.payload)
            except SlackError as refusal:
                failure = refusal.error
        if failure:
            sandbox.notice(person.id, f'{word} failed with the error "{failure}"', where.id)
        return await _answer(sandbox, outcome, witness, failure)


def _refuse_foreigners(person: Person) -> None:
    """Slack offers an app's commands and shortcuts to its own workspace's people; its buttons to all."""
    if person.organization:
        raise HandError(
            f"{person.name} is of {person.organization}, where this app is not installed", status=403
        )


async def _answer(sandbox: Sandbox, outcome: Outcome, witness: Witness, failure: str | None = None) -> Json:
    failure = failure or outcome.failure
    if failure is None:
        await witness.settle()
    answer: Json = {"acked": outcome.failure is None, "ack_ms": outcome.ms}
    if failure:
        answer["error"] = failure
    if witness.reply is not None:
        answer["reply"] = looks.message(sandbox, witness.reply)
    if witness.view is not None:
        answer["view"] = viewing.shape(sandbox, witness.view)
    return answer


async def shortcut(sandbox: Sandbox, body: Json) -> Json:
    """Use a global shortcut, or with `in` and `ts` one on a message."""
    person = actor(sandbox, body)
    _refuse_foreigners(person)
    name = str(required(body, "name"))
    kind = "message" if body.get("ts") else "global"
    known = [each for each in sandbox.manifest.shortcuts if each.type == kind]
    wanted = next((each for each in known if name in (each.name, each.callback_id)), None)
    if wanted is None:
        raise HandError(f"no {kind} shortcut {name!r}", [each.name for each in known])
    on: tuple[Conversation, Message] | None = None
    if kind == "message":
        where = place(sandbox, person, str(required(body, "in")))
        on = (where, message_at(sandbox, person, where, str(body["ts"])))
    payload = payloads.shortcut(sandbox, person, wanted.callback_id, on)
    channel = on[0].id if on else None
    with sandbox.witnesses.watch(Witness(person.id, channel, trigger=payload["trigger_id"])) as witness:
        outcome = await sandbox.sockets.request("interactive", payload)
        if outcome.failure:
            sandbox.notice(person.id, f"“{wanted.name}” failed with the error “{outcome.failure}”", channel)
        return await _answer(sandbox, outcome, witness)


async def home(sandbox: Sandbox, body: Json) -> Json:
    """Open the app's Home tab and wait for the app to publish it."""
    person = actor(sandbox, body)
    direct = sandbox.workspace.open_direct(person.id, sandbox.workspace.bot.id)
    event: Json = {"type": "app_home_opened", "user": person.id, "channel": direct.id, "tab": "home"}
    present = sandbox.homes.get(person.id)
    if present is not None:
        event["view"] = viewing.shape(sandbox, present)
    with sandbox.witnesses.watch(Witness(person.id, within="home")) as witness:
        emit(sandbox, event)
        await witness.settle()
    shown = witness.view or sandbox.homes.get(person.id)
    if shown is None:
        raise HandError(f"{sandbox.manifest.name} published no Home for {person.name} in time", status=504)
    return {"view": viewing.shape(sandbox, shown)}


async def click(sandbox: Sandbox, body: Json) -> Json:
    """Press a button or choose in a menu: in a message, a modal or Home."""
    person = actor(sandbox, body)
    if body.get("in"):
        return await _click_in_message(sandbox, person, body)
    return await _click_in_view(sandbox, person, _view(sandbox, person, body), body)


def _view(sandbox: Sandbox, person: Person, body: Json) -> View:
    modals = viewing.stack(sandbox, person.id)
    home = sandbox.homes.get(person.id)
    if body.get("home"):
        if home is None:
            raise HandError(f"{person.name} sees no Home yet: open it first", [])
        return home
    if not body.get("view"):
        if not modals:
            raise HandError(f"{person.name} has no modal open: say in, home or view", [], status=400)
        return modals[-1]
    shown = [*modals, *([home] if home else [])]
    found = next((view for view in shown if view.id == body["view"]), None)
    if found is None:
        raise HandError(f"{person.name} has no view {body['view']} open", [view.id for view in shown])
    return found


async def _click_in_view(sandbox: Sandbox, person: Person, view: View, body: Json) -> Json:
    await fields.fill(sandbox, person, view, body.get("fields") or {}, strict=False)
    found = _element([view.body["blocks"]], body)
    if found is None:
        where = "Home" if view.type == "home" else "the modal"
        raise HandError(
            f"no button {body.get('button')!r} in {where} for {person.name}", _named(view.body["blocks"])
        )
    block, element = found
    state = await _use(sandbox, person, block, element, body, {"view": view})
    if element["type"] in forms.VALUE_OF and state is not None:
        view.typed[block["block_id"], element["action_id"]] = state
    payload = payloads.view_actions(sandbox, person, view, [payloads.action(block, element, state)])
    witness = Witness(person.id, trigger=payload["trigger_id"], within=view.id)
    return await _send_click(sandbox, payload, witness, person)


async def _click_in_message(sandbox: Sandbox, person: Person, body: Json) -> Json:
    where = place(sandbox, person, str(body["in"]))
    message, (block, element) = _clicked(sandbox, person, where, body)
    state = await _use(sandbox, person, block, element, body, {"message": (where, message)})
    kept = sandbox.message_state.setdefault((person.id, where.id, message.ts), {})
    if element["type"] in forms.VALUE_OF and state is not None:
        kept[block["block_id"], element["action_id"]] = state
    values = forms.state(message.blocks, kept)
    actions = [payloads.action(block, element, state)]
    payload = payloads.message_actions(sandbox, person, where, message, actions, values)
    witness = Witness(person.id, where.id, message.ts, payload["trigger_id"])
    return await _send_click(sandbox, payload, witness, person)


def _clicked(
    sandbox: Sandbox, person: Person, where: Conversation, body: Json
) -> tuple[Message, tuple[Json, Json]]:
    told = messages_for(person, where)
    if body.get("ts"):
        told = [message_at(sandbox, person, where, str(body["ts"]))]
    for message in reversed(told):
        found = _element(looks.clickable(message, stale=bool(body.get("stale"))), body)
        if found is not None:
            return message, found
    seen = [name for message in reversed(told) for name in _named(looks.clickable(message, stale=False)[0])]
    which = f"message {body['ts']}" if body.get("ts") else "the latest message"
    name = called(sandbox, person, where)
    raise HandError(
        f"no button {required(body, 'button')!r} in {which} of {name} for {person.name}",
        list(dict.fromkeys(seen)),
    )


def _named(blocks: list[Json]) -> list[str]:
    """Buttons and menus by their words or else their action_id, menus with what they offer."""
    names = []
    for each in plain.buttons(blocks):
        name = each["text"] or each["action_id"]
        names.append(f"{name} ({', '.join(each['options'])})" if "options" in each else name)
    return names


def _element(candidates: list[list[Json]], body: Json) -> tuple[Json, Json] | None:
    """The (block, element) that `button` names: by action_id, by the words on it, or else in any case of letters."""
    wanted = str(required(body, "button"))
    everything = [
        (block, element)
        for blocks in candidates
        for block in blocks
        for element in elements_of(block)
        if "action_id" in element and body.get("block") in (None, block["block_id"])
    ]
    for fits in (
        lambda block, element: wanted == element["action_id"],
        lambda block, element: wanted in _words(block, element),
        lambda block, element: wanted.casefold() in [words.casefold() for words in _words(block, element)],
    ):
        for block, element in everything:
            if fits(block, element):
                return block, element
    return None


def _words(block: Json, element: Json) -> list[str]:
    shown = [element.get("text"), element.get("placeholder"), block.get("label")]
    return [each["text"] for each in shown if isinstance(each, dict)]


async def _use(
    sandbox: Sandbox, person: Person, block: Json, element: Json, body: Json, where: Json
) -> Json | None:
    """What an element says after the click: its state entry, or the option of an overflow; None for a button."""
    kind = element["type"]
    if kind == "overflow":
        return {"selected_option": fields.chosen(plain.options_of(element), required(body, "option"))}
    if kind not in forms.VALUE_OF:
        return None
    if "option" not in body and "view" in where:
        view: View = where["view"]
        held = view.typed.get((block["block_id"], element["action_id"]))
        return held or forms.entry(element, forms.initial(element))
    value: Any = body["option"] if "option" in body else required(body, "option")
    return forms.entry(element, await fields.value_for(sandbox, person, block, element, value, where))


async def _send_click(sandbox: Sandbox, payload: Json, witness: Witness, person: Person) -> Json:
    with sandbox.witnesses.watch(witness):
        outcome = await sandbox.sockets.request("interactive", payload)
        if outcome.failure:
            sandbox.notice(
                person.id, f"The app did not answer the click ({outcome.failure})", witness.channel
            )
        return await _answer(sandbox, outcome, witness)
