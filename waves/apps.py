"""The Django app: registers checks and finds functions; it starts nothing (see lifespan)."""

from __future__ import annotations

from django.apps import AppConfig, apps


class WavesConfig(AppConfig):
    """Waves as a Django app."""

    name = "waves"
    verbose_name = "Waves"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and import ``streams.py`` of every installed app."""
        from waves import checks
        from waves.sources.declarations import discover

        checks.not_imported[:] = discover(config.name for config in apps.get_app_configs())
