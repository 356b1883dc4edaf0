"""An answer in one of the formats of samples, streamed: its headers, its bound and its place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from waves.exceptions import WireError
from waves.exports import EXPORTS, Export
from waves.web import downloads
from waves.web.callers import Caller

#: An answer of so few values is made in one piece or two, and takes nobody's place.
SMALL_VALUES = 8192
#: In words: what of the recording could not be read for an answer.
PROBLEM = "Waves-Problem"


async def place_for(request: HttpRequest, values: int, caller: Caller) -> Callable[[], None] | None:
    """A place among the downloads for an answer of so many values; None where it needs none.

    What is returned gives it back. Raises BusyError where there is none.
    """
    if request.method == "HEAD" or values <= SMALL_VALUES:
        return None
    return await downloads.places().take(caller.name)


def streamed(
    request: HttpRequest,
    export: Export,
    kind: str,
    parts: AsyncIterator[bytes],
    name: str,
    give_back: Callable[[], None] | None,
) -> HttpResponseBase:
    """An answer that is made as it is read; ``give_back`` its place when the request has ended."""
    response = _answer(request, export, parts, give_back)
    if export.saved:
        file = f"{name}.{export.ending or kind}"
        response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _answer(
    request: HttpRequest,
    export: Export,
    parts: AsyncIterator[bytes],
    give_back: Callable[[], None] | None,
) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(content_type=export.content_type)
    body = _Body(parts, give_back)
    if isinstance(request, ASGIRequest) and "waves.finally" in request.scope:
        request.scope["waves.finally"](body.close)
    return StreamingHttpResponse(body, content_type=export.content_type)


class _Body:
    """The pieces of a download, and its place, which is given back however the request ends."""

    def __init__(self, pieces: AsyncIterator[bytes], give_back: Callable[[], None] | None) -> None:
        self._pieces = pieces
        self._give_back = give_back

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces

    def close(self) -> None:
        if self._give_back is not None:
            self._give_back()


def with_problem(response: HttpResponseBase, problem: str) -> HttpResponseBase:
    """An answer that says what it lacks, as far as a header can say it."""
    if problem:
        response[PROBLEM] = problem.encode("ascii", "replace").decode()
    return response


def check_values(kind: str, values: int) -> None:
    """Raise WireError where an answer has more values than its format holds."""
    bound = EXPORTS[kind].max_values
    if bound is not None and values > bound:
        others = " or ".join(name for name, other in EXPORTS.items() if other.max_values is None)
        raise WireError(
            f"format: {kind.upper()} holds at most {bound} values; ask for {others}, for "
            "columns, or for a shorter range."
        )
