"""A server that is told to end does, whatever its peers do."""

import asyncio

import pytest

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
