"""System checks: settings that contradict one another, found before anything starts.

None of them reads the database, which may not have been migrated yet.
"""

from __future__ import annotations

import mimetypes
from typing import Any, cast
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from waves import clientaddress, extensions
from waves.apps import WavesConfig
from waves.conf import get_config
from waves.exceptions import ConfigurationError

#: The tag of checks that a server runs too, where it is not started by a command.
SETTINGS = "waves_settings"


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


@register(SETTINGS)
def check_origins(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """An allowed origin that no browser sends would never match."""
    try:
        origins = get_config().allowed_origins
    except ConfigurationError:  # told by check_worker
        return []
    return [
        Error(f"WAVES_ALLOWED_ORIGINS has “{origin}”{problem}", hint=ORIGIN_HINT, id="waves.E004")
        for origin in origins
        if (problem := origin_problem(origin))
    ]


ORIGIN_HINT = (
    "Write it as a browser sends it, https://waves.example.org, with a port only where its "
    "address shows one."
)


def origin_problem(origin: str) -> str:
    """What is wrong with an origin, to stand after it; empty where it is one."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return ", which is no address."
    if parts.scheme not in ("http", "https"):
        return ", which does not begin with https:// or http://."
    if not parts.hostname or any(c in parts.hostname for c in "*, \t") or port == 0:
        return ", which has no host that a browser could name."
    if (
        parts.netloc != parts.netloc.rpartition("@")[2]
        or origin.partition("://")[2] != parts.netloc
    ):
        return ", which is more than scheme, host and port."
    return ""


@register(SETTINGS)
def check_trusted_proxies(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """A proxy is named by an address or a network; a host's name cannot be compared."""
    try:
        proxies = get_config().trusted_proxies
    except ConfigurationError:  # told by check_worker
        return []
    try:
        clientaddress.trusted(proxies)
    except ConfigurationError as error:
        return [
            Error(
                str(error),
                hint="List addresses and networks, such as 127.0.0.1,10.0.0.0/8; or unix.",
                id="waves.E013",
            )
        ]
    return []


@register()
def check_modules(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """Functions that could not be imported would be missed later, far from the reason."""
    return [
        Warning(str(problem), hint="Mend the module and restart.", id="waves.W001")
        for problem in cast(WavesConfig, apps.get_app_config("waves")).problems
    ]


@register(SETTINGS)
def check_extensions(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """What could not be added would be missed later: in a list of choices, or by a stream."""
    return [
        Error(str(problem), hint="Correct or remove it (docs/extending.md).", id="waves.E030")
        for problem in extensions.problems
    ]


@register(deploy=True)
def check_body_limit(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """daphne takes all of a body before Waves is asked: only a server in front can bound it."""
    try:
        limit = get_config().body_limit
    except ConfigurationError:  # told by check_worker
        return []
    if limit is not None:
        return []
    return [
        Warning(
            "Nothing says that bodies are bounded in front of the server, and daphne takes one of "
            "any size before it asks.",
            hint="Bound them in the server in front (nginx: client_max_body_size 1m), and say so: "
            "WAVES_BODY_LIMIT=1048576.",
            id="waves.W010",
        )
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
