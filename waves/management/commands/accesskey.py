"""``manage.py accesskey``: make, list and revoke keys, for scripts and containers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from waves import keys
from waves.exceptions import AccessError, UnknownStreamError
from waves.models import AccessKey
from waves.specs import stream_named


class Command(BaseCommand):
    """Print a new key alone on standard output, so that a script can take it."""

    help = "Makes, lists and revokes keys for programs that send or read samples."

    def add_arguments(self, parser: CommandParser) -> None:
        """What is done, and with which key."""
        does = parser.add_subparsers(dest="does", required=True)
        create = does.add_parser(
            "create", help="Make a key, and print it: nobody can show it again."
        )
        create.add_argument("--name", default="a script", help="Who has it.")
        create.add_argument(
            "--scope",
            nargs="+",
            choices=keys.SCOPES,
            default=["write"],
            help="What it may: send samples, read them, make streams (default: write).",
        )
        create.add_argument(
            "--stream", nargs="+", default=[], help="Slugs of the only streams that it is for."
        )
        does.add_parser("list", help="All keys, without what opens anything.")
        revoke = does.add_parser("revoke", help="Let a key be of no use, within seconds.")
        revoke.add_argument("prefix", help="What stands before the point.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of the three."""
        getattr(self, f"_{options['does']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        try:
            streams = [stream_named(slug) for slug in options["stream"]]
        except UnknownStreamError as error:
            raise CommandError(str(error)) from None
        _, key = keys.make_key(options["name"], options["scope"], streams)
        self.stdout.write(key)

    def _list(self, options: dict[str, Any]) -> None:
        for row in AccessKey.objects.prefetch_related("streams"):
            may = ", ".join(scope for scope in keys.SCOPES if getattr(row, f"may_{scope}"))
            slugs = ", ".join(stream.slug for stream in row.streams.all()) or "none"
            where = "all streams" if row.all_streams else slugs
            used = f"used {row.last_used:%Y-%m-%d %H:%M}" if row.last_used else "never used"
            state = row.problem or used
            self.stdout.write(f"{row.prefix}  {row.name}: {may}; {where}; {state}")

    def _revoke(self, options: dict[str, Any]) -> None:
        try:
            row = keys.revoke(options["prefix"])
        except AccessError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{row.prefix} opens nothing any more.")
