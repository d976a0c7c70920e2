"""How single values are read, and written again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from bot.config.values import parse_duration, write_duration
from bot.config.yaml_lines import parse


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90 s", 90),
        ("5 min", 300),
        ("3m", 180),
        ("1 h", 3600),
        ("2 hours", 7200),
        ("1 h 30 min", 5400),
        ("1h30m10s", 5410),
        (" 1 minute ", 60),
    ],
)
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "5", "min", "5 parsecs", "5 min later", "30 min 1 h", "-5 min", "1.5 h", None, True, 5]
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(PydanticCustomError):
        parse_duration(text)


@given(st.integers(0, 100_000))
def test_a_written_duration_reads_the_same(seconds: int) -> None:
    assert parse_duration(write_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


def test_values_come_with_the_lines_of_their_keys() -> None:
    document, doubles = parse("a:\n  - b: 1\n    c: [x,\n      y]\n  - true\n", "file.yml")
    assert document.data == {"a": [{"b": 1, "c": ["x", "y"]}, True]}
    assert doubles == []
    places = [("a",), ("a", 0, "c"), ("a", 0, "c", 1), ("a", 1), ("a", 0, "nothing", "here"), ("z",)]
    assert [document.line(at) for at in places] == [1, 3, 4, 5, 2, 1]


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("09:00", "09:00"),
        ("2026-01-05", "2026-01-05"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("12", 12),
        ("0x10", 16),
        ("1_000", 1000),
        ("1.5", 1.5),
        ('"12"', "12"),
        ("0123", "0123"),
    ],
)
def test_plain_scalars_follow_yaml_1_2_and_dates_stay_text(scalar: str, value: object) -> None:
    document, _ = parse(f"key: {scalar}", "file.yml")
    assert document.data == {"key": value}


def test_under_a_yaml_1_1_directive_times_stay_text() -> None:
    document, _ = parse("%YAML 1.1\n---\nkey: 09:30\n", "file.yml")
    assert document.data == {"key": "09:30"}
