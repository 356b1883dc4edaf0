"""The client stands alone, reads what the page describes and refuses everything else."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from .frames import BadFrameError, read_binary, read_json

GOLDEN = json.loads((Path(__file__).parent.parent / "protocol" / "golden_frames.json").read_text())


def test_the_client_imports_nothing_of_waves():
    for module in Path(__file__).parent.glob("*.py"):
        assert not re.search(r"^\s*(from|import) waves", module.read_text(), re.MULTILINE), module


def by_name(vectors):
    return [pytest.param(vector, id=vector["name"]) for vector in vectors]


@pytest.mark.parametrize("vector", by_name(GOLDEN["frames"]))
def test_the_client_reads_a_golden_frame_alike_from_bytes_and_from_text(vector):
    (frame,) = read_binary(bytes.fromhex(vector["hex"]))
    (told,) = read_json({"frames": [vector["frame"]]})
    for field in ("handle", "epoch", "first", "stride", "t0", "dt", "flags"):
        assert getattr(frame, field) == getattr(told, field)
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
