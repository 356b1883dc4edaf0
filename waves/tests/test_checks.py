"""System checks: each has an id, and none reads the database."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from livestream_project import checks as project
from waves import checks
from waves.exceptions import ConfigurationError
from waves.sources import declarations

ROOT = Path(__file__).parents[2]
MEMORY = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
REDIS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}}


def ids(messages) -> list[str]:
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("worker", "layer", "expected"),
    [
        ("embedded", MEMORY, []),
        ("separate", REDIS, []),
        ("separate", MEMORY, ["waves.E001"]),
        ("embedded", REDIS, ["waves.E002"]),
        ("both", MEMORY, ["waves.E003"]),
    ],
)
def test_the_worker_fits_the_channel_layer(settings, worker, layer, expected):
    settings.WAVES = {"worker": worker}
    settings.CHANNEL_LAYERS = layer
    assert ids(checks.check_worker()) == expected


GOOD_ORIGINS = ["https://good.example", "http://10.0.0.1:8000", "https://[::1]:8443"]
BAD_ORIGINS = [
    *("bad.example", "null", "*", "ws://bad.example", "https://", "https://bad.example/"),
    *("https://bad.example/page", "https://bad.example?a", "https://user@bad.example"),
    *("https://bad.example:99999", "https://bad.example:0", "https://bad.example:port"),
    *("https://bad example", "https://[::1", "https://bad.*.example"),
]


@pytest.mark.parametrize("origin", BAD_ORIGINS)
def test_an_origin_that_no_browser_sends_is_an_error(settings, origin):
    settings.WAVES = {"allowed_origins": [*GOOD_ORIGINS, origin]}
    settings.CSRF_TRUSTED_ORIGINS = [*GOOD_ORIGINS, "https://*.example.org", origin]
    (of_sockets,) = checks.check_origins()
    (of_forms,) = project.check_csrf_origins()
    assert (of_sockets.id, of_forms.id) == ("waves.E004", "waves.E012")
    assert origin in of_sockets.msg
    assert origin in of_forms.msg


def test_sockets_know_no_origins_with_a_star(settings):
    settings.WAVES = {"allowed_origins": ["https://*.example.org"]}
    assert ids(checks.check_origins()) == ["waves.E004"]


GOOD_HOSTS = ["waves.example.org", ".example.org", "localhost", "10.0.0.1", "[::1]", "my_host"]


@pytest.mark.parametrize(
    "host",
    [
        *("https://waves.example.org", "waves.example.org:8000", "waves.example.org/", "::1"),
        *("*.example.org", "a b", "", ".", "a..b", "-a", "[::1", "[nonsense]", "[::1]:8000"),
    ],
)
def test_a_host_that_can_never_match_is_an_error(settings, host):
    settings.ALLOWED_HOSTS = [*GOOD_HOSTS, host]
    (error,) = project.check_hosts()
    assert error.id == "waves.E011"
    assert f"“{host}”" in error.msg


def test_every_host_is_a_warning_and_none_is_an_error(settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert ids(project.check_hosts()) == ["waves.W022"]
    settings.ALLOWED_HOSTS = []
    assert ids(project.check_hosts()) == ["waves.E010"]


@pytest.mark.parametrize("entry", ["nginx", "10.0.0.0/33", "10.0.0.1/8", "1.2.3", "", "*"])
def test_a_trusted_proxy_that_is_no_address_is_an_error(settings, entry):
    settings.WAVES = {"trusted_proxies": ["127.0.0.1", "::1", "10.0.0.0/8", "unix", entry]}
    (error,) = checks.check_trusted_proxies()
    assert error.id == "waves.E013"
    assert f"“{entry}”" in error.msg


def test_https_without_a_named_proxy_is_a_warning(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.WAVES = {}
    assert ids(project.check_proxies()) == ["waves.W023"]
    settings.WAVES = {"trusted_proxies": ["127.0.0.1"]}
    assert project.check_proxies() == []


def test_debug_is_a_warning(settings):
    settings.DEBUG = True
    (warning,) = project.check_debug()
    assert warning.id == "waves.W020"
    assert "DEBUG IS ON" in warning.msg


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_a_server_that_no_command_starts_refuses_settings_that_cannot_work(tmp_path, server):
    environment = {
        "PATH": "",
        "WAVES_DATABASE": str(tmp_path / "waves.sqlite3"),
        "ALLOWED_HOSTS": "https://waves.example.org",
        "WAVES_TRUSTED_PROXIES": "nginx",
    }
    application = "livestream_project.asgi:application"
    command = [sys.executable, "-m", server, "--port", "0", application]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "“https://waves.example.org”, which is no host name" in done.stderr
    assert "waves.E013" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_module_that_could_not_be_imported_is_a_warning(monkeypatch):
    problem = ConfigurationError("plant.streams could not be imported: no pump")
    monkeypatch.setattr(declarations, "discover", lambda names: [problem])
    monkeypatch.setattr(checks, "not_imported", [])
    apps.get_app_config("waves").ready()
    (warning,) = checks.check_modules()
    assert warning.id == "waves.W001"
    assert "no pump" in warning.msg


@pytest.mark.parametrize(
    ("guessed", "expected"),
    [("text/javascript", []), ("text/plain", ["waves.W002"])],
)
def test_modules_served_as_text_are_a_warning(monkeypatch, guessed, expected):
    monkeypatch.setattr("mimetypes.guess_type", lambda name: (guessed, None))
    assert ids(checks.check_mime_type()) == expected


def test_an_unbounded_body_is_a_warning_until_a_setting_says_what_bounds_it(settings):
    settings.WAVES = {}
    (warning,) = checks.check_body_limit()
    assert warning.id == "waves.W010"
    assert "client_max_body_size" in warning.hint
    settings.WAVES = {"body_limit": 1024 * 1024}
    assert checks.check_body_limit() == []


def test_the_project_as_it_is_passes_every_check_without_a_database():
    from django.core.management import call_command

    call_command("check", fail_level="WARNING")
