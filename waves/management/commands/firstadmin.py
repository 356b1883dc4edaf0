"""Make the first administrator, in development."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """``make run`` calls it each time; it does nothing once there is a user."""

    help = "Make the administrator “admin” with a random password, where there is no user yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the password: it is shown this once, and never stored in the clear."""
        users = get_user_model()._default_manager
        if users.exists():
            return
        if not settings.DEBUG:
            self.stdout.write(
                "There is no administrator. Make one with: python manage.py createsuperuser"
            )
            return
        password = secrets.token_urlsafe(9)
        users.create_superuser("admin", password=password)
        self.stdout.write(
            f"\n  The administrator of /admin/ is: admin\n  with the password: {password}\n"
            "  It is shown only now. Another one: python manage.py changepassword admin\n"
        )
