"""What ``make run`` does before it serves, in one process, so that the second time is quick."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from waves.database import is_migrated


class Command(BaseCommand):
    """Each step does nothing where there is nothing to do."""

    requires_system_checks = ()  # the server that starts next runs them
    help = "Migrate, load the demo streams where there are none, make the first administrator."

    def handle(self, *args: Any, **options: Any) -> None:
        """The three steps, in their order."""
        if not is_migrated():
            call_command("migrate", verbosity=0, stdout=self.stdout)
        call_command("loaddemo", stdout=self.stdout)
        call_command("firstadmin", stdout=self.stdout)
