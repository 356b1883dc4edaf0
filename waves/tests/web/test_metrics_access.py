"""Metrics name every stream: they are for who asks from where operators are, and nobody else."""

import pytest

from waves.web.clientaddress import is_from

HERE = ("127.0.0.0/8", "::1", "unix")


@pytest.fixture
def asks(rf, settings):
    """Whether a peer is answered, with these headers, behind these proxies."""

    def of(peer: str, entries=HERE, proxies=(), **headers: str) -> bool:
        settings.WAVES = {"trusted_proxies": proxies}
        return is_from(rf.get("/metrics", REMOTE_ADDR=peer, **headers), entries, "A_SETTING")

    return of


def test_who_asks_from_this_machine_is_answered(asks):
    assert asks("127.0.0.1")
    assert asks("::1")
    assert asks("")  # a Unix socket
    assert not asks("", entries=("127.0.0.0/8",))
    assert not asks("203.0.113.9")
    assert asks("10.1.2.3", entries=("10.0.0.0/8",))


@pytest.mark.parametrize("header", ["X_FORWARDED_FOR", "X_FORWARDED_PROTO", "VIA", "FORWARDED"])
def test_what_an_unknown_proxy_of_this_machine_passed_on_comes_from_nowhere(asks, header):
    assert not asks("127.0.0.1", **{f"HTTP_{header}": "127.0.0.1"})
    assert not asks("", **{f"HTTP_{header}": "127.0.0.1"})


def test_behind_a_trusted_proxy_the_visitor_counts(asks):
    proxies = ("127.0.0.1", "unix")
    assert not asks("127.0.0.1", proxies=proxies, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert not asks("", proxies=proxies, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert not asks("127.0.0.1", proxies=proxies, HTTP_X_FORWARDED_FOR="127.0.0.1, 203.0.113.9")
    # A proxy that does not say for whom.
    assert not asks("127.0.0.1", proxies=proxies, HTTP_X_FORWARDED_PROTO="https")


def test_all_others_are_answered_as_at_an_address_that_there_is_not(client):
    client.raise_request_exception = False
    answers = [client.get(path, REMOTE_ADDR="203.0.113.9") for path in ("/metrics", "/metricsx")]
    assert [answer.status_code for answer in answers] == [404, 404]
    # The page of a 404 leads back to what was asked for, once one has signed in.
    assert answers[0].content.replace(b"/metrics", b"/metricsx") == answers[1].content
    assert client.get("/metrics").status_code == 503  # here no server runs
