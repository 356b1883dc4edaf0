"""Wrong passwords are counted by name and address; who guesses is stopped, and nobody else."""

import re
import threading
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import clear_script_prefix, set_script_prefix

from livestream_project import logins

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
RIGHT = "the right password"
TOKEN = "a token of the form"
LIMIT = 5
OFFICE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def _boss():
    get_user_model().objects.create_superuser("boss", password=RIGHT)


def attempt(password: str, name: str = "boss", peer: str = OFFICE, **headers: str):
    data = {"username": name, "password": password, "csrfmiddlewaretoken": TOKEN}
    data["next"] = "/admin/"
    return Client().post(LOGIN, data, REMOTE_ADDR=peer, **headers)


def guess(times: int, name: str = "boss", peer: str = OFFICE, **headers: str) -> list[int]:
    return [attempt(f"guess {n}", name, peer, **headers).status_code for n in range(times)]


def gets_in(**where: str) -> bool:
    return attempt(RIGHT, **where).status_code == 302


def test_after_five_wrong_passwords_the_right_one_is_refused_too():
    assert guess(LIMIT + 1) == [200] * (LIMIT - 1) + [429] * 2
    assert not gets_in()


def test_from_another_address_the_right_password_still_works():
    guess(LIMIT)
    assert gets_in(peer=ELSEWHERE)


def test_another_name_from_the_same_address_still_works():
    guess(LIMIT, name="somebody")
    assert gets_in()


def test_one_address_cannot_try_names_without_end():
    statuses = [attempt("a guess", f"name {n}").status_code for n in range(30)]
    allowed = LIMIT * logins.ADDRESS_FACTOR
    assert statuses == [200] * (allowed - 1) + [429] * (30 - allowed + 1)
    assert not gets_in()
    assert gets_in(peer=ELSEWHERE)


def test_who_has_an_account_cannot_guess_at_others_without_end():
    get_user_model().objects.create_user("mallory", password=RIGHT, is_staff=True)
    for number in range(6):
        guess(LIMIT - 1, name=f"name {number}")
        attempt(RIGHT, "mallory")
    assert attempt("a guess", "name 7").status_code == 429


def test_a_right_password_forgives_the_wrong_ones_before_it():
    for _ in range(3):
        guess(LIMIT - 1)
        assert gets_in()


def test_behind_a_trusted_proxy_visitors_are_told_apart(settings):
    settings.WAVES = {"trusted_proxies": ["127.0.0.1"]}
    guess(LIMIT, peer="127.0.0.1", HTTP_X_FORWARDED_FOR=OFFICE)
    assert not gets_in(peer="127.0.0.1", HTTP_X_FORWARDED_FOR=OFFICE)
    assert gets_in(peer="127.0.0.1", HTTP_X_FORWARDED_FOR=ELSEWHERE)


def test_behind_a_trusted_proxy_what_the_visitor_forges_does_not_help(settings):
    settings.WAVES = {"trusted_proxies": ["127.0.0.1"]}
    for number in range(LIMIT):
        guess(1, peer="127.0.0.1", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}, {OFFICE}")
    assert not gets_in(peer="127.0.0.1", HTTP_X_FORWARDED_FOR=f"192.0.2.99, {OFFICE}")


