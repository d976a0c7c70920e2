"""A signed link says what was signed, to the right asker, in time; anything else says nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.signing import Signer
from bot.store.database import Database
from bot.usecases.workspace import signing_key

NOW = datetime(2026, 11, 21, 2, 47, tzinfo=UTC)
SIGNER = Signer(b"0123456789abcdef")
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
expiries = st.none() | st.datetimes(
    NOW.replace(tzinfo=None) + timedelta(microseconds=1), timezones=st.just(UTC)
)


@given(words, words, expiries)
def test_what_was_signed_is_told_before_it_expires(
    purpose: str, subject: str, expires_at: datetime | None
) -> None:
    token = SIGNER.sign(purpose, subject, expires_at)
    assert re.fullmatch(r"[\w-]+\.[\w-]{43}", token, re.ASCII)
    assert SIGNER.verify(token, purpose, NOW) == subject


@given(words, words, words, expiries)
def test_it_is_good_for_no_other_purpose_and_under_no_other_key(
    purpose: str, other: str, subject: str, expires_at: datetime | None
) -> None:
    token = SIGNER.sign(purpose, subject, expires_at)
    assert Signer(b"another key of 24 bytes.").verify(token, purpose, NOW) is None
    if other != purpose:
        assert SIGNER.verify(token, other, NOW) is None


@given(words, st.timedeltas(timedelta(), timedelta(days=40_000)))
def test_from_its_expiry_on_it_is_worth_nothing(subject: str, after: timedelta) -> None:
    token = SIGNER.sign("feed", subject, NOW)
    assert SIGNER.verify(token, "feed", NOW - timedelta(microseconds=1)) == subject
    assert SIGNER.verify(token, "feed", NOW + after) is None


@given(words, st.data())
def test_a_token_with_any_character_changed_is_worth_nothing(subject: str, data: st.DataObject) -> None:
    token = SIGNER.sign("feed", subject, None)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda one: one != token[place]))
    assert SIGNER.verify(token[:place] + other + token[place + 1 :], "feed", NOW) is None


@given(st.text())
def test_what_was_never_signed_is_worth_nothing(token: str) -> None:
    assert SIGNER.verify(token, "feed", NOW) is None


@pytest.mark.parametrize("more", ["=", ".", " ", "\n", "A", ".AAAA"])
def test_a_token_with_more_at_its_end_is_worth_nothing(more: str) -> None:
    assert SIGNER.verify(SIGNER.sign("feed", "ana", None) + more, "feed", NOW) is None


def test_purpose_and_subject_do_not_run_into_each_other() -> None:
    first, second = SIGNER.sign("feed", "12", None), SIGNER.sign("feed:1", "2", None)
    assert first.partition(".")[2] != second.partition(".")[2]


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        SIGNER.sign("feed", "ana", NOW.replace(tzinfo=None))


def test_a_key_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Signer(b"short")


async def test_the_databases_key_is_made_once(database: Database) -> None:
    first = await signing_key(database)
    assert len(first) == 32
    assert await signing_key(database) == first
