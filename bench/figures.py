"""A figure, and how figures are shown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True)
class Figure:
    """One measured number; `reference` says what to compare it with."""

    name: str
    value: float
    unit: str
    reference: str


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` of all values do not exceed; `share` is between 0 and 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def as_json(figures: Sequence[Figure]) -> bytes:
    """`[{"name","value","unit","reference"}]`."""
    rows = [asdict(figure) | {"value": round(figure.value, 2)} for figure in figures]
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def as_table(figures: Sequence[Figure]) -> str:
    rows = [("what", "value", "unit", "reference")]
    rows += [(one.name, f"{one.value:,.1f}", one.unit, one.reference) for one in figures]
    wide = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"{name:<{wide[0]}}  {value:>{wide[1]}}  {unit:<{wide[2]}}  {reference}".rstrip()
        for name, value, unit, reference in rows
    )
