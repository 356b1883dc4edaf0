"""Whose address a visitor has: X-Forwarded-For counts only as far as trusted proxies wrote it."""

from io import BytesIO

import pytest
from django.core.handlers.asgi import ASGIRequest

from waves.web.clientaddress import request_address

PROXY = "127.0.0.1"


@pytest.fixture
def behind(settings):
    """Trust these proxies."""

    def trust(*proxies: str) -> None:
        settings.WAVES = {"trusted_proxies": proxies}

    return trust


@pytest.fixture
def seen(rf):
    """The address that a request has, of a peer and with a header."""

    def of_request(peer: str, forwarded: str | None = None) -> str:
        headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
        return request_address(rf.get("/", REMOTE_ADDR=peer, **headers))

    return of_request


def test_without_a_trusted_proxy_the_header_is_not_believed(behind, seen):
    behind()
    assert seen("198.51.100.7", "203.0.113.9") == "198.51.100.7"


def test_a_peer_that_is_not_the_proxy_is_not_believed(behind, seen):
    behind(PROXY)
    assert seen("198.51.100.7", "203.0.113.9") == "198.51.100.7"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("  203.0.113.9  ", "203.0.113.9"),
        ("192.0.2.1, 203.0.113.9", "203.0.113.9"),  # the left one was sent by the visitor
        ("192.0.2.1,203.0.113.9,10.1.2.3", "203.0.113.9"),  # 10.1.2.3 is a proxy as well
        ("10.1.2.4, 10.1.2.3", "10.1.2.4"),  # from within: every one is trusted
        ("203.0.113.9:51000", "203.0.113.9"),
        ("[2001:db8::9]:51000", "2001:db8::9"),
        ("2001:db8::9", "2001:db8::9"),
        ("2001:DB8:0::9", "2001:db8::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_the_nearest_address_that_is_no_proxy_is_the_visitor(behind, seen, forwarded, address):
    behind(PROXY, "10.0.0.0/8")
    assert seen(PROXY, forwarded) == address


@pytest.mark.parametrize(
    "forwarded",
    [None, "", ",", "unknown", "203.0.113.9,", "nonsense, 10.1.2.3", "1.2.3.4.5", "é", "0x7f.1"],
)
def test_a_header_that_cannot_be_read_leaves_the_peer(behind, seen, forwarded):
    behind(PROXY, "10.0.0.0/8")
    assert seen(PROXY, forwarded) == PROXY


def test_a_header_of_any_length_is_read_from_its_end(behind, seen):
    behind(PROXY)
    assert seen(PROXY, "1.2.3.4," * 100_000 + "203.0.113.9") == "203.0.113.9"
    behind("0.0.0.0/0")
    assert seen(PROXY, "1.2.3.4," * 100_000 + "203.0.113.9") == "1.2.3.4"


def test_several_headers_are_one_list(behind):
    behind(PROXY)
    headers = [(b"x-forwarded-for", b"192.0.2.1"), (b"X-Forwarded-For", b"203.0.113.9")]
    scope = {"type": "http", "method": "GET", "path": "/", "client": (PROXY, 1), "headers": headers}
    assert request_address(ASGIRequest(scope, BytesIO())) == "203.0.113.9"


def test_a_unix_socket_has_no_address_unless_its_proxy_is_trusted(behind, seen):
    behind(PROXY)
    assert seen("", "203.0.113.9") == ""
    behind("unix")
    assert seen("", "203.0.113.9") == "203.0.113.9"


def test_a_proxy_by_ipv6_is_recognised_however_it_is_written(behind, seen):
    behind("::1", "127.0.0.0/8")
    assert seen("0:0:0:0:0:0:0:1", "203.0.113.9") == "203.0.113.9"
    assert seen("::ffff:127.0.0.1", "203.0.113.9") == "203.0.113.9"
