"""What every answer over HTTP has in common: errors of the API as JSON, and no copy in a cache."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

#: Answers of which no copy may be kept: what they say is true for a second.
MOMENTARY = ("/api/", "/healthz/", "/metrics")
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
    """A value as JSON; with a 503 goes the time to wait."""
    answer = HttpResponse(orjson.dumps(value), content_type="application/json", status=status)
    if status == 503:
        answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def error_answer(words: str, status: int) -> HttpResponse:
    """An error of the API."""
    return json_answer({"error": words}, status)


@sync_and_async_middleware
def AnswersMiddleware(
    get_response: Callable[[HttpRequest], Any],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Whatever the cause of an error of the API (404, 405, CSRF, host, fault): it is JSON.

    It stands first, so that it sees what other middleware answers and what Django made of an
    exception.
    """

    async def answer_async(request: HttpRequest) -> HttpResponseBase:
        return _finished(request, await get_response(request))

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _finished(request, get_response(request))

    return answer_async if iscoroutinefunction(get_response) else answer


def _finished(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    is_json = response.get("Content-Type", "").startswith("application/json")
    if request.path.startswith("/api/") and response.status_code >= 400 and not is_json:
        response = _as_json(response)
    momentary = request.path.startswith(MOMENTARY)
    if "Cache-Control" not in response:
        response["Cache-Control"] = "no-store" if momentary else PAGE_CACHING
    return response


def _as_json(response: HttpResponseBase) -> HttpResponse:
    status = response.status_code
    answer = error_answer(_WORDS.get(status, _FAULT), status)
    for name in ("Allow", "Retry-After"):
        if name in response:
            answer[name] = response[name]
    return answer
