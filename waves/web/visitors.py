"""Who visits: the viewer behind a request, and the one behind a WebSocket.

A WebSocket passes none of Django's middleware. So its session is found by Channels' own, and its
user by Django's rules. Where the host asks for a login on every page, its middleware is asked about
the socket's address, too.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from channels.sessions import CookieMiddleware, SessionMiddleware
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from waves.access import Viewer, own_function
from waves.exceptions import AccessError, BusyError
from waves.keys import Grant
from waves.web.clientaddress import request_address
from waves.web.credentials import (
    grant_for,
    grant_from,
    grant_of,
    is_for_us,
    key_in,
    refuse_in_address,
)
from waves.web.lookup import look_up
from waves.web.origins import as_request

if TYPE_CHECKING:
    from django.contrib.auth.middleware import LoginRequiredMiddleware

Scope = dict[str, Any]

LOG_IN = "This site asks for a login: log in, and open the page again."


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer behind a request. Its user is read from the database when it is first needed."""
    return Viewer(getattr(request, "user", None))


async def reader_of(request: HttpRequest, view: Any, **kwargs: Any) -> Viewer | HttpResponseBase:
    """Who reads by a request: whoever has the key that it shows, for which it alone decides; else
    the user, or what a visitor is answered who has to log in first.

    Raises AccessError or BusyError of a key, ServiceUnavailableError where the database cannot say.
    """
    refuse_in_address(request)
    if is_for_us(request.headers.get("Authorization", "")):
        grant = await grant_of(request)
        grant.check("read")
        return Viewer(grant=grant)
    return await _turned_away(request, view, **kwargs) or viewer_of(request)


class Visitor:
    """Who is behind a socket, looked at again and again: sessions end, rights are taken away."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.viewer = Viewer()
        #: The key that a program shows; it stands for a login.
        self.shows_key = is_for_us(_authorization(scope))
        #: The one that it showed in its first message; empty: it stands in the header.
        self._key = ""
        #: It was right once: what becomes of it later is no wrong key of its address.
        self._was_right = False
        #: Whether it matters from the beginning who it is; else the database is left alone until
        #: a stream is asked for that is not for everyone.
        self.matters = self.shows_key or bool(_login_middleware()) or bool(own_function())

    def show(self, key: str) -> None:
        """A key is shown in a message: it alone decides from now on, and no session is read."""
        self.shows_key, self.matters, self._key, self.viewer = True, True, key, Viewer()
        self._was_right = False

    async def refusal(self) -> str:
        """Learn who it is now; why they may have no socket, in words, or "".

        Raises ServiceUnavailableError where the database cannot say.
        """
        if self.shows_key:
            return await self._look_at_key()
        scope = await _with_session(self._scope)
        user, may = await look_up(partial(_admitted, scope))
        self.viewer = Viewer(user)
        return "" if may else LOG_IN

    async def _look_at_key(self) -> str:
        try:
            grant = await self._grant()
            grant.check("read")
        except (AccessError, BusyError) as error:
            return str(error)
        self._was_right, self.viewer = True, Viewer(grant=grant)
        return ""

    async def _grant(self) -> Grant:
        if self._was_right:
            return await grant_for(self._key or key_in(_authorization(self._scope)))
        request = as_request(self._scope)
        if self._key:
            return await grant_from(request_address(request), self._key)
        return await grant_of(request)


def _authorization(scope: Scope) -> str:
    """The header of a handshake, as far as it is one."""
    found = [value for name, value in scope.get("headers", ()) if name == b"authorization"]
    return found[0].decode("latin1") if len(found) == 1 else ""


async def _with_session(scope: Scope) -> Scope:
    """A scope as Channels' middleware hands it on, with a session that nobody has read yet."""
    found: list[Scope] = []

    async def keep(scope: Scope, receive: Any, send: Any) -> None:
        found.append(scope)

    await CookieMiddleware(SessionMiddleware(keep))(scope, None, None)
    return found[0]


def _admitted(scope: Scope) -> tuple[Any, bool]:
    """The user of a session, and whether those who ask for a login let them pass."""
    user = None
    request = as_request(scope)
    request.session = _unwritten(scope["session"])
    if apps.is_installed("django.contrib.auth") and apps.is_installed("django.contrib.sessions"):
        # Not Channels' function: it knows no SECRET_KEY_FALLBACKS.
        user = get_user(request)
    request.user = user  # type: ignore[assignment]  # of whichever model
    # Of a socket that the host routes by itself no view is known: it is like any other.
    match: tuple[Any, Any, Any] = scope.get("waves.match") or (_no_view, (), {})
    asked = (made.process_view(request, *match) for made in _login_middleware())
    return user, all(answer is None for answer in asked)


class _Unwritten:
    """A session that stays as it is stored. Django ends one, or gives it another key, as it finds
    the user; a socket could not tell its browser of that."""

    def save(self, must_create: bool = False) -> None:
        """Store nothing."""

    def create(self) -> None:
        """Begin no other."""

    def delete(self, session_key: str | None = None) -> None:
        """End none."""


def _unwritten(session: Any) -> Any:
    """A session as it is stored now, which is read only."""
    return _unwritten_kind(session.__class__)(session.session_key)


@cache
def _unwritten_kind(kind: type) -> type:
    return type(kind.__name__, (_Unwritten, kind), {})


async def _turned_away(request: HttpRequest, view: Any, **kwargs: Any) -> HttpResponseBase | None:
    """What a visitor is answered who has to log in before a view; None where none has to."""
    if not _login_middleware():
        return None

    def ask() -> HttpResponseBase | None:
        asked = (made.process_view(request, view, (), kwargs) for made in _login_middleware())
        return next((answer for answer in asked if answer is not None), None)

    return await look_up(ask)


def _no_view(request: HttpRequest) -> None:
    """A view that nobody has let off the login."""


@cache
def _login_middleware() -> tuple[LoginRequiredMiddleware, ...]:
    """What the host has to ask for a login on every page: Django's own, or one derived from it."""
    if not apps.is_installed("django.contrib.auth"):
        return ()
    from django.contrib.auth.middleware import LoginRequiredMiddleware

    classes = [import_string(path) for path in settings.MIDDLEWARE]
    return tuple(
        made(lambda request: HttpResponse())
        for made in classes
        if isinstance(made, type) and issubclass(made, LoginRequiredMiddleware)
    )


@receiver(setting_changed)
def _forget(*, setting: str, **kwargs: object) -> None:
    if setting == "MIDDLEWARE":
        _login_middleware.cache_clear()
