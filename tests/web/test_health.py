"""Health, readiness and metrics over real HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.clock import ManualClock, SystemClock
from bot.core.alert import AlertStatus
from bot.core.page import PageState
from bot.engine.lag import Lag
from bot.engine.scheduler import Duty, Engine
from bot.ingest.sources import parse_body
from bot.measured import Durations
from bot.queries import health
from bot.store import journal
from bot.store.database import Database
from bot.usecases.alerts import fold_pending
from bot.web.health import Check, Health
from bot.web.metrics import Measured
from bot.web.server import Server
from tests.company import company
from tests.conftest import NIGHT
from tests.ingest.captured import body

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
Counting = Callable[[], Awaitable[health.Counts]]


async def well() -> str:
    return ""


async def unwell() -> str:
    return "no socket to Slack is connected"


async def broken() -> str:
    raise RuntimeError("a check of the test")


async def silent() -> str:
    await asyncio.Event().wait()
    return ""


async def nothing() -> health.Counts:
    return health.Counts(alerts={}, pages={}, audit_problems=0)


async def unmeasured() -> Measured:
    return Measured()


async def ask(
    path: str,
    checks: dict[str, Check] | None = None,
    counts: Counting = nothing,
    measured: Callable[[], Awaitable[Measured]] = unmeasured,
    stalled: Callable[[], Sequence[str]] = tuple,
    notes: dict[str, Check] | None = None,
) -> tuple[int, str]:
    """Serve, ask once, stop: the status and the text."""
    told = Health(checks or {}, counts, measured, stalled, notes)
    server = Server("127.0.0.1", {0: [*told.routes(), *told.metrics_routes()]})
    await server.start()
    try:
        url = f"http://127.0.0.1:{server.ports[0]}{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return response.status, await response.text()
    finally:
        await server.stop()


async def test_a_process_that_answers_is_healthy_whatever_else_is_not() -> None:
    status, text = await ask("/healthz", {"slack": broken})
    assert (status, json.loads(text)) == (200, {"status": "alive"})


async def test_what_is_only_noted_is_told_and_does_not_make_it_unready() -> None:
    status, text = await ask("/readyz", {"database": well}, notes={"user_groups": unwell})
    told = {"status": "ready", "database": "ready", "user_groups": "no socket to Slack is connected"}
    assert (status, json.loads(text)) == (200, told)


async def test_a_duty_that_hangs_is_unhealthy_until_it_runs_well_again() -> None:
    clock = SystemClock()
    began, go_on = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        """Like a thread that never comes back: a cancellation does not end it."""
        began.set()
        while not go_on.is_set():
            with suppress(asyncio.CancelledError):
                await go_on.wait()

    async def due() -> datetime | None:
        return None if go_on.is_set() else clock.real()

    engine = Engine([Duty("deliver", hang, due, "real")], clock, refresh_every=0.02, stuck_after=0.1)

    async def answers(status: int) -> str:
        while True:
            seen, text = await ask("/healthz", stalled=lambda: engine.health().stalled)
            if seen == status:
                return text

    await engine.start()
    async with asyncio.timeout(60):
        await began.wait()
        told = json.loads(await answers(503))
        go_on.set()
        await answers(200)
    await engine.stop()
    assert told == {"status": "stalled", "stalled": ["deliver"]}


async def test_ready_is_when_every_part_is() -> None:
    status, text = await ask("/readyz", {"database": well, "slack": well})
    assert (status, json.loads(text)) == (200, {"status": "ready", "database": "ready", "slack": "ready"})


async def test_not_ready_says_which_part_and_why() -> None:
    status, text = await ask("/readyz", {"database": well, "slack": unwell})
    assert status == 503
    assert json.loads(text) == {
        "status": "not ready",
        "database": "ready",
        "slack": "no socket to Slack is connected",
    }


@pytest.mark.parametrize("check", [broken, silent])
async def test_a_check_that_fails_or_hangs_is_not_ready_and_hides_no_other(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.health.CHECKED_WITHIN_SECONDS", 0.05)
    status, text = await ask("/readyz", {"database": check, "slack": unwell, "configuration": well})
    told = json.loads(text)
    assert status == 503
    assert told["database"] != "ready"
    assert (told["slack"], told["configuration"]) == ("no socket to Slack is connected", "ready")


async def test_metrics_are_what_the_database_has_now(database: Database, clock: ManualClock) -> None:
    async def counts() -> health.Counts:
        async with database.read() as conn:
            return await health.counts(conn, clock.now(), clock.real(), clock.scale)

    before = metrics((await ask("/metrics", counts=counts))[1])
    entry = journal.NewEntry("demo-alertmanager", "http", body("am025_webhook_firing"))
    async with database.write() as tx:
        await journal.append(tx.conn, [entry], tx.now)
    await fold_pending(database, company(), parse_body)
    status, text = await ask("/metrics", counts=counts)
    after = metrics(text)

    assert status == 200
    assert before["tocsin_alerts", "firing"] == 0
    assert after["tocsin_alerts", "firing"] == 2
    assert after["tocsin_pages", "triggered"] == 1
    assert after["tocsin_audit_problems", ""] == 0
    assert after["tocsin_debts", "page_dmnew"] == 1
    assert before["tocsin_oldest_debt_age_seconds", ""] == after["tocsin_oldest_debt_age_seconds", ""] == 0
    clock.forward(seconds=45)
    assert metrics((await ask("/metrics", counts=counts))[1])["tocsin_oldest_debt_age_seconds", ""] == 45
    assert {label for name, label in after if name == "tocsin_alerts"} == set(AlertStatus)
    assert {label for name, label in after if name == "tocsin_pages"} == set(PageState)
    assert after["process_open_fds", ""] > 0


def metrics(text: str) -> dict[tuple[str, str], float]:
    """Values by name and the value of the one label, empty without one."""
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_metrics_that_cannot_be_read_are_an_error_in_one_sentence() -> None:
    async def fails() -> health.Counts:
        raise RuntimeError("a database of the test")

    status, text = await ask("/metrics", counts=fails)
    assert status == 500
    assert "database of the test" not in text
    assert json.loads(text)["error"].endswith(".")


async def test_what_the_process_saw_is_in_the_metrics() -> None:
    late = Durations()
    for seconds in (-1.0, 0.004, 0.005, 3.0, 1000.0):
        late.add(seconds)

    async def measured() -> Measured:
        return Measured(
            step_lateness=late,
            slack_calls={("chat.postMessage", "ok"): 7},
            rate_limited_seconds=30.0,
            sockets=2,
            clean_audit_at=NIGHT,
        )

    seen = metrics((await ask("/metrics", measured=measured))[1])
    assert seen["tocsin_step_lateness_seconds_bucket", "0.005"] == 3
    assert seen["tocsin_step_lateness_seconds_bucket", "+Inf"] == 5
    assert seen["tocsin_step_lateness_seconds_count", ""] == 5
    assert seen["tocsin_step_lateness_seconds_sum", ""] == pytest.approx(1003.009)
    assert seen["tocsin_slack_calls_total", "chat.postMessageok"] == 7
    assert seen["tocsin_slack_rate_limited_seconds_total", ""] == 30
    assert seen["tocsin_sockets_connected", ""] == 2
    assert seen["tocsin_last_clean_audit_timestamp_seconds", ""] == NIGHT.timestamp()


async def test_every_metric_has_its_row_in_the_operators_table_and_no_other_has() -> None:
    families = list(text_string_to_metric_families((await ask("/metrics"))[1]))
    ours = [family for family in families if family.name.startswith("tocsin_")]
    assert [family.name for family in ours if not family.documentation or family.type == "unknown"] == []
    names = {family.name + ("_total" if family.type == "counter" else "") for family in ours}
    table = re.findall(r"^\| `(tocsin_[a-z_]+)", OPERATIONS.read_text(), re.MULTILINE)
    assert sorted(table) == sorted(names)
    alerts = set(re.findall(r"tocsin_[a-z_]+", OPERATIONS.read_text()))
    assert {re.sub("_bucket$", "", name) for name in alerts} - {"tocsin_debts_settled"} <= names


async def test_a_loop_that_is_held_up_is_seen() -> None:
    lag = Lag(look_every=0.01)
    await lag.start()
    await asyncio.sleep(0.02)
    time.sleep(0.3)  # noqa: ASYNC251 - this is the fault
    await asyncio.sleep(0.05)
    await lag.stop()
    at_most = dict(lag.seen.cumulative())
    assert at_most[float("inf")] - at_most[0.25] >= 1
    assert lag.seen.seconds >= 0.25
