"""Structured logs, one line an event, ours and the libraries' alike; secrets are taken out of what is written."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from bot.redaction import Redaction

FORMATS = ("json", "text")
REDACTION = Redaction()
"""Of this process: settings tell it their secrets."""


class Stderr:
    """A logger for structlog that writes lines to whatever is the standard error at that moment."""

    def msg(self, message: str) -> None:
        sys.stderr.write(message + "\n")
        sys.stderr.flush()

    log = debug = info = warning = error = critical = exception = fatal = msg


class _OurHandler(logging.Handler):
    """The libraries' lines, at the same place in the same shape."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            Stderr().msg(self.format(record))
        except Exception:  # the edge of logging: a line that can't be written harms nobody
            self.handleError(record)


def set_up(level: str, form: str = "", secrets: Iterable[str] = ()) -> None:
    """JSON or text, as `form` says; empty: text on a terminal, JSON elsewhere. `secrets` are never written.

    Raises `ValueError` for an unknown level or form.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"TOCSIN_LOG_LEVEL is {level!r}; use DEBUG, INFO, WARNING or ERROR.")
    if form.lower() not in ("", *FORMATS):
        raise ValueError(f"TOCSIN_LOG_FORMAT is {form!r}; use json or text.")
    REDACTION.hide(*secrets)
    as_json = form.lower() == "json" or (not form and not sys.stderr.isatty())
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ending = _ending(as_json)
    structlog.configure(
        processors=[*before, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: Stderr(),
    )
    _take_libraries([*before, structlog.stdlib.add_logger_name], ending)


def _ending(as_json: bool) -> list[Processor]:
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(), _without_secrets]
    # The default writes the values of local variables beside a traceback.
    plain = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    return [plain, _without_secrets]


def _without_secrets(_logger: Any, _name: str, line: Any) -> Any:
    """The last processor: what the renderer made is a text."""
    return REDACTION.clean(line)


def _take_libraries(before: list[Processor], ending: list[Processor]) -> None:
    handler = _OurHandler()
    handler.setFormatter(ProcessorFormatter(foreign_pre_chain=before, processors=[_without_marks, *ending]))
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, _OurHandler)]
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for noisy in ("slack_bolt", "slack_sdk", "apscheduler", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def _without_marks(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Without what structlog adds for its own use."""
    line.pop("_record", None)
    line.pop("_from_structlog", None)
    return line
