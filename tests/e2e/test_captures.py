"""What a real Alertmanager sent, by its webhook and by Slack's incoming webhook: paged once, closed when resolved."""

from __future__ import annotations

from bot.app import Tocsin
from bot.clock import ManualClock
from tests.e2e.world import Hands, eventually
from tests.ingest.captured import body


async def sent_by_webhook(bot: Tocsin, people: Hands, name: str) -> None:
    url = f"http://127.0.0.1:{bot.settings.http_port}/v1/alerts/demo-alertmanager"
    headers = {"Content-Type": "application/json", "User-Agent": "Alertmanager/0.25.0"}
    async with people.http.post(url, data=body(name), headers=headers) as answer:
        assert answer.status == 202, await answer.text()


async def sent_to_slack(people: Hands, name: str) -> None:
    (hook,) = (await people.look("app"))["webhooks"]
    async with people.http.post(hook["url"], data=body(name)) as answer:
        assert (answer.status, await answer.text()) == (200, "ok")


async def test_alertmanager_by_both_ways_pages_once_and_its_end_closes_the_page(
    bot: Tocsin, people: Hands, clock: ManualClock
) -> None:
    await sent_by_webhook(bot, people, "am025_webhook_firing")
    page = await people.sees("ana", "@Tocsin", "Error rate above 5% on checkout")
    for part in ("SEV1", "checkout", "2 alerts", "since", "5xx ratio is 7.2%", "Runbook"):
        assert part in page["plain"], part
    await sent_to_slack(people, "am025_slack_default_firing")

    async def joined() -> bool:
        clock.forward(seconds=5)  # an edit that only counts may wait for more of its kind
        return "3 alerts" in (await people.dm("ana"))[-1]["plain"]

    await eventually(joined, "the message's alert joins the page")
    await sent_to_slack(people, "am025_slack_default_resolved")
    await sent_by_webhook(bot, people, "am025_webhook_resolved")
    over = await people.sees("ana", "@Tocsin", "Resolved")
    assert "Alertmanager" in over["plain"]
    assert len([m for m in await people.dm("ana") if "Error rate" in m["plain"]]) == 1, "paged once"


async def test_alertmanager_in_slack_alone_pages_and_closes(bot: Tocsin, people: Hands) -> None:
    await sent_to_slack(people, "am025_slack_default_firing")
    page = await people.sees("ana", "@Tocsin", "HighErrorRate")
    assert "checkout" in page["plain"]
    await sent_to_slack(people, "am025_slack_default_resolved")

    async def over() -> bool:
        return "Resolved" in (await people.dm("ana"))[-1]["plain"]

    await eventually(over, "the page is closed")
    assert len(await people.dm("ana")) == 1
