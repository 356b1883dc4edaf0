"""What `make run` does before it serves: demo streams and the first administrator, once."""

import io
import re
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from waves import keys
from waves.models import Stream
from waves.tests.server.processes import Site

pytestmark = pytest.mark.django_db

DEMO = ["sine", "waveforms", "noise", "chirp", "heartbeat", "system", "python", "fast"]


def said(command: str, *arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_demo_is_loaded_into_an_empty_table():
    assert "8 demo streams" in said("loaddemo")
    assert [stream.slug for stream in Stream.objects.all()] == DEMO


@pytest.mark.parametrize("slug", DEMO)
def test_every_demo_stream_is_one_that_the_admin_would_accept(slug):
    said("loaddemo")
    stream = Stream.objects.get(slug=slug)
    stream.full_clean()
    for signal in stream.signals.all():
        signal.full_clean()


def test_the_demo_is_not_loaded_beside_other_streams(sine):
    assert said("loaddemo") == ""
    assert Stream.objects.count() == 1


def test_the_first_administrator_gets_a_password_that_is_shown_once(settings, rf):
    settings.DEBUG = True
    password = re.search(r"password: (\S+)", said("firstadmin"))[1]
    assert authenticate(rf.get("/"), username="admin", password=password).is_superuser
    assert said("firstadmin") == ""


def test_without_debug_no_password_is_made(settings):
    settings.DEBUG = False
    assert "createsuperuser" in said("firstadmin")
    assert not get_user_model().objects.exists()


def test_prepare_does_all_of_it(settings):
    settings.DEBUG = True
    # Port 0 is any that is free.
    out = said("prepare", port=0)
    assert "demo streams" in out
    assert "password" in out
    assert said("prepare", port=0) == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("host", "is_made"), [("127.0.0.1", True), ("0.0.0.0", False)])
def test_a_first_key_is_printed_on_a_terminal_of_this_machine_once(settings, host, is_made):
    settings.DEBUG = settings.DEBUG_ON_NETWORK = True
    out = Terminal()
    call_command("prepare", host=host, port=0, stdout=out)
    found = re.search(r"WAVES_KEY=(\S+)", out.getvalue())
    assert (found is not None) == is_made
    if found is not None:
        assert keys.find(found[1]).scopes == {"write", "make"}
        assert "curl " in out.getvalue()
    again = Terminal()
    call_command("prepare", host=host, port=0, stdout=again)
    assert again.getvalue() == ""


def test_keys_are_made_listed_and_revoked_by_a_command():
    with pytest.raises(CommandError, match="no stream “nowhere”"):
        said("accesskey", "create", "--stream", "nowhere")
    key = said("accesskey", "create", "--name", "a board", "--scope", "write", "read").strip()
    assert keys.find(key).scopes == {"write", "read"}
    assert "a board: write, read; all streams" in said("accesskey", "list")
    prefix = key.partition(".")[0]
    assert "opens nothing" in said("accesskey", "revoke", prefix)
    assert "revoked" in said("accesskey", "list")
    with pytest.raises(CommandError, match="no key"):
        said("accesskey", "revoke", "wv_nobody")


def test_a_port_in_use_is_told_before_anything_is_done():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"make run PORT={port + 1}"):
            said("prepare", port=port)
    assert not Stream.objects.exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "[::]", "waves.example.org"])
def test_debug_is_not_served_to_a_network_and_both_ways_out_are_told(settings, host):
    settings.DEBUG = True
    with pytest.raises(CommandError) as refused:
        said("prepare", host=host, port=0)
    assert "DEBUG=off" in str(refused.value)
    assert f"DEBUG_ON_NETWORK=on make run HOST={host}" in str(refused.value)
    assert not Stream.objects.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"])
def test_debug_is_served_to_this_machine(settings, host):
    settings.DEBUG = True
    assert "demo streams" in said("prepare", host=host, port=0)


def test_debug_is_served_to_a_network_by_whoever_knows(settings):
    settings.DEBUG = settings.DEBUG_ON_NETWORK = True
    assert "demo streams" in said("prepare", host="0.0.0.0", port=0)


def test_without_debug_a_network_is_served_with_collected_static_files(settings, tmp_path):
    settings.DEBUG = False
    settings.STATIC_ROOT = tmp_path / "static"
    assert "demo streams" in said("prepare", host="0.0.0.0", port=0)
    assert (tmp_path / "static" / "waves").is_dir()


def test_two_first_starts_at_once_make_one_administrator_and_one_set_of_streams(tmp_path):
    site = Site(tmp_path, DEBUG="on", DJANGO_SETTINGS_MODULE="livestream_project.settings")
    with ThreadPoolExecutor() as pool:
        printed = list(pool.map(lambda _: site.manage("prepare", "--port=0"), range(3)))
    assert "Traceback" not in "".join(printed)
    assert sorted(text.count("password:") for text in printed) == [0, 0, 1]
    assert sorted(text.count("8 demo streams") for text in printed) == [0, 0, 1]