def test_without_a_trusted_proxy_a_forged_address_does_not_help():
    for number in range(LIMIT):
        guess(1, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
    assert not gets_in(HTTP_X_FORWARDED_FOR="192.0.2.99")


def test_another_address_of_the_same_ipv6_network_does_not_help():
    for number in range(LIMIT):
        guess(1, peer=f"2001:db8:1:2::{number}")
    assert not gets_in(peer="2001:db8:1:2:ffff::1")
    assert gets_in(peer="2001:db8:1:3::1")


def test_another_browser_does_not_help():
    for number in range(LIMIT):
        guess(1, HTTP_USER_AGENT=f"browser {number}")
    assert not gets_in(HTTP_USER_AGENT="another")


def test_the_page_says_when_to_try_again_in_the_style_of_the_site():
    guess(LIMIT)
    answer = attempt(RIGHT)
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 429
    assert "Try again in 15 minutes" in page
    assert "manage.py axes_reset" in page
    assert "waves/css/waves.css" in page
    assert 14 * 60 < int(answer["Retry-After"]) <= 15 * 60


def test_whether_a_name_exists_cannot_be_seen():
    guess(LIMIT)
    guess(LIMIT, name="nobody")
    known, unknown = attempt(RIGHT), attempt(RIGHT, "nobody")
    assert known.status_code == unknown.status_code == 429
    known, unknown = (re.sub(rb'nonce="[^"]*"', b"", a.content) for a in (known, unknown))
    assert known == unknown


def test_after_the_wait_the_right_password_works_and_trying_meanwhile_did_not_prolong_it():
    guess(LIMIT)
    AccessAttempt.objects.update(attempt_time=_ago(minutes=14))
    assert not gets_in()
    AccessAttempt.objects.update(attempt_time=_ago(minutes=16))
    assert gets_in()


def _ago(**time: int):
    return logins.now() - timedelta(**time)


def test_the_table_of_failures_has_a_bound(monkeypatch):
    monkeypatch.setattr(logins, "MAX_ATTEMPTS", 3)
    for number in range(8):
        guess(1, peer=f"192.0.2.{number}")
    assert AccessAttempt.objects.count() <= 4
    newest = {attempt.ip_address for attempt in AccessAttempt.objects.all()}
    assert "192.0.2.7" in newest


def test_what_is_over_is_forgotten():
    guess(3)
    AccessAttempt.objects.update(attempt_time=_ago(minutes=16))
    guess(1, peer=ELSEWHERE)
    assert [attempt.ip_address for attempt in AccessAttempt.objects.all()] == [ELSEWHERE]


def test_neither_table_nor_log_holds_a_password_or_a_token(caplog):
    attempt("a secret guess")
    (row,) = AccessAttempt.objects.all()
    kept = row.post_data + row.get_data + caplog.text
    assert "a secret guess" not in kept
    assert TOKEN not in kept
    assert OFFICE in caplog.text


def test_a_socket_file_without_an_address_is_one_visitor():
    guess(LIMIT, peer="")
    assert not gets_in(peer="")
    assert gets_in()


def test_passwords_are_looked_at_one_after_the_other(monkeypatch):
    """Else those who guess at once would all be looked at before the first is counted."""
    monkeypatch.setattr(logins, "WAIT_SECONDS", 0.01)
    with logins._turn:
        answer = attempt(RIGHT)
    assert "Try again in a few seconds" in answer.content.decode()
    assert gets_in()


def test_who_would_wait_too_long_is_told_at_once(monkeypatch):
    monkeypatch.setattr(logins, "_line", threading.BoundedSemaphore(1))
    with logins._line:
        answer = attempt(RIGHT)
    assert "Try again in a few seconds" in answer.content.decode()
    assert gets_in()


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_are_no_more_than_one_after_the_other(monkeypatch):
    looked_at = []
    original = get_user_model().check_password

    def slow(user, password):
        looked_at.append(password)
        threading.Event().wait(0.02)
        return original(user, password)

    monkeypatch.setattr(get_user_model(), "check_password", slow)
    threads = [threading.Thread(target=_in_thread, args=[n]) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == LIMIT


def _in_thread(number: int) -> None:
    try:
        attempt(f"guess {number}")
    finally:
        connection.close()


SIGN_IN = "/sign-in/"


def test_the_page_of_everybody_and_that_of_the_admin_count_together():
    guess(LIMIT - 1)
    data = {"username": "boss", "password": "a guess"}
    assert Client().post(SIGN_IN, data, REMOTE_ADDR=OFFICE).status_code == 429
    answer = Client().post(SIGN_IN, {**data, "password": RIGHT}, REMOTE_ADDR=OFFICE)
    assert answer.status_code == 429
    assert not gets_in()


def test_who_signs_in_sees_more_and_who_signs_out_does_not(client, sine):
    sine.visibility = "signed-in"
    sine.save()
    get_user_model().objects.create_user("reader", password=RIGHT)
    page = client.get("/streams/sine/")
    assert page.status_code == 404
    way = f"{SIGN_IN}?next=/streams/sine/"
    assert way in page.content.decode()
    data = {"username": "reader", "password": RIGHT, "next": "/streams/sine/"}
    answer = client.post(SIGN_IN, data)
    assert (answer.status_code, answer["Location"]) == (302, "/streams/sine/")
    assert client.get("/streams/sine/").status_code == 200
    listed = client.get("/").content.decode()
    assert "reader" in listed
    assert "Sine" in listed
    assert client.post("/sign-out/")["Location"] == "/"
    assert client.get("/streams/sine/").status_code == 404


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_signing_in_leads_to_no_other_site(client, where):
    answer = client.post(SIGN_IN, {"username": "boss", "password": RIGHT, "next": where})
    assert answer["Location"] == "/"


def test_a_wrong_password_is_told_on_the_page_which_names_no_account(client):
    told = [
        client.post(SIGN_IN, {"username": name, "password": "wrong"}).content.decode()
        for name in ("boss", "ghost")
    ]
    assert 'role="alert"' in told[0]
    same = [re.sub(r'csrfmiddlewaretoken" value="\w+"', "", t) for t in told]
    assert same[0].replace("boss", "ghost") == same[1]


#: No places to stay, as somebody may write them.
NOWHERE = ["{}", "{}?next={}", "{}#here", "{}/", "http://testserver{}", ".", "?next={}"]


@pytest.mark.parametrize("mounted", ["", "/site"])
@pytest.mark.parametrize("door", [SIGN_IN, SIGN_IN.rstrip("/"), "/sign-out/", "/sign-%6Fut"])
@pytest.mark.parametrize("written", NOWHERE)
def test_who_is_signed_in_is_led_to_the_list_instead_of_round_and_round(
    client, settings, mounted, door, written
):
    settings.FORCE_SCRIPT_NAME = mounted or None
    client.force_login(get_user_model().objects.get(username="boss"))
    asked = written.format(mounted + door, mounted + door)
    set_script_prefix(f"{mounted}/")  # as a server's handler does, and the client of tests does not
    try:
        answer = client.get(SIGN_IN, {"next": asked})
    finally:
        clear_script_prefix()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{mounted}/")


def test_who_signs_in_is_led_to_the_list_instead_of_back(client):
    data = {"username": "boss", "password": RIGHT, "next": SIGN_IN}
    assert client.post(SIGN_IN, data).headers["Location"] == "/"


def test_who_is_signed_in_goes_on_to_where_they_asked(client, sine):
    client.force_login(get_user_model().objects.get(username="boss"))
    for asked in ("/streams/sine/?t=1", "/sign-in/elsewhere/", "http://testserver/streams/sine/"):
        assert client.get(SIGN_IN, {"next": asked}).headers["Location"] == asked
