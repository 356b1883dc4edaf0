"""The project's settings, with an app whose values say which sample they are."""

from livestream_project.settings import *  # noqa: F403
from livestream_project.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.faults.plant"]
