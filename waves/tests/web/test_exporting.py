"""A recording as one file over HTTP: streamed, bounded, and stopped by closing the request."""

import asyncio
import contextlib
import io
import threading

import numpy as np
import pyarrow.parquet as pq
import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError

from waves.exports.files.npz import NpzFile
from waves.protocol.passage import Contents
from waves.recording.past import Past
from waves.tests.transfer.recordings import T0, VOLTS, make, two_epochs
from waves.web import callers, exporting

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "recordings"])

ADDRESS = "/api/v1/streams/boiler/export"


@pytest.fixture(autouse=True)
def no_place_is_taken():
    """What a test asked for and did not read takes no place of the next."""
    yield
    exporting._open.clear()


@pytest.fixture
async def recorded(running):
    return await sync_to_async(two_epochs)()


async def settled():
    """Until the thread of exports has done all that it was asked for."""
    await exporting._in_maker(lambda: None)


async def body(response) -> bytes:
    return b"".join([part async for part in response.streaming_content])


async def test_parquet_is_streamed_with_what_is_to_be_known_of_it(recorded, async_client):
    response = await async_client.get(ADDRESS, {"format": "parquet"})
    assert response.status_code == 200
    assert response["Waves-Samples"] == "9100"
    assert "Waves-Left-Out" not in response
    assert response["Content-Disposition"].endswith('"boiler-20270115T080000Z.parquet"')
    table = pq.read_table(io.BytesIO(await body(response)))
    assert table.num_rows == 9000
    assert table.column_names == ["time", "epoch", "sample", "volts", "door"]


async def test_a_range_is_asked_for_by_unix_seconds_with_both_ends(recorded, async_client):
    query = {"format": "npz", "from": T0 / 1e9 + 1, "to": T0 / 1e9 + 1.5}
    response = await async_client.get(ADDRESS, query)
    arrays = np.load(io.BytesIO(await body(response)))
    assert arrays["sample"].tolist() == [*range(1000, 1501)]


async def test_what_a_format_leaves_out_is_said_in_a_header(recorded, async_client):
    response = await async_client.get(ADDRESS, {"format": "csv"})
    assert "no rate" in response["Waves-Left-Out"]
    lines = (await body(response)).decode().splitlines()
    assert lines[0] == "epoch,sample,time (s),Voltage (V),Door"
    assert len(lines) == 9001


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"format": "wav"}, "changes from 1,000 to 2,000 Hz"),
        ({"format": "xml"}, "'csv', 'parquet', 'npz' or 'wav'"),
        ({"from": "1e300"}, "from"),
        ({"from": "4e9", "to": "1"}, "The range ends before it begins"),
    ],
)
async def test_what_cannot_be_made_is_answered_in_words(query, words, recorded, async_client):
    response = await async_client.get(ADDRESS, query)
    assert response.status_code == 400
    assert words in response.json()["error"]
    assert not exporting._open


async def test_a_long_npz_is_left_to_the_command(recorded, async_client, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_PUT_ASIDE", 1000)
    response = await async_client.get(ADDRESS, {"format": "npz"})
    assert response.status_code == 400
    assert "exportstream" in response.json()["error"]


async def test_a_stream_that_is_not_recorded_says_so(running, async_client):
    await sync_to_async(make)()
    response = await async_client.get(ADDRESS)
    assert response.status_code == 404
    assert "Nothing is recorded" in response.json()["error"]


async def test_no_stream_is_404(running, async_client):
    assert (await async_client.get("/api/v1/streams/none/export")).status_code == 404


async def test_head_has_the_headers_and_takes_no_place(recorded, async_client):
    response = await async_client.head(ADDRESS, {"format": "parquet"})
    assert response.status_code == 200
    assert response["Waves-Samples"] == "9100"
    assert not exporting._open


async def test_two_are_made_at_once_one_for_a_caller_and_a_closed_one_gives_its_place_back(
    recorded, async_client, monkeypatch
):
    monkeypatch.setattr(callers, "request_address", lambda request: request.headers.get("X-Of", ""))

    def ask(address: str):
        return async_client.get(ADDRESS, headers={"X-Of": address})

    first, mine_again, second = await ask("10.0.0.1"), await ask("10.0.0.1"), await ask("10.0.0.2")
    for refused in (mine_again, await ask("10.0.0.3")):
        assert refused.status_code == 503
        assert "at once" in refused.json()["error"]
    await anext(aiter(first.streaming_content))
    first.close()
    third = await ask("10.0.0.3")
    assert third.status_code == 200
    assert len(await body(second)) == len(await body(third))
    await settled()
    assert not exporting._open


async def test_a_request_that_ends_early_deletes_what_was_put_aside(
    recorded, async_client, monkeypatch
):
    reached, goes_on = threading.Event(), threading.Event()
    samples, closed = Past.samples, []

    def slow(self, *args):
        for part in samples(self, *args):
            yield part
            reached.set()
            goes_on.wait(10)

    close = NpzFile.close
    monkeypatch.setattr(Past, "samples", slow)
    monkeypatch.setattr(NpzFile, "close", lambda self: (closed.append(self._files), close(self)))
    response = await async_client.get(ADDRESS, {"format": "npz"})
    reading = asyncio.ensure_future(body(response))
    await asyncio.to_thread(reached.wait, 10)
    reading.cancel()
    goes_on.set()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
    response.close()
    await settled()
    assert all(file.closed for file in closed[0].values())
    assert len(closed[0]) == 5
    assert not exporting._open


async def test_a_database_that_fails_ends_the_answer_before_its_end(
    recorded, async_client, monkeypatch
):
    response = await async_client.get(ADDRESS, {"format": "parquet"})

    def gone(self, *args):
        raise DatabaseError("gone")

    monkeypatch.setattr(Past, "samples", gone)
    with pytest.raises(DatabaseError):
        await body(response)
    assert not exporting._open


def nobody_may(viewer, stream) -> bool:
    """Nobody sees anything."""
    return False


async def test_who_may_not_see_a_stream_gets_nothing(recorded, async_client, settings):
    settings.WAVES = {"may_view": f"{__name__}.nobody_may"}
    assert (await async_client.get(ADDRESS)).status_code == 404


def test_wide_recordings_have_a_name_for_each_column():
    signals = ({"key": "time", "name": "T"}, {"key": "time_", "name": "U"}, {"key": VOLTS.key})
    assert Contents("", "", signals, ()).columns() == ["time__", "time_", "volts"]


async def test_a_range_in_which_nothing_is_recorded_says_what_is(recorded, async_client):
    response = await async_client.get(ADDRESS, {"from": "4e9"})
    assert response.status_code == 404
    assert "Nothing is recorded in this range: it is from" in response.json()["error"]
