"""The list of all escalation policies, one policy, and the preview before a policy is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.frozen import dataclass
from bot.core.policy_views import PolicyEditable, PolicyLine, PolicyPreview
from bot.slack import ids
from bot.slack.modals import form
from bot.slack.modals.packed import packed, unpacked
from bot.slack.render import policies as render
from bot.slack.render.message import Block, actions, button, context, markdown, plain, section
from bot.templates import mrkdwn, say

MOST_LINES = 45
"""Each takes two blocks of a hundred."""


@dataclass(frozen=True)
class Previewed:
    """What a preview carries until it is saved: an entry as in a file, and the version that it changes."""

    entry: Mapping[str, Any]
    version: str


def listed(lines: Sequence[PolicyLine], *, may_make: bool) -> dict[str, Any]:
    """Every policy with its levels, owner and who uses it; who may change it here has the button."""
    blocks: list[Block] = [section(say("policies", "intro", len(lines)))]
    if may_make:
        blocks.append(actions([button("New policy", ids.POLICY_NEW, style="primary")], "new_policy"))
    for line in lines[:MOST_LINES]:
        buttons = [button("Open", ids.POLICY_OPEN, line.id)]
        if line.may_change:
            buttons.append(button("Edit", ids.POLICY_EDIT, line.id))
        blocks += [section(render.summary(line)), actions(buttons, f"policy:{line.id}")]
    if len(lines) > MOST_LINES:
        blocks.append(context(say("policies", "more", len(lines) - MOST_LINES)))
    return form.modal(ids.MODAL_POLICIES, "Escalation policies", blocks)


def opened(shown: PolicyEditable, preview: PolicyPreview) -> dict[str, Any]:
    """One policy, and whom it would page now; what can't be changed here says why."""
    blocks = [section(say("policies", "owner", shown.line))]
    if shown.refusal:
        blocks.append(context(mrkdwn.escape(shown.refusal)))
    else:
        edit = button("Edit", ids.POLICY_EDIT, shown.policy.id)
        blocks.append(actions([edit, _delete(shown)], f"policy:{shown.policy.id}"))
    return form.modal(ids.MODAL_POLICY_OPENED, shown.policy.name, [*blocks, *render.whole(preview)])


def preview(shown: PolicyPreview, carried: Previewed, warning: Block | None = None) -> dict[str, Any] | None:
    """What would be saved; None when it is more than a modal can carry."""
    draft = packed({"entry": carried.entry, "version": carried.version})
    if draft is None:
        return None
    blocks = [warning or section(say("policies", "not_saved")), *render.whole(shown)]
    return form.modal(ids.MODAL_POLICY_PREVIEW, "Preview", blocks, "Save", {"draft": draft}, close="Back")


def read_preview(submitted: Mapping[str, Any]) -> Previewed:
    found = unpacked(form.metadata(submitted)["draft"])
    return Previewed(found["entry"], found["version"])


def _delete(shown: PolicyEditable) -> Block:
    name = mrkdwn.cut(shown.policy.name, 60)
    return button("Delete", ids.POLICY_DELETE, shown.policy.id, style="danger") | {
        "confirm": {
            "title": plain(f"Delete {name}?", 100),
            "text": markdown("Pages that run keep it until they are over.", 300),
            "confirm": plain("Delete", 30),
            "deny": plain("Keep it", 30),
            "style": "danger",
        }
    }
