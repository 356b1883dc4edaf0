"""System checks: settings that contradict one another, found before anything starts.

None of them reads the database, which may not have been migrated yet.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.checks import CheckMessage, Error, Info, Warning, register
from django.utils.module_loading import import_string

from waves import addresses, extensions, shards
from waves.conf import (
    NEEDS_REDIS,
    function_of,
    get_config,
    in_memory,
    layer_backend,
    layer_of_one,
    networks,
)
from waves.exceptions import ConfigurationError

#: The tag of checks that a server runs too, where it is not started by a command.
SETTINGS = "waves_settings"

#: Modules ``streams.py`` that could not be imported; the app tells them as it starts.
not_imported: list[ConfigurationError] = []


@register()
def check_worker(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """The worker and the channel layer must fit together; ``runstreams`` refuses otherwise."""
    try:
        worker = get_config().worker
    except ConfigurationError as error:
        return [Error(str(error), hint="Unset or correct it.", id="waves.E003")]
    if worker == "separate" and in_memory():
        return [
            Error(
                "A separate worker cannot reach the servers: the in-memory channel layer "
                "does not leave its process.",
                hint="Set REDIS_URL (in another project CHANNEL_LAYERS and WAVES['redis_url']), or "
                "WAVES_WORKER=embedded.",
                id="waves.E001",
            )
        ]
    if worker == "embedded" and not in_memory():
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
def check_channel_layer(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """What follows from having no channel layer, or one whose packages are missing."""
    backend = layer_backend()
    if not backend:
        return [
            Info(
                "CHANNEL_LAYERS is not set, so Waves uses memory: what its worker produces stays "
                "in the one process that serves the pages.",
                hint="For one process that is right. For more, or for runstreams, set "
                "CHANNEL_LAYERS to channels_redis.pubsub.RedisPubSubChannelLayer, and "
                "WAVES['redis_url'].",
                id="waves.I001",
            )
        ]
    module = backend.partition(".")[0]
    if find_spec(module) is None:
        hint = NEEDS_REDIS if module == "channels_redis" else f"Install {module}."
        return [Error(f"CHANNEL_LAYERS names {backend}.", hint=hint, id="waves.E005")]
    return list(_other_hosts())


def _other_hosts() -> Iterator[CheckMessage]:
    try:
        several = shards.count() > 1
    except ConfigurationError:
        return  # ``check_worker`` tells it
    try:
        if several:
            layer_of_one(0)
    except ConfigurationError as error:
        yield Error(str(error), hint="Correct either.", id="waves.E008")


#: Leads what is recorded to a database of its own.
ROUTER = "waves.recording.place.Router"


@register()
def check_recordings(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """A database of recordings needs our router: else its tables are made in each database."""
    if "recordings" not in settings.DATABASES or ROUTER in settings.DATABASE_ROUTERS:
        return []
    return [
        Error(
            "DATABASES has “recordings”, and nothing leads recordings there.",
            hint=f"Add “{ROUTER}” to DATABASE_ROUTERS, and run `migrate --database recordings`.",
            id="waves.E007",
        )
    ]


@register()
def check_application(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """Without daphne's ``runserver``, or without our ASGI application, no stream runs."""
    found: list[CheckMessage] = []
    if not apps.is_installed("daphne"):
        found.append(
            Warning(
                "“daphne” is not in INSTALLED_APPS: runserver speaks WSGI, and runs no stream.",
                hint="Put “daphne” first in INSTALLED_APPS.",
                id="waves.W003",
            )
        )
    path = getattr(settings, "ASGI_APPLICATION", None)
    if not path:
        return [*found, Warning("ASGI_APPLICATION is not set.", hint=ASGI_HINT, id="waves.W004")]
    return found + _application_problems(path)


ASGI_HINT = (
    "Set it to the application in asgi.py, such as “project.asgi.application”, and write there: "
    "application = waves.asgi.application(get_asgi_application())"
)


#: The application is being imported to be looked at, and not to be served.
_imports_application = False


def serves_nothing() -> bool:
    """Whether a command's checks import the application: they do all that a server checks."""
    return _imports_application


def _application_problems(path: str) -> list[CheckMessage]:
    """What a server imports is imported here, and whether it is ours is seen by then."""
    global _imports_application
    _imports_application = True
    try:
        import_string(path)
    except (Exception, SystemExit) as error:  # whatever the host's module raises
        told = f"{type(error).__name__}: {error}"
        return [Warning(f"{path} could not be imported: {told}", hint=ASGI_HINT, id="waves.W006")]
    finally:
        _imports_application = False
    if getattr(apps.get_app_config("waves"), "served", False):
        return []
    return [
        Warning(
            f"{path} does not pass through Waves: its WebSockets go nowhere, and no stream runs.",
            hint=ASGI_HINT,
            id="waves.W007",
        )
    ]


@register()
def check_addresses(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """Without a place among the project's addresses there is no page."""
    if addresses.are_included():
        return []
    return [
        Warning(
            "No address leads to Waves: nothing includes waves.urls.",
            hint='Add to the urlpatterns: path("waves/", include("waves.urls")).',
            id="waves.W005",
        )
    ]


@register()
def check_policy(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """A policy without a nonce refuses the import map, which there is where files are hashed."""
    if not hasattr(staticfiles_storage, "hashed_files"):
        return []
    return [
        Warning(
            f"{setting} has no nonce for scripts: browsers refuse the import map of our pages, and "
            "load their modules without hashed names.",
            hint="Add it to script-src: csp.constants.NONCE of django-csp, CSP.NONCE of Django 6.",
            id="waves.W008",
        )
        for setting, directives in _policies()
        if not _allows_inline(directives)
    ]


def _policies() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The policies that the project's middleware sends, by the setting that holds them."""
    middleware = set(settings.MIDDLEWARE)
    if "csp.middleware.CSPMiddleware" in middleware:
        policy = getattr(settings, "CONTENT_SECURITY_POLICY", None) or {}
        yield "CONTENT_SECURITY_POLICY", policy.get("DIRECTIVES", {})
    if "django.middleware.csp.ContentSecurityPolicyMiddleware" in middleware:
        yield "SECURE_CSP", getattr(settings, "SECURE_CSP", None) or {}


def _allows_inline(directives: Mapping[str, Any]) -> bool:
    for name in ("script-src-elem", "script-src", "default-src"):
        if name in directives:
            allowed = repr(directives[name]).lower()  # each of the two has an object for its nonce
            return "nonce" in allowed or "'unsafe-inline'" in allowed
    return True


@register()
def check_may_view(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """A function that cannot be called lets nobody see anything."""
    try:
        path = get_config().may_view
    except ConfigurationError:  # told by check_worker
        return []
    try:
        if path:
            function_of(path)
    except ConfigurationError as error:
        return [Error(str(error), hint="Correct WAVES['may_view'].", id="waves.E006")]
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
    """A proxy is named by an address or a network; a host's name cannot be compared. So is who
    may read the metrics."""
    try:
        config = get_config()
    except ConfigurationError:  # told by check_worker
        return []
    try:
        networks(config.trusted_proxies)
        networks(config.metrics_from, "WAVES_METRICS_FROM")
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
        for problem in not_imported
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
