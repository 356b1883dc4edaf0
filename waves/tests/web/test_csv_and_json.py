"""Samples as text: no name is a formula, and what is written in pieces is what it was whole."""

import csv
import io

import numpy as np
import pytest

from waves.exports.csvtext import CsvExport, SheetCommaExport, SheetExport
from waves.exports.jsontext import JsonExport
from waves.protocol.frames import INCOMPLETE, Frame, to_json

UNSEEN = ["", " ", "\t", "\r", "\n", "\xa0", "\u200b", "\u200d", "\u2060", "\ufeff", "\u202e"]
UNSEEN += ["\u3000", "\u2028", "\xad", "\x00", "\x1b", "\u3164", "\ue000", " \u200b\ufeff "]
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b"


def heading(name: str, unit: str = "") -> list[str]:
    text = CsvExport([{"name": name, "unit": unit}], columns=False).head().decode()
    (row,) = csv.reader(io.StringIO(text, newline=""))
    return row[2:]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", UNSEEN, ids=ascii)
def test_no_name_is_a_formula_whatever_stands_before_its_sign(before, sign):
    (cell,) = heading(f"{before}{sign}1+1")
    assert cell[0] == "'"
    assert cell.endswith(f"{sign}1+1")
    (cell,) = heading(f"a;{before}{sign}1+1")
    assert cell.partition(";")[2][0] == "'"


def test_a_unit_alone_is_no_formula_either():
    assert heading("", "=1+1") == [" (=1+1)"]
    assert heading("=", "V")[0][0] == "'"


@pytest.mark.parametrize("name", ["Sine", "level - 3 dB", "a=b", "x@y", "−5 V", "Temperatur (°C)"])
def test_an_ordinary_name_stays_as_it_is(name):
    assert heading(name, "V") == [f"{name} (V)"]


@pytest.mark.parametrize("text", ["a\r\nb", "a\x00b", "a\u2029b", "a\x85b", "a\ud800b"])
def test_no_name_breaks_the_line_or_the_encoding(text):
    (cell,) = heading(text, text)
    assert cell.isprintable()


def frame(signals: int, n: int, *, timed: bool = False, envelope: bool = False) -> Frame:
    values = np.random.default_rng(1).normal(size=(2, signals, n)).astype(np.float32)
    values[0, 0, ::7] = np.nan
    times = np.arange(n) * 0.25 if timed else None
    return Frame(
        handle=1,
        epoch=2,
        sample=32,
        t0=1.5e9,
        dt=0.0 if timed else 0.25,
        values=values[0],
        maxima=values[1] if envelope else None,
        stride=16 if envelope else 1,
        times=times,
    )


FRAMES = [
    frame(1, 1),
    frame(1, 20_000),
    frame(3, 9000, timed=True),
    frame(60, 4000, envelope=True),
    frame(2000, 7),
]


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_json_in_pieces_is_the_message_that_it_was_whole(count):
    export = JsonExport([], columns=False)
    pieces = [piece for frame in FRAMES[:count] for piece in export.pieces(frame)]
    whole = b"".join([export.head(), *pieces, export.tail()])
    assert whole.decode() == to_json(FRAMES[:count])


@pytest.mark.parametrize("given", FRAMES)
def test_csv_in_pieces_has_every_line_once(given):
    text = b"".join(CsvExport([], columns=False).pieces(given)).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [int(row[0]) for row in rows] == [32 + i * given.stride for i in range(given.n)]
    columns = len(given.values) * (1 if given.maxima is None else 2)
    assert {len(row) for row in rows} == {2 + columns}
    assert float(rows[-1][1]) == pytest.approx(1.5e9 + (given.n - 1) * 0.25)
    first = [float(row[2]) if row[2] else np.nan for row in rows]
    assert np.array_equal(np.float32(first), given.values[0], equal_nan=True)


def test_no_piece_is_long():
    for given in FRAMES:
        for export in (CsvExport([], columns=False), JsonExport([], columns=False)):
            assert all(0 < len(piece) < 512 * 1024 for piece in export.pieces(given))


