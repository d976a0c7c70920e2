"""Statements that run several times for each page and click: made once, and on SQLite given to the driver directly.

Of the 100 µs and more that a statement takes through SQLAlchemy, SQLite itself needs ten; half of what a page cost was
this. A statement marked with `hot` is compiled by SQLAlchemy once for each shape of its parameters; from then on its
values are bound and its rows read here, by the same types. Everything else, and whatever goes wrong, is SQLAlchemy's.
Why: `docs/decisions/009-hot-statements.md`.

To add one: keep the statement at module level, with `bindparam` for what changes, and wrap it in `hot(…)`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import Dialect
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.compiler import SQLCompiler

from bot.core.frozen import dataclass
from bot.store.giving_way import let_others
from bot.store.sqlite import ROWS_ON_THE_LOOP, Connection, Ran

Statement = TypeVar("Statement", bound=Any)
Parameters = Mapping[str, Any]
Convert = Callable[[Any], Any] | None
Bind = Callable[[Parameters], Sequence[Any]]

REFUSED = (sqlite3.Error, KeyError, TypeError, ValueError)
"""By SQLite, or because a value is missing or of a wrong type."""
_HOT: dict[int, Any] = {}
"""By identity: a statement is not compared, and is never forgotten."""
_PLANS: dict[tuple[Any, ...], _Plan | None] = {}
"""By statement and shape of its parameters; all engines share them, since SQLite's dialect is one for a program."""


def hot(statement: Statement) -> Statement:
    """Mark a statement that its module keeps; it works as before, and on SQLite costs a third."""
    _HOT[id(statement)] = statement
    return statement


class Rows(IteratorResult[Any]):
    """What came back, as SQLAlchemy's results are read."""

    rowcount: int


@dataclass(frozen=True)
class _Value:
    """Where a placeholder's value comes from: a parameter, one of its list, or the statement itself."""

    name: str
    place: int | None
    otherwise: Any
    convert: Convert

    def of(self, parameters: Parameters) -> Any:
        value = parameters.get(self.name, self.otherwise)
        if self.place is not None:
            value = value[min(self.place, len(value) - 1)]
        return value if self.convert is None else self.convert(value)


def _binding(values: Sequence[_Value], parameters: Parameters) -> Bind:
    """What a statement's placeholders take of parameters that have these names."""
    if len(values) < 2 or any(value.place is not None or value.name not in parameters for value in values):
        return lambda given: [value.of(given) for value in values]
    take = itemgetter(*[value.name for value in values])
    converts = [(place, value.convert) for place, value in enumerate(values) if value.convert is not None]

    def bound(given: Parameters) -> Sequence[Any]:
        found = list(take(given))
        for place, convert in converts:
            found[place] = convert(found[place])
        return found

    return bound


@dataclass(frozen=True)
class _Recipe:
    """A statement for parameters of one shape."""

    text: str
    bind: Bind
    converts: tuple[tuple[int, Callable[[Any], Any]], ...]
    """Of the columns that come back, those that are not read as they are stored."""
    returns: bool
    """Whether anything comes back."""

    def run(self, driver: Connection, parameters: Any) -> Ran:
        if isinstance(parameters, list) and len(parameters) > 1:
            rows = [self.bind(one) for one in parameters]
            return driver.run_each(self.text, rows) if self.returns else driver.run_many(self.text, rows)
        one = parameters[0] if isinstance(parameters, list) else parameters or {}
        return driver.run(self.text, self.bind(one))

    def rows(self, ran: Ran) -> Rows:
        rows = Rows(SimpleResultMetaData(ran.names), map(self._read, ran.rows))
        rows.rowcount = ran.count
        return rows

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self.converts:
            return row
        values = list(row)
        for place, convert in self.converts:
            values[place] = convert(values[place])
        return tuple(values)


