"""Keys: shown once, kept as an HMAC, found again while the SECRET_KEY or a fallback stands."""

import asyncio
from datetime import timedelta

import pytest
from django.test import AsyncRequestFactory
from django.utils import timezone
from django.views.debug import ExceptionReporter

from waves import keys
from waves.exceptions import AccessError, AllowanceError
from waves.models import AccessKey
from waves.web import allowance, credentials
from waves.web.allowance import BURST_SECONDS, PER_SECOND, Allowance

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch) -> None:
    monkeypatch.setattr(keys, "_remembered", {})


def test_a_key_is_found_by_itself_alone_and_not_kept():
    row, key = keys.make_key("a board", ["write", "read"])
    grant = keys.find(key)
    assert (grant.prefix, grant.scopes, grant.streams) == (row.prefix, {"write", "read"}, None)
    secret = key.partition(".")[2]
    assert len(secret) == 43  # 256 bits
    assert secret not in str(AccessKey.objects.values().get())
    for wrong in ("", key[:-1], f"{row.prefix}.", f"{row.prefix}.{row.digest}", secret):
        with pytest.raises(AccessError, match="no such key"):
            keys.find(wrong)


def test_a_key_stays_while_the_secret_key_it_was_made_under_is_a_fallback(settings, monkeypatch):
    _, key = keys.make_key("a board")
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another " * 8
    with pytest.raises(AccessError):
        keys.find(key)
    settings.SECRET_KEY_FALLBACKS = [former]
    keys.find(key)
    # It is kept under the present one from then on.
    settings.SECRET_KEY_FALLBACKS = []
    monkeypatch.setattr(keys, "_remembered", {})
    keys.find(key)


def test_what_was_revoked_or_has_expired_opens_nothing(monkeypatch):
    row, key = keys.make_key("a board")
    keys.revoke(row.prefix)
    with pytest.raises(AccessError, match="revoked"):
        keys.find(key)
    row, key = keys.make_key("a board")
    AccessKey.objects.filter(pk=row.pk).update(expires=timezone.now() - timedelta(seconds=1))
    with pytest.raises(AccessError, match="expired"):
        keys.find(key)
    with pytest.raises(AccessError, match="no key"):
        keys.revoke("wv_nobody")


def test_a_key_for_streams_is_for_none_once_they_are_gone(sine):
    _, key = keys.make_key("a board", streams=[sine])
    handle = sine.pk
    keys.find(key).check("write", handle)
    with pytest.raises(AccessError, match="not for this stream"):
        keys.find(key).check("write", handle + 1)
    sine.delete()
    keys._remembered.clear()
    with pytest.raises(AccessError, match="not for this stream"):
        keys.find(key).check("write", handle)
    with pytest.raises(AccessError, match="may not make streams"):
        keys.find(key).check("make")


def test_when_a_key_was_used_last_is_known(monkeypatch):
    row, key = keys.make_key("a board")
    keys.find(key)
    row.refresh_from_db()
    assert timezone.now() - row.last_used < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Token abc", "abc"),
        ("Basic dXNlcjphOmI=", "a:b"),
        ("Basic dXNlcg==", ""),
        ("Basic ///", ""),
        ("Digest abc", ""),
        ("abc", ""),
        ("", ""),
    ],
)
def test_a_key_stands_in_one_of_three_headers(header, key):
    assert credentials.key_in(header) == key


def test_one_key_has_so_much_a_second_and_the_others_theirs():
    now = [100.0]
    sent = Allowance(lambda: now[0])
    for _ in range(int(PER_SECOND["requests"] * BURST_SECONDS)):
        sent.take("a", "requests", 1)
    with pytest.raises(AllowanceError) as raised:
        sent.take("a", "requests", 1)
    assert raised.value.seconds == 1
    sent.take("b", "requests", 1)
    now[0] += 0.01
    sent.take("a", "requests", 1)


def test_a_request_larger_than_the_allowance_passes_once(monkeypatch):
    monkeypatch.setitem(allowance.PER_SECOND, "bytes", 10.0)
    now = [100.0]
    sent = Allowance(lambda: now[0])
    sent.take("a", "bytes", 100)
    with pytest.raises(AllowanceError) as raised:
        sent.take("a", "bytes", 1)
    now[0] += raised.value.seconds
    sent.take("a", "bytes", 1)


@pytest.mark.django_db(transaction=True)
async def test_no_key_is_in_the_report_of_a_fault(monkeypatch):
    _, key = await asyncio.to_thread(keys.make_key, "a board")
    request = AsyncRequestFactory().post(
        "/api/v1/streams/one/samples", headers={"Authorization": f"Bearer {key}"}
    )

    def fail(*arguments):
        raise RuntimeError("a fault")

    monkeypatch.setattr(keys, "is_kept", fail)
    with pytest.raises(RuntimeError) as told_of:
        await credentials.grant_of(request)
    ours = told_of.tb.tb_next  # without this test, which knows the key
    report = ExceptionReporter(request, RuntimeError, told_of.value, ours)
    told = report.get_traceback_html() + report.get_traceback_text()
    assert "in _read" in told
    assert key.partition(".")[2] not in told
