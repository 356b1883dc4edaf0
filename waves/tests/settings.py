"""The project's settings, with an app whose sources misbehave on purpose."""

from livestream_project.settings import *  # noqa: F403
from livestream_project.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "waves.tests.plant"]
