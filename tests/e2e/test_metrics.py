"""A running bot's metrics, after a story whose numbers are known."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from bot.app import Tocsin
from bot.clock import ManualClock
from tests.e2e.world import Hands, alert


async def test_a_storys_numbers_are_in_the_metrics(bot: Tocsin, people: Hands, clock: ManualClock) -> None:
    url = f"http://127.0.0.1:{bot.settings.http_port}"
    await alert(people.http, url, title="checkout latency", severity="warning", service="checkout")
    await people.sees("ana", "@Tocsin", "checkout latency")
    clock.forward(minutes=5, seconds=20)
    await people.sees("carol", "@Tocsin", "checkout latency")
    await people.click("carol", "Acknowledge", "@Tocsin")
    await people.sees("ana", "@Tocsin", "has it")
    await bot.audit.run()
    async with people.http.get(f"{url}/metrics") as answer:
        text = await answer.text()
    seen = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert seen["tocsin_pages", "acknowledged"] == 1
    assert seen["tocsin_step_lateness_seconds_count",] == 1
    assert seen["tocsin_step_lateness_seconds_sum",] == 20, "level two was paged 20 s after its time"
    assert seen["tocsin_sockets_connected",] == 2
    assert seen["tocsin_slack_calls_total", "chat.postMessage", "ok"] >= 2
    assert seen["tocsin_debts_settled_total", "page_dm", "sent"] == 2
    assert seen["tocsin_write_wait_seconds_count",] > 0
    assert seen["tocsin_last_clean_audit_timestamp_seconds",] == clock.real().timestamp()
