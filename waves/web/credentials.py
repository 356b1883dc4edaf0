"""The key that a request shows, and how often one may be wrong."""

from __future__ import annotations

import base64
import binascii
import time
from collections import deque
from collections.abc import Sequence

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from waves import keys, links
from waves.exceptions import AccessError, BusyError
from waves.web.clientaddress import counted_as, request_address
from waves.web.lookup import look_up_once

#: Wrong keys of one address in a minute; beyond, none of its keys is looked at for the rest of it.
MOST_WRONG = 60
#: Addresses that are remembered; beyond, all but those with too many wrong keys are forgotten.
MOST_ADDRESSES = 10_000
#: Names under which others put a key into an address.
IN_ADDRESS = ("key", "grant", "token", "u", "p", "username", "password", "access_token", "api_key")
#: What our keys begin with: those of programs, of links, and the grants of links.
BEGINNINGS = (keys.BEGIN, links.BEGIN, links.GRANT)

SHOW = (
    "Show a key: Authorization: Bearer KEY, or Token KEY, or Basic with the key as password. "
    "`manage.py accesskey create` makes one."
)

_wrong: dict[str, deque[float]] = {}


@sensitive_variables()
async def grant_of(request: HttpRequest) -> keys.Grant:
    """What the key, or the grant of a link, that a request shows may.

    Raises AccessError where it has none or a wrong one, BusyError where its address had too many
    wrong ones, ServiceUnavailableError where the database cannot say.
    """
    refuse_in_address(request)
    key = key_in(request.headers.get("Authorization", ""))
    if not key:
        raise AccessError(SHOW, status=401)
    return await grant_from(request_address(request), key)


@sensitive_variables()
async def grant_from(address: str, key: str) -> keys.Grant:
    """What a key may that an address shows. Raises as ``grant_of`` does."""
    if _remembered(key) is None:
        check_address(address)
    try:
        return await grant_for(key)
    except AccessError:
        note_wrong(address)
        raise


def refuse_in_address(request: HttpRequest) -> None:
    """Raise AccessError where a key stands in the address of a request, or too much to look for
    one."""
    try:
        query = request.GET
    except TooManyFieldsSent:
        raise AccessError("The query has too many fields.", status=400) from None
    for name in IN_ADDRESS:
        if query.get(name, "").startswith(BEGINNINGS):
            raise AccessError(
                "A key does not belong into an address, where logs keep it: revoke this one. "
                + SHOW,
                status=400,
            )


@sensitive_variables()
async def grant_for(key: str) -> keys.Grant:
    """What a key may that was shown already. Raises as ``grant_of`` does, but for an address."""
    known = _remembered(key)
    if known is not None:
        return known
    if key.startswith(links.BEGIN):
        raise AccessError(links.NO_GRANT, status=401)
    find = links.find_grant if key.startswith(links.GRANT) else keys.find
    # No partial: a report of a fault would show what is in it.
    question = sensitive_variables()(lambda: find(key))
    return await look_up_once(keys.digest_of(key), question)


@sensitive_variables()
def _remembered(key: str) -> keys.Grant | None:
    of_link = key.startswith(links.GRANT)
    return links.remembered(key) if of_link else keys.remembered(key)


def check_address(address: str) -> None:
    """Raise BusyError where too many wrong keys came from an address."""
    if _is_too_much(_wrong.get(counted_as(address), ())):
        raise BusyError("Too many wrong keys came from this address. Wait a minute.")


def note_wrong(address: str) -> None:
    """Count a wrong key: of IPv6 against the network, in which one may take any address."""
    if len(_wrong) >= MOST_ADDRESSES:
        _forget()
    _wrong.setdefault(counted_as(address), deque(maxlen=MOST_WRONG)).append(time.monotonic())


def _forget() -> None:
    """Make room. Who guessed too often is remembered, however many others come meanwhile."""
    guessers = {name: wrong for name, wrong in _wrong.items() if _is_too_much(wrong)}
    _wrong.clear()
    if len(guessers) < MOST_ADDRESSES // 2:
        _wrong.update(guessers)


def _is_too_much(wrong: Sequence[float]) -> bool:
    return len(wrong) == MOST_WRONG and time.monotonic() - wrong[0] < 60


def is_for_us(header: str) -> bool:
    """Whether an Authorization header shows one of our keys, right or wrong. Who reads may show
    something else: what a proxy in front asks for, or the host."""
    return key_in(header).startswith(BEGINNINGS)


@sensitive_variables()
def key_in(header: str) -> str:
    """The key that an Authorization header shows; empty where it shows none."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() in ("bearer", "token"):
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        pair = base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return pair.partition(":")[2]
