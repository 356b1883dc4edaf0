"""``python -m waves.client write URL``: lines of JSON from standard input, sent as they come.

The key stands in the environment variable WAVES_KEY: arguments are seen by everybody on a machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from waves.client.writer import Writer, WriterError


def main() -> int:
    """Send lines such as ``{"inlet": 60.1}`` or ``60.1`` until the input ends."""
    parser = argparse.ArgumentParser(prog="python -m waves.client", description=__doc__)
    parser.add_argument("does", choices=["write"])
    parser.add_argument("url", help="The page of the stream: https://example.org/streams/boiler/")
    chosen = parser.parse_args()
    key = os.environ.get("WAVES_KEY", "")
    if not key:
        parser.error("WAVES_KEY is not set: export WAVES_KEY=… (manage.py accesskey create).")
    try:
        with Writer(chosen.url, key) as out:
            for number, line in enumerate(sys.stdin, start=1):
                if line.strip():
                    _write(out, number, line)
    except (ValueError, WriterError, TimeoutError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if out.dropped:
        sys.stderr.write(f"{out.dropped} samples were dropped: the server was away for too long.\n")
    return 0


def _write(out: Writer, number: int, line: str) -> None:
    try:
        value = json.loads(line)
    except ValueError:
        raise ValueError(f'Line {number} is no JSON, such as {{"inlet": 60.1}}.') from None
    out.write(value if isinstance(value, dict) else {"value": value})


if __name__ == "__main__":
    sys.exit(main())
