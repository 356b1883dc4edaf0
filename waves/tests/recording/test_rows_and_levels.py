"""What is read back is what was written, and its columns are the minima and maxima of that."""

import itertools
import uuid

import numpy as np
import pytest
from django.db import connections
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from waves.protocol.block import SampleBlock
from waves.protocol.description import describe
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.recorded import RecordedColumns, RecordedRow, RecordedStretch, RecordedTail
from waves.recording import store
from waves.recording.levels import LEVELS, level_below
from waves.recording.past import Past
from waves.recording.place import alias
from waves.recording.writing import StreamWriter, samples_of_block

pytestmark = pytest.mark.django_db

T0 = 1_800_000_000.0
IDENTITY = "here"


def described(epoch: int, keys=("a",), rate=1000.0, clock="regular", sample_type="float32"):
    spec = StreamSpec(1, "s", "S", "generator", rate, sample_type=sample_type)
    return describe(spec, epoch, [SignalSpec(key, key.upper()) for key in keys], clock)


class Recorded:
    """Writes as the recorder does, and remembers what it wrote."""

    def __init__(self, rate=1000.0, clock="regular", keys=("a",), dtype="float32"):
        self.stream = uuid.uuid4()
        self.rate, self.clock, self.keys, self.dtype = rate, clock, keys, dtype
        self.blocks: dict[int, list[SampleBlock]] = {}
        self.epoch = 0
        self.writer = StreamWriter(IDENTITY, self.stream, "S")

    def begin(self, epoch=None):
        self.epoch = self.epoch + 1 if epoch is None else epoch
        told = described(self.epoch, self.keys, self.rate, self.clock, self.dtype)
        store.take(self.writer.begin(told))
        self.blocks[self.epoch] = []

    def add(self, values, sample, t0=None, times=None):
        values = np.asarray(values, self.dtype).reshape(len(self.keys), -1)
        dt = 0.0 if self.clock == "timed" else 1 / self.rate
        t0 = T0 + sample * dt if t0 is None else t0
        block = SampleBlock(self.epoch, sample, t0, dt, values, times)
        self.blocks[self.epoch].append(block)
        store.take(self.writer.add([block]))
        return block

    def flush(self):
        store.take(self.writer.flush())

    def end(self):
        store.take(self.writer.end())

    def killed(self):
        """A new process: what was not flushed is gone."""
        self.writer = StreamWriter(IDENTITY, self.stream, "S")

    @property
    def past(self) -> Past:
        return Past(IDENTITY, self.stream)

    def truth(self, epoch):
        """Indices, and values ``[signals, n]``."""
        blocks = self.blocks[epoch]
        if not blocks:
            return np.empty(0, int), np.empty((len(self.keys), 0), self.dtype)
        indices = [np.arange(block.sample, block.next) for block in blocks]
        return np.concatenate(indices), np.concatenate([b.values for b in blocks], axis=1)


def read_back(past, epoch):
    """Indices, values and labels, in the order in which they are read."""
    found = [b for span in past.spans_of(epoch) for b in past.blocks(span, span.first, span.next)]
    if not found:
        return np.empty(0, int), np.empty((1, 0)), np.empty(0)
    labels = [b.t0 + (b.times if b.times is not None else np.arange(b.n) * b.dt) for b in found]
    return (
        np.concatenate([np.arange(block.sample, block.next) for block in found]),
        np.concatenate([block.values for block in found], axis=1),
        np.concatenate(labels),
    )


def columns_of(past, epoch, stride, signals):
    """Minima and maxima by column, those of two stretches together."""
    columns = {}
    for span in past.spans_of(epoch):
        for piece in past.columns(span, stride, span.first, span.next):
            both = np.stack((piece.minima, -piece.maxima))
            for place in range(both.shape[2]):
                at = piece.first // stride + place
                columns[at] = np.fmin(columns.get(at, np.nan), both[:, :, place])
    return columns


