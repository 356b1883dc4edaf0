"""The load generator reads exactly what servers may send, however the bytes are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import framing


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 200_000])
def test_a_message_of_any_length_is_found(size):
    data = framing.unmasked(framing.BINARY, bytes(size)) + b"\x81"
    opcode, start, stop = framing.next_message(data, 0, len(data))
    assert (opcode, stop - start, stop) == (framing.BINARY, size, len(data) - 1)


@given(st.binary(max_size=70_000), st.data())
def test_a_message_that_is_cut_off_anywhere_is_not_complete(payload, data):
    whole = framing.unmasked(framing.TEXT, payload)
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert framing.next_message(whole, 0, cut) is None


@given(st.binary(max_size=1000))
def test_a_masked_frame_is_what_the_protocol_says(payload):
    frame = framing.masked(framing.TEXT, payload)
    head = 2 if len(payload) < 126 else 4
    assert frame[0] == 0x81
    assert frame[1] & 0x80
    mask, body = frame[head : head + 4], frame[head + 4 :]
    assert bytes(b ^ mask[i % 4] for i, b in enumerate(body)) == payload


@pytest.mark.parametrize("data", [b"\x81\x85abcdhello", b"\x01\x02hi", b"\xc1\x02hi"])
def test_masked_fragmented_and_extended_frames_are_refused(data):
    with pytest.raises(framing.FramingError):
        framing.next_message(data, 0, len(data))


def test_the_status_of_a_handshake_is_read_from_its_first_line():
    assert framing.status_of(b"HTTP/1.1 101 Switching Protocols\r\n") == 101
    assert framing.status_of(b"nonsense") == 0
