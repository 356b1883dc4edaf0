"""The address that a visitor comes from, where trusted proxies stand in between.

The one place that reads ``X-Forwarded-For``. Anybody may send that header, so it counts only as
far as proxies of ``WAVES_TRUSTED_PROXIES`` have written it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

from django.http import HttpRequest

from waves.conf import get_config
from waves.exceptions import ConfigurationError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: In place of an address: a proxy that comes by a Unix socket, which has none.
UNIX = "unix"
#: A chain of proxies is short. What stands further left than this was not written by one.
LONGEST_CHAIN = 32


def request_address(request: HttpRequest) -> str:
    """The visitor's address of a Django request; empty for one by an untrusted Unix socket."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return visitor(request.META.get("REMOTE_ADDR", ""), forwarded)


def scope_address(scope: Mapping[str, Any]) -> str:
    """The visitor's address of an ASGI scope, HTTP or WebSocket."""
    sent = [value for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    peer = scope.get("client") or ("", 0)
    return visitor(peer[0], b",".join(sent).decode("latin1"))


def visitor(peer: str, forwarded: str) -> str:
    """The address nearest to us that no trusted proxy has; the peer's own where that is none.

    ``forwarded`` is read from the right, where the nearest proxy wrote. An entry that is no
    address makes the whole header worthless: then it is the peer.
    """
    networks = trusted(get_config().trusted_proxies)
    nearest = _address(peer)
    own = str(nearest) if nearest else ""
    if not (_within(nearest, networks) if nearest else UNIX in get_config().trusted_proxies):
        return own
    found = own
    for entry in reversed(forwarded.rsplit(",", LONGEST_CHAIN)[-LONGEST_CHAIN:]):
        address = _address(entry.strip())
        if address is None:
            return own
        found = str(address)
        if not _within(address, networks):
            break
    return found


@cache
def trusted(entries: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks of ``WAVES_TRUSTED_PROXIES``; raises ConfigurationError with what is wrong."""
    return tuple(_network(entry) for entry in entries if entry != UNIX)


def _network(entry: str) -> Network:
    try:
        return ip_network(entry)
    except ValueError as error:
        raise ConfigurationError(
            f"WAVES_TRUSTED_PROXIES has “{entry}”, which is no address and no network ({error})."
        ) from None


def _address(text: str) -> Address | None:
    """An address as proxies write it: also with a port, in brackets, or with a zone."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
