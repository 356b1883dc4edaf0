"""Log-ins are throttled by django-axes; this is what it is told about this project.

Two counts of wrong passwords: one of a name from an address, and one of an address, whatever
names it tries. None of a name alone: anybody could keep an administrator out with it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now

from waves.addresses import sign_out_address
from waves.web.clientaddress import counted_as, request_address

#: An address may fail this many times as often as one name from it: a whole office may share it.
ADDRESS_FACTOR = 5
#: Rows of failures that are kept, some 2 KiB each; beyond, those of longest ago are forgotten.
MAX_ATTEMPTS = 10_000
#: Seconds that a log-in waits for those before it; each takes some 0.3 s of a core.
WAIT_SECONDS = 5.0
#: So many fit into that wait. Each holds a thread; one more is told at once to come again.
LONGEST_LINE = 16

_turn = threading.Lock()
_line = threading.BoundedSemaphore(LONGEST_LINE)


class SignInForm(AuthenticationForm):
    """Checks one password at a time in a process.

    So those who guess many at once are counted before the next one is looked at, and the
    hashing, which is slow on purpose, takes no more than one core.
    """

    def clean(self) -> dict[str, Any]:
        """As Django does, in turn; raises ValidationError where too many others wait."""
        with _in_turn():
            return super().clean()


class LogInForm(SignInForm, AdminAuthenticationForm):
    """The same for the admin, which lets staff in alone."""


class SignIn(LoginView):
    """Where anybody with an account signs in, in the style of the pages. Who has done so already
    goes on."""

    form_class = SignInForm
    template_name = "sign_in.html"
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:  # type: ignore[override]  # the stubs are of a newer Django
        """Where somebody asked to go on; empty, and so the list, where it is no place to stay.

        Here they would be led on for ever, which Django answers with a fault, and signing out is
        no page.
        """
        asked: str = super().get_redirect_url()
        path = unquote(urlsplit(urljoin(self.request.build_absolute_uri(), asked)).path)
        doors = {door.rstrip("/") for door in (self.request.path, sign_out_address())}
        return "" if path.rstrip("/") in doors else asked


@contextmanager
def _in_turn() -> Iterator[None]:
    with ExitStack() as held:
        for lock, seconds in ((_line, 0.0), (_turn, WAIT_SECONDS)):
            if not lock.acquire(timeout=seconds):
                raise ValidationError(
                    "Too many are logging in right now. Try again in a few seconds."
                )
            held.callback(lock.release)
        yield


class Handler(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Counts by name and address and, less strictly, by address; keeps a bounded table."""

    def get_failures(self, request: HttpRequest, credentials: Any = None) -> int:
        """The greater of the two counts, in failures of one name (AXES_LOCKOUT_PARAMETERS)."""
        return max(count for count, _ in self._counts(request, credentials))

    def _counts(self, request: HttpRequest, credentials: Any) -> list[tuple[int, datetime | None]]:
        of_name, of_address = (
            attempts.aggregate(sum=Sum("failures_since_start"), newest=Max("attempt_time"))
            for attempts in self.get_user_attempts(request, credentials)
        )
        return [
            (of_name["sum"] or 0, of_name["newest"]),
            ((of_address["sum"] or 0) // ADDRESS_FACTOR, of_address["newest"]),
        ]

    def clean_expired_user_attempts(self, request: Any = None, credentials: Any = None) -> int:
        """Forget what is over, and the oldest of what is too much."""
        count: int = super().clean_expired_user_attempts(request, credentials)
        beyond = AccessAttempt.objects.order_by("-attempt_time").values("pk")[MAX_ATTEMPTS:]
        AccessAttempt.objects.filter(pk__in=list(beyond.values_list("pk", flat=True))).delete()
        return count

    def reset_user_attempts(self, request: HttpRequest, credentials: Any = None) -> int:
        """After a right password only that name from that address is forgiven.

        Otherwise whoever has one account could guess at others without end.
        """
        of_name, _ = self.filter_user_attempts(request, credentials)
        return int(of_name.delete()[0])

    def seconds_left(self, request: HttpRequest, credentials: Any) -> int:
        """After how long the failures that lock this log-in are all forgotten."""
        limit = get_failure_limit(request, credentials)
        counts = self._counts(request, credentials)
        newest = max((last for count, last in counts if last and count >= limit), default=now())
        cool_off = get_cool_off(request) or timedelta()
        return max(1, ceil((newest + cool_off - now()).total_seconds()))


def address(request: HttpRequest) -> str | None:
    """Whom a failure is counted against: the visitor's address or, of IPv6, its network."""
    return counted_as(request_address(request)) or None


def locked_out(request: HttpRequest, *ignored: object) -> HttpResponse:
    """The page for whoever guessed too often: why, when again, and what else helps.

    It is the same whether the name exists or not.
    """
    handler = AxesProxyHandler.get_implementation()
    seconds = handler.seconds_left(request, getattr(request, "axes_credentials", None))
    context = {"minutes": ceil(seconds / 60)}
    answer = render(request, "locked_out.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
