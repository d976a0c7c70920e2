"""`conversations.open`: the DM with a person, or a group DM."""

from __future__ import annotations

from bot.sandbox import shapes
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import MANAGE, Call, method
from bot.sandbox.wire import Json, SlackError

MOST_PEOPLE = 8


@method(
    "conversations.open",
    transport="post",
    tier=TIER_3,
    kinds=MANAGE,
    args="channel users:csv return_im:bool prevent_creation:bool",
)
def conversations_open(call: Call) -> Json:
    """Open a conversation by `users` or resume one by `channel`; only its id, unless `return_im`."""
    if call.args.get("channel"):
        found, known = call.conversation(), True
    else:
        others = _others(call)
        call.need(MANAGE["im" if len(others) == 1 else "mpim"])
        known = call.workspace.direct(call.caller.user, *others) is not None
        found = call.workspace.open_direct(call.caller.user, *others)
    if not known:
        call.sandbox.live.tell({"type": "channels"})
    shape: Json = {"id": found.id}
    if call.args.get("return_im"):
        shape = shapes.conversation(call.workspace, found, call.caller.user)
    return {"channel": shape} | ({"no_op": True, "already_open": True} if known else {})


def _others(call: Call) -> list[str]:
    users: list[str] = [user for user in call.args.get("users", ()) if user != call.caller.user]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > MOST_PEOPLE:
        raise SlackError("too_many_users")
    for user in users:
        person = call.workspace.people.get(user)
        if person is None:
            raise SlackError("user_not_found")
        if person.deleted:
            raise SlackError("user_disabled")
        if person.is_bot:
            raise SlackError("cannot_dm_bot")
    return users
