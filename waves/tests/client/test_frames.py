"""The client reads what the page describes, and refuses everything else: the golden vectors."""

import json
from pathlib import Path

import numpy as np
import pytest

from .frames import BadFrameError, read_binary, read_json

GOLDEN = json.loads((Path(__file__).parent.parent / "streaming" / "golden_frames.json").read_text())


def by_name(vectors):
    return [pytest.param(vector, id=vector["name"]) for vector in vectors]


@pytest.mark.parametrize("vector", by_name(GOLDEN["frames"]))
def test_the_client_reads_a_golden_frame_alike_from_bytes_and_from_text(vector):
    (frame,) = read_binary(bytes.fromhex(vector["hex"]))
    fields = {key: vector["frame"][key] for key in ("handle", "epoch", "sample", "stride")}
    (told,) = read_json({"frames": [vector["frame"]]})
    assert fields["sample"] == frame.first
    assert (frame.handle, frame.epoch, frame.stride) == (told.handle, told.epoch, told.stride)
    assert (frame.t0, frame.dt, frame.flags) == (told.t0, told.dt, told.flags)
    np.testing.assert_array_equal(frame.values, told.values.astype(frame.values.dtype))
    assert (frame.times is None) == (told.times is None)
    if frame.times is not None:
        np.testing.assert_array_equal(frame.times, told.times)


@pytest.mark.parametrize("vector", by_name(GOLDEN["malformed"]))
def test_the_client_refuses_what_the_page_does_not_describe(vector):
    with pytest.raises(BadFrameError):
        read_binary(bytes.fromhex(vector["hex"]))


@pytest.mark.parametrize("vector", by_name(GOLDEN["joined"]))
def test_the_client_reads_frames_that_stand_back_to_back(vector):
    frames = read_binary(bytes.fromhex(vector["hex"]))
    assert [frame.first for frame in frames] == vector["samples"]
