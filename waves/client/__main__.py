"""``python -m waves.client write|read|plot URL``: streams in a shell.

``write`` sends lines of JSON from standard input as they come, ``read`` prints such lines, and
``plot`` draws them. The key stands in the environment variable WAVES_KEY: arguments are seen by
everybody on a machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from waves.client.plotting import plot
from waves.client.reader import read
from waves.client.reading import ReaderError, by_time
from waves.client.writer import Writer, WriterError


def main() -> int:
    """Do what the command line says until the input, or the person, ends it."""
    parser = argparse.ArgumentParser(prog="python -m waves.client", description=__doc__)
    parser.add_argument("does", choices=["write", "read", "plot"])
    parser.add_argument("url", help="The page of the stream: https://example.org/streams/boiler/")
    parser.add_argument(
        "--window",
        type=float,
        default=0.0,
        help="read and plot: begin so many seconds before now (plot: 10).",
    )
    chosen = parser.parse_args()
    key = os.environ.get("WAVES_KEY", "")
    if chosen.does == "write" and not key:
        parser.error("WAVES_KEY is not set: export WAVES_KEY=… (manage.py accesskey create).")
    try:
        if chosen.does == "write":
            return _write_lines(chosen.url, key)
        if chosen.does == "plot":
            window = chosen.window or 10.0
            plot(read(chosen.url, key, window=window), window)
        _print_lines(chosen.url, key, chosen.window)
    except (ValueError, ImportError, ReaderError, WriterError, TimeoutError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        # The next write would say it once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _print_lines(url: str, key: str, window: float) -> None:
    """Each sample as a line that ``write`` takes."""
    for block in read(url, key, window=window):
        for sample in by_time(block):
            sys.stdout.write(json.dumps(sample) + "\n")
        sys.stdout.flush()


def _write_lines(url: str, key: str) -> int:
    """Lines such as ``{"inlet": 60.1}``, ``{"t": …, "signals": {…}}`` or ``60.1``."""
    with Writer(url, key) as out:
        for number, line in enumerate(sys.stdin, start=1):
            if line.strip():
                _write(out, number, line)
    if out.dropped:
        sys.stderr.write(f"{out.dropped} samples were dropped: the server was away for too long.\n")
    return 0


def _write(out: Writer, number: int, line: str) -> None:
    try:
        value = json.loads(line)
    except ValueError:
        raise ValueError(f'Line {number} is no JSON, such as {{"inlet": 60.1}}.') from None
    if isinstance(value, dict) and value.keys() == {"t", "signals"}:
        out.write(value["signals"], t=value["t"])
    else:
        out.write(value if isinstance(value, dict) else {"value": value})


if __name__ == "__main__":
    sys.exit(main())
