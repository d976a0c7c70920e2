"""Slack took a message and its answer was lost: what somebody did meanwhile shows on it all the same."""

from __future__ import annotations

from tests.e2e.world import BotProcess, Hands, alert, on_call_now


async def test_a_message_whose_answer_was_lost_is_corrected_when_somebody_took_the_page_meanwhile(
    workspace: Hands, bot: BotProcess
) -> None:
    await bot.start()
    await workspace.call("POST", "faults", method="chat.postMessage", drop="after", times=1)
    await alert(workspace.http, bot.url, title="checkout latency", service="checkout")
    who = on_call_now("payments-primary")
    await workspace.sees(who, "@Tocsin", "checkout latency")
    answer = await workspace.click(who, "Acknowledge", "@Tocsin")
    assert answer["acked"], answer
    corrected = await workspace.sees(who, "@Tocsin", "has it")
    assert "Acknowledge" not in [button["text"] for button in corrected["buttons"]]
    assert len(await workspace.dm(who)) == 1, "and it is not sent once more"
