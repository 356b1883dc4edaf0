"""``manage.py importstream``: a recorded stream of a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from waves.exceptions import WavesError
from waves.ingest.whole.found import Wanted, open_file
from waves.ingest.whole.reading import Reading
from waves.management.progress import Progress
from waves.protocol.moments import moment
from waves.specs import EPOCHS_BEGIN
from waves.transfer.incoming import Incoming

_NANOSECONDS = 1_000_000_000


class Command(BaseCommand):
    """Make a stopped stream whose page shows the file as its past."""

    help = "Makes a recorded stream of a file: CSV, WAV, NPY, NPZ or Parquet."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, and what it does not say itself."""
        parser.add_argument("file", help="CSV (also .gz), WAV, NPY, NPZ or Parquet.")
        parser.add_argument("--name", default="", help="Of the stream (default: of the file).")
        parser.add_argument("--slug", default="", help="Of the stream (default: by its name).")
        parser.add_argument(
            "--rate",
            type=float,
            help="Hz: samples follow one another so, whatever times the file has.",
        )
        parser.add_argument(
            "--start",
            default="",
            help="When the first sample was: ISO 8601, or unix seconds (default: as the file says; "
            "where it does not, so that it ends when the file was written).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the file, write the past, and say where it is."""
        path = Path(options["file"])
        rate = options["rate"]
        if rate is not None and not 0 < rate <= 1e9:
            raise CommandError(f"--rate is a number above 0 and at most 1e9, in Hz, not {rate:g}.")
        try:
            reading = open_file(path, _wanted(path, rate, options["start"]))
            try:
                self._import(reading, options)
            finally:
                reading.close()
        except (WavesError, DatabaseError, OSError) as error:
            raise CommandError(_words(error)) from None

    def _import(self, reading: Reading, options: dict[str, Any]) -> None:
        contents = reading.contents
        incoming = Incoming(reading, options["name"], options["slug"])
        progress = Progress(contents.n, self.stderr)
        for done in incoming.written():
            progress.show(done)
        progress.end()
        stream = incoming.stream
        self.stdout.write(
            f"{stream.name}: {len(contents.signals)} signals, {len(contents.stretches)} "
            f"epochs, at {stream.page_address() or stream.slug}"
        )


def _wanted(path: Path, rate: float | None, start: str) -> Wanted:
    return Wanted(
        name=path.name.removesuffix(".gz").rpartition(".")[0] or path.name,
        until=path.stat().st_mtime_ns,
        epoch=int(time.time()) - EPOCHS_BEGIN,
        rate=rate,
        start=moment(start, "--start"),
    )


def _words(error: Exception) -> str:
    line = getattr(error, "line", 0)
    return f"Line {line}: {error}" if line else str(error)
