"""`/metrics`: how it stands, in numbers, in Prometheus' text format.

To add one: a field in `Measured` (this process) or `Counts` (the database), a line in `_families`, and its row in
docs/operations.md, which a test compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from bot.core.alert import AlertStatus
from bot.core.frozen import dataclass
from bot.core.page import PageState
from bot.measured import Durations
from bot.queries.health import Counts


@dataclass(frozen=True)
class Measured:
    """What this process saw since its start, and how it stands at this moment."""

    step_lateness: Durations = field(default_factory=Durations)
    loop_lag: Durations = field(default_factory=Durations)
    write_wait: Durations = field(default_factory=Durations)
    slack_calls: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """By method and outcome."""
    rate_limited_seconds: float = 0.0
    settled: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Debts by kind and outcome."""
    heartbeats: Mapping[str, int] = field(default_factory=dict)
    sockets: int = 0
    stalled: int = 0
    bodies_waiting: int = 0
    clean_audit_at: datetime | None = None


def text(counts: Counts, measured: Measured) -> bytes:
    """All families, each with its help and type."""
    registry = CollectorRegistry()
    registry.register(_Reading(counts, measured))
    return generate_latest(registry)


class _Reading:
    """One reading, as Prometheus' library wants to collect it."""

    def __init__(self, counts: Counts, measured: Measured) -> None:
        self._counts = counts
        self._measured = measured

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        yield from _stored(self._counts)
        yield from _durations(self._measured)
        yield from _counted(self._measured)
        yield from _standing(self._measured)


def _stored(counts: Counts) -> Iterable[Metric]:
    alerts = GaugeMetricFamily("tocsin_alerts", "Alerts in the database", labels=["status"])
    for status in AlertStatus:
        alerts.add_metric([status], counts.alerts.get(status, 0))
    yield alerts
    pages = GaugeMetricFamily("tocsin_pages", "Pages in the database", labels=["state"])
    for state in PageState:
        pages.add_metric([state], counts.pages.get(state, 0))
    yield pages
    owed = GaugeMetricFamily("tocsin_debts", "What is owed to the outside", labels=["kind", "state"])
    for labels, number in sorted(counts.debts.items()):
        owed.add_metric(labels, number)
    yield owed
    yield GaugeMetricFamily(
        "tocsin_oldest_debt_age_seconds", "Since when the oldest of them is owed", counts.oldest_debt_seconds
    )
    yield GaugeMetricFamily(
        "tocsin_audit_problems",
        "What the auditor finds: pages without a next step, deadlines long past, debts that are stuck",
        counts.audit_problems,
    )


def _durations(measured: Measured) -> Iterable[Metric]:
    for name, help_text, seen in (
        ("tocsin_step_lateness_seconds", "How late timed steps of pages were taken", measured.step_lateness),
        ("tocsin_loop_lag_seconds", "How late the event loop woke whoever slept", measured.loop_lag),
        ("tocsin_write_wait_seconds", "How long writes waited for the database", measured.write_wait),
    ):
        yield HistogramMetricFamily(
            name,
            help_text,
            buckets=[(_bound(up_to), number) for up_to, number in seen.cumulative()],
            sum_value=seen.seconds,
        )


def _bound(up_to: float) -> str:
    return "+Inf" if up_to == float("inf") else str(up_to)


def _counted(measured: Measured) -> Iterable[Metric]:
    calls = CounterMetricFamily(
        "tocsin_slack_calls", "Calls to Slack's Web API", labels=["method", "outcome"]
    )
    for labels, number in sorted(measured.slack_calls.items()):
        calls.add_metric(labels, number)
    yield calls
    yield CounterMetricFamily(
        "tocsin_slack_rate_limited_seconds",
        "Seconds that Slack asked to wait",
        measured.rate_limited_seconds,
    )
    settled = CounterMetricFamily(
        "tocsin_debts_settled", "Debts that were settled", labels=["kind", "outcome"]
    )
    for labels, number in sorted(measured.settled.items()):
        settled.add_metric(labels, number)
    yield settled
    heartbeats = CounterMetricFamily("tocsin_heartbeats", "Signs of life to the watcher", labels=["outcome"])
    for outcome in ("answered", "failed"):
        heartbeats.add_metric([outcome], measured.heartbeats.get(outcome, 0))
    yield heartbeats


def _standing(measured: Measured) -> Iterable[Metric]:
    yield GaugeMetricFamily("tocsin_sockets_connected", "Sockets to Slack that are alive", measured.sockets)
    yield GaugeMetricFamily(
        "tocsin_duties_stalled", "Duties that the watchdog holds for stuck", measured.stalled
    )
    yield GaugeMetricFamily(
        "tocsin_bodies_waiting", "Alert bodies that wait to be stored and answered", measured.bodies_waiting
    )
    yield GaugeMetricFamily(
        "tocsin_last_clean_audit_timestamp_seconds",
        "When the auditor last found nothing; 0 before it did",
        measured.clean_audit_at.timestamp() if measured.clean_audit_at else 0,
    )
