"""Other stores of the same day: filled, asked for minima and maxima, and weighed."""

from __future__ import annotations

import abc
import json
import os
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from benchmarks.recordings import counts
from benchmarks.recordings.asking import ask
from benchmarks.recordings.plan import COLUMNS, SECOND
from benchmarks.servers import SERVER_CORE, free_port, stop, wait_for_port
from waves.protocol.frames import parse
from waves.tests.server.postgresql import PostgreSQL

MILLISECOND = 1_000_000
#: Samples that are made and given over at once.
PIECE = 1 << 20
#: Samples of a line of VictoriaMetrics' import.
LINE = 10_000
NAMES = ("a", "b", "c", "d")
#: The longest that one answer is waited for, in seconds.
PATIENCE = 600.0
#: 1970 to 2000, from where PostgreSQL counts, in microseconds.
POSTGRESQL_BEGIN = 946_684_800_000_000
ROW = np.dtype(
    [("fields", ">i2"), ("lt", ">i4"), ("t", ">i8")]
    + [field for name in NAMES for field in ((f"l{name}", ">i4"), (name, ">f4"))]
)

#: Of each signal the least and the greatest of all columns.
Extremes = list[tuple[float, float]]


def pieces(samples: int) -> Iterator[tuple[int, counts.Values]]:
    """The day, piece by piece: its first sample, and values."""
    for first in range(0, samples, PIECE):
        yield first, counts.samples(first, min(samples, first + PIECE))


class Store(abc.ABC):
    """One store. ``fill`` it with so many samples from a label on, then ``ask``."""

    name: str

    @abc.abstractmethod
    def fill(self, begin: int, samples: int) -> None:
        """Put the day in."""

    @abc.abstractmethod
    def ask(self, begin: int, end: int) -> Extremes:
        """Minima and maxima in 1,280 columns over ``[begin, end)`` nanoseconds; the extremes of
        those tell whether they are true."""

    @abc.abstractmethod
    def size(self) -> int:
        """Bytes on the disk."""


class Waves(Store):
    """This project, over HTTP, as a page asks it."""

    name = "Waves, SQLite"

    def __init__(self, port: int, files: list[Path]) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._files = files

    def fill(self, begin: int, samples: int) -> None:
        """It is there: ``benchmarks.recordings.written`` writes it before the server starts."""

    def ask(self, begin: int, end: int) -> Extremes:
        """Frames of columns."""
        frames = parse(ask(self._connection, begin, end - 1))
        low = [frame.values.min(axis=1) for frame in frames]
        high = [(f.values if f.maxima is None else f.maxima).max(axis=1) for f in frames]
        return _pairs(np.min(low, axis=0), np.max(high, axis=0))

    def size(self) -> int:
        """The file and its log."""
        return sum(file.stat().st_size for file in self._files if file.exists())


