"""Samples as text: no name is a formula, and what is written in pieces is what it was whole."""

import csv
import io

import numpy as np
import pytest

from waves.exports.csvtext import CsvExport
from waves.exports.jsontext import JsonExport
from waves.protocol.frames import Frame, to_json

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
