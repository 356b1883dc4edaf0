"""Files of each format: what they hold, and what is said of those that cannot be replayed."""

import datetime
import gzip
import io
import struct

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from waves.exceptions import IngestError, TooMuchError
from waves.exports.csvtext import CsvExport, SheetCommaExport
from waves.ingest import files
from waves.ingest.table import MOST_BYTES, Layout, Table
from waves.protocol.frames import Frame


def wav(values: np.ndarray, rate: int = 8000, tag: int = 1) -> bytes:
    """``[n, lanes]`` of a type that a WAV has."""
    width, lanes = values.dtype.itemsize, values.shape[1]
    form = struct.pack("<HHIIHH", tag, lanes, rate, 0, width * lanes, 8 * width)
    return riff(form, values.tobytes())


def riff(form: bytes, sound: bytes) -> bytes:
    chunks = b"".join(
        name + struct.pack("<I", len(body)) + body
        for name, body in [(b"LIST", b"abcd"), (b"fmt ", form), (b"data", sound)]
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def npy(array: np.ndarray, **how) -> bytes:
    out = io.BytesIO()
    np.save(out, array, **how)
    return out.getvalue()


def npz(save=np.savez, **arrays) -> bytes:
    out = io.BytesIO()
    save(out, **arrays)
    return out.getvalue()


def pq(**columns) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


def names(table: Table) -> list[str]:
    return [column.name for column in table.layout.columns]


def refusal(data: bytes) -> IngestError:
    with pytest.raises(IngestError) as raised:
        files.parse(data)
    return raised.value


def test_a_table_of_text_has_names_units_times_and_states():
    text = "Time (ms);inlet (°C);door\r\n0;60,5;open\r\n500;;closed\r\n1000;61;open\r\n"
    for data in (text.encode(), b"\xef\xbb\xbf" + text.encode(), gzip.compress(text.encode())):
        table = files.parse(data)
        assert names(table) == ["Time", "inlet", "door"]
        assert table.layout.time_column() == 0
        assert table.seconds(0).tolist() == [0.0, 0.5, 1.0]
        timing = table.layout.columns[0].timing
        assert (timing.rate, timing.even) == (2.0, True)
        assert table.layout.columns[1].unit == "°C"
        np.testing.assert_array_equal(table.values[1], [60.5, np.nan, 61.0])
        assert table.layout.columns[2].states == {0: "open", 1: "closed"}
        assert table.values[2].tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    "times", ["2026-01-01T00:00:00Z 2026-01-01T00:00:01.5Z", "1.7e12 1.7000000015e12"]
)
def test_dates_and_finer_units_are_times(times):
    first, second = times.split()
    table = files.parse(f"when,date,a\nx,{first},1\ny,{second},2\n".encode())
    assert table.seconds(table.layout.time_column()).tolist() == [0.0, 1.5]


def test_a_column_of_dates_is_the_times_whatever_it_is_called():
    layout = files.parse(b"a,moment\n1,2026-01-01\n2,2026-01-02\n").layout
    assert layout.time_column() == 1
    assert layout.time_column("a") == 0
    with pytest.raises(IngestError, match=r"no column “b” in this file; it has: a, moment"):
        layout.time_column("b")


def frames(dt: float, labels: list[float], n: int) -> list[Frame]:
    values = np.arange(n, dtype=np.float32)[np.newaxis]
    return [
        Frame(handle=1, epoch=1, sample=k * n, t0=t0, dt=dt, values=values)
        for k, t0 in enumerate(labels)
    ]


@pytest.mark.parametrize("export", [CsvExport, SheetCommaExport])
@pytest.mark.parametrize("dt", [1e-6, 1e-5, 1 / 44100, 0.001, 0.04])
def test_what_the_page_exports_comes_back_as_it_was(export, dt):
    # The wall clock was corrected between the frames: by less than nothing, too.
    n = 500
    labels = [1.7e9, 1.7e9 + n * dt - 3e-5, 1.7e9 + 2 * n * dt + 2e-4]
    signal = {"key": "a", "name": "level", "unit": "m³"}
    made = export([signal], columns=False)
    made.t0, made.dt = labels[0], dt
    text = made.head() + b"".join(b"".join(made.pieces(f)) for f in frames(dt, labels, n))
    table = files.parse(text)
    layout = table.layout
    time = layout.time_column()
    timing = layout.columns[time].timing
    assert timing.problem == ""
    assert timing.even
    assert timing.rate == pytest.approx(1 / dt, rel=1e-3)
    (place,) = layout.signals(time)
    assert (layout.columns[place].name, layout.columns[place].unit) == ("level", "m³")
    assert table.values[place].tolist() == [*range(n)] * 3


