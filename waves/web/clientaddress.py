"""The address that a visitor comes from, where trusted proxies stand in between.

The one place that reads ``X-Forwarded-For``. Anybody may send that header, so it counts only as
far as proxies of ``WAVES_TRUSTED_PROXIES`` have written it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.http import HttpRequest

from waves.conf import UNIX, Network, get_config, networks

Address = IPv4Address | IPv6Address

#: Whoever was given an IPv6 address was given a network of this size to change it in.
IPV6_NETWORK = 64
#: A chain of proxies is short. What stands further left than this was not written by one.
LONGEST_CHAIN = 32


def request_address(request: HttpRequest) -> str:
    """The visitor's address of a Django request; empty for one by an untrusted Unix socket."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return visitor(request.META.get("REMOTE_ADDR", ""), forwarded)


def scope_address(scope: Mapping[str, Any]) -> str:
    """The visitor's address of an ASGI connection; empty for one by an untrusted Unix socket."""
    found = [value for name, value in scope.get("headers", ()) if name == b"x-forwarded-for"]
    peer = scope.get("client") or ("",)
    return visitor(str(peer[0] or ""), b",".join(found).decode("latin1"))


def counted_as(address: str) -> str:
    """What a visitor's address is counted as: itself or, of IPv6, its network; "" stays so."""
    if not address or not isinstance(ip_address(address), IPv6Address):
        return address
    return str(ip_network(f"{address}/{IPV6_NETWORK}", strict=False).network_address)


#: What proxies write. Whoever asks directly sends none of them.
_BY_PROXIES = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
    "HTTP_VIA",
)


def is_from(request: HttpRequest, entries: tuple[str, ...], setting: str) -> bool:
    """Whether a request comes from these networks, or by a Unix socket where "unix" is one.

    Where a proxy passed it on that is not trusted, or that does not say for whom, nobody knows
    where it comes from: then it does not. Raises ConfigurationError where an entry is no network.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    if any(name in request.META for name in _BY_PROXIES):
        proxies = get_config().trusted_proxies
        trusted = _within(peer, networks(proxies)) if peer else UNIX in proxies
        if not trusted or not request.META.get("HTTP_X_FORWARDED_FOR"):
            return False
        peer = _address(request_address(request))
        if peer is None:
            return False
    if peer is None:
        return UNIX in entries
    return _within(peer, networks(entries, setting))


def visitor(peer: str, forwarded: str) -> str:
    """The address nearest to us that no trusted proxy has; the peer's own where that is none.

    ``forwarded`` is read from the right, where the nearest proxy wrote. An entry that is no
    address makes the whole header worthless: then it is the peer.
    """
    trusted = networks(get_config().trusted_proxies)
    nearest = _address(peer)
    own = str(nearest) if nearest else ""
    if not (_within(nearest, trusted) if nearest else UNIX in get_config().trusted_proxies):
        return own
    found = own
    for entry in reversed(forwarded.rsplit(",", LONGEST_CHAIN)[-LONGEST_CHAIN:]):
        address = _address(entry.strip())
        if address is None:
            return own
        found = str(address)
        if not _within(address, trusted):
            break
    return found


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


def _within(address: Address, trusted: Iterable[Network]) -> bool:
    return any(address in network for network in trusted)
