"""What a megabyte made to be slow costs each parser: ``python -m benchmarks.hostile [--write]``.

Beside it, in the same run, a megabyte as people send it. Seconds are of CPU, of one process.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks import document
from waves.exceptions import WavesError
from waves.ingest import datagram, files, formats, mqtt_message, serial_lines
from waves.protocol.block import SampleBlock
from waves.protocol.frames import Frame, encode

MEGABYTE = 1_000_000
#: Of so many times the least counts: what else runs on the machine only adds to it.
TIMES = 5
#: What a serial port gives at once, and what a datagram holds.
READ, DATAGRAM = 4096, 1400
#: What is repeated for a megabyte: as short as it goes, nearly right, or nested.
UNITS: tuple[bytes, ...] = (
    *(b"1\n", b"a\n", b"1e\n", b",\n", b"\n", b"\r", b"1\r\n", b"\x00", b"\xff\n", b"1 "),
    *(b"{}\n", b"[1]\n", b'{"a":1}\n', b"[", b'{"a":', b'"', b'"a",', b"\\", b"{},", b"1,"),
    *(b"a:1\n", b">a:1\n", b"a:1;2;3\n", "a:1§b|t\n".encode(), b"a:1,", b"a=1 b=2\n", b":"),
    *(b"m a=1\n", b"m a=1 1\n", b"m a=1i 5\n", b"m a=1,b=2 5\n", b'm a="x" 1\n', b"m,a=b "),
    *(b"x y z\n", b"t 1\n", b"t,a\n", b"1,2\n", b"1,1,1,1,1,1,1,1\n", b"2026-01-01,1\n"),
    *(b"1" * 4000 + b"\n", b"a" * 4000 + b"\n", b" " * 2000 + b"1\n", b"a:1;" * 1000 + b"\n"),
    *(b"1 " * 255 + b"\n", b"a:1 " * 250 + b"\n", b"WAVS", b"RIFF", b"PK\x03\x04"),
)
#: Letters of lines of which none is like another.
LETTERS = b"ab01,:;= .-e{}[]\"'>"


class Parser(NamedTuple):
    """``read`` takes a megabyte; ``ordinary`` is one as people send it."""

    read: Callable[[bytes], object]
    ordinary: bytes


def whole(unit: bytes) -> bytes:
    """A megabyte of one thing again and again."""
    return (unit * (MEGABYTE // len(unit) + 1))[:MEGABYTE]


def listed(item: str, within: str = "[%s]") -> bytes:
    """A megabyte of JSON: a list of one thing again and again, within something."""
    return (within % ",".join([item] * (MEGABYTE // (len(item) + 1)))).encode()


def different(length: int) -> bytes:
    """A megabyte of lines of so many letters, each as chance has it."""
    chance = random.Random(length)
    lines = (bytes(chance.choices(LETTERS, k=length)) for _ in range(MEGABYTE // (length + 1)))
    return b"\n".join(lines)


def by_serial(data: bytes) -> None:
    """As a port gives it."""
    lines, grammar = serial_lines.Lines(), serial_lines.Grammar()
    for begin in range(0, len(data), READ):
        for line in lines.take(data[begin : begin + READ]):
            grammar.read(line)


def by_udp(data: bytes) -> None:
    """As datagrams, each of which may be none."""
    for begin in range(0, len(data), DATAGRAM):
        with contextlib.suppress(WavesError):
            datagram.parse(data[begin : begin + DATAGRAM])


def by_type(media_type: str) -> Callable[[bytes], object]:
    """As the body of a request."""
    return lambda body: formats.parse(body, media_type, names=("a",))


def ordinary_frames() -> bytes:
    """Frames of 500 samples."""
    values = np.zeros((1, 500), np.float32)
    frames = (Frame.of(SampleBlock(0, k * 500, 1.7e9, 1e-3, values), 0) for k in range(480))
    return b"".join(map(encode, frames))


def ordinary_npy() -> bytes:
    """A megabyte of float32."""
    file = io.BytesIO()
    np.save(file, np.zeros(MEGABYTE // 4, np.float32))
    return file.getvalue()


def parsers() -> dict[str, Parser]:
    """What is measured, by the name in the table."""
    plain = [f"{60 + k % 997 / 100:.2f}" for k in range(MEGABYTE // 20)]
    rows = [f"{1_700_000_000 + k},{value}" for k, value in enumerate(plain)]
    objects = [f'{{"t": {1_700_000_000 + k}, "a": {v}}}' for k, v in enumerate(plain)]
    lines = [f"m,host=x inlet={v} {1_700_000_000 + k}" for k, v in enumerate(plain)]
    points = [f"inlet:{v}" for v in plain]
    table = "t,a\n" + "\n".join(rows)
    return {
        "JSON": Parser(by_type("application/json"), f"[{','.join(objects)}]".encode()),
        "NDJSON": Parser(by_type("application/x-ndjson"), "\n".join(objects).encode()),
        "CSV": Parser(by_type("text/csv"), table.encode()),
        "line protocol": Parser(by_type("text/plain"), "\n".join(lines).encode()),
        "frames": Parser(by_type(formats.FRAMES), ordinary_frames()),
        "serial lines": Parser(by_serial, "\n".join(points).encode()),
        "datagrams": Parser(by_udp, whole("\n".join(points[:100]).encode() + b"\n")),
        "MQTT payload": Parser(mqtt_message.parse, listed("1.5", '{"a": [%s]}')),
        "files": Parser(files.parse, ordinary_npy()),
    }


def inputs() -> dict[str, bytes]:
    """What is tried, by how it is told."""
    made = {repr(unit[:24])[1:]: whole(unit) for unit in UNITS}
    made |= {f"any {length} letters a line": different(length) for length in (1, 3, 8, 40)}
    for item in ("1", '"x"', "{}", "[]", '{"a":1}', '{"t":1,"a":1}', '{"t":"2026-01-01","a":1}'):
        made[f"[{item},…]"] = listed(item)
        made[f'{{"a":[{item},…]}}'] = listed(item, '{"a":[%s]}')
    names = ",".join(f'"{k}":1' for k in range(MEGABYTE // 9))
    made["an object of many names"] = f"{{{names}}}".encode()
    # A file of CSV and a table begin with a heading.
    made |= {f"t,a and {name}": b"t,a\n" + made[name] for name in (r"'1\n'", r"'1,2\n'")}
    return made


def seconds(read: Callable[[bytes], object], data: bytes) -> float:
    """The CPU that it takes, whether it is samples or an error with words."""
    began = time.process_time()
    with contextlib.suppress(WavesError):
        read(data)
    return time.process_time() - began


def section() -> str:
    """The part of the document."""
    made = inputs()
    lines = []
    for name, (read, ordinary) in parsers().items():
        usual = min(seconds(read, ordinary) for _ in range(TIMES)) / len(ordinary) * MEGABYTE
        worst = max(made, key=lambda how: seconds(read, made[how]))
        took = min(seconds(read, made[worst]) for _ in range(TIMES))
        ratio = f"{took / usual:.1f}"
        lines.append((name, f"`{worst}`", f"{took:.2f}", f"{usual:.3f}", ratio))
    head = ("parser", "slowest", "s of CPU a megabyte", "as people send it", "× that")
    words = (
        f"A megabyte made to be slow, in {len(made)} ways: repeated units as short as they go, "
        "nearly right, nested, and lines of chance. The slowest of them, to its end or its error: "
        f"the least of {TIMES} times. `python -m benchmarks.hostile` makes this table."
    )
    parts = ["## Hostile input", document.machine(), words, document.table(head, lines)]
    return "\n\n".join(parts)


def main(given: Sequence[str] | None = None) -> None:
    """Measure, print, and keep."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    text = section()
    print(text)
    if options.parse_args(given).write:
        document.write_section("hostile", text)


if __name__ == "__main__":
    main()
