"""Whether Slack accepts our two tokens. One that it refuses is tried again now and then: an admin may allow it again.

While a token is refused, one call every few seconds asks; the others are not made, however much is owed.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.clock import Clock
from bot.core.frozen import dataclass

log = structlog.get_logger(__name__)

BOT_TOKEN, APP_TOKEN = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
ASK_AGAIN_AFTER = 5.0
"""Real seconds."""
BAD_TOKEN = frozenset(
    [
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "not_allowed_token_type",
        "org_login_required",
    ]
)


@dataclass(frozen=True)
class _Refusal:
    reason: str
    ask_again_at: float
    told_at: float
    """Of the clock that never jumps, as `ask_again_at`."""


class Access:
    """What Slack said of each token last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._refusals: dict[str, _Refusal] = {}

    @property
    def problem(self) -> str:
        """Which tokens are refused and where to get others, in sentences; empty when none is."""
        refused = self._refusals.items()
        return " ".join(token_problem(setting, refusal.reason) for setting, refusal in refused)

    def refusal(self, setting: str) -> str:
        """Why this token need not be tried now; empty when it may be. Whoever may, asks for all for a while."""
        known = self._refusals.get(setting)
        if known is None:
            return ""
        now = self._clock.monotonic()
        if known.ask_again_at > now:
            return known.reason
        self._refusals[setting] = replace(known, ask_again_at=now + ASK_AGAIN_AFTER)
        return ""

    def refused(self, setting: str, reason: str) -> None:
        """Slack answered with one of `BAD_TOKEN`."""
        if setting not in self._refusals:
            log.error(
                "Slack refuses a token; what is owed waits",
                setting=setting,
                reason=reason,
                cure=token_problem(setting, reason),
            )
        now = self._clock.monotonic()
        self._refusals[setting] = _Refusal(reason, now + ASK_AGAIN_AFTER, now)

    def accepted(self, setting: str, asked_at: float) -> None:
        """Slack answered with something else; what was asked before a refusal says nothing of what came after it."""
        known = self._refusals.get(setting)
        if known is not None and asked_at >= known.told_at:
            del self._refusals[setting]
            log.info("Slack accepts the token again", setting=setting)


def token_problem(setting: str, reason: str) -> str:
    """What is wrong with a token and where to get another."""
    where = {
        BOT_TOKEN: "the Bot User OAuth Token (xoxb-…) from OAuth & Permissions",
        APP_TOKEN: "an app-level token (xapp-…, scope connections:write) from Basic Information",
    }[setting]
    return f"Slack does not accept {setting} ({reason}). Copy {where} at api.slack.com/apps."
