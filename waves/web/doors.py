"""The ways in over HTTP: our own, and those of InfluxDB, which Telegraf and others speak."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from waves.database.readiness import SILENT, problem_of
from waves.exceptions import (
    AccessError,
    AllowanceError,
    BusyError,
    IngestError,
    ServiceUnavailableError,
    TooMuchError,
    UnknownStreamError,
    WavesError,
)
from waves.ingest import formats
from waves.sources.inbox import Receipt
from waves.web import api, making, taking
from waves.web.allowance import allowance
from waves.web.answers import MOMENTARY, RETRY_SECONDS, in_any_project, json_answer
from waves.web.credentials import grant_of

#: What a client asks for that wants to know whether this is an InfluxDB.
VERSION = "1.8.10"


def answered(view: Callable[..., Awaitable[HttpResponseBase]]) -> Any:
    """A view whose refusals are JSON, in words, with code and line, and the status that fits."""

    @wraps(view)
    async def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            response = await view(request, **kwargs)
        except (WavesError, DatabaseError, RequestDataTooBig) as error:
            response = refusal(error)
        response.headers.setdefault("Cache-Control", MOMENTARY)
        return response

    # A key stands for a login, also where the host asks for one on every page.
    return login_not_required(in_any_project(csrf_exempt(answer)))


def refusal(error: Exception) -> HttpResponse:
    """What is said of an error: nothing of the request was taken."""
    status, code = _status_of(error)
    words = str(error)
    if isinstance(error, DatabaseError):
        words = problem_of(error) or SILENT
    body = {"code": code, "message": words, "error": words}
    if isinstance(error, IngestError):
        body |= {key: at for key in ("line", "column") if (at := getattr(error, key))}
    answer = json_answer(body, status)
    answer["X-Influx-Error"] = words.encode("ascii", "replace").decode()
    if status in (429, 503):
        answer["Retry-After"] = str(getattr(error, "seconds", RETRY_SECONDS))
    return answer


def _status_of(error: Exception) -> tuple[int, str]:
    if isinstance(error, AccessError):
        codes = {400: "invalid", 401: "unauthorized", 403: "forbidden", 404: "not found"}
        return error.status, codes[error.status]
    for kind, told in _STATUSES:
        if isinstance(error, kind):
            return told
    return 400, "invalid"


_STATUSES: tuple[tuple[type[Exception], tuple[int, str]], ...] = (
    (IngestError, (400, "invalid")),
    (UnknownStreamError, (404, "not found")),
    (TooMuchError, (413, "request too large")),
    (RequestDataTooBig, (413, "request too large")),
    (AllowanceError, (429, "too many requests")),
    (BusyError, (429, "too many requests")),
    (ServiceUnavailableError, (503, "unavailable")),
    (DatabaseError, (503, "unavailable")),
)


def only(method: str, request: HttpRequest) -> HttpResponse | None:
    """The answer to a request of another method; None to this one."""
    if request.method == method:
        return None
    body = {"code": "method not allowed", "error": f"Use {method} here."}
    answer = json_answer(body, 405)
    answer["Allow"] = method
    return answer


@login_not_required
@in_any_project
@csrf_exempt
async def samples(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What is kept of a stream is read; what is sent is taken."""
    view = push if request.method == "POST" else api.samples
    return _with_post(await view(request, slug=slug))


def _with_post(response: HttpResponseBase) -> HttpResponseBase:
    """What is allowed where another method is refused: the view that reads knows no POST."""
    if response.status_code == 405:
        response.headers["Allow"] = "GET, HEAD, POST"
    return response


@login_not_required
@in_any_project
@csrf_exempt
async def streams(request: HttpRequest) -> HttpResponseBase:
    """The streams are read; one is made."""
    view = make if request.method == "POST" else api.streams
    return _with_post(await view(request))


@answered
async def make(request: HttpRequest) -> HttpResponseBase:
    """A stream is made."""
    return await making.make(request)


@answered
async def push(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Samples for a stream, in whichever format its media type says."""
    media_type = request.content_type or ""
    if not formats.is_known(media_type):
        return _unsupported(media_type)
    precision = request.GET.get("precision", "ns")
    receipt = await _take(request, slug, media_type, precision)
    told = {
        "accepted": receipt.accepted,
        "late": receipt.late,
        "doubled": receipt.doubled,
        "epoch": receipt.epoch,
        "next": receipt.next,
    }
    return json_answer(told)


def _unsupported(media_type: str) -> HttpResponse:
    words = f"The media type {media_type[:60]!r} is none of {', '.join(formats.MEDIA_TYPES)}."
    body = {"code": "unsupported media type", "message": words, "error": words}
    return json_answer(body, 415)


async def _take(request: HttpRequest, slug: str, media_type: str, precision: str) -> Receipt:
    """Take the samples of a request. Raises WavesError, and then nothing of it is taken."""
    grant = await grant_of(request)
    grant.check("write")
    allowance.take(grant.prefix, "requests", 1)
    number = request.headers.get("Idempotency-Key", "")[:200]
    answer = await taking.hand_over(
        grant,
        slug,
        request.body,
        media_type,
        encoding=request.headers.get("Content-Encoding", "").strip().lower(),
        precision=precision,
        number=f"{grant.prefix}:{number}" if number else "",
    )
    return await answer()


async def _influx(request: HttpRequest, slug: str) -> HttpResponseBase:
    refused = only("POST", request)
    if refused is not None:
        return refused
    if not slug:
        raise IngestError("Say which stream: ?bucket=SLUG, or ?db=SLUG.")
    await _take(request, slug, "text/plain", request.GET.get("precision", "ns") or "ns")
    return HttpResponse(status=204)


@answered
async def influx_v1(request: HttpRequest) -> HttpResponseBase:
    """``/write?db=SLUG``, as InfluxDB 1 has it."""
    return await _influx(request, request.GET.get("db", ""))


@answered
async def influx_v2(request: HttpRequest) -> HttpResponseBase:
    """``/api/v2/write?bucket=SLUG``, as InfluxDB 2 has it."""
    return await _influx(request, request.GET.get("bucket", ""))


@answered
async def influx_v3(request: HttpRequest) -> HttpResponseBase:
    """``/api/v3/write_lp?db=SLUG``, as InfluxDB 3 has it."""
    return await _influx(request, request.GET.get("db", ""))


@answered
async def influx_query(request: HttpRequest) -> HttpResponseBase:
    """``/query``: one fixed list, for clients that look for their database before they write."""
    await grant_of(request)
    series = {"name": "databases", "columns": ["name"], "values": [["_internal"]]}
    return json_answer({"results": [{"statement_id": 0, "series": [series]}]})


@answered
async def influx_ping(request: HttpRequest) -> HttpResponseBase:
    """``/ping``: whether anyone is there."""
    answer = HttpResponse(status=204)
    answer["X-Influxdb-Version"] = VERSION
    return answer


@answered
async def influx_health(request: HttpRequest) -> HttpResponseBase:
    """``/health``: the same, in words."""
    return json_answer({"name": "waves", "status": "pass", "version": VERSION})
