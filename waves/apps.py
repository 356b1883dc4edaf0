"""The Django app: registers checks and finds functions; it starts nothing (see lifespan)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.apps import AppConfig, apps

from waves.exceptions import ConfigurationError


class WavesConfig(AppConfig):
    """Waves as a Django app."""

    name = "waves"
    verbose_name = "Waves"
    default_auto_field = "django.db.models.BigAutoField"
    #: Modules ``streams.py`` that could not be imported, for the system checks.
    problems: Sequence[ConfigurationError] = ()
    #: Whether ``waves.asgi.application`` was called in this process: without it no stream runs.
    served: ClassVar[bool] = False

    def ready(self) -> None:
        """Register the system checks, and import ``streams.py`` of every installed app."""
        from waves import checks  # noqa: F401
        from waves.sources.declarations import discover

        self.problems = discover(config.name for config in apps.get_app_configs())
