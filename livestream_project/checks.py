"""System checks of this project's own settings; ``asgi.py`` runs them where no command does."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv6_address

from livestream_project.private import make_private, others_may_open, sqlite_files
from waves.checks import ORIGIN_HINT, SETTINGS, origin_problem, serves_nothing
from waves.conf import get_config
from waves.exceptions import ConfigurationError

logger = logging.getLogger("waves")

#: A host name or an IPv4 address, in lower case; a leading dot stands for all names below.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
HOST = re.compile(rf"\.?{_LABEL}(?:\.{_LABEL})*")


def before_serving() -> None:
    """Under daphne and the like no command runs the checks: warn of settings, or refuse them.

    Raises SystemExit, with what to do, for settings that cannot work.
    """
    if serves_nothing() or "daphne.management.commands.runserver" in sys.modules:
        return  # a command runs them all
    try:
        get_config()
    except ConfigurationError as error:
        raise SystemExit(f"Waves does not start:\n{error}") from None
    problems = run_checks(tags=[SETTINGS])
    errors = [str(problem) for problem in problems if problem.is_serious()]
    if errors:
        raise SystemExit("Waves does not start:\n" + "\n".join(errors))
    for problem in problems:
        logger.warning("%s", problem)


@register(SETTINGS)
def check_debug(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """DEBUG is for a machine that nobody else reaches, and it is on unless it is turned off."""
    if not settings.DEBUG:
        return []
    return [
        Warning(
            "DEBUG IS ON: whoever causes an error is shown settings, paths and code.",
            hint="On this machine alone that is fine. For anybody else set DEBUG=off.",
            id="waves.W020",
        )
    ]


@register(SETTINGS)
def check_hosts(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """A host that can never match, or that always does."""
    hosts = list(settings.ALLOWED_HOSTS)
    if not hosts and not settings.DEBUG:
        return [
            Error(
                "ALLOWED_HOSTS is empty: no page would be served.",
                hint="Set it to the names under which the pages are opened.",
                id="waves.E010",
            )
        ]
    return [problem for host in hosts for problem in _host_problems(host)]


def _host_problems(host: str) -> Iterator[CheckMessage]:
    if host == "*":
        yield Warning(
            "ALLOWED_HOSTS is *: a page of a stranger may then read yours by DNS rebinding.",
            hint="List the names under which the pages are opened.",
            id="waves.W022",
        )
    elif not (HOST.fullmatch(host.lower()) or _is_ipv6(host)):
        yield Error(
            f"ALLOWED_HOSTS has “{host}”, which is no host name.",
            hint="Write names alone, without scheme, port or path: waves.example.org, "
            ".example.org for all names below, [::1] for an IPv6 address.",
            id="waves.E011",
        )


def _is_ipv6(host: str) -> bool:
    if not (host.startswith("[") and host.endswith("]")):
        return False
    try:
        validate_ipv6_address(host[1:-1])
    except ValidationError:
        return False
    return True


@register(SETTINGS)
def check_csrf_origins(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """An origin that no browser sends would let no form through."""
    return [
        Error(f"CSRF_TRUSTED_ORIGINS has “{origin}”{problem}", hint=ORIGIN_HINT, id="waves.E012")
        for origin in settings.CSRF_TRUSTED_ORIGINS
        if (problem := origin_problem(origin.replace("://*.", "://", 1)))
    ]


@register(SETTINGS)
def check_proxies(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """Behind a proxy that is not named, all visitors have one address."""
    try:
        named = get_config().trusted_proxies
    except ConfigurationError:  # told by waves.checks.check_worker
        return []
    if named or not settings.SECURE_PROXY_SSL_HEADER:
        return []
    return [
        Warning(
            "HTTPS is on, so a proxy is in front, but WAVES_TRUSTED_PROXIES names none: all "
            "visitors share the proxy's address, and who guesses passwords locks out everybody.",
            hint="Set it to the proxy's address as this server sees it, such as 127.0.0.1.",
            id="waves.W023",
        )
    ]


@register(SETTINGS)
def check_database_mode(app_configs: object = None, **kwargs: Any) -> list[CheckMessage]:
    """Password hashes are in these files: mend what is ours, and tell what is not."""
    database = settings.DATABASES["default"]
    is_sqlite = "sqlite" in str(database["ENGINE"])
    files = sqlite_files(str(database["NAME"])) if is_sqlite else []
    for file in files:
        make_private(file)
    return [
        Warning(
            f"{file} holds the hashes of passwords, and others on this machine may open it.",
            hint=f"Whoever owns it runs: chmod 600 {file}",
            id="waves.W021",
        )
        for file in files
        if others_may_open(file)
    ]
