"""Who has how much of this process, so that nobody takes what is for all.

Whoever shows a key is counted by it, who is signed in by the user, and anybody else by the address,
of IPv6 by its network. An office may stand behind one address: where that has all the sockets that
it may have, whoever is signed in there is counted by the user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.http import HttpRequest

from waves.access import Viewer
from waves.bucket import Bucket
from waves.conf import get_config
from waves.hub.account import Account
from waves.keys import Grant
from waves.web.clientaddress import counted_as, request_address, scope_address

#: Seconds of heavy messages that may be saved up: a page that opens asks for a second of its past
#: at once.
MOST_SAVED = 0.5
#: Seconds of messages that all sockets of a caller may say at once. Sockets that flood go on at the
#: same moment, again and again: what they say is to come spread over the time between.
MOST_AT_ONCE = 0.01
#: Callers without a socket that are remembered, and those that are looked at whenever one comes or
#: goes: more than come.
MOST_SETTLING, SETTLED_AT_ONCE = 10_000, 4


@dataclass(eq=False, slots=True)
class Caller:
    """What one has of this process: sockets, seconds of heavy messages that are made for them, and
    messages that they may say."""

    name: str
    account: Account
    together: Bucket
    places: set[Place] = field(default_factory=set)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is lost where a new one takes its place."""
        return self.account.is_full and self.together.is_full and not self.account.is_read_for


@dataclass(eq=False, slots=True)
class Place:
    """One socket: whose it is, and what it views."""

    caller: Caller
    viewers: Sized = field(default=())


class Callers:
    """The sockets of each caller."""

    def __init__(self) -> None:
        self._known: dict[str, Caller] = {}
        #: Callers without a socket, until they owe nothing: whoever hangs up and comes back has
        #: used what they have used.
        self._settling: dict[str, Caller] = {}

    def caller(self, name: str) -> Caller:
        """Who has this name, with or without a socket."""
        self._settle()
        caller = self._known.get(name) or self._settling.get(name)
        if caller is None:
            config = get_config()
            account = Account(config.max_cpu_percent_each / 100, MOST_SAVED)
            together = Bucket(config.max_messages_each, config.max_messages_each * MOST_AT_ONCE)
            caller = self._settling[name] = Caller(name, account, together)
        return caller

    def of_request(self, request: HttpRequest, viewer: Viewer) -> Caller:
        """Whose a request over HTTP is: a key's or an address's, as the sockets of theirs."""
        if viewer.grant is not None and not viewer.grant.of_link:
            return self.caller(by_key(viewer.grant))
        return self.caller(by_request(request))

    def enter(self, name: str, viewers: Sized = ()) -> Place | None:
        """A place for one more socket; None where the caller has all that one may have."""
        caller = self.caller(name)
        if len(caller.places) >= get_config().max_sockets_each:
            return None
        self._settling.pop(name, None)
        self._known[name] = caller
        place = Place(caller, viewers)
        caller.places.add(place)
        return place

    def leave(self, place: Place) -> None:
        """A socket is gone."""
        caller = place.caller
        caller.places.discard(place)
        if not caller.places:
            del self._known[caller.name]
            self._settling[caller.name] = caller
            self._settle()

    def _settle(self) -> None:
        """Forget some who owe nothing, in turn, so that nobody waits for that."""
        for name in list(islice(self._settling, SETTLED_AT_ONCE)):
            caller = self._settling.pop(name)
            if not caller.is_settled and len(self._settling) < MOST_SETTLING:
                self._settling[name] = caller

    def may_view_more(self, place: Place) -> bool:
        """Whether the caller may subscribe to one more stream, over all its sockets."""
        views = sum(len(each.viewers) for each in place.caller.places)
        return views < get_config().max_subscriptions_each


def by_address(scope: Mapping[str, Any]) -> str:
    """A caller of whom no more is known."""
    return f"address {counted_as(scope_address(scope))}"


def by_request(request: HttpRequest) -> str:
    """The same of a request over HTTP."""
    return f"address {counted_as(request_address(request))}"


def by_key(grant: Grant) -> str:
    """A caller who showed a key."""
    return f"key {grant.prefix}"


def by_viewer(viewer: Viewer) -> str:
    """A caller by the key or the user; empty where nobody is known, as of a link that was shared.
    It may read the database."""
    if viewer.grant is not None:
        return "" if viewer.grant.of_link else by_key(viewer.grant)
    return f"user {viewer.identity}" if viewer.identity is not None else ""


#: Those of this process.
callers = Callers()
