"""Load the demo streams, only where there is no stream at all."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from waves.models import Stream


class Command(BaseCommand):
    """``make run`` calls it each time; it never touches what is there."""

    help = "Load the demo streams, unless there are streams already."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the fixture into an empty table."""
        with transaction.atomic():  # of two at once the second finds the streams of the first
            if Stream.objects.exists():
                return
            call_command("loaddata", "demo", verbosity=0)
        self.stdout.write(f"Loaded {Stream.objects.count()} demo streams.")
