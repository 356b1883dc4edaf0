"""What ``make run`` does before it serves, in one process, so that the second time is quick."""

from __future__ import annotations

import socket
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from waves.database import is_migrated


class Command(BaseCommand):
    """Each step does nothing where there is nothing to do."""

    requires_system_checks = ()  # the server that starts next runs them
    help = "Migrate, load the demo streams where there are none, make the first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the server will listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """The three steps, in their order, where the port is free: the server would hang."""
        _check_free(options["host"], options["port"])
        if not is_migrated():
            call_command("migrate", verbosity=0, stdout=self.stdout)
        call_command("loaddemo", stdout=self.stdout)
        call_command("firstadmin", stdout=self.stdout)


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"{host}:{port} cannot be listened on ({error.strerror}). Stop what runs there, "
                f"or choose another port: make run PORT={port + 1}"
            ) from None