def rows_of(export, frames):
    """Heading and rows of a download, as a reader of CSV has them."""
    export.t0, export.dt = frames[0].t0, frames[0].dt
    text = export.head() + b"".join(piece for frame in frames for piece in export.pieces(frame))
    lines = io.StringIO(text.decode().removeprefix("\ufeff"), newline="")
    return list(csv.reader(lines, delimiter=export.separator))


def regular(sample, n, dt, t0=1_795_370_743.257, **fields):
    values = np.zeros((1, n), np.float32)
    return Frame(1, 1, sample, t0 + sample * dt, dt, values, **fields)


VOLTS = [{"key": "v", "name": "v", "unit": "V"}]


@pytest.mark.parametrize("dt", [5e-7, 1e-6, 1 / 524_289, 2e-6, 1e-5, 1 / 44_100, 1e-3, 0.1, 10.0])
def test_each_row_has_a_time_of_its_own_as_exact_as_the_period_asks(dt):
    frames = [regular(first, 1000, dt) for first in (0, 1000, 2000)]
    rows = rows_of(CsvExport(VOLTS, columns=False), frames)[1:]
    times = [float(row[1]) for row in rows]
    assert len(set(times)) == 3000
    steps = np.diff(times)
    assert steps == pytest.approx(dt, rel=0.01, abs=2.5e-7 if dt > 1.9e-6 else 1e-12)


def test_times_that_unix_seconds_cannot_hold_count_from_the_first_which_the_heading_names():
    rows = rows_of(CsvExport(VOLTS, columns=False), [regular(4, 3, 5e-7)])
    assert rows[0][1].startswith("time (s after 1795370743.257")
    assert [row[1] for row in rows[1:]] == ["0.0000000000", "0.0000005000", "0.0000010000"]


def test_a_step_of_the_clock_shows_in_times_that_count_from_the_first():
    frames = [regular(0, 2, 1e-6), regular(2, 2, 1e-6, t0=1_795_370_743.257 - 10)]
    times = [float(row[1]) for row in rows_of(CsvExport(VOLTS, columns=False), frames)[1:]]
    assert times == pytest.approx([0.0, 1e-6, -10 + 2e-6, -10 + 3e-6], abs=5e-7)


STATES = [
    {"key": "r", "name": "relay", "unit": "", "states": {"0": "closed", "-1": '=HYPERLINK("x")'}},
    {"key": "v", "name": "level", "unit": "V"},
]


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("kind", [CsvExport, SheetExport, SheetCommaExport])
def test_states_are_written_by_their_names_and_no_name_is_a_formula(kind, dtype):
    values = np.array([[0, -1, np.nan, 7], [1.5, 0, np.nan, -1]], dtype)
    rows = rows_of(kind(STATES, columns=False), [Frame(1, 1, 0, 1e9, 0.5, values)])
    point = kind.point
    assert [row[2] for row in rows[1:]] == ["closed", '\'=HYPERLINK("x")', "", f"7{point}0"]
    assert [row[3] for row in rows[1:]] == [f"1{point}5", f"0{point}0", "", f"-1{point}0"]


def test_a_spreadsheet_is_told_the_encoding_and_has_its_own_separators():
    signal = [{"key": "t", "name": "T; x", "unit": "°C"}]
    frame = Frame(1, 1, 0, 1e9, 0.5, np.array([[20.25]]))
    for kind, separator, value in ((SheetExport, ",", "20.25"), (SheetCommaExport, ";", "20,25")):
        export = kind(signal, columns=False)
        assert export.head().startswith(b"\xef\xbb\xbf")
        assert export.head().decode("utf-8-sig").startswith(f"sample{separator}time (s)")
        heading, row = rows_of(export, [frame])
        assert heading[2] == "T; x (°C)"
        assert row[2] == value
        assert kind.ending == "csv"


def test_columns_say_which_of_them_is_not_complete():
    low = np.zeros((1, 2), np.float32)
    frames = [
        Frame(1, 1, 0, 1e9, 0.5, low, low, 16),
        Frame(1, 1, 32, 1e9 + 1, 0.5, low[:, :1], low[:, :1], 16, flags=INCOMPLETE),
    ]
    rows = rows_of(CsvExport(VOLTS, columns=True), frames)
    assert rows[0] == ["sample", "time (s)", "v min (V)", "v max (V)", "complete"]
    assert [row[-1] for row in rows[1:]] == ["1", "1", "0"]
