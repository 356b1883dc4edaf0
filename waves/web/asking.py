"""What is common to all that the API is asked for: who asks, what, and what is said of an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from waves.access import Viewer
from waves.database.readiness import SILENT, problem_of
from waves.dsp.explanation import first_problem
from waves.exceptions import (
    AccessError,
    BusyError,
    ServiceUnavailableError,
    UnknownStreamError,
    WireError,
)
from waves.hub.kept import Kept
from waves.hub.status import board
from waves.protocol.description import Description
from waves.server import http_bounds
from waves.server.lifespan import serving
from waves.web.answers import MOMENTARY, View, error_answer, in_any_project
from waves.web.visitors import reader_of

Query = TypeVar("Query", bound=BaseModel)


def known_format(kinds: Mapping[str, Any]) -> Callable[[str], str]:
    """A validator of the name of a format, which says which there are."""

    def check(name: str) -> str:
        if name in kinds:
            return name
        *others, last = map(repr, kinds)
        expected = f"{', '.join(others)} or {last}"
        raise PydanticCustomError("format", "Input should be {expected}", {"expected": expected})

    return check


def answering(view: View) -> View:
    """A view for a viewer: errors are JSON, in words, with the status that fits."""

    @wraps(view)
    async def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            viewer = await reader_of(request, view, **kwargs)
            if not isinstance(viewer, Viewer):
                return viewer
            response: HttpResponseBase = await view(request, viewer, **kwargs)
        except AccessError as error:
            return error_answer(str(error), error.status)
        except UnknownStreamError as error:
            return error_answer(str(error), 404)
        except WireError as error:
            return error_answer(str(error), 400)
        except BusyError as error:
            http_bounds.counts["busy"] += 1
            return error_answer(str(error), 503)
        except ServiceUnavailableError as error:
            return error_answer(str(error), 503)
        except DatabaseError as error:
            return error_answer(problem_of(error) or SILENT, 503)
        response.headers.setdefault("Cache-Control", MOMENTARY)
        return response

    # Nothing is changed here: a POST needs no token to be told that it is none of these. A key
    # stands for a login, which is asked for above.
    return login_not_required(in_any_project(csrf_exempt(require_safe(answer))))


def parsed(query: type[Query], request: HttpRequest) -> Query:
    """The query of a request. Raises WireError, which names the field that is wrong."""
    try:
        return query.model_validate(request.GET.dict())
    except ValidationError as error:
        raise WireError(first_problem(error)) from None


def memory_of(
    handle: int, fallback: Description | None
) -> tuple[Kept | None, Mapping[str, Any] | None]:
    """What this process keeps of a stream, where it was described, and what is told of it."""
    live = serving().hub.streams.get(handle)
    kept = live.kept if live is not None and live.kept.description is not None else None
    own: Mapping[str, Any] | None = kept.description if kept is not None else None
    return kept, own or board.description(handle) or fallback
