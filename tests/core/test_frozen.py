"""Our frozen dataclass does what the standard library's does."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, asdict, field, replace
from typing import Any, ClassVar, cast

import pytest

from bot.core.frozen import dataclass

BOTH: list[Any] = [pytest.param(dataclasses.dataclass, id="standard"), pytest.param(dataclass, id="ours")]


def made(of: Any) -> Any:
    """A class with a field of each kind, and one that inherits from it."""

    @of(frozen=True, kw_only=True)
    class Fact:
        kind: ClassVar[str] = "fact"
        at: int
        by: str = "alice"

    @of(frozen=True, kw_only=True)
    class Told(Fact):
        """Somebody was told."""

        kind = "told"
        whom: tuple[str, ...]
        seen: set[str] = field(default_factory=set, compare=False)

        def __post_init__(self) -> None:
            if not self.whom:
                raise ValueError("nobody")

    return Told


def point(of: Any) -> Any:
    @of(frozen=True)
    class Point:
        x: float
        y: int = 0

    return Point


@pytest.mark.parametrize("of", BOTH)
def test_arguments_defaults_and_what_runs_after_them(of: Any) -> None:
    told = made(of)(at=1, whom=("bob",))
    assert (told.at, told.by, told.whom, told.seen, told.kind) == (1, "alice", ("bob",), set(), "told")
    assert made(of)(at=1, whom=("bob",)).seen is not told.seen
    assert point(of)(1, 2).y == 2
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'whom'"):
        made(of)(at=1)
    with pytest.raises(TypeError):
        made(of)(1, ("bob",))
    with pytest.raises(ValueError, match="nobody"):
        made(of)(at=1, whom=())


@pytest.mark.parametrize("of", BOTH)
def test_it_equals_and_hashes_by_what_is_compared(of: Any) -> None:
    told = made(of)
    one, same, other = told(at=1, whom=("b",)), told(at=1, whom=("b",), seen={"c"}), told(at=2, whom=("b",))
    assert one == same and hash(one) == hash(same) and one != other
    assert one != made(of)(at=1, whom=("b",))  # of another class, though it looks the same
    assert point(of)(1.0) != (1.0, 0)
    with pytest.raises(TypeError, match="unhashable"):
        hash(told(at=1, whom=["b"]))


@pytest.mark.parametrize("of", BOTH)
def test_a_field_is_neither_assigned_nor_deleted(of: Any) -> None:
    where = point(of)(1.0)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        where.x = 2.0
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del where.x
    with pytest.raises(FrozenInstanceError):
        where.z = 1


@pytest.mark.parametrize("of", BOTH)
def test_the_standard_functions_know_it(of: Any) -> None:
    told = made(of)(at=1, whom=("bob",))
    is_one: bool = dataclasses.is_dataclass(told)
    assert is_one
    assert asdict(told) == {"at": 1, "by": "alice", "whom": ("bob",), "seen": set()}
    assert replace(told, at=2).at == 2 and copy.copy(told) == told
    assert point(of).__match_args__ == ("x", "y")


@pytest.mark.parametrize("of", BOTH)
def test_it_shows_its_fields(of: Any) -> None:
    assert repr(point(of)(1.0)).endswith("Point(x=1.0, y=0)")


@pytest.mark.parametrize("of", BOTH)
def test_a_class_keeps_the_methods_that_it_has(of: Any) -> None:
    @of(frozen=True)
    class Secret:
        text: str

        def __repr__(self) -> str:
            return "Secret"

        def __eq__(self, other: object) -> bool:
            return True

    secret = cast(Any, Secret)
    assert repr(secret("x")) == "Secret" and secret("x") == secret("y")
    assert hash(secret("x")) == hash(secret("x")) != hash(secret("y"))


@pytest.mark.parametrize("of", BOTH)
def test_a_class_without_fields_or_with_one(of: Any) -> None:
    @of(frozen=True)
    class Nothing: ...

    @of(frozen=True)
    class One:
        value: float

    nothing = cast(Any, Nothing)
    assert nothing() == nothing() and hash(nothing()) == hash(nothing())
    nan, one = float("nan"), cast(Any, One)
    assert one(nan) == one(nan)  # as tuples compare: the same thing is equal to itself


@dataclass(frozen=True)
class Kept:
    """At the module's own level, where pickle finds it."""

    name: str


def test_it_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Kept("a"))) == Kept("a")


@pytest.mark.parametrize("of", BOTH)
def test_what_needs_more_is_made_by_the_standard_one(of: Any) -> None:
    @of(frozen=True, order=True)
    class Ranked:
        rank: int

    @of
    class Open:
        value: int = 0

    ranked, made_open = cast(Any, Ranked), cast(Any, Open)
    now = made_open()
    now.value = 1
    assert ranked(1) < ranked(2) and now == made_open(1)
