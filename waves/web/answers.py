"""What every answer over HTTP has in common: errors of the API as JSON, and no copy in a cache."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import orjson
from asgiref.sync import iscoroutinefunction
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from waves.addresses import is_api

# Django's stubs know no coroutine views, so their answer is Any.
View = Callable[..., Any]

#: Of what is true for a second no copy may be kept.
MOMENTARY = "no-store"
#: Pages carry states and what is for one user only; a browser may go back to one that it has.
PAGE_CACHING = "private, no-cache"
#: Seconds after which to ask again: a download takes some, a database that is locked as well.
RETRY_SECONDS = 5

#: What a status means here. No page of Django's, and nothing of an exception, gets out.
_WORDS = {
    400: "The request cannot be read: its host, its address or its body is not as it should be.",
    403: "This request is refused.",
    404: "The API has no such address: docs/protocol.md lists what there is.",
    405: "This address is only read: use GET.",
    413: "The body of the request is too long.",
    503: "The database cannot be read at this moment. If it is new, run: python manage.py migrate",
}
_FAULT = "Something went wrong on the server; its log says what."


def json_answer(value: Any, status: int = 200) -> HttpResponse:
    """A value as JSON; with a 503 goes the time to wait, with a 401 what is to be shown."""
    answer = HttpResponse(orjson.dumps(value), content_type="application/json", status=status)
    answer["Cache-Control"] = MOMENTARY
    if status == 503:
        answer["Retry-After"] = str(RETRY_SECONDS)
    if status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="Waves"'
    return answer


def error_answer(words: str, status: int) -> HttpResponse:
    """An error of the API."""
    return json_answer({"error": words}, status)


def page(view: View) -> View:
    """A page of ours, of which no cache but the visitor's own keeps a copy."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = view(*args, **kwargs)
        response.headers.setdefault("Cache-Control", PAGE_CACHING)
        return response

    return answer


def in_any_project(view: View) -> View:
    """A coroutine view for any project: where ATOMIC_REQUESTS is on, Django refuses others."""
    for alias in connections:
        view = transaction.non_atomic_requests(alias)(view)
    return view


@sync_and_async_middleware
def AnswersMiddleware(
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Whatever the cause of an error of the API (404, 405, CSRF, host, fault): it is JSON.

    It stands first, so that it sees what other middleware answers and what Django made of an
    exception.
    """

    async def answer_async(request: HttpRequest) -> HttpResponseBase:
        return finished(request, await get_response(request))

    def answer(request: HttpRequest) -> HttpResponseBase:
        return finished(request, get_response(request))

    return answer_async if iscoroutinefunction(get_response) else answer


def finished(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """An answer as it leaves: an error of the API is JSON, and caches keep what they should."""
    is_json = response.get("Content-Type", "").startswith("application/json")
    of_api = is_api(request.path)
    if of_api and response.status_code >= 400 and not is_json:
        response = _as_json(response)
    response.headers.setdefault("Cache-Control", MOMENTARY if of_api else PAGE_CACHING)
    return response


def _as_json(response: HttpResponseBase) -> HttpResponse:
    status = response.status_code
    answer = error_answer(_WORDS.get(status, _FAULT), status)
    for name in ("Allow", "Retry-After"):
        if name in response:
            answer[name] = response[name]
    return answer
