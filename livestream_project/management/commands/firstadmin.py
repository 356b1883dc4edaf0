"""Make the first administrator, in development."""

from __future__ import annotations

import contextlib
import secrets
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction
from django.urls import reverse


class Command(BaseCommand):
    """``make run`` calls it each time; it does nothing once there is a user."""

    help = "Make the administrator “admin” with a random password, where there is no user yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the password: it is shown this once, and never stored in the clear."""
        users = get_user_model()._default_manager
        password = secrets.token_urlsafe(9)
        with transaction.atomic():  # of two at once the second finds the user of the first
            if users.exists():
                return
            if settings.DEBUG:
                users.create_superuser("admin", password=password)
        if not settings.DEBUG:
            self.stdout.write(
                f"There is no administrator. Make one with: {_python()} manage.py createsuperuser"
            )
            return
        self.stdout.write(
            f"\n  The administrator of {reverse('admin:index')} is: admin\n"
            f"  with the password: {password}\n"
            f"  It is shown only now. Another one: {_python()} manage.py changepassword admin\n"
        )


def _python() -> str:
    """The interpreter of this environment, as one types it in the project's folder."""
    executable = Path(sys.executable)
    with contextlib.suppress(ValueError):
        return str(executable.relative_to(Path.cwd()))
    return str(executable)
