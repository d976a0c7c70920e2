"""Over real HTTP: accepted means durable, refused means one sentence, and never an error of ours."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from sqlalchemy import text

from bot.core.alert import Alert
from bot.ingest.http import LARGEST_BODY, MOST_ALERTS
from bot.ingest.sources import parse_body
from bot.store import alerts as alert_store
from bot.store.database import Database
from bot.usecases.alerts import fold_pending
from tests.ingest.captured import body
from tests.ingest.conftest import Door, Reply
from tests.ingest.test_hostile_bodies import JSON, OURS, as_bytes, quick


async def fold_all(door: Door) -> tuple[Alert, ...]:
    while await fold_pending(door.database, door.catalogue, parse_body):
        pass
    async with door.database.read() as conn:
        return await alert_store.recent(conn, 100_000)


def refused(reply: Reply) -> bool:
    """A 4xx with a sentence in JSON."""
    return 400 <= reply.status < 500 and bool(reply.body["error"].endswith("."))


async def test_accepted_means_that_the_body_is_in_the_journal(door: Door) -> None:
    reply = await door.send(b'{"title": "Disk full", "dedup_key": "disk"}')
    assert (reply.status, reply.body) == (202, {"accepted": 1, "alerts": [{"dedup_key": "disk"}]})
    assert await door.kept() == 1


async def test_the_answer_names_the_keys_under_which_the_alerts_are_kept(door: Door) -> None:
    sent = b'[{"title": "a"}, {"title": "b", "service": "search"}, {"message": "c"}]'
    reply = await door.send(sent)
    assert {one["dedup_key"] for one in reply.body["alerts"]} == {
        alert.dedup_key for alert in await fold_all(door)
    }
    assert reply.body["accepted"] == 3


@pytest.mark.parametrize("token", ["demo-alertmanager", "demo-generic"])
async def test_the_captured_group_of_alertmanager_is_two_alerts(door: Door, token: str) -> None:
    reply = await door.send(body("am025_webhook_firing"), to=token)
    assert reply.status == 202
    assert [one["dedup_key"] for one in reply.body["alerts"]] == ["8f5b19e12246bf6e", "8659364ac9d4dc8d"]
    assert len(await fold_all(door)) == 2


async def test_a_mistake_is_answered_with_its_field(door: Door) -> None:
    reply = await door.send(b'{"title": 5}')
    assert (reply.status, reply.body) == (400, {"error": "title must be text.", "field": "title"})
    assert await door.kept() == 0


@pytest.mark.parametrize("sent", [b"", b"disk full", b"[]", b"{}", b"[" * 100_000], ids=repr)
async def test_what_is_no_alert_is_a_400(door: Door, sent: bytes) -> None:
    reply = await door.send(sent)
    assert reply.status == 400
    assert refused(reply)
    assert await door.kept() == 0


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nobody",
        "demo-generic%00",
        "demo-generic%20",
        "%FF%FE",
        "%ED%A0%80",
        "%2E%2E",
        "a%2Fb",
        "%F0%9F%94%A5",
        "'%20OR%201=1",
        "x" * 4_000,
        "demo-slack/more",
        "{token}",
    ],
)
async def test_an_unknown_token_is_a_404(door: Door, token: str) -> None:
    reply = await door.send(b'{"title": "x"}', to=token)
    assert reply.status == 404
    assert refused(reply)


async def test_another_method_is_a_405_that_says_which(door: Door) -> None:
    for method in ("GET", "PUT", "DELETE"):
        reply = await door.send(to="demo-generic", method=method)
        assert (reply.status, reply.headers["Allow"]) == (405, "POST")
        assert refused(reply)


async def test_no_answer_tells_what_serves_it(door: Door) -> None:
    for reply in (await door.send(b'{"title": "x"}'), await door.send(to="nobody")):
        assert "Server" not in reply.headers


def largest(size: int) -> bytes:
    """A valid body of so many bytes."""
    empty = len(b'{"title":"x","payload":{"a":""}}')
    return b'{"title":"x","payload":{"a":"%s"}}' % (b"a" * (size - empty))


async def in_chunks(sent: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(sent), 65_536):
        yield sent[at : at + 65_536]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("size", "status"), [(LARGEST_BODY, 202), (LARGEST_BODY + 1, 413), (8 * LARGEST_BODY, 413)]
)
async def test_a_body_over_512_kb_is_a_413(door: Door, size: int, status: int, chunked: bool) -> None:
    sent = largest(size)
    assert len(sent) == size
    reply = await door.send(in_chunks(sent) if chunked else io.BytesIO(sent))
    assert reply.status == status
    assert await door.kept() == (status == 202)


async def test_a_packed_body_is_unpacked_and_its_size_counts_unpacked(door: Door) -> None:
    packed = {"Content-Encoding": "gzip"}
    assert (await door.send(gzip.compress(b'{"title": "x"}'), **packed)).status == 202
    assert (await door.send(gzip.compress(largest(4 * LARGEST_BODY)), **packed)).status == 413
    assert refused(await door.send(b'{"title": "not packed"}', **packed))


async def test_more_alerts_than_fold_quickly_are_refused(door: Door) -> None:
    many = [{"title": "x"}] * (MOST_ALERTS + 1)
    assert (await door.send(json.dumps(many).encode())).status == 413
    assert (await door.send(json.dumps(many[1:]).encode())).status == 202


async def test_a_full_journal_asks_to_come_again(door: Door) -> None:
    async with door.database.write():
        waiting = [
            asyncio.create_task(door.send(b'{"title": "x"}', to=token))
            for token in ("demo-generic", "demo-generic", "demo-slack", "demo-slack")
        ]
        await until_waiting(door, 4)
        full = await door.send(b'{"title": "x"}', to="demo-alertmanager")
    assert (full.status, full.headers["Retry-After"]) == (503, "2")
    assert [reply.status for reply in await asyncio.gather(*waiting)] == [202] * 4
    assert await door.kept() == 4


async def test_one_sender_cannot_fill_the_journal_for_the_others(door: Door) -> None:
    async with door.database.write():
        noisy = [asyncio.create_task(door.send(b'{"title": "x"}')) for _ in range(2)]
        await until_waiting(door, 2)
        refusal = await door.send(b'{"title": "x"}')
        other = asyncio.create_task(door.send(b'{"title": "x"}', to="demo-alertmanager"))
        await until_waiting(door, 3)
    assert (refusal.status, refusal.headers["Retry-After"]) == (429, "2")
    assert [reply.status for reply in await asyncio.gather(*noisy, other)] == [202] * 3


async def until_waiting(door: Door, count: int) -> None:
    async with asyncio.timeout(60):
        while door.journal.waiting < count:  # noqa: ASYNC110 - nobody tells when one more waits
            await asyncio.sleep(0.005)


async def test_a_journal_that_stops_asks_to_come_again(door: Door) -> None:
    await door.journal.stop()
    reply = await door.send(b'{"title": "x"}')
    assert (reply.status, reply.headers["Retry-After"]) == (503, "2")


async def test_a_database_that_cannot_be_written_is_a_503_and_nothing_is_kept(door: Door) -> None:
    async with door.database.write() as tx:
        await tx.conn.execute(text("ALTER TABLE journal RENAME TO away"))
    reply = await door.send(b'{"title": "x"}')
    assert (reply.status, reply.headers["Retry-After"]) == (503, "2")
    async with door.database.write() as tx:
        await tx.conn.execute(text("ALTER TABLE away RENAME TO journal"))
    assert await door.kept() == 0
    assert (await door.send(b'{"title": "x"}')).status == 202


async def test_a_sender_that_goes_away_harms_nobody(door: Door) -> None:
    async with door.database.write():
        gone = asyncio.create_task(door.send(b'{"title": "gone"}'))
        await until_waiting(door, 1)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        stays = asyncio.create_task(door.send(b'{"title": "stays"}', to="demo-alertmanager"))
        await asyncio.sleep(0)
    assert (await stays).status == 202
    assert "stays" in {alert.title for alert in await fold_all(door)}


async def test_a_request_broken_off_harms_nobody(door: Door) -> None:
    host, port = door.url.removeprefix("http://").split(":")
    for half in (
        b"POST /v1/alerts/demo-generic HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{",
        b"POST /v1/alerts/demo-generic HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(half)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 60)
        assert b" 500 " not in answer.split(b"\r\n")[0]
        writer.close()
        await writer.wait_closed()
    assert (await door.send(b'{"title": "x"}')).status == 202
    assert await door.kept() == 1


def three_hundred_bodies() -> list[bytes]:
    """JSON of any shape, most of it with a title."""
    found: list[bytes] = []

    @given(OURS | JSON)
    @settings(quick, max_examples=300)
    def collect(value: Any) -> None:
        found.append(as_bytes(value))

    collect()
    return found


async def test_three_hundred_bodies_are_refused_or_become_alerts(wide_door: Door) -> None:
    statuses: list[int] = []
    owed = kept = 0
    for sent in three_hundred_bodies():
        reply = await wide_door.send(sent)
        statuses.append(reply.status)
        if reply.status == 202:
            owed += reply.body["accepted"]
            kept += 1
        assert await wide_door.kept() == kept
    assert set(statuses) <= {202, 400, 413}
    assert statuses.count(202) > 50
    alerts = await fold_all(wide_door)
    assert sum(alert.events for alert in alerts) == owed
    assert not [alert for alert in alerts if "unreadable" in alert.title]
    assert await problems(wide_door.database) == []


async def problems(database: Database) -> list[Any]:
    """The journal's entries that were not folded, or not at once."""
    async with database.read() as conn:
        query = "SELECT id, problem FROM journal WHERE folded_at IS NULL OR tries > 0 OR problem IS NOT NULL"
        return list(await conn.execute(text(query)))
