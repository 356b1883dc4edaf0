"""Edits reach viewers within a second, and only some of them begin a new epoch."""

import asyncio
import contextlib
import http.client
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from waves.tests.server.viewing import Viewing, view

SIGNAL = "UPDATE waves_signal SET parameters = ? WHERE stream_id = ?"


async def test_a_change_of_frequency_makes_no_gap_and_no_phase_jump(site) -> None:
    site.execute(SIGNAL, json.dumps({"frequency": 3.0}), 1)
    with site.serve() as server:
        async with view(server.address) as viewer:
            await viewer.for_seconds(1)
            site.execute(SIGNAL, json.dumps({"frequency": 11.0}), 1)
            # A second of it, whenever it comes.
            (epoch,) = viewer.values
            await viewer.until(lambda: np.abs(np.diff(in_order(viewer)[-100:])).max() > 0.06)
            changed = max(viewer.values[epoch])
            await viewer.until(lambda: max(viewer.values[epoch]) > changed + 1000)
    assert viewer.missing(epoch) == 0
    values = in_order(viewer)
    # A sine of amplitude 1 at 11 Hz moves by at most 2π·11/1000 a sample; a jump would show.
    assert np.abs(np.diff(values)).max() <= 2 * np.pi * 11 / 1000 * 1.01
    crossings = np.flatnonzero((values[-1000:-1] < 0) & (values[-999:] >= 0))
    assert len(crossings) in (10, 11, 12)


def in_order(viewer: Viewing) -> np.ndarray:
    """The values of the one epoch."""
    (values,) = viewer.values.values()
    return np.array([values[index] for index in sorted(values)])


async def test_an_edit_arrives_within_a_second(site) -> None:
    with site.serve() as server:
        async with view(server.address) as viewer:
            await viewer.until(lambda: viewer.values)
            edited = time.monotonic()
            site.execute(SIGNAL, json.dumps({"frequency": 2.0, "offset": 50.0}), 1)
            await viewer.until(lambda: in_order(viewer)[-1] > 40)
            assert time.monotonic() - edited < 1.0
    (epoch,) = viewer.values
    assert viewer.missing(epoch) == 0


async def test_a_new_rate_begins_an_epoch_and_says_so(site) -> None:
    with site.serve() as server:
        async with view(server.address) as viewer:
            await viewer.until(lambda: viewer.values)
            (old,) = viewer.values
            site.execute("UPDATE waves_stream SET rate = 500 WHERE id = 1")
            await viewer.until(lambda: len(viewer.values) == 2)
    assert viewer.stream["epoch"] == old + 1
    assert viewer.stream["rate"] == 500
    assert min(viewer.values[old + 1]) == 0
    (gap,) = viewer.of_type("gap")
    assert gap["epoch"] == old
    assert gap["first"] == max(viewer.values[old]) + 1
    assert gap["last"] is None


async def test_stop_and_start_are_told(site) -> None:
    with site.serve() as server:
        async with view(server.address) as viewer:
            await viewer.until(lambda: viewer.values)
            site.execute("UPDATE waves_stream SET enabled = 0 WHERE id = 1")
            await viewer.until(lambda: viewer.stream["state"] == "stopped")
            site.execute("UPDATE waves_stream SET enabled = 1 WHERE id = 1")
            await viewer.until(lambda: len(viewer.values) == 2)
            assert viewer.stream["state"] == "live"
            site.execute("DELETE FROM waves_signal WHERE stream_id = 1")
            site.execute("DELETE FROM waves_stream WHERE id = 1")
            await viewer.until(lambda: viewer.stream["state"] == "stopped")
    assert viewer.stream["message"] == "This stream was deleted."


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """Nobody else can read or write it."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield
        lock.rollback()


async def test_a_locked_database_stops_neither_frames_nor_new_viewers(site) -> None:
    with site.serve() as server:
        async with view(server.address) as viewer:
            await viewer.until(lambda: viewer.values)
            with locked(site.database):
                asked = time.monotonic()
                async with view(server.address) as second:
                    await second.until(lambda: second.values)
                assert time.monotonic() - asked < 2
                await viewer.for_seconds(1)
    (epoch,) = viewer.values
    assert viewer.missing(epoch) == 0


def status(address: str, path: str) -> int:
    """What a page is answered with, which may take its time."""
    connection = http.client.HTTPConnection(address, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


async def test_pages_that_wait_for_a_locked_database_hold_up_no_new_viewer(site) -> None:
    paths = ["/", "/streams/sine/", "/streams/nowhere/", "/admin/login/", "/api/v1/streams"] * 4
    with site.serve() as server:
        async with view(server.address) as viewer:
            await viewer.until(lambda: viewer.values)
        with locked(site.database):
            asked = [asyncio.to_thread(status, server.address, path) for path in paths]
            pages = [asyncio.create_task(page) for page in asked]
            for _ in range(5):
                async with view(server.address) as viewer:
                    await viewer.until(lambda viewer=viewer: viewer.values)
            assert not all(page.done() for page in pages)
        assert set(await asyncio.gather(*pages)) <= {200, 404, 503}
