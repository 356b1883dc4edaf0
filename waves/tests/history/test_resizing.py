"""Another length of history: in pieces, while samples go on coming."""

import numpy as np
import pytest

from waves.history.history import History
from waves.history.resizing import PIECE_VALUES, Resizing
from waves.protocol.block import SampleBlock

DTYPE = np.dtype("<f4")
BLOCK = 50_000


def block(first: int, n: int = BLOCK) -> SampleBlock:
    values = np.arange(first, first + n, dtype=DTYPE)[None, :]
    return SampleBlock(7, first, 1000.0 + first * 1e-6, 1e-6, values, None)


def grown(capacity: int, blocks: int, *, without: int | None = None) -> History:
    history = History(7, 1, DTYPE, capacity)
    for number in range(blocks):
        if number != without:
            history.append(block(number * BLOCK))
    return history


def resized(old: History, capacity: int, *, coming: bool) -> tuple[History, int]:
    """The new history, and how many steps it took; one block comes with each."""
    resizing, steps = Resizing(old, capacity), 1
    while not resizing.step():
        steps += 1
        if coming:
            old.append(block(old.next))
    return resizing.new, steps


@pytest.mark.parametrize("capacity", [1_000_000, 3_500_000, 9_000_000])
@pytest.mark.parametrize("coming", [False, True])
def test_every_sample_that_fits_is_there_in_the_end(capacity, coming):
    old = grown(3_000_000, blocks=70)
    begin = old.first
    new, steps = resized(old, capacity, coming=coming)
    assert steps > 1
    assert new.next == old.next
    assert new.first == max(begin, new.next - new.size)
    assert new.gaps() == ()
    assert np.array_equal(
        new.samples(new.first, new.next)[0], np.arange(new.first, new.next, dtype=DTYPE)
    )
    assert new.t0(new.first) == pytest.approx(1000.0 + new.first * 1e-6)
    # The oldest column may be a part of one.
    low, high = new.envelope(4096, new.first_column(4096) + 1, new.next // 4096)
    assert np.array_equal(high - low, np.full_like(low, 4095))


def test_what_is_missing_stays_missing():
    old = grown(3_000_000, blocks=60, without=20)
    new, _ = resized(old, 4_000_000, coming=True)
    assert new.gaps() == ((20 * BLOCK, 21 * BLOCK),)


def test_no_step_copies_more_than_a_piece():
    old = grown(3_000_000, blocks=60)
    resizing = Resizing(old, 4_000_000)
    former = 0
    for _ in range(-(-old.next // PIECE_VALUES)):
        done = resizing.step()
        assert resizing.new.next - former <= PIECE_VALUES
        former = resizing.new.next
    assert done
