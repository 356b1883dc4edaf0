"""Datagrams by a real socket: samples, and what is counted because it is none."""

import asyncio
import time

import pytest

from waves.exceptions import ConfigurationError, SourceError
from waves.sources import examples, validate_options
from waves.sources.udp import MALFORMED, STRANGERS, TOO_MANY
from waves.tests.sources.fakes import spec
from waves.tests.sources.fed import Fed
from waves.tests.sources.ports import free_port, listening


@pytest.fixture
def port() -> int:
    return free_port()


async def test_lines_and_json_become_samples_with_the_time_of_their_arrival(port):
    async with listening(port, "a", "b") as (run, out):
        begun = time.time()
        for data in (b"a:1|g\nb:10", b'{"a": 2}', b"a:3;4"):
            out.send(data)
        await run.until(lambda: len(run.samples["a"]) == 4)
        assert run.values("a") == [1.0, 2.0, 3.0, 4.0]
        assert run.values("b") == [10.0]
        # What came in one datagram is one sample, where it can be.
        assert run.samples["a"][0][0] == run.samples["b"][0][0]
        times = [at for at, _ in run.samples["a"]]
        assert times == sorted(set(times))
        assert begun - 0.05 < times[0] <= times[-1] < time.time() + 0.05


async def test_times_are_taken_as_unix_milliseconds_or_since_the_start_of_a_board(port):
    async with listening(port, "a", "b") as (run, out):
        now = time.time()
        out.send(f"a:{(now - 1) * 1000:.0f}:1".encode())
        await run.until(lambda: run.values("a") == [1.0])
        assert run.samples["a"][0][0] == pytest.approx(now - 1, abs=0.002)
        out.send(b"b:12000:5;12250:6")
        await run.until(lambda: run.values("b") == [5.0, 6.0])
        (first, _), (last, _) = run.samples["b"]
        assert last - first == pytest.approx(0.25, abs=1e-6)
        assert last == pytest.approx(time.time(), abs=0.5)


async def test_what_is_no_sample_is_counted_and_told_and_costs_the_others_nothing(port):
    async with listening(port, "a", add_signals=False) as (run, out):
        far = (time.time() + 3600) * 1000
        for data in (b"a:1", b"hello", b"a:2\nb:x", f"a:{far}:9".encode(), b"a:3\nc:4", b">:up"):
            out.send(data)
        await run.until(lambda: run.values("a") == [1.0, 3.0] and len(run.log) == 4)
        assert run.left_out == 4
        assert "hello" in run.log[0]
        assert "line 2: 'x' is no number" in run.log[1]
        assert "s ahead of this server's" in run.log[2]
        assert run.log[3] == "up"
        assert f"3 {MALFORMED}" in run.notes[-1]
        assert "1 values of signals that this stream does not have" in run.notes[-1]
    assert run.added == {}


async def test_unknown_signals_are_added_together_and_their_samples_wait(port):
    async with listening(port, "a", most_signals=3) as (run, out):
        out.send("a:1\nb:2§V\nc:3\nd:4".encode())
        await run.until(lambda: run.added)
        assert run.added == {"b": "V", "c": ""}
        await run.until(lambda: run.left_out == 1)
        out.send(b"a:5")
    async with listening(port, "a", "b", "c", inbox=run.inbox) as (again, out):
        out.send(b"a:6")
        await again.until(lambda: len(again.samples["a"]) == 3)
        assert again.values("a") == [1.0, 5.0, 6.0]
        assert (again.values("b"), again.values("c")) == ([2.0], [3.0])


async def test_only_allowed_senders_are_heard(port):
    async with listening(port, "a", senders="10.0.0.0/8, 192.168.1.7") as (run, out):
        out.send(b"a:1")
        await run.until(lambda: run.left_out == 1)
        assert f"1 {STRANGERS}" in run.notes[-1]
    async with listening(port, "a", senders="10.0.0.0/8 127.0.0.1") as (run, out):
        out.send(b"a:2")
        await run.until(lambda: run.values("a") == [2.0])


async def test_datagrams_beyond_the_bound_are_counted(port):
    async with listening(port, "a", most=10) as (run, out):
        for k in range(30):
            out.send(b"a:%d" % k)
        await run.until(lambda: len(run.samples["a"]) + run.left_out == 30)
        assert 10 <= len(run.samples["a"]) <= 13
        assert f"{run.left_out} {TOO_MANY}" in run.notes[-1]
        # A long one counts as several.
        out.send(b" " * 4000 + b"a:100")
        await run.until(lambda: len(run.samples["a"]) + run.left_out == 31)
        assert 100.0 not in run.values("a")


async def test_a_port_that_is_taken_and_an_address_of_others_are_told(port):
    async with listening(port):
        with pytest.raises(SourceError, match=f"Something else listens on port {port} of 127"):
            await Fed("udp", {"port": port}).run()
    with pytest.raises(SourceError, match="is no address of this machine"):
        await Fed("udp", {"port": port, "address": "192.0.2.1"}).run()
    # It was given back.
    async with listening(port, "a") as (run, out):
        out.send(b"a:1")
        await run.until(lambda: run.values("a") == [1.0])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"address": "localhost"}, "such as 127.0.0.1, or 0.0.0.0 for all of them, and not “local"),
        ({"senders": "10.0.0.0/8, board"}, "“board” is no address and no network of senders"),
        ({"senders": "10.0.0.1/8"}, "has host bits set"),
        ({"senders": "10.0.0.1 " * 101}, "There may be 100 senders: name their network."),
        ({"port": 0}, "Port must be at least 1"),
    ],
)
def test_options_that_cannot_work_are_told(options, told):
    with pytest.raises(ConfigurationError) as raised:
        validate_options("udp", options)
    assert told in str(raised.value)


async def test_what_is_there_to_copy_works(port):
    async with listening(port, "inlet") as (run, _):
        stream = spec("udp", options={"port": port})
        bash, python = examples(stream, "http://waves.example/", "")
        process = await asyncio.create_subprocess_exec("bash", "-c", bash.text)
        assert await process.wait() == 0
        exec(python.text, {})
        await run.until(lambda: len(run.values("inlet")) == 2)
        assert run.values("inlet") == pytest.approx([60.1, 60.1])
    everywhere = spec("udp", options={"address": "0.0.0.0"})
    assert (
        "/dev/udp/waves.example/47269" in examples(everywhere, "http://waves.example/", "")[0].text
    )
