"""The Django app: registers checks and finds functions; it starts nothing (see lifespan)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from django.apps import AppConfig, apps

from waves.exceptions import ConfigurationError


class WavesConfig(AppConfig):
    """Waves as a Django app."""

    name = "waves"
    verbose_name = "Waves"
    default_auto_field = "django.db.models.BigAutoField"
    #: Modules ``streams.py`` that could not be imported, for the system checks.
    problems: Sequence[ConfigurationError] = ()

    def ready(self) -> None:
        """Register the checks, add what other apps bring, import the ``streams.py`` of each app."""
        from waves import checks, extensions  # noqa: F401
        from waves.sources.declarations import discover

        with suppress(ConfigurationError):  # told by checks.check_worker
            extensions.problems[:] = extensions.add_from_settings()
        self.problems = discover(config.name for config in apps.get_app_configs())
