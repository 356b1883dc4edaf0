"""The project's settings, with an app whose sources misbehave on purpose."""

from livestream_project.settings import *  # noqa: F403
from livestream_project.settings import INSTALLED_APPS, STATIC_ROOT, env

INSTALLED_APPS = [*INSTALLED_APPS, "waves.tests.plant"]
# Tests that collect static files leave those of this tree alone.
STATIC_ROOT = env("WAVES_TEST_STATIC_ROOT") or STATIC_ROOT
