"""How our commands are called in this workspace: `/incident` may already be another app's.

Set once by the composition root, from the operator's settings, before anything is worded; every help, hint and error
names the commands by it. To pass it to each of them would be honest and unreadable.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class CommandNames:
    """Each with its slash, as in the app's manifest."""

    incident: str = "/incident"
    on_call: str = "/oncall"


NAMES = CommandNames()
