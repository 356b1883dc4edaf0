"""Tiny messages as fast as they go: answered at the rate that is allowed, and none is lost.

These fail, too, where daphne, autobahn, Twisted or uvicorn move what ``waves.wires`` stands before.
"""

import asyncio
import time

import pytest

from waves.server.inflow import BURST, FRAMES_A_SECOND, MAX_PARTS
from waves.tests.server.knocking import USUAL, handshake, masked, read_frame, read_head, read_on

FLOOD = 400
#: In less time than this the rate was not held.
LEAST_SECONDS = (FLOOD - BURST) / FRAMES_A_SECOND


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_flood_is_answered_at_the_rate_that_is_allowed(site, server) -> None:
    with site.serve(server) as process:
        headers = [("Host", process.address), *USUAL]
        async with handshake(process.address, "/ws/", headers) as (reader, writer):
            await read_head(reader)
            began = time.monotonic()
            writer.write(b"".join(masked(b'{"type":"ping","id":%d}' % i) for i in range(FLOOD)))
            answers = [await read_frame(reader) for _ in range(1 + FLOOD)]
            assert time.monotonic() - began > LEAST_SECONDS
            assert [int(text.split(b",")[1][5:]) for _, text in answers[1:]] == list(range(FLOOD))
        async with handshake(process.address, "/ws/", headers) as (reader, writer):
            await read_head(reader)
            began = time.monotonic()
            writer.write(b"".join(masked(b"%d" % i, opcode=9) for i in range(FLOOD)))
            frames = [await read_frame(reader) for _ in range(1 + FLOOD)]
            assert time.monotonic() - began > LEAST_SECONDS
            assert [int(n) for opcode, n in frames if opcode == 10] == list(range(FLOOD))
        async with handshake(process.address, "/ws/", headers) as (reader, writer):
            answer = await read_head(reader)
            writer.write(masked(b"", final=False) + masked(b"", 0, final=False) * 2 * MAX_PARTS)
            answer = await read_on(reader, answer, lambda answer: False)
            assert answer.code == 4400
            assert f"{MAX_PARTS} parts" in answer.error
    assert "Traceback" not in process.printed()


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_message_without_end_is_refused_before_it_is_kept(site, server) -> None:
    with site.serve(server) as process:
        headers = [("Host", process.address), *USUAL]
        async with handshake(process.address, "/ws/", headers) as (reader, writer):
            answer = await read_head(reader)
            # The head of a frame of a gigabyte, and the beginning of it.
            writer.write(b"\x81\xff" + (1 << 30).to_bytes(8) + bytes(4) + bytes(1000))
            answer = await read_on(reader, answer, lambda answer: False)
            assert answer.code == 4400
            assert "4096" in answer.error
    assert "Traceback" not in process.printed()


def connections(process) -> float:
    _, text = process.get("/metrics")
    lines = [line for line in text.splitlines() if line.startswith("waves_connections{")]
    return sum(float(line.split()[-1]) for line in lines)


async def test_a_socket_that_floods_and_is_gone_is_noticed_though_nothing_is_read(daphne) -> None:
    headers = [("Host", daphne.address), *USUAL]
    async with handshake(daphne.address, "/ws/", headers) as (reader, writer):
        await read_head(reader)
        # More than is let through in a minute and a half.
        writer.write(masked(b'{"type":"ping","id":1}') * 100 * FRAMES_A_SECOND)
        for _ in range(FLOOD):
            await read_frame(reader)
        assert connections(daphne) == 1
        writer.transport.abort()
    async with asyncio.timeout(10):
        while connections(daphne):  # noqa: ASYNC110  what is waited for is in another process
            await asyncio.sleep(0.1)


async def test_what_comes_as_the_body_of_a_handshake_is_no_way_around_the_rate(daphne) -> None:
    """daphne takes a body for what is said over the socket."""
    body = b"".join(masked(b"%d" % i, opcode=9) for i in range(FLOOD))
    headers = [("Host", daphne.address), *USUAL, ("Content-Length", str(len(body)))]
    async with handshake(daphne.address, "/ws/", headers) as (reader, writer):
        began = time.monotonic()
        writer.write(body)
        await read_head(reader)
        frames = [await read_frame(reader) for _ in range(1 + FLOOD)]
        assert time.monotonic() - began > LEAST_SECONDS
        assert [int(n) for opcode, n in frames if opcode == 10] == list(range(FLOOD))
