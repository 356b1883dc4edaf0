"""The load generator counts samples, gaps and what it was told, as a page would."""

import json
import time

import pytest

from benchmarks.ceiling import waves_frame
from benchmarks.dialects import HEADER, SampleViewer, SocketIOViewer, WavesViewer
from benchmarks.framing import FramingError
from benchmarks.tally import Tally
from waves.protocol import frames


@pytest.fixture
def tally():
    return Tally()


@pytest.fixture
def viewer(tally):
    made = WavesViewer(tally, "127.0.0.1:1", "/ws/streams/bench/")
    made.send = lambda opcode, payload: True
    yield made
    made.sock.close()


def message(*frames):
    return bytearray(b"".join(frames))


def frame(sample, n=50):
    return waves_frame(sample, n, 1000.0, time.time())


def test_the_header_is_that_of_the_wire():
    assert HEADER.format == frames.HEADER.format


def test_joined_frames_are_one_message(viewer, tally):
    data = message(frame(0), frame(50), frame(100))
    viewer.binary(data, 0, len(data))
    assert (viewer.samples, viewer.gaps, tally.messages, tally.frames) == (150, 0, 1, 3)


def test_a_jump_of_the_index_is_a_gap_of_so_many_samples(viewer, tally):
    for sample in (1000, 1050, 1200):
        data = message(frame(sample))
        viewer.binary(data, 0, len(data))
    assert (viewer.gaps, viewer.missing) == (1, 100)
    assert tally.shared_jumps(1) == (1, 100)
    assert tally.shared_jumps(2) == (0, 0)


def test_samples_that_come_twice_are_an_error(viewer, tally):
    data = message(frame(0), frame(0))
    viewer.binary(data, 0, len(data))
    assert tally.errors.total() == 1


def test_what_a_viewer_is_told_that_it_lost_is_counted_from_the_restart_on(viewer):
    gap = {"type": "gap", "handle": 1, "epoch": 1, "first": 0, "last": 9, "reason": "slow"}
    viewer.text(bytearray(json.dumps({**gap, "lost": 10}).encode()))
    viewer.restart()
    viewer.text(bytearray(json.dumps({**gap, "lost": 35}).encode()))
    assert viewer.told == 25


def test_latency_is_the_age_of_the_newest_sample(viewer, tally):
    data = message(waves_frame(0, 50, 1000.0, time.time() - 0.5))
    viewer.binary(data, 0, len(data))
    assert tally.latencies[0] == pytest.approx(0.5, abs=0.1)


def test_a_message_that_its_frames_do_not_fill_is_refused(viewer):
    data = message(frame(0))
    with pytest.raises(FramingError):
        viewer.binary(data, 0, len(data) - 8)


def test_it_acknowledges_after_so_many_bytes_as_hello_says(viewer):
    sent = []
    viewer.send = lambda opcode, payload: not sent.append(payload)
    hello = {"type": "hello", "ack": {"ms": 1_000_000, "bytes": 500}}
    viewer.text(bytearray(json.dumps(hello).encode()))
    viewer.ack_due = float("inf")
    for sample in (0, 50, 100):
        data = message(frame(sample))
        viewer.binary(data, 0, len(data))
    assert [json.loads(payload) for payload in sent] == [{"type": "ack", "count": 2}]


def test_a_dropped_sample_of_the_plain_dialect_is_a_gap(tally):
    viewer = SampleViewer(tally, "127.0.0.1:1", "/")
    for sample in (5, 6, 9):
        viewer.point({"sample": sample, "time": time.time(), "value": 0.0})
    viewer.sock.close()
    assert (viewer.samples, viewer.gaps, viewer.missing) == (3, 1, 2)


def test_socket_io_pings_are_answered_and_points_counted(tally):
    viewer = SocketIOViewer(tally, "127.0.0.1:1", "/")
    sent = []
    viewer.send = lambda opcode, payload: not sent.append(payload)
    for text in (b"0{}", b"2", b'42["data",{"time":1.0,"value":0.5}]'):
        viewer.text(bytearray(text))
    viewer.sock.close()
    assert (sent, viewer.samples) == ([b"40", b"3"], 1)
