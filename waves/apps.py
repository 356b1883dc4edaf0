"""The Django app: registers checks and finds functions; it starts nothing (see lifespan)."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from django.apps import AppConfig, apps

from waves.exceptions import ConfigurationError


class WavesConfig(AppConfig):
    """Waves as a Django app."""

    name = "waves"
    verbose_name = "Waves"
    default_auto_field = "django.db.models.BigAutoField"
    #: Whether ``waves.asgi.application`` was called in this process: without it no stream runs.
    served: ClassVar[bool] = False

    def ready(self) -> None:
        """Register the checks, add what other apps bring, import the ``streams.py`` of each app."""
        from waves import checks, extensions
        from waves.sources.declarations import discover

        with suppress(ConfigurationError):  # told by checks.check_worker
            extensions.problems[:] = extensions.add_from_settings()
        checks.not_imported[:] = discover(config.name for config in apps.get_app_configs())
