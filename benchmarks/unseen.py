"""Whether time tells that a stream is there which one may not see: ``python -m benchmarks.unseen``.

A server is asked 1,000 times for a stream that the visitor may not see, and for one that is not
there, in turn; the medians stand beside each other.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks import document
from waves.tests.server import test_access_matrix as access
from waves.tests.server.processes import Process, Site

#: Who asks for what; a program with a key asks for no page.
ASKED = (
    ("anonymous", access.PAGES[0]),
    ("user", access.PAGES[0]),
    *(
        (who, path)
        for who in ("anonymous", "user", "read key for another")
        for path in (access.API[0], access.API[2], access.API[5], access.API[7])
    ),
)
#: Requests before those that count.
WARM = 50


def measure(server: Process, path: str, headers: dict[str, str], times: int) -> dict[str, float]:
    """Medians in milliseconds, by slug."""
    taken: dict[str, list[float]] = {access.SLUG: [], access.ABSENT: []}
    with closing(http.client.HTTPConnection(server.address)) as connection:
        for number in range(WARM + times):
            # Neither always follows the other.
            for slug in sorted(taken, reverse=number % 2 == 0):
                at = time.perf_counter()
                connection.request("GET", path.format(slug), headers=headers)
                answer = connection.getresponse()
                answer.read()
                if number >= WARM:
                    taken[slug].append(1e3 * (time.perf_counter() - at))
                if answer.status != 404:
                    raise SystemExit(f"{path} answered {answer.status}, and not 404.")
    return {slug: statistics.median(each) for slug, each in taken.items()}


HEAD = ("who asks for what", "may not be seen", "is not there", "difference")
WORDS = (
    "Whether time tells that a stream is there which one may not see: a server is asked {times} "
    "times for such a stream, and for one that is not there, in turn. Medians; all are 404. "
    "`python -m benchmarks.unseen` makes this table."
)


def rows(times: int) -> Iterator[list[str]]:
    """Lines of the table."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        site.prepare()
        site.execute("UPDATE waves_stream SET enabled = 0 WHERE slug != 'sine'")
        site.add_stream(access.FORMER, "sine", name=access.NAME)
        shown = json.loads(site.manage("shell", "-v0", "-c", access.PEOPLE).partition("shown ")[2])
        with site.serve("daphne") as server:
            server.await_answer("/api/v1/streams/sine", words='"live"')
            for who, path in ASKED:
                found = measure(server, path, shown.get(who, {}), times)
                unseen, absent = found[access.SLUG], found[access.ABSENT]
                apart = f"{unseen - absent:+.3f} ms ({100 * (unseen / absent - 1):+.1f} %)"
                what = path.format("…")
                yield [f"{who}: `{what}`", f"{unseen:.2f} ms", f"{absent:.2f} ms", apart]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, or keep it in the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(arguments)
    machine = document.machine()
    lines = []
    for line in rows(asked.times):
        print(" | ".join(line), flush=True)
        lines.append(line)
    words = WORDS.format(times=f"{asked.times:,}")
    parts = ["## What may not be seen", machine, words, document.table(HEAD, lines)]
    if asked.write:
        document.write_section("unseen", "\n\n".join(parts))


if __name__ == "__main__":
    main()