class Plain(Store):
    """PostgreSQL with a row a sample, and an index on the time."""

    name = "PostgreSQL, plain rows"

    def __init__(self, server: PostgreSQL) -> None:
        import psycopg

        self._connection = psycopg.connect(server.url, autocommit=True)

    def fill(self, begin: int, samples: int) -> None:
        """COPY in its binary form, then the index."""
        create = "CREATE TABLE samples (t timestamptz, a real, b real, c real, d real)"
        self._connection.execute(create)
        with (
            self._connection.cursor() as cursor,
            cursor.copy("COPY samples FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8))
            for first, values in pieces(samples):
                copy.write(_binary(begin, first, values))
            copy.write(b"\xff\xff")
        self._connection.execute("CREATE INDEX ON samples (t)")
        self._connection.execute("VACUUM ANALYZE samples")
        self._connection.execute("CHECKPOINT")

    def ask(self, begin: int, end: int) -> Extremes:
        """``date_bin`` by the width of a column."""
        each = ", ".join(f"min({name}), max({name})" for name in NAMES)
        where = "t >= to_timestamp(%(begin)s) AND t < to_timestamp(%(end)s)"
        bins = "date_bin(%(width)s * interval '1 microsecond', t, to_timestamp(%(begin)s))"
        rows = self._connection.execute(
            f"SELECT {bins}, {each} FROM samples WHERE {where} GROUP BY 1 ORDER BY 1",  # type: ignore[arg-type]
            {
                "begin": begin / SECOND,
                "end": end / SECOND,
                "width": max(1, (end - begin) // COLUMNS // 1000),
            },
        ).fetchall()
        return _of_rows(rows)

    def size(self) -> int:
        """The table and its index."""
        found = self._connection.execute("SELECT pg_total_relation_size('samples')").fetchone()
        assert found is not None
        return int(found[0])


def _binary(begin: int, first: int, values: counts.Values) -> bytes:
    """Rows as PostgreSQL's binary COPY has them."""
    n = values.shape[1]
    rows = np.empty(n, ROW)
    rows["fields"], rows["lt"] = 1 + len(NAMES), 8
    rows["t"] = begin // 1000 - POSTGRESQL_BEGIN + (first + np.arange(n)) * 1000
    for name, signal in zip(NAMES, values, strict=True):
        rows[f"l{name}"], rows[name] = 4, signal
    return rows.tobytes()


class Duck(Store):
    """DuckDB over one Parquet file, as pyarrow writes it with zstd."""

    name = "DuckDB over Parquet"

    def __init__(self, folder: Path) -> None:
        import duckdb

        self._file = folder / "day.parquet"
        self._connection: Any = duckdb.connect()

    def fill(self, begin: int, samples: int) -> None:
        """A row group for each piece."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([("t", pa.timestamp("ns")), *((n, pa.float32()) for n in NAMES)])
        with pq.ParquetWriter(self._file, schema, compression="zstd") as writer:
            for first, values in pieces(samples):
                labels = begin + (first + np.arange(values.shape[1])) * MILLISECOND
                arrays = [pa.array(labels).cast(pa.int64()).cast(schema.field("t").type)]
                arrays += [pa.array(signal) for signal in values]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

    def ask(self, begin: int, end: int) -> Extremes:
        """Columns by whole division of the nanoseconds."""
        each = ", ".join(f"min({name}), max({name})" for name in NAMES)
        width = max(1, (end - begin) // COLUMNS)
        rows = self._connection.execute(
            f"SELECT (epoch_ns(t) - {begin}) // {width}, {each} FROM '{self._file}' "
            f"WHERE t >= make_timestamp_ns({begin}) AND t < make_timestamp_ns({end}) "
            "GROUP BY 1 ORDER BY 1"
        ).fetchall()
        return _of_rows(rows)

    def size(self) -> int:
        """The file."""
        return self._file.stat().st_size


class Victoria(Store):
    """VictoriaMetrics, with its bounds raised so that a day of 1 kHz is answered."""

    name = "VictoriaMetrics 1.79"

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder / "victoria", free_port()
        self._folder.mkdir()
        log = folder / "victoria.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                ["taskset", "-c", SERVER_CORE, *self._command()],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_for_port(self._process, self._port, log)

    def _command(self) -> list[str]:
        return [
            *("victoria-metrics", f"-storageDataPath={self._folder}"),
            *(f"-httpListenAddr=127.0.0.1:{self._port}", "-retentionPeriod=10y"),
            *("-search.maxSamplesPerSeries=1000000000", "-search.maxSamplesPerQuery=4000000000"),
            *("-search.maxPointsPerTimeseries=1000000", "-search.maxQueryDuration=10m"),
            # Each answer is worked out, and of what is newest too.
            *("-search.disableCache", "-search.latencyOffset=0s"),
        ]

    def fill(self, begin: int, samples: int) -> None:
        """Lines of JSON, then what is in memory is made searchable."""
        for first, values in pieces(samples):
            for at in range(0, values.shape[1], LINE):
                part = values[:, at : at + LINE]
                stamps = begin // MILLISECOND + first + at + np.arange(part.shape[1])
                self._post("/api/v1/import", _lines(stamps, part))
        self._post("/internal/force_flush", b"")

    def _post(self, path: str, body: bytes) -> bytes:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        connection.request("POST", path, body)
        answer = connection.getresponse()
        found = answer.read()
        connection.close()
        if answer.status // 100 != 2:
            raise RuntimeError(f"{path} was answered {answer.status}: {found[:300]!r}")
        return found

    def ask(self, begin: int, end: int) -> Extremes:
        """``min_over_time`` and ``max_over_time``; a step looks back to the one before it."""
        step = max(1, (end - begin) // COLUMNS // MILLISECOND)
        low, high = (self._over(words, begin, end, step) for words in ("min", "max"))
        return [(min(low[name]), max(high[name])) for name in NAMES]

    def _over(self, words: str, begin: int, end: int, step: int) -> dict[str, list[float]]:
        first = begin // MILLISECOND - 1 + step
        fields = {
            "query": f'{words}_over_time({{__name__=~"a|b|c|d"}}[{step}ms]) keep_metric_names',
            "start": f"{first / 1000:.3f}",
            "end": f"{(end // MILLISECOND - 1 + step) / 1000:.3f}",
            "step": f"{step}ms",
            "nocache": "1",
        }
        found = json.loads(self._post("/api/v1/query_range?" + urlencode(fields), b""))
        return {
            each["metric"]["__name__"]: [float(value) for _, value in each["values"]]
            for each in found["data"]["result"]
        }

    def size(self) -> int:
        """All its files, once it has ended: until then it keeps the newest in memory."""
        self.close()
        found = (Path(base) / name for base, _, names in os.walk(self._folder) for name in names)
        return sum(file.stat().st_size for file in found if file.exists())

    def close(self) -> None:
        """End it."""
        stop(self._process)


def _lines(stamps: np.ndarray[Any, Any], part: counts.Values) -> bytes:
    times, lines = stamps.tolist(), []
    for name, signal in zip(NAMES, part, strict=True):
        values = signal.astype(np.int64).tolist()
        line = {"metric": {"__name__": name}, "values": values, "timestamps": times}
        lines.append(json.dumps(line))
    return "\n".join(lines).encode()


def _of_rows(rows: list[Any]) -> Extremes:
    """The extremes of rows of a column, and minimum and maximum of each signal."""
    values = np.array([row[1:] for row in rows], dtype=float).reshape(len(rows), -1, 2)
    return _pairs(values[:, :, 0].min(axis=0), values[:, :, 1].max(axis=0))


def _pairs(low: counts.Values, high: counts.Values) -> Extremes:
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
