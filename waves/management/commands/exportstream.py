"""``manage.py exportstream``: what is recorded of a stream, as a file of any length."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from waves.exceptions import WavesError
from waves.exports.files import FILES
from waves.management.progress import Progress
from waves.protocol.moments import moment
from waves.recording.past import past_of
from waves.specs import stream_named
from waves.transfer.outgoing import Outgoing


class Command(BaseCommand):
    """Write the file beside its name, and give it that name once it is whole."""

    help = "Writes what is recorded of a stream into a file: CSV, Parquet, NPZ or WAV."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which stream, from when to when, and what file."""
        parser.add_argument("slug", help="The stream, by its slug.")
        when = "ISO 8601 such as 2026-11-27T16:00:00.5Z, or unix seconds"
        parser.add_argument(
            "--from", dest="begin", default="", help=f"Not before this: {when} (default: all)."
        )
        parser.add_argument(
            "--to", dest="end", default="", help=f"Not after this: {when} (default: all)."
        )
        parser.add_argument(
            "--format", choices=[*FILES], help="Default: as the name of the file ends, else csv."
        )
        parser.add_argument(
            "--output", default="", help="The file (default: the slug, with the format behind it)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what the format leaves out, write, and say what was written."""
        kind = options["format"] or _ending(options["output"])
        target = Path(options["output"] or f"{options['slug']}.{kind}")
        try:
            n = self._export(options, kind, target)
        except (WavesError, DatabaseError, OSError) as error:
            raise CommandError(str(error)) from None
        size = target.stat().st_size
        self.stdout.write(f"{target}: {n:,} samples of each signal, {size:,} bytes.")

    def _export(self, options: dict[str, Any], kind: str, target: Path) -> int:
        stream = stream_named(options["slug"])
        begin, end = moment(options["begin"], "--from"), moment(options["end"], "--to")
        outgoing = Outgoing(past_of(stream.uuid.hex), stream.name, stream.slug, begin, end)
        folder = target.absolute().parent
        export = outgoing.export(kind, folder)
        for sentence in export.left_out():
            self.stderr.write(sentence)
        progress = Progress(outgoing.contents.n, self.stderr)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=folder)
        try:
            with open(handle, "wb") as file:
                for part in outgoing.written(export):
                    file.write(part)
                    progress.show(outgoing.done)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o666 & ~_umask())
            Path(temporary).replace(target)
        finally:
            progress.end()
            with suppress(FileNotFoundError):
                Path(temporary).unlink()
        for sentence in outgoing.damage():
            self.stderr.write(sentence)
        return outgoing.read


def _ending(output: str) -> str:
    ending = Path(output).suffix.lstrip(".").lower()
    return ending if ending in FILES else next(iter(FILES))


def _umask() -> int:
    """What new files may not be; it can only be read by setting it."""
    if sys.platform == "win32":
        return 0
    mask = os.umask(0)
    os.umask(mask)
    return mask
