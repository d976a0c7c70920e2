"""The shape of the log's lines: one JSON object an event, whoever speaks."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs
from bot.core.ids import IncidentId, PageId
from bot.log_context import about, from_here_on


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is the process's: what a test set up ends with it."""
    configured = structlog.get_config()
    root = logging.getLogger()
    handlers, level, known = root.handlers[:], root.level, set(logs.REDACTION._known)
    yield
    root.handlers, root.level, logs.REDACTION._known = handlers, level, known
    structlog.configure(**configured)
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_our_lines_and_the_libraries_have_one_shape(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO", "json")
    structlog.get_logger("bot.x").info("connected", team="T0")
    logging.getLogger("aiohttp.server").error("broken %s", "pipe")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["level"], ours["team"]) == ("connected", "info", "T0")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("broken pipe", "error", "aiohttp.server")
    assert ours["timestamp"].endswith("Z")
    assert set(theirs) == {"event", "level", "logger", "timestamp"}


def test_an_exception_is_one_line_without_its_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO", "json", ["correct horse battery"])
    for speak in (structlog.get_logger("bot.x").exception, logging.getLogger("x").exception):
        try:
            raise ValueError("correct horse battery was refused by xoxb-1-2-3 at /v1/alerts/s3cret")
        except ValueError:
            speak("it broke")
    ours, theirs = lines(capsys)
    for line in (ours, theirs):
        assert "ValueError" in line["exception"]
        assert not [secret for secret in ("horse", "xoxb", "s3cret") if secret in line["exception"]]


def test_text_is_for_people_and_hides_secrets_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO", "text")
    hidden = "xoxb-1-2-3"
    try:
        raise ValueError(hidden)
    except ValueError:
        structlog.get_logger("bot.x").exception("it broke", token=hidden)
    told = capsys.readouterr().err
    assert "it broke" in told and "Traceback" in told
    assert hidden not in told


def test_every_line_says_what_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("DEBUG", "json")
    log = structlog.get_logger("bot.x")
    with about(PageId(12), IncidentId(3)):
        log.debug("within")
        with about(PageId(13)):
            logging.getLogger("library").warning("of another page")
        from_here_on(PageId(14))
    log.debug("after")
    from_here_on(incident=IncidentId(4))
    log.debug("from here on")
    told = [(line["event"], line.get("page"), line.get("incident")) for line in lines(capsys)]
    assert told == [
        ("within", "P-12", "INC-3"),
        ("of another page", "P-13", None),
        ("after", None, None),
        ("from here on", None, "INC-4"),
    ]


@pytest.mark.parametrize(
    ("level", "form", "named"), [("LOUD", "", "TOCSIN_LOG_LEVEL"), ("INFO", "xml", "TOCSIN_LOG_FORMAT")]
)
def test_an_unknown_level_or_form_is_said(level: str, form: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        logs.set_up(level, form)
