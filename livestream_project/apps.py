"""The project as an app of its own: its system checks, and its page to log in."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """What belongs to this project, and not to Waves in another one."""

    name = "livestream_project"

    def ready(self) -> None:
        """Register the system checks, and log-ins that are checked one at a time."""
        from django.contrib import admin

        from livestream_project import checks  # noqa: F401
        from livestream_project.logins import LogInForm

        admin.site.login_form = LogInForm
