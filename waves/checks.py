"""System checks: settings that contradict one another, found before anything starts.

None of them reads the database, which may not have been migrated yet.
"""

from __future__ import annotations

import mimetypes
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from waves.apps import WavesConfig
from waves.conf import get_config
from waves.exceptions import ConfigurationError


@register()
def check_worker(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """The worker and the channel layer must fit together; ``runstreams`` refuses otherwise."""
    try:
        worker = get_config().worker
    except ConfigurationError as error:
        return [Error(str(error), hint="Unset or correct it.", id="waves.E003")]
    in_memory = settings.CHANNEL_LAYERS["default"]["BACKEND"].endswith("InMemoryChannelLayer")
    if worker == "separate" and in_memory:
        return [
            Error(
                "A separate worker cannot reach the servers: the in-memory channel layer "
                "does not leave its process.",
                hint="Set REDIS_URL, or WAVES_WORKER=embedded.",
                id="waves.E001",
            )
        ]
    if worker == "embedded" and not in_memory:
        return [
            Error(
                "An embedded worker in each of several server processes would produce every "
                "stream several times.",
                hint="Unset WAVES_WORKER and run `manage.py runstreams`, or unset REDIS_URL.",
                id="waves.E002",
            )
        ]
    return []


@register()
def check_origins(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """An allowed origin without its scheme would never match one that a browser sends."""
    try:
        origins = get_config().allowed_origins
    except ConfigurationError:  # told by check_worker
        return []
    return [
        Error(
            f"The allowed origin “{origin}” has no scheme.",
            hint=f"Write it as a browser sends it: https://{origin}.",
            id="waves.E004",
        )
        for origin in origins
        if "://" not in origin
    ]


@register()
def check_modules(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """Functions that could not be imported would be missed later, far from the reason."""
    return [
        Warning(str(problem), hint="Mend the module and restart.", id="waves.W001")
        for problem in cast(WavesConfig, apps.get_app_config("waves")).problems
    ]


@register()
def check_mime_type(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """A browser refuses an ES module that is not served as JavaScript."""
    guessed, _ = mimetypes.guess_type("main.js")
    if guessed in {"text/javascript", "application/javascript"}:
        return []
    return [
        Warning(
            f"This machine serves .js files as {guessed}, and browsers then refuse them.",
            hint="Mend the machine's table of MIME types (on Windows, the registry).",
            id="waves.W002",
        )
    ]
