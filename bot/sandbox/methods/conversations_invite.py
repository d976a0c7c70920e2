"""`conversations.invite`: bring people into a channel."""

from __future__ import annotations

from bot.sandbox import conversing, shapes
from bot.sandbox.limits import TIER_3
from bot.sandbox.methods.registry import INVITE, Call, method
from bot.sandbox.state import Conversation
from bot.sandbox.wire import Json, SlackError

MOST_AT_ONCE = 100


@method(
    "conversations.invite",
    transport="post",
    tier=TIER_3,
    kinds=INVITE,
    args="channel users:csv force:bool",
    required="channel users",
)
def conversations_invite(call: Call) -> Json:
    """Invite people; with one wrong id nobody is invited, unless `force` invites the right ones."""
    channel = call.conversation(archived=False)
    if channel.is_direct:
        raise SlackError("method_not_supported_for_channel_type")
    users: list[str] = list(dict.fromkeys(call.args["users"]))
    if len(users) > MOST_AT_ONCE:
        raise SlackError("too_many_users")
    errors = [
        {"user": user, "ok": False, "error": error}
        for user in users
        if (error := _hindrance(call, channel, user))
    ]
    wrong = {error["user"] for error in errors}
    welcome = [user for user in users if user not in wrong]
    if errors and not (call.args.get("force") and welcome):
        raise SlackError(str(errors[0]["error"]), errors=errors)
    for user in welcome:
        conversing.join(call.sandbox, channel, user, inviter=call.caller.user)
    answer = {"channel": shapes.conversation(call.workspace, channel, call.caller.user)}
    return answer | ({"errors": errors} if errors else {})


def _hindrance(call: Call, channel: Conversation, user: str) -> str | None:
    person = call.workspace.people.get(user)
    if person is None or person.deleted:
        return "user_not_found"
    if user == call.caller.user:
        return "cant_invite_self"
    if user in channel.members:
        return "already_in_channel"
    return "user_is_restricted" if person.is_restricted else None
