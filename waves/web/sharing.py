"""Links over HTTP: a key is exchanged for a grant, and who signed in makes, lists and revokes them.

A grant is asked for without a session: whoever has the key has it. The rest is Django's: its
session, its CSRF token, its permissions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from waves import links
from waves.access import handle_seen
from waves.addresses import address
from waves.audit import note
from waves.database.readiness import SILENT, problem_of
from waves.dsp.explanation import first_problem
from waves.exceptions import (
    AccessError,
    BusyError,
    ServiceUnavailableError,
    TooMuchError,
    UnknownStreamError,
    WavesError,
)
from waves.models import ShareLink, Stream
from waves.specs import stream_spec
from waves.web.answers import error_answer, in_any_project, json_answer
from waves.web.clientaddress import request_address
from waves.web.credentials import check_address, note_wrong
from waves.web.lookup import look_up
from waves.web.pages import Mode, configuration
from waves.web.visitors import viewer_of

Body = TypeVar("Body", bound=BaseModel)

#: A view has 2,000 characters, an origin some 50: no body that means something is longer.
MOST_BYTES = 16_384
#: Pages of one link that may have a stream in a frame; all of them stand in one header.
MOST_PARENTS = 20
#: Pixels that a frame has which nobody sized yet: 16 to 9, as wide as a text.
WIDTH, HEIGHT = 800, 450

#: What kinds are called in the log.
KINDS = {"link": "link", "embed": "frame", "wall": "wall link"}

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://localhost(:[0-9]{1,5})?")


def _origin(text: str) -> str:
    """Of a page that may have it in a frame. It goes into a header: nothing else passes."""
    words = "An origin is written as https://host or https://host:port, without a path."
    try:
        parts = urlsplit(text)
        if not _ORIGIN.fullmatch(text) or not parts.hostname or parts.port == 0:
            raise ValueError
    except ValueError:
        raise PydanticCustomError("origin", words) from None
    return text


def _query(text: str) -> str:
    if not text.isprintable() or "#" in text:
        raise PydanticCustomError("view", "It is the query of the page's address, and no more.")
    return text.removeprefix("?")


class ShownKey(BaseModel):
    """The key of a link, as it stands behind the # of its address."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(min_length=1, max_length=200, repr=False)]


class NewLink(BaseModel):
    """A link that is to be made of a stream."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[
        Literal["link", "embed", "wall"],
        Field(description="For a person, for a frame in another page, or for a wall."),
    ]
    seconds: Annotated[
        int | None,
        Field(
            ge=links.SHORTEST,
            le=links.LONGEST,
            description="It expires after these; null: never, for embed and wall alone.",
        ),
    ] = None
    view: Annotated[
        str,
        Field(max_length=2000, description="The query of the oscilloscope's address."),
        AfterValidator(_query),
    ] = ""
    parents: Annotated[
        list[Annotated[str, AfterValidator(_origin)]],
        Field(max_length=MOST_PARENTS, description="Origins of pages that may embed it."),
    ] = []
    controls: Annotated[bool, Field(description="Whether an embedded one has controls.")] = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> NewLink:
        if self.kind == "link" and self.seconds is None:
            raise PydanticCustomError("seconds", "A link expires: say after how many seconds.")
        if self.kind == "embed" and not self.parents:
            raise PydanticCustomError("parents", "Say which pages may embed it: their origins.")
        if self.kind != "embed" and self.parents:
            raise PydanticCustomError("parents", "Only what is embedded has parents.")
        return self


View = Callable[..., HttpResponseBase]


def _answered(*methods: str) -> Callable[[View], View]:
    """A view of who signed in, for these methods alone, whose refusals are JSON, in words."""

    def decorated(view: View) -> View:
        @csrf_protect
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, **kwargs)
            except (WavesError, DatabaseError) as error:
                return _refusal(error)

        @wraps(view)
        def answer_method(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if request.method in methods:
                return answer(request, **kwargs)
            refusal = error_answer(f"Use {' or '.join(methods)} here.", 405)
            refusal["Allow"] = ", ".join(methods)
            return refusal

        # Who is not signed in is told so in JSON, for being led to a page. A method that nobody
        # knows needs no token to be told that: it is asked for behind that.
        return login_not_required(csrf_exempt(answer_method))

    return decorated


def _refusal(error: Exception) -> HttpResponse:
    if isinstance(error, DatabaseError):
        return error_answer(problem_of(error) or SILENT, 503)
    if isinstance(error, AccessError):
        return error_answer(str(error), error.status)
    return error_answer(str(error), _STATUSES.get(type(error), 400))


class _InvalidError(WavesError):
    """A body that can be read, and asks for what cannot be."""


_STATUSES: dict[type[Exception], int] = {
    UnknownStreamError: 404,
    TooMuchError: 422,
    _InvalidError: 422,
    BusyError: 429,
    ServiceUnavailableError: 503,
}


def _body(model: type[Body], request: HttpRequest) -> Body:
    """What a request says. Raises AccessError where it is no JSON, WavesError where it is wrong."""
    if len(request.body) > MOST_BYTES:
        raise _InvalidError(f"The body has more than {MOST_BYTES} bytes.")
    try:
        return model.model_validate_json(request.body)
    except ValidationError as error:
        words = first_problem(error)
        unreadable = error.errors(include_input=False)[0]["type"] == "json_invalid"
        raise (WavesError if unreadable else _InvalidError)(words) from None


@login_not_required
@in_any_project
@csrf_exempt
@require_POST
@sensitive_variables()
async def grants(request: HttpRequest) -> HttpResponseBase:
    """Exchange the key of a link for a grant, and what its page has to know of the stream."""
    client = request_address(request)
    try:
        check_address(client)
        key = _body(ShownKey, request).key
        answer = json_answer(await look_up(sensitive_variables()(lambda: _granted(key))))
    except WavesError as error:
        if isinstance(error, AccessError):
            note_wrong(client)
        answer = _refusal(error)
        if answer.status_code == 429:
            answer["Retry-After"] = "60"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@sensitive_variables()
def _granted(key: str) -> dict[str, Any]:
    opened = links.open_link(key)
    link = opened.link
    return {
        "grant": opened.grant,
        "expires": opened.expires,
        "kind": link.kind,
        "view": link.view,
        "controls": link.controls,
        "config": configuration(stream_spec(link.stream), staff=False, mode=_mode_of(link)),
    }


def _mode_of(link: ShareLink) -> Mode:
    """How much of the page there is."""
    if link.kind == "wall":
        return "kiosk"
    return "bare" if link.kind == "embed" and not link.controls else "full"


@_answered("GET", "HEAD", "POST")
def stream_links(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The own links of a stream are read; one is made."""
    stream = Stream.objects.get(pk=handle_seen(viewer_of(request), slug))
    user = _sharer(request)
    if request.method == "POST":
        return _make(request, stream, user)
    return json_answer({"links": [_told(row) for row in links.of_owner(user, stream)]})


