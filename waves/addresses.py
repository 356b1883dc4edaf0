"""Where Waves stands in this project: its addresses are asked of Django, and none is written out.

``path("anything/", include("waves.urls"))`` moves all of them, the WebSockets' too, which stand
beside the pages in ``waves.urls``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import (
    NoReverseMatch,
    Resolver404,
    ResolverMatch,
    URLResolver,
    get_resolver,
    get_urlconf,
    resolve,
    reverse,
)
from django.utils import translation

#: The app names of ``waves.urls`` and of ``waves.health_urls``.
APP, HEALTH = "waves", "waves-health"
#: What stands between the place of Waves and the addresses of its API.
API = "api/"
#: Stands for a slug in an address until the page puts one in. Its characters are those of a slug.
_PLACE = "-_slug_-"


def address(name: str, *args: object, app: str = APP) -> str:
    """The address of one of our views. Raises NoReverseMatch, as where our urls are not included.

    The host may include them within a namespace of its own.
    """
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    return reverse(f"{_namespace(app, urlconf) or app}:{name}", args=args)


def by_slug(name: str) -> str:
    """The address of a view of one stream, with ``{slug}`` where the slug stands."""
    return address(name, _PLACE).replace(_PLACE, "{slug}")


@lru_cache(maxsize=8)
def _namespace(app: str, urlconf: Any) -> str:
    """The namespaces that lead to our urls, joined as ``reverse`` takes them; else empty."""
    return next(_namespaces(get_resolver(urlconf), app), "")


def _namespaces(resolver: URLResolver, app: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if not isinstance(pattern, URLResolver):
            continue
        if pattern.app_name == app:
            yield pattern.namespace or app
        own = f"{pattern.namespace}:" if pattern.namespace else ""
        yield from (own + inner for inner in _namespaces(pattern, app))


def are_included(app: str = APP) -> bool:
    """Whether the project includes our urls anywhere."""
    return _namespace(app, get_urlconf() or settings.ROOT_URLCONF) != ""


def match(scope: Mapping[str, Any]) -> ResolverMatch | None:
    """What of ours an ASGI scope asks for; None where it is the host's, or nobody's."""
    path = path_info(scope)
    language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    try:
        with translation.override(language):  # for those who include us in i18n_patterns
            found = resolve(path)
    except Resolver404:
        return None
    return found if {APP, HEALTH} & set(found.app_names) else None


def takes_files(scope: Mapping[str, Any]) -> bool:
    """Whether an ASGI scope, or what has its path, asks for a form of the admin that uploads."""
    try:
        return resolve(path_info(scope)).url_name in ("waves_stream_add", "waves_stream_change")
    except Resolver404:
        return False


def is_bodiless(found: ResolverMatch) -> bool:
    """Whether a body has no purpose at one of our addresses: at those of API and health, but where
    samples are sent to, streams are made, and links are made and shown."""
    name = str(found.url_name)
    takes = ("api-samples", "api-streams", "api-grants", "api-links")
    return HEALTH in found.app_names or (name.startswith("api-") and name not in takes)


def is_api(path: str) -> bool:
    """Whether a path is one of the API's, of which there need not be such."""
    try:
        return path.startswith(address("index") + API)
    except NoReverseMatch:
        return False


def path_info(scope: Mapping[str, Any]) -> str:
    """The path of a scope below the place where the whole project is mounted, as Django has it."""
    root = settings.FORCE_SCRIPT_NAME or scope.get("root_path", "")
    return str(scope["path"]).removeprefix(root) or "/"


def admin_address(name: str, *args: object) -> str:
    """An address of the admin, of whichever of its sites has it; empty where none does."""
    sites: dict[str, list[str]] = get_resolver(get_urlconf()).app_dict
    for site in ("admin", *sites.get("admin", ())):
        try:
            return reverse(f"{site}:{name}", args=args)
        except NoReverseMatch:
            continue
    return ""


def sign_in_address() -> str:
    """Where the host lets users sign in (``LOGIN_URL``), else the admin's page; else empty."""
    at = str(settings.LOGIN_URL)
    if "://" in at:
        return at
    try:
        return reverse(at)
    except NoReverseMatch:
        pass
    try:
        resolve(at)  # Django's own default names a page that most projects do not have
    except Resolver404:
        return admin_address("login")
    return at


def sign_out_address() -> str:
    """Where the host lets users sign out, by Django's name for it, else the admin's; or empty."""
    try:
        return reverse("logout")
    except NoReverseMatch:
        return admin_address("logout")