def check(recorded, epoch):
    """Samples, and columns of every stride, against what was written."""
    indices, values = recorded.truth(epoch)
    past = recorded.past
    found = read_back(past, epoch)
    assert np.array_equal(found[0], indices)
    if not len(indices):
        return
    assert np.array_equal(found[1], values, equal_nan=True)
    for stride in (2, 64, 256, 1024, 4096, 2**16, 2**22):
        columns = columns_of(past, epoch, stride, len(recorded.keys))
        ahead = recorded.past
        ahead.read_ahead(ahead.spans_of(epoch), level_below(stride))
        same = columns_of(ahead, epoch, stride, len(recorded.keys))
        assert same.keys() == columns.keys()
        assert all(np.array_equal(same[at], columns[at], equal_nan=True) for at in columns)
        due, starts = np.unique(indices // stride, return_index=True)
        low = np.fmin.reduceat(values, starts, axis=1)
        high = np.fmax.reduceat(values, starts, axis=1)
        assert all(np.isnan(columns[at]).all() for at in columns.keys() - set(due.tolist()))
        for place, at in enumerate(due.tolist()):
            expected = np.stack((low[:, place], -high[:, place]))
            got = columns.get(at, np.full_like(expected, np.nan))
            assert np.array_equal(got, expected, equal_nan=True), (stride, at)


blocks = st.lists(
    st.tuples(
        st.integers(1, 3000),  # samples
        st.sampled_from([0, 0, 0, 1, 700, 70_000]),  # missing before
        st.sampled_from([0.0, 0.0, 0.0, 0.4, 2e-5, -0.2, 30.0, -50.0]),  # the clock is set
        st.sampled_from(["", "flush", "flush", "kill", "end"]),  # after it
    ),
    min_size=1,
    max_size=12,
)


@hypothesis_settings(max_examples=20)
@given(plan=blocks, seed=st.integers(0, 2**32), clock=st.sampled_from(["regular", "timed"]))
def test_any_blocks_gaps_steps_and_kills(plan, seed, clock):
    random = np.random.default_rng(seed)
    recorded = Recorded(keys=("a", "b"), clock=clock)
    recorded.begin()
    sample, offset = 0, 0.0
    for n, missing, step, after in plan:
        sample += missing
        offset += step if clock == "regular" else abs(step)
        values = random.normal(size=(2, n)).astype("f4")
        values[random.random((2, n)) < 0.2] = np.nan
        times = np.cumsum(random.random(n)) * 1e-3 if clock == "timed" else None
        t0 = T0 + offset + sample * 2e-3
        recorded.add(values, sample, t0 if clock == "timed" else T0 + offset + sample / 1000, times)
        sample += n
        if after == "flush":
            recorded.flush()
        elif after == "kill":
            recorded.flush()
            recorded.killed()
            recorded.begin()
            sample = 0
        elif after == "end":
            recorded.end()
            recorded.begin()
            sample = 0
        offset += n * 2e-3 if after in ("kill", "end") else 0
    recorded.add([[0], [1]], sample, T0 + offset + 1e6, np.zeros(1) if clock == "timed" else None)
    recorded.flush()
    for epoch in recorded.blocks:
        check(recorded, epoch)
    recorded.end()
    for epoch in recorded.blocks:
        check(recorded, epoch)
    unsealed = RecordedStretch.objects.filter(recording__stream=recorded.stream, is_sealed=False)
    assert not unsealed.exists()


def test_a_long_stretch_has_every_level_and_few_short_rows():
    recorded = Recorded(rate=1e6)
    recorded.begin()
    random = np.random.default_rng(1)
    n = 1 << 21
    values = random.normal(size=n).astype("f4")
    for first in range(0, n, 1 << 17):
        recorded.add(values[first : first + (1 << 17)], first, T0 + first / 1e6)
        recorded.flush()
    recorded.end()
    (span,) = recorded.past.spans_of(1)
    rows = RecordedRow.objects.filter(stretch=span.key)
    assert rows.filter(level=0).count() == n // 4096
    assert rows.filter(level=8).count() == n // 2**16
    assert rows.filter(level=12).count() == 2
    assert {row.level for row in rows} < {0, *LEVELS}
    assert not RecordedTail.objects.filter(stretch=span.key).exists()
    (columns,) = recorded.past.columns(span, 2**12, 0, n)
    assert np.array_equal(columns.minima[0], values.reshape(-1, 2**12).min(axis=1))
    assert columns.t0 == int(T0) * 10**9


def test_a_slow_stream_has_few_short_rows_at_any_time():
    recorded = Recorded(rate=1.0)
    recorded.begin()
    most = 0
    for sample in range(500):
        recorded.add([sample], sample)
        recorded.flush()
        (span,) = recorded.past.spans_of(1)
        most = max(most, RecordedTail.objects.filter(stretch=span.key).count())
    assert 64 <= most <= 64 + 500 // 64
    check(recorded, 1)


def test_labels_are_those_of_the_blocks_and_find_their_samples():
    recorded = Recorded()
    recorded.begin()
    recorded.add(np.arange(5000), 0, T0)
    recorded.add(np.arange(5000), 5000, T0 + 7.5)  # the clock was set forward
    recorded.add(np.arange(5000), 12_000, T0 + 14.5)  # 2,000 are missing
    recorded.flush()
    past = recorded.past
    (span,) = past.spans_of(1)
    indices, _, labels = read_back(past, 1)
    for index in (0, 4095, 4999, 5000, 9999, 12_000, 16_999):
        label = round(labels[np.searchsorted(indices, index)] * 1e9)
        hair = 300  # float64 has unix seconds to 240 ns
        first, last = past.range_of(span, label - hair, label + hair)
        assert [(b.sample, b.n) for b in past.blocks(span, first, last)] == [(index, 1)]
        assert abs(past.label(span, index) - label) < hair
    # Between two samples, in the step, and in the gap.
    ns = 10**9
    assert past.range_of(span, int(T0 * ns) + 500_000, None)[0] == 1
    assert past.range_of(span, int((T0 + 6) * ns), None)[0] == 5000
    first, last = past.range_of(span, int((T0 + 13) * ns), int((T0 + 13.2) * ns))
    assert not list(past.blocks(span, first, last))
    assert past.bounds() == (int(T0 * ns), 1_800_000_019_499_000_000)


def test_a_clock_that_was_set_back_begins_a_stretch():
    recorded = Recorded()
    recorded.begin()
    recorded.add(np.arange(3000), 0, T0)
    recorded.add(np.arange(3000), 3000, T0 - 100)
    recorded.flush()
    first, second = recorded.past.spans_of(1)
    assert (first.next, second.first, second.why) == (3000, 3000, "the clock was set back")
    assert [span.first for span in recorded.past.spans(None, None)] == [3000, 0]


def test_why_a_stretch_began():
    recorded = Recorded()
    for change in ({}, {}, {"rate": 2000.0}, {"keys": ("a", "b")}):
        for name, value in change.items():
            setattr(recorded, name, value)
        recorded.begin()
        recorded.add(np.zeros(len(recorded.keys) * 10), 0, T0 + recorded.epoch)
        recorded.flush()
    told = [span.why for span in recorded.past.spans(None, None)]
    assert told == ["recording began", "restarted", "1 kHz → 2 kHz", "signals: +b"]


def test_by_time_across_many_epochs_signals_by_key():
    recorded = Recorded(keys=("a", "b"))
    random = np.random.default_rng(3)
    truth = {}
    for number in range(60):
        if number == 30:
            recorded.keys = ("b", "c")
        recorded.begin()
        values = random.normal(size=(2, 200)).astype("f4")
        t0 = T0 + number * 40.0
        recorded.add(values, 0, t0)
        if number % 7 == 6:
            recorded.flush()
            recorded.killed()
        for key, row in zip(recorded.keys, values, strict=True):
            for place, value in enumerate(row):
                truth.setdefault(key, []).append((t0 + place / 1000, float(value)))
        if number % 7 == 3:
            recorded.flush()
    recorded.flush()
    begin = int(T0) * 10**9
    end = begin + 2400 * 10**9
    for columns in (8, 35):
        found = recorded.past.by_time(begin, end, columns, ["a", "b", "c"])
        assert found.minima.shape[1] >= columns
        for place, key in enumerate("abc"):
            due = np.full((2, found.minima.shape[1]), np.nan)
            for label, value in truth[key]:
                at = int((label * 1e9 - found.begin) // found.width)
                due[0, at], due[1, at] = np.fmin(due[0, at], value), np.fmax(due[1, at], value)
            assert np.array_equal(due[0], found.minima[place], equal_nan=True)
            assert np.array_equal(due[1], found.maxima[place], equal_nan=True)
    assert RecordedColumns.objects.filter(recording__stream=recorded.stream).exists()


def test_columns_of_many_short_stretches_are_one_question():
    asked = []

    def ask(execute, sql, *rest):
        asked.append(sql)
        return execute(sql, *rest)

    recorded = Recorded()
    for epoch in range(30):
        recorded.begin()
        recorded.add(np.arange(1024) + epoch, 0, T0 + 2 * epoch)
        recorded.end()
    past = recorded.past
    spans = past.spans(None, None)
    with connections[alias()].execute_wrapper(ask):
        past.read_ahead(spans, 8)
        found = [piece for span in spans for piece in past.columns(span, 512, 0, span.next)]
    assert len(asked) == 1
    assert [piece.maxima.tolist() for piece in found] == [[[511 + e, 1023 + e]] for e in range(30)]


def test_a_damaged_row_is_left_out_and_counted():
    recorded = Recorded()
    recorded.begin()
    recorded.add(np.arange(8192), 0)
    recorded.flush()
    (span,) = recorded.past.spans_of(1)
    RecordedRow.objects.filter(stretch=span.key, level=0, first=0).update(payload=b"xyz")
    past = recorded.past
    assert [block.sample for block in past.blocks(span, 0, 8192)] == [4096]
    assert past.damaged == 1


def test_what_another_worker_has_sealed_is_not_recorded_over():
    recorded = Recorded()
    recorded.begin()
    recorded.add(np.arange(10), 0)
    recorded.flush()
    RecordedStretch.objects.filter(recording__stream=recorded.stream).update(is_sealed=True)
    steps = list(
        itertools.chain(
            recorded.writer.add([SampleBlock(1, 10, T0 + 0.01, 1e-3, np.zeros((1, 5), "f4"))]),
            recorded.writer.flush(),
        )
    )
    with pytest.raises(store.FencedError):
        store.take(steps)
    assert len(read_back(recorded.past, 1)[0]) == 10


def test_no_statement_is_kept_where_debug_is_on(settings):
    settings.DEBUG = True
    recorded = Recorded()
    recorded.begin()
    recorded.add(np.arange(5000), 0)
    recorded.flush()
    assert not any("INSERT" in query["sql"] for query in connections[alias()].queries)


def test_times_are_kept_to_the_nanosecond():
    block = SampleBlock(1, 0, T0 + 0.25, 0.0, np.zeros((1, 2), "f4"), np.array([0.0, 1e-9]))
    samples = samples_of_block(block)
    assert samples.t0 == 1_800_000_000_250_000_000
    assert samples.times.tolist() == [0, 1]
