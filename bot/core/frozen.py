"""The dataclass that most things here are: the standard library's, made without the compiler.

For each frozen class the standard one writes the source of six methods and compiles it: 430 classes were a quarter of
all imports ([decision 013](../../docs/decisions/013-a-quick-start.md)). This one lets it find the fields, compiles
`__init__` alone, and makes the other methods as closures over the fields' names. What they do is the same, and so are
`fields`, `replace`, `asdict` and `match`. A field is always an argument.
Anything but a frozen class without an order goes to the standard one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, kw_only=False, order=False):
        """As `dataclasses.dataclass`."""

        def make(cls):
            if not frozen or order:
                return dataclasses.dataclass(cls, frozen=frozen, kw_only=kw_only, order=order)
            return _frozen(cls, kw_only)

        return make if cls is None else make(cls)


def _frozen(cls: type[Any], kw_only: bool) -> type[Any]:
    if cls.__doc__ is None:
        cls.__doc__ = cls.__qualname__  # else the standard one writes the signature there, which takes long
    made = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
    fields = dataclasses.fields(made)
    methods = {
        "__init__": _init(made, fields),
        "__repr__": _repr(tuple(field.name for field in fields if field.repr)),
        **_comparison(_values([field.name for field in fields if field.compare])),
        **_refusals(made, frozenset(field.name for field in fields)),
    }
    for name, method in methods.items():
        if made.__dict__.get(name) is None:  # a class that has its own keeps it
            method.__qualname__ = f"{made.__qualname__}.{name}"
            setattr(made, name, method)
    return made


def _init(cls: type[Any], fields: tuple[Field[Any], ...]) -> Callable[..., None]:
    """Compiled, because each argument has its name and its default, and because it runs most.

    Values go straight to where they are kept: `object.__setattr__` for each costs twice as much.
    """
    known: dict[str, Any] = {"__name__": cls.__module__, "_MISSING": MISSING}
    first, named = ["self"], list[str]()
    lines = [" _values = self.__dict__\n"]
    for field in fields:
        name, value, argument = field.name, field.name, field.name
        if field.default_factory is not MISSING:
            known[f"_make_{name}"] = field.default_factory
            argument = f"{name}=_MISSING"
            value = f"{name} if {name} is not _MISSING else _make_{name}()"
        elif field.default is not MISSING:
            known[f"_default_{name}"] = field.default
            argument = f"{name}=_default_{name}"
        (named if field.kw_only else first).append(argument)
        lines.append(f" _values[{name!r}] = {value}\n")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()\n")
    arguments = ", ".join([*first, "*", *named] if named else first)
    exec(f"def __init__({arguments}):\n{''.join(lines)}", known)
    made: Callable[..., None] = known["__init__"]
    return made


def _values(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What is compared of a thing, in the order of its fields."""
    match names:
        case []:
            return lambda _: ()
        case [name]:
            only = attrgetter(name)
            return lambda one: (only(one),)
        case _:
            return attrgetter(*names)


def _comparison(values: Callable[[Any], tuple[Any, ...]]) -> dict[str, Callable[..., Any]]:
    def equal(self: Any, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(values(self))

    return {"__eq__": equal, "__hash__": hashed}


def _repr(names: tuple[str, ...]) -> Callable[..., str]:
    def shown(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return shown


def _refusals(cls: type[Any], names: frozenset[str]) -> dict[str, Callable[..., None]]:
    def assign(self: Any, name: str, value: Any) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def delete(self: Any, name: str) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return {"__setattr__": assign, "__delattr__": delete}


__all__ = ["dataclass"]
