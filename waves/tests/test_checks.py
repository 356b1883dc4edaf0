"""System checks: each has an id, and none reads the database."""

import re
import subprocess
import sys
from enum import StrEnum
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest
from channels.layers import InMemoryChannelLayer
from csp.constants import NONCE
from django.apps import apps
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import override_settings

from livestream_project import checks as project
from waves import checks
from waves.apps import WavesConfig
from waves.bus import make_layer
from waves.conf import get_config
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


def test_a_database_of_recordings_needs_its_router(settings):
    settings.DATABASE_ROUTERS = [checks.ROUTER]
    assert checks.check_recordings() == []
    settings.DATABASE_ROUTERS = []
    assert ids(checks.check_recordings()) == ["waves.E007"]


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
@pytest.mark.slow
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


@pytest.mark.slow
def test_a_server_that_no_command_starts_refuses_an_address_of_redis_that_is_none(tmp_path):
    environment = {
        "PATH": "",
        "WAVES_DATABASE": str(tmp_path / "waves.sqlite3"),
        "REDIS_URL": "redis://:geheim/wort@h:6379/0",
    }
    command = [sys.executable, "-m", "daphne", "--port", "0", "livestream_project.asgi:application"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "REDIS_URL cannot be read" in done.stderr
    assert "geheim" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_module_that_could_not_be_imported_is_a_warning(monkeypatch):
    problem = ConfigurationError("plant.streams could not be imported: no pump")
    monkeypatch.setattr(declarations, "discover", lambda names: [problem])
    monkeypatch.setattr(checks, "not_imported", [])
    apps.get_app_config("waves").ready()
    (warning,) = checks.check_modules()
    assert warning.id == "waves.W001"
    assert "no pump" in warning.msg


NO_LAYERS = [{}, {"other": MEMORY["default"]}, None]


@pytest.mark.parametrize("layers", NO_LAYERS)
def test_without_a_channel_layer_waves_uses_memory_and_says_what_that_means(settings, layers):
    settings.WAVES = {}
    settings.CHANNEL_LAYERS = layers
    assert checks.check_worker() == []
    (info,) = checks.check_channel_layer()
    assert info.id == "waves.I001"
    assert "memory" in info.msg
    assert "RedisPubSubChannelLayer" in info.hint
    assert isinstance(make_layer(), InMemoryChannelLayer)


def test_a_project_that_never_heard_of_channel_layers_is_checked(settings):
    del settings.CHANNEL_LAYERS
    settings.WAVES = {}
    assert checks.check_worker() == []
    assert ids(checks.check_channel_layer()) == ["waves.I001"]


def test_over_redis_the_worker_is_separate_without_a_word(settings):
    settings.WAVES = {}
    settings.CHANNEL_LAYERS = REDIS
    assert get_config().worker == "separate"
    assert checks.check_channel_layer() == []


@pytest.fixture
def without(monkeypatch):
    """Some packages are not installed."""

    def leave_out(*names):
        for name in names:
            for module in [m for m in sys.modules if m.partition(".")[0] == name]:
                monkeypatch.delitem(sys.modules, module)
        finders = [WithoutPackages(finder, names) for finder in sys.meta_path]
        monkeypatch.setattr(sys, "meta_path", finders)

    return leave_out


class WithoutPackages(MetaPathFinder):
    """A finder as it was, but for some packages."""

    def __init__(self, finder, names):
        self.finder, self.names = finder, names

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            return None
        return self.finder.find_spec(name, path, target)


def test_a_layer_whose_package_is_missing_is_an_error_that_names_the_extra(settings, without):
    settings.CHANNEL_LAYERS = REDIS
    without("channels_redis")
    (error,) = checks.check_channel_layer()
    assert error.id == "waves.E005"
    assert "django-waves[redis]" in error.hint
    with pytest.raises(ConfigurationError, match=r"django-waves\[redis\]"):
        make_layer()


def test_a_redis_url_without_its_package_names_the_extra(settings, without):
    without("redis")
    settings.WAVES = {"redis_url": "redis://localhost"}
    (error,) = checks.check_worker()
    assert error.id == "waves.E003"
    assert "django-waves[redis]" in error.msg


def test_a_setting_that_waves_does_not_know_is_an_error_that_names_it(settings):
    settings.WAVES = {"may_vew": "plant.access.may_view"}
    (error,) = checks.check_worker()
    assert error.id == "waves.E003"
    assert "“may_vew”" in error.msg
    assert "may_view" in error.msg


def test_without_daphne_runserver_would_run_no_stream(settings):
    with override_settings(INSTALLED_APPS=[a for a in settings.INSTALLED_APPS if a != "daphne"]):
        (warning,) = checks.check_application()
    assert warning.id == "waves.W003"
    assert "daphne" in warning.hint


def test_without_an_asgi_application_there_is_no_server_for_streams(settings):
    settings.ASGI_APPLICATION = None
    (warning,) = checks.check_application()
    assert warning.id == "waves.W004"
    assert "waves.asgi.application(get_asgi_application())" in warning.hint


def test_an_asgi_application_that_cannot_be_imported_is_told_and_no_traceback(settings):
    settings.ASGI_APPLICATION = "no_such_project.asgi.application"
    (warning,) = checks.check_application()
    assert warning.id == "waves.W006"
    assert "no_such_project" in warning.msg


def test_an_asgi_application_that_does_not_pass_through_waves_is_told(settings, monkeypatch):
    monkeypatch.setattr(WavesConfig, "served", False)
    settings.ASGI_APPLICATION = "waves.tests.web.hosts.bare"
    (warning,) = checks.check_application()
    assert warning.id == "waves.W007"
    assert "waves.asgi.application(get_asgi_application())" in warning.hint


def test_an_asgi_application_within_another_is_ours_all_the_same(settings, monkeypatch):
    monkeypatch.setattr(WavesConfig, "served", False)
    sys.modules.pop("waves.tests.web.wrapped_host", None)
    settings.ASGI_APPLICATION = "waves.tests.web.wrapped_host.application"
    assert checks.check_application() == []


def test_urls_that_nobody_includes_are_a_warning(settings):
    assert checks.check_addresses() == []
    settings.ROOT_URLCONF = "waves.health_urls"
    assert ids(checks.check_addresses()) == ["waves.W005"]


SELF = ["'self'"]
DJANGO_6 = "django.middleware.csp.ContentSecurityPolicyMiddleware"


class Django6Nonce(StrEnum):
    NONCE = "<CSP_NONCE_SENTINEL>"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"default-src": SELF}, ["waves.W008"]),
        ({"default-src": SELF, "script-src": SELF}, ["waves.W008"]),
        ({"script-src": [*SELF, NONCE]}, []),
        ({"script-src": [*SELF, Django6Nonce.NONCE]}, []),
        ({"script-src": SELF, "script-src-elem": [*SELF, NONCE]}, []),
        ({"default-src": [*SELF, "'unsafe-inline'"]}, []),
        ({"img-src": SELF}, []),
    ],
)
def test_a_policy_that_refuses_the_import_map_is_a_warning(settings, monkeypatch, policy, expected):
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy}
    settings.SECURE_CSP = policy
    assert checks.check_policy() == []  # nothing is hashed
    monkeypatch.setattr(staticfiles_storage, "hashed_files", {}, raising=False)
    assert ids(checks.check_policy()) == expected
    settings.MIDDLEWARE = [DJANGO_6]
    assert ids(checks.check_policy()) == expected
    settings.MIDDLEWARE = []
    assert checks.check_policy() == []


def a_function(viewer, stream):
    return True


async def a_coroutine(viewer, stream):
    return True


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a_function", []),
        ("a_coroutine", ["waves.E006"]),
        ("ROOT", ["waves.E006"]),
        ("nothing", ["waves.E006"]),
    ],
)
def test_who_may_see_is_decided_by_a_function_that_is_there(settings, name, expected):
    settings.WAVES = {"may_view": f"waves.tests.test_checks.{name}"}
    assert ids(checks.check_may_view()) == expected


def test_every_check_is_documented_and_no_other_is():
    pages = "".join(path.read_text() for path in ROOT.glob("docs/*.md"))
    used = set()
    for folder in ("waves", "livestream_project"):
        for path in (ROOT / folder).rglob("*.py"):
            if "tests" not in path.parts:
                used |= set(re.findall(r'id="(waves\.[EWI]\d{3})"', path.read_text()))
    documented = set(re.findall(r"^\| `(waves\.[EWI]\d{3})`", pages, re.M))
    assert len(used) > 15
    assert documented == used


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