@pytest.mark.parametrize(
    ("text", "words", "line", "column"),
    [
        ("a,b\n1,2\n3,x\n", "'x' is not a number", 3, 2),
        ("a,b\n1,2\n\n3\n", "1 cells, not 2", 4, 0),
        ("time,b\nsoon,2\n", "'soon' is not a date", 2, 1),
        ("time,b\n2026-01-01,2\n2026-02-30,2\n", "'2026-02-30' is not a date", 3, 1),
        ("a,a\n1,2\n", "Two columns", 1, 2),
        ("a,b\n1,2\n1,\xff\n", "no UTF-8", 3, 0),
        ('a,b\n1,"2\n', "no CSV", 2, 0),
        ("a,b\n" + "\n".join(f"state {k},1" for k in range(70)), "names no state", 66, 1),
        ("a,b\n", "no row of numbers", 0, 0),
        ("", "no row of numbers", 0, 0),
    ],
)
def test_what_is_wrong_in_a_text_is_named_with_its_place(text, words, line, column):
    error = refusal(text.encode("latin-1"))
    assert words in str(error)
    assert (error.line, error.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("t,a\n0,1\n2,1\n1,1\n", "The time goes back at line 4."),
        ("t,a\n0,1\n,1\n2,1\n", "The time is missing at line 3."),
        ("t,a\n,1\n2,1\n", "The time is missing at line 2."),
        ("t,a\n1,1\n1,1\n", "All times are the same."),
    ],
)
def test_what_cannot_be_times_says_where(text, problem):
    assert files.parse(text.encode()).layout.columns[0].timing.problem == problem


def test_uneven_times_stay_as_they_are():
    table = files.parse(b"t,a\n10,1\n10.1,2\n13,3\n")
    timing = table.layout.columns[0].timing
    assert not timing.even
    assert timing.rate == pytest.approx(2 / 3)
    np.testing.assert_allclose(table.seconds(0), [0, 0.1, 3.0])


@pytest.mark.parametrize(
    ("values", "tag", "expected"),
    [
        (np.array([0, 128, 255], np.uint8), 1, [-1, 0, 127 / 128]),
        (np.array([-(2**15), 0, 2**14], "<i2"), 1, [-1, 0, 0.5]),
        (np.array([-(2**31), 1, 2**30], "<i4"), 1, [-1, 2.0**-31, 0.5]),
        (np.array([-1.5, 0, 0.1], "<f4"), 3, [-1.5, 0, np.float32(0.1)]),
        (np.array([-1.5, 0, 0.1], "<f8"), 3, [-1.5, 0, 0.1]),
    ],
)
def test_sound_of_each_width_is_scaled_to_one(values, tag, expected):
    table = files.parse(wav(np.stack([values, values[::-1]], axis=1), 44100, tag))
    assert names(table) == ["left", "right"]
    assert table.layout.rate == 44100
    assert table.values[0].tolist() == expected
    assert table.values[1].tolist() == expected[::-1]


def test_sound_of_24_bits_in_the_extensible_format_is_read():
    form = struct.pack("<HHIIHH", 0xFFFE, 1, 48000, 0, 3, 24) + struct.pack("<HHIH", 22, 24, 4, 1)
    table = files.parse(riff(form + bytes(14), b"\x00\x00\x80\xff\xff\xff\x00\x00\x40"))
    assert names(table) == ["sound"]
    assert table.values[0].tolist() == [-1.0, -(2.0**-23), 0.5]