class HotConnection(AsyncConnection):
    """A connection to SQLite that knows hot statements."""

    async def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """As SQLAlchemy's; a hot statement that fails is given to SQLAlchemy again, which says what is wrong."""
        recipe = None
        watched = self.sync_engine.dispatch.before_cursor_execute  # whoever listens hears of every statement
        if id(statement) in _HOT and not options and not watched:
            known = len(_PLANS)
            recipe = cast(HotEngine, self.engine).recipe(statement, parameters)
            if len(_PLANS) > known:
                await let_others()  # to compile one takes milliseconds, and a transaction has ten
        if recipe is None:
            return await super().execute(statement, parameters, **options)
        driver = self._driver()
        driver.begin()
        try:
            ran = recipe.run(driver, parameters)
        except REFUSED:  # nothing was changed: SQLite undoes what fails
            return await super().execute(statement, parameters, **options)
        await driver.turn(max(len(ran.rows), ran.count))
        return recipe.rows(ran)

    async def rest(self) -> None:
        """End what was begun, so that the next one sees the state of its own time."""
        if self.in_transaction():
            await self.rollback()
        self._driver().rollback()

    def _driver(self) -> Connection:
        assert self.sync_connection is not None
        return cast(Connection, self.sync_connection.connection.dbapi_connection)


class HotEngine(AsyncEngine):
    """An engine for SQLite whose connections know hot statements."""

    _connection_cls = HotConnection

    def connect(self) -> HotConnection:
        return HotConnection(self)

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine.sync_engine)

    def recipe(self, statement: Any, parameters: Any) -> _Recipe | None:
        """None when it is SQLAlchemy's after all: very many rows, values that Python fills in."""
        if isinstance(parameters, list):
            if not 0 < len(parameters) <= ROWS_ON_THE_LOOP:
                return None
            parameters = parameters[0]
        shape = id(statement), *(parameters or ())
        if shape not in _PLANS:
            _PLANS[shape] = _plan(statement, parameters or {}, self.dialect)
        plan = _PLANS[shape]
        return plan.recipe(parameters or {}) if plan is not None else None


def _room(given: Sequence[Any]) -> int:
    """How many placeholders a list gets, of few numbers, so that few recipes are made; its last value fills them up."""
    return 1 << (len(given) - 1).bit_length() if given else 0


class _Plan:
    """A statement for parameters of these names; a list among them makes a recipe for each of its rooms."""

    def __init__(
        self, statement: Any, compiled: SQLCompiler, dialect: Dialect, parameters: Parameters
    ) -> None:
        self._compiled = compiled
        self._dialect = dialect
        lists = (name for name, bind in compiled.binds.items() if bind.expanding)
        self._lists = tuple(name for name in lists if name in parameters)
        self._recipes: dict[tuple[int, ...], _Recipe] = {}
        reads = [self._type(one).result_processor(dialect, None) for one in statement.exported_columns]
        self._returns = bool(reads)
        self._converts = tuple((place, read) for place, read in enumerate(reads) if read is not None)

    def recipe(self, parameters: Parameters) -> _Recipe:
        rooms = tuple([_room(parameters[name]) for name in self._lists])
        if rooms not in self._recipes:
            lists = {name: [None] * room for name, room in zip(self._lists, rooms, strict=True)}
            self._recipes[rooms] = self._made({**parameters, **lists})
        return self._recipes[rooms]

    def _made(self, parameters: Parameters) -> _Recipe:
        state = self._compiled.construct_expanded_state(dict(parameters))
        places = {
            name: (source, place)
            for source, names in state.parameter_expansion.items()
            for place, name in enumerate(names)
        }
        values = [self._value(*places.get(name, (name, None))) for name in state.positiontup or ()]
        return _Recipe(state.statement, _binding(values, parameters), self._converts, self._returns)

    def _value(self, name: str, place: int | None) -> _Value:
        bind = self._compiled.binds[name]
        return _Value(name, place, bind.effective_value, self._type(bind).bind_processor(self._dialect))

    def _type(self, of: Any) -> Any:
        return of.type.dialect_impl(self._dialect)


def _plan(statement: Any, parameters: Parameters, dialect: Dialect) -> _Plan | None:
    compiled = cast(SQLCompiler, statement.compile(dialect=dialect, column_keys=sorted(parameters)))
    filled_in = compiled.insert_prefetch or compiled.update_prefetch
    missing = any(bind.required and name not in parameters for name, bind in compiled.binds.items())
    if filled_in or missing:
        return None
    return _Plan(statement, compiled, dialect, parameters)
