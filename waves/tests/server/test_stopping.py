"""A server that is told to end does, whatever its peers do."""

import asyncio

import pytest

from waves import stopping
from waves.tests.server.knocking import USUAL

HALF_A_POST = b"POST /admin/login/ HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000\r\n\r\nusername="


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
async def test_half_a_request_and_a_viewer_that_reads_nothing_do_not_hold_it_up(
    site, server
) -> None:
    with site.serve(server) as process:
        posting = await asyncio.open_connection(*process.address.split(":"))
        posting[1].write(HALF_A_POST % process.address.encode())
        watching = await asyncio.open_connection(*process.address.split(":"), limit=1000)
        lines = [f"Host: {process.address}", *(f"{name}: {value}" for name, value in USUAL)]
        path = "/ws/streams/fast/?window=9"
        watching[1].write("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode())
        await watching[0].readuntil(b"\r\n\r\n")
        process.process.terminate()
        code = await asyncio.to_thread(process.process.wait, 10)
        for _, writer in (posting, watching):
            writer.close()
    assert code in (0, -15, 143)
    assert "Traceback" not in process.printed()


async def test_a_body_that_comes_to_a_halt_is_answered_with_408(monkeypatch) -> None:
    monkeypatch.setattr(stopping, "BODY_SECONDS", 0.01)
    sent = []

    async def receive():
        await asyncio.Event().wait()

    async def send(event) -> None:
        sent.append(event)

    body = stopping.BoundedBody(receive, send)
    assert await body.receive() == {"type": "http.disconnect"}
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert b"in time" in sent[1]["body"]


async def test_a_peer_that_is_gone_is_waited_for_once_its_body_is_there(monkeypatch) -> None:
    """As Django does while it answers: that may take long."""
    monkeypatch.setattr(stopping, "BODY_SECONDS", 0.01)
    coming: asyncio.Queue[dict] = asyncio.Queue()
    body = stopping.BoundedBody(coming.get, coming.put)
    coming.put_nowait({"type": "http.request", "body": b"all", "more_body": False})
    assert (await body.receive())["body"] == b"all"
    waiting = asyncio.create_task(body.receive())
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    coming.put_nowait({"type": "http.disconnect"})
    assert await waiting == {"type": "http.disconnect"}
