"""The log of a whole story at its most talkative: who did what to which page and incident, and no secret."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.e2e.world import ROOT, BotProcess, Hands, alert, eventually, on_call_now

TOKEN = "s3cret-t0ken-of-hooks"


def company(folder: Path) -> Path:
    """The demo's, with a token that is in no other place."""
    copy = folder / "company"
    shutil.copytree(ROOT / "manifests" / "demo", copy)
    file = copy / "integrations.yml"
    assert "demo-generic" in file.read_text()
    file.write_text(file.read_text().replace("token: demo-generic", f"token: {TOKEN}"))
    assert TOKEN in file.read_text()
    return copy


async def test_a_story_names_its_page_and_incident_on_every_line_and_holds_no_secret(
    people: Hands, tmp_path: Path, database_url: str
) -> None:
    extra = {
        "TOCSIN_LOG_LEVEL": "DEBUG",
        "TOCSIN_LOG_FORMAT": "json",
        "TOCSIN_SECRET_KEY": "a-key-nobody-knows",
    }
    bot = BotProcess(people.url, database_url, config=str(company(tmp_path)), extra=extra)
    await bot.start()
    who = on_call_now("payments-primary")
    await alert(people.http, bot.url, TOKEN, title="checkout latency", service="checkout")
    await people.sees(who, "@Tocsin", "checkout latency")
    await people.click(who, "Acknowledge", "@Tocsin")
    await people.sees(who, "@Tocsin", "has it")
    await people.command(who, "/incident declare Search is slow")
    await people.submit(who, Severity="SEV2", Service="search")
    where = await people.channel(who, "inc-1-")
    await people.joined(who, "inc-1-")
    await people.command(who, "/incident severity SEV9", where["id"])
    for body in (b"{", b"[]", b"\xff"):
        async with people.http.post(f"{bot.url}/v1/alerts/{TOKEN}", data=body) as answer:
            assert answer.status == 400
    async with people.http.post(f"{bot.url}/v1/alerts/{TOKEN}x", json={"title": "x"}) as answer:
        assert answer.status == 404

    async def all_settled() -> bool:
        return any('"fact": "channel_created"' in line for line in bot.process.output)

    await eventually(all_settled, "the incident's channel is in the log")
    await bot.kill()
    _holds_no_secret("\n".join(bot.process.output))
    _names_what_it_is_about([json.loads(line) for line in bot.process.output if line.startswith("{")])


def _holds_no_secret(output: str) -> None:
    for secret in (TOKEN, "xoxb-sandbox", "xapp-sandbox", "/response/", "ticket=", "a-key-nobody-knows"):
        assert secret not in output


def _names_what_it_is_about(lines: list[dict[str, Any]]) -> None:
    facts = {line["fact"]: line for line in lines if line["event"] == "recorded"}
    acknowledged = facts["page_acknowledged"]
    assert acknowledged["page"] == "P-1"
    assert {"envelope", "user"} <= set(acknowledged)
    settled = [line for line in lines if line["event"] == "a debt was settled"]
    assert {line["page"] for line in settled if line["debt"].startswith("page:1:")} == {"P-1"}
    assert {line["incident"] for line in settled if line["debt"].startswith("incident:1:")} == {"INC-1"}
