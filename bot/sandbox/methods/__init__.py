"""The Web API, one leaf per method.

To add a method:
1. Make `methods/<family>_<method>.py` with one function under `@method("family.method", …)`.
2. Declare transport, arguments, required ones, scope and tier there, from the method's page on docs.slack.dev.
3. Let it answer a dict without `ok`, or raise `SlackError` with Slack's own error name.
4. Drive it with `slack_sdk` in `tests/sandbox/`.
"""

from __future__ import annotations

import importlib
import pkgutil

from bot.sandbox.methods.registry import METHODS

for _leaf in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_leaf.name}")

__all__ = ["METHODS"]
