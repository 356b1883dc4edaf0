"""A source that fails says so, comes back by itself, and disturbs no other stream."""

import json
import re

from waves.tests.server.viewing import view


async def test_a_source_that_raises_is_failed_with_its_words(daphne) -> None:
    async with (
        view(daphne.address, "/ws/streams/broken/") as viewer,
        view(daphne.address) as other,
    ):
        await viewer.until(lambda: viewer.stream.get("state") == "failed")
        await other.for_seconds(1.5)
    assert "broken raised ZeroDivisionError" in viewer.stream["message"]
    assert not viewer.values
    (epoch,) = other.values
    assert other.missing(epoch) == 0


async def test_a_source_that_failed_is_started_again(shared_site, daphne) -> None:
    # Of its own, because the back-off grows: 1, 2, 5 s …, 30 s at most.
    key = shared_site.add_stream("failing", like="broken", name="Failing")
    try:
        async with view(daphne.address) as pace:
            await pace.until(lambda: daphne.printed().count("Stream failing failed") > 1, 40)
    finally:
        shared_site.remove_stream(key)


async def test_a_source_that_blocks_stalls_nobody(daphne) -> None:
    async with view(daphne.address) as other:
        await other.for_seconds(2)
    (epoch,) = other.values
    assert other.missing(epoch) == 0
    state = json.loads(daphne.get("/api/v1/streams/blocking")[1])["state"]
    assert state in ("live", "silent", "failed")


async def test_a_source_that_hangs_is_silent_and_says_for_how_long(daphne) -> None:
    async with view(daphne.address, "/ws/streams/blocking/") as viewer:
        await viewer.until(lambda: viewer.stream.get("state") == "silent")
    assert re.fullmatch(r"No samples for \d+ s\.", viewer.stream["message"])


async def test_infinite_values_become_missing_ones_and_are_counted(daphne) -> None:
    async with view(daphne.address, "/ws/streams/infinite/") as viewer:
        await viewer.until(lambda: sum(map(len, viewer.values.values())) > 100)
        (epoch,) = viewer.values
        values = list(viewer.values[epoch].values())
        assert any(v != v for v in values)
        assert all(v == 1.0 for v in values if v == v)
        async with view(daphne.address) as pace:
            path = "/api/v1/streams/infinite"
            await pace.until(lambda: json.loads(daphne.get(path)[1])["infinities"] > 0)
