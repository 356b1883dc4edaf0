"""What is recorded, also of streams that are gone: listed, deleted, or given to a stream."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, IntegrityError, transaction

from waves.admin.recorded import give_up, size
from waves.database import installation
from waves.exceptions import UnknownStreamError
from waves.models import Stream
from waves.recorded import Recording
from waves.recording.levels import NANOSECONDS
from waves.recording.place import alias
from waves.specs import stream_named


class Command(BaseCommand):
    """``list``, ``delete UUID``, ``give UUID SLUG``."""

    help = "Lists recordings, deletes one, or gives one to a stream that has none of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which recording, and for ``give`` which stream."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="what is recorded, oldest first")
        delete = verbs.add_parser("delete", help="delete one; the worker does it, in pieces")
        give = verbs.add_parser("give", help="give a recording to a stream that has none")
        for verb in (delete, give):
            verb.add_argument("uuid", type=_uuid, help="as `recordings list` has it")
        give.add_argument("slug")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Raises CommandError where the database of recordings cannot be used."""
        try:
            getattr(self, f"_{options['verb']}")(options)
        except Error as error:
            raise CommandError(
                f"Recordings cannot be reached ({error}). Run: python manage.py migrate"
            ) from None

    def _list(self, options: dict[str, Any]) -> None:
        streams = {stream.uuid: stream.slug for stream in Stream.objects.all()}
        for row in self._rows().order_by("begin"):
            begin = datetime.fromtimestamp((row.begin or 0) / NANOSECONDS, UTC)
            whose = streams.get(row.stream, f"{row.name} (no stream)")
            self.stdout.write(
                f"{row.stream}  {size(row.bytes):>9}  since {begin:%F %T} UTC  {whose}"
            )

    def _delete(self, options: dict[str, Any]) -> None:
        row = self._found(options["uuid"])
        if Stream.objects.filter(uuid=row.stream, record=True).exists():
            raise CommandError("Its stream is being recorded: switch that off in the admin first.")
        give_up([row])
        self.stdout.write("It is not shown any more, and the worker deletes it.")

    def _give(self, options: dict[str, Any]) -> None:
        row = self._found(options["uuid"])
        try:
            stream = stream_named(options["slug"])
        except UnknownStreamError as error:
            raise CommandError(str(error)) from None
        try:
            with transaction.atomic(using=alias()):
                self._rows().filter(pk=row.pk).update(stream=stream.uuid)
        except IntegrityError:
            raise CommandError(
                f"“{stream.slug}” has a recording of its own. Delete that first, or make another "
                "stream."
            ) from None
        self.stdout.write(f"It is the past of “{stream.slug}” now.")

    def _found(self, stream: uuid.UUID) -> Recording:
        row: Recording | None = self._rows().filter(stream=stream).first()
        if row is None:
            raise CommandError("There is no such recording: see `manage.py recordings list`.")
        return row

    def _rows(self) -> Any:
        identity = installation.find().identity
        return Recording.objects.using(alias()).filter(installation=identity)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise CommandError(f"“{text}” is no UUID: see `manage.py recordings list`.") from None
