"""What ``make run`` does before it serves, in one process, so that the second time is quick."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from waves.database.readiness import is_migrated
from waves.keys import make_key
from waves.recording.place import alias

try:
    import fcntl
except ImportError:  # Windows, which has no make either to start it twice at once
    fcntl = None  # type: ignore[assignment]


class Command(BaseCommand):
    """Each step does nothing where there is nothing to do."""

    requires_system_checks = ()  # the server that starts next runs them
    help = (
        "Migrate, load the demo streams where there are none, make the first administrator; with "
        "DEBUG off collect the static files. With DEBUG on only for this machine, unless "
        "DEBUG_ON_NETWORK is set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the server will listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """The steps, in their order, where the port is free: the server would hang."""
        _check_debug(options["host"], options["port"])
        _check_free(options["host"], options["port"])
        with _alone():
            if not is_migrated() or not is_migrated(database=alias()):
                call_command("migrate", verbosity=0, stdout=self.stdout)
            if not settings.DEBUG:
                call_command("collectstatic", verbosity=0, interactive=False, stdout=self.stdout)
            call_command("loaddemo", stdout=self.stdout)
            is_new = not get_user_model()._default_manager.exists()
            call_command("firstadmin", stdout=self.stdout)
            if is_new and settings.DEBUG and _is_loopback(options["host"]) and self.stdout.isatty():
                self.stdout.write(_first_key(f"{options['host']}:{options['port']}"))


def _first_key(address: str) -> str:
    """Make a first key, and say how to send data with it: shown on this machine's terminal only."""
    _, key = make_key("the first one", ("write", "make"))
    return (
        "  A key to send data with, shown only now. In another terminal:\n\n"
        f"    export WAVES_KEY={key}\n"
        '    curl -H "Authorization: Bearer $WAVES_KEY" --json \'{"inlet": 60.1}\' \\\n'
        f"      http://{address}/api/v1/streams/boiler/samples\n\n"
        f"  and look at it: http://{address}/streams/boiler/\n"
    )


def _check_debug(host: str, port: int) -> None:
    if not settings.DEBUG or settings.DEBUG_ON_NETWORK or _is_loopback(host):
        return
    command = f"make run HOST={host} PORT={port}"
    raise CommandError(
        f"DEBUG is on, and {host} is reached by other machines: whoever causes an error there is "
        "shown settings, paths and code. There are two ways out:\n\n"
        "  turn it off (HTTPS=off only where no proxy ends TLS, on a network that you trust):\n"
        f"    DEBUG=off HTTPS=off SECRET_KEY=… ALLOWED_HOSTS=… {command}\n\n"
        "  or keep it on, where everybody on that network may see all of this:\n"
        f"    DEBUG_ON_NETWORK=on {command}\n"
    )


def _is_loopback(host: str) -> bool:
    name = host.strip("[]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise CommandError(
                f"{host}:{port} cannot be listened on ({error.strerror}). Stop what runs there, "
                f"or choose another port: make run PORT={port + 1}"
            ) from None


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time beside one database: the second finds everything done by the first.

    The lock is on the folder, so it leaves no file, and ends with the process however that ends.
    """
    name = str(settings.DATABASES["default"]["NAME"])
    folder = settings.BASE_DIR if name.startswith("file:") else Path(name).resolve().parent
    if fcntl is None:
        yield
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
