"""System checks: each has an id, and none reads the database."""

import pytest

from waves import checks
from waves.exceptions import ConfigurationError

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


def test_an_origin_without_a_scheme_is_an_error(settings):
    settings.WAVES = {"allowed_origins": ["https://good.example", "bad.example"]}
    (error,) = checks.check_origins()
    assert error.id == "waves.E004"
    assert "https://bad.example" in error.hint


def test_a_module_that_could_not_be_imported_is_a_warning(monkeypatch):
    problem = ConfigurationError("plant.streams could not be imported: no pump")
    monkeypatch.setattr("django.apps.apps.get_app_config", lambda name: App([problem]))
    (warning,) = checks.check_modules()
    assert warning.id == "waves.W001"
    assert "no pump" in warning.msg


class App:
    def __init__(self, problems):
        self.problems = problems


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
