"""Two server processes on one database without Redis: one produces, the other says why not."""

import asyncio

from waves.tests.server.viewing import view

WHY = "Another server process"


async def test_a_second_process_runs_nothing_says_why_and_follows_when_the_first_is_gone(site):
    with site.serve() as first, site.serve(ready="/healthz/ready", status=503) as second:
        await asyncio.to_thread(second.await_answer, "/healthz/ready", 503, WHY)
        async with view(second.address) as viewer:
            await viewer.until(lambda: WHY in viewer.stream.get("message", ""))
            assert viewer.stream["state"] == "stale"
            assert WHY in second.printed()
            first.kill()
            await viewer.until(lambda: viewer.values)
        second.await_answer("/healthz/ready", 200)
    assert "Traceback" not in second.printed()
