"""What happened to escalation policies. Facts as in `bot.core.facts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.facts import Fact
from bot.core.frozen import dataclass
from bot.core.ids import PolicyId


@dataclass(frozen=True, kw_only=True)
class PolicyChanged(Fact):
    """Made, changed or deleted in Slack: the whole object before and after, each empty where there is none."""

    kind = "policy_changed"
    policy: PolicyId
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def what(self) -> str:
        if not self.before:
            return "made"
        return "changed" if self.after else "deleted"


POLICY_FACTS: tuple[type[Fact], ...] = (PolicyChanged,)
