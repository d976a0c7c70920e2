"""The public holidays of countries and their parts, from the `holidays` library.

It is imported when first needed: it costs a tenth of a second, and most schedules name no country.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=256)
def is_known(code: str) -> bool:
    """Whether the holidays of a country (`GB`), or of a part of it (`DE-BY`), are known."""
    from holidays import list_supported_countries

    country, dash, part = code.partition("-")
    parts = list_supported_countries().get(country)
    return parts is not None and (not dash or part in parts)


def public_holidays(code: str, years: Iterable[int]) -> frozenset[date]:
    """The holidays of these years. Raises `NotImplementedError` for a code that is not known."""
    return frozenset(day for year in years for day in _of_year(code, year))


@lru_cache(maxsize=1024)
def _of_year(code: str, year: int) -> frozenset[date]:
    from holidays import country_holidays

    country, _, part = code.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year))