def test_sound_that_is_cut_off_says_so():
    whole = wav(np.zeros((100, 2), "<i2"))
    assert "ends after 390 of 400 bytes: the file is cut off" in str(refusal(whole[:-10]))
    assert "cut off" in str(refusal(whole[:30]))
    assert "format 7 with 16 bits" in str(refusal(wav(np.zeros((1, 1), "<i2"), tag=7)))


def test_the_longer_axis_of_an_array_is_time():
    values = np.arange(12, dtype=np.int16).reshape(3, 4)
    for array in (values, values.T, np.asfortranarray(values)):
        table = files.parse(npy(array))
        assert names(table) == ["1", "2", "3"]
        assert [row.tolist() for row in table.values] == values.tolist()
    assert names(files.parse(npy(np.arange(5.0)))) == ["value"]


def test_the_arrays_of_an_archive_are_signals_by_their_names():
    when = np.datetime64("2026-01-01") + np.arange(4) * np.timedelta64(250, "ms")
    for save in (np.savez, np.savez_compressed):
        table = files.parse(
            npz(save, t=when, **{"p (bar)": np.arange(4.0)}, xy=np.ones((4, 2)), on=when > when[1])
        )
        assert names(table) == ["t", "p", "xy 1", "xy 2", "on"]
        assert table.layout.columns[table.layout.time_column()].timing.rate == 4.0
        assert table.layout.columns[4].states == {0: "false", 1: "true"}
    assert files.parse(npz(fs=np.float64(100.0), a=np.ones(3))).layout.rate == 100.0


def test_arrays_that_cannot_be_replayed_say_why():
    class Evil:
        def __reduce__(self):
            return pytest.fail, ("It was unpickled.",)

    objects = np.array([Evil()], dtype=object)
    assert "pickled" in str(refusal(npy(objects, allow_pickle=True)))
    assert "pickled" in str(refusal(npz(a=objects)))
    assert "not <c16" in str(refusal(npy(np.ones(3, complex))))
    assert "one dimension or two" in str(refusal(npy(np.ones((2, 2, 2)))))
    assert "cut off" in str(refusal(npy(np.ones(100))[:-1]))
    assert "“a” has 3 samples, and “b” 4" in str(refusal(npz(a=np.ones(3), b=np.ones(4))))
    huge = npy(np.ones(1)).replace(b"(1,), }         ", b"(999999999,), } ")
    assert "of 7,999,999,992 bytes" in str(refusal(huge))


@pytest.mark.parametrize(
    "bomb",
    [
        npz(np.savez_compressed, a=np.zeros(MOST_BYTES // 8 + 8)),
        gzip.compress(bytes(MOST_BYTES + 1)),
        pq(a=pyarrow.nulls(MOST_BYTES // 8 + 8, pyarrow.float64())),
    ],
    ids=["npz", "gzip", "parquet"],
)
def test_what_inflates_to_too_much_is_refused_at_once(bomb):
    assert len(bomb) < 1_000_000
    with pytest.raises(TooMuchError, match="more than"):
        files.parse(bomb)


def test_parquet_has_numbers_dates_truth_values_and_texts():
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    table = files.parse(
        pq(
            moment=[start, start + datetime.timedelta(seconds=1)],
            p=[1.5, None],
            count=[1, None],
            on=[True, False],
            door=["open", None],
        )
    )
    assert names(table) == ["moment", "p", "count", "on", "door"]
    assert table.layout.time_column() == 0
    assert table.seconds(0).tolist() == [0.0, 1.0]
    np.testing.assert_array_equal(
        table.values[1:], [[1.5, np.nan], [1, np.nan], [1, 0], [0, np.nan]]
    )
    assert table.layout.columns[4].states == {0: "open"}
    assert "holds list" in str(refusal(pq(a=[[1], [2]])))


def test_a_layout_and_bytes_are_the_table_again():
    table = files.parse(b"t,a,door\n0,1,open\n1,2,shut\n")
    layout = Layout.of(table.layout.model_dump(mode="json"))
    again = Table.of(layout, b"".join(values.tobytes() for values in table.values))
    assert again.layout == table.layout
    assert [v.tolist() for v in again.values] == [v.tolist() for v in table.values]
