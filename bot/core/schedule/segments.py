"""What holds when, as a list of the instants at which it changes: looked up in O(log n)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import Generic, TypeVar

from bot.core.frozen import dataclass
from bot.core.ids import PersonId
from bot.core.schedule.local_time import utc
from bot.core.schedule.model import CalendarSpan, Override, TimeOff

EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""Before and after everything: a span from or to these has no beginning or no end."""

T = TypeVar("T")


@dataclass(frozen=True)
class Segments(Generic[T]):
    """`values[n]` holds from `edges[n - 1]` until `edges[n]`; there is one value more than there are edges."""

    edges: tuple[datetime, ...]
    values: tuple[T, ...]

    def at(self, instant: datetime) -> tuple[T, datetime, datetime]:
        """What holds at an instant, and since and until when without a break."""
        number = bisect_right(self.edges, instant)
        start = self.edges[number - 1] if number else EARLIEST
        end = self.edges[number] if number < len(self.edges) else LATEST
        return self.values[number], start, end


def winners(overrides: Iterable[Override]) -> Segments[Override | None]:
    """Which override wins when: of those that cover an instant the one made latest. O(n log n)."""
    made = sorted(_lasting(overrides), key=lambda one: (one.made_at, one.id))
    spans = [(utc(one.starts_at), utc(one.ends_at)) for one in made]
    waiting = sorted(range(len(made)), key=lambda rank: spans[rank][0], reverse=True)
    covering: list[
        int
    ] = []  # a heap of negative ranks: the latest made first, those that are over in between
    edges = sorted({edge for span in spans for edge in span})
    values: list[Override | None] = [None]
    for edge in edges:
        while waiting and spans[waiting[-1]][0] <= edge:
            heappush(covering, -waiting.pop())
        while covering and spans[-covering[0]][1] <= edge:
            heappop(covering)
        values.append(made[-covering[0]] if covering else None)
    return _joined(edges, values)


def together(spans: Iterable[TimeOff | CalendarSpan]) -> Segments[tuple[PersonId, ...]]:
    """Whose spans cover an instant, in the order in which they began."""
    lasting = [(utc(one.starts_at), utc(one.ends_at), one.person) for one in _lasting(spans)]
    starting = sorted(lasting, key=lambda one: (one[0], one[2]), reverse=True)
    edges = sorted({edge for start, end, _ in lasting for edge in (start, end)})
    covering: list[tuple[datetime, PersonId]] = []
    values: list[tuple[PersonId, ...]] = [()]
    for edge in edges:
        covering = [one for one in covering if one[0] > edge]
        while starting and starting[-1][0] <= edge:
            _, end, person = starting.pop()
            covering.append((end, person))
        values.append(tuple(dict.fromkeys(person for _, person in covering)))
    return _joined(edges, values)


Lasting = TypeVar("Lasting", bound=Override | TimeOff | CalendarSpan)


def _lasting(spans: Iterable[Lasting]) -> list[Lasting]:
    return [span for span in spans if span.starts_at < span.ends_at]


def _joined(edges: Sequence[datetime], values: Sequence[T]) -> Segments[T]:
    """Without the edges at which nothing changes."""
    changing = [number for number, _ in enumerate(edges) if values[number] != values[number + 1]]
    return Segments(
        tuple(edges[number] for number in changing),
        (values[0], *(values[number + 1] for number in changing)),
    )