def _sharer(request: HttpRequest) -> Any:
    """Who makes links. Raises AccessError where whoever asks may make none."""
    user = _signed_in(request)
    if not user.has_perm("waves.add_sharelink"):
        raise AccessError("You may not share streams: ask who runs this site.", status=403)
    return user


def _signed_in(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)  # not every project has users
    if user is None or not user.is_authenticated or not user.is_active:
        raise AccessError("Sign in to share a stream.", status=403)
    return user


def _make(request: HttpRequest, stream: Stream, user: Any) -> HttpResponseBase:
    asked = _body(NewLink, request)
    ends = None if asked.seconds is None else timezone.now() + timedelta(seconds=asked.seconds)
    row, key = links.make(
        stream,
        asked.kind,
        user,
        expires=ends,
        view=asked.view,
        parents=asked.parents,
        controls=asked.controls,
    )
    note(user, stream, f"Shared by the {KINDS[row.kind]} {row.prefix}.")
    place = address("embed", stream.slug) if row.kind == "embed" else address("shared")
    whole = f"{request.build_absolute_uri(place)}#{key}"
    told = {
        "prefix": row.prefix,
        "key": key,
        "address": whole,
        "embed": _frame(whole, stream.name) if row.kind == "embed" else None,
        "expires": _seconds(row.expires),
    }
    return json_answer(told, 201)


def _frame(whole: str, name: str) -> str:
    """What another page has in it to show the stream."""
    words = (
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" '
        'allow="fullscreen" referrerpolicy="no-referrer"></iframe>'
    )
    return format_html(words, whole, name, WIDTH, HEIGHT)


def _told(row: ShareLink) -> dict[str, Any]:
    return {
        "prefix": row.prefix,
        "kind": row.kind,
        "created": _seconds(row.created),
        "expires": _seconds(row.expires),
        "view": row.view,
        "parents": row.parents,
        "controls": row.controls,
        "state": row.state,
    }


def _seconds(moment: Any) -> int | None:
    """A moment as unix seconds."""
    return None if moment is None else int(moment.timestamp())


@_answered("POST")
def revoke(request: HttpRequest, prefix: str) -> HttpResponseBase:
    """Let a link open nothing any more: an own one, or any for who may delete links."""
    user = _signed_in(request)
    row = ShareLink.objects.filter(prefix=prefix).first()
    if row is None or not (row.owner == str(user.pk) or _may_revoke_all(user)):
        raise AccessError("You have no such link.", status=404)
    links.revoke(row)
    note(user, row.stream, f"Revoked the {KINDS[row.kind]} {row.prefix}.")
    return json_answer({"prefix": row.prefix, "state": row.state})


def _may_revoke_all(user: Any) -> bool:
    return bool(user.has_perm("waves.delete_sharelink") or user.has_perm("waves.change_sharelink"))
