"""The project's settings, and the streams of the scenes beside its own."""

from livestream_project.settings import *  # noqa: F403
from livestream_project.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tools.scenes"]
