"""The settings of Waves: defaults, and what follows from REDIS_URL."""

import string
from dataclasses import MISSING, fields

import pytest

from waves import checks
from waves.conf import Config, get_config
from waves.exceptions import ConfigurationError


@pytest.mark.parametrize(("url", "worker"), [("", "embedded"), ("redis://x", "separate")])
def test_the_worker_is_separate_exactly_where_there_is_redis(settings, url, worker):
    settings.WAVES = {"redis_url": url, "worker": ""}
    assert get_config().worker == worker


def test_a_worker_that_does_not_exist_is_refused_by_name(settings):
    settings.WAVES = {"worker": "both"}
    with pytest.raises(ConfigurationError, match="embedded or separate, not “both”"):
        get_config()


def test_a_changed_setting_takes_effect(settings):
    settings.WAVES = {"max_history_bytes": 1}
    assert get_config().max_history_bytes == 1
    settings.WAVES = {"max_history_bytes": 2}
    assert get_config().max_history_bytes == 2


@pytest.mark.parametrize("sign", [*string.punctuation, " ", "℀", "１"])
@pytest.mark.parametrize("form", ["redis://:geheim{}wort@h:6379/0", "redis://me:12{}geheim@h"])
def test_no_check_shows_a_password_whatever_its_signs(settings, form, sign):
    settings.WAVES = {"redis_url": form.format(sign)}
    messages = checks.check_worker() + checks.check_channel_layer()
    assert "geheim" not in "".join(f"{message.msg} {message.hint}" for message in messages)


@pytest.mark.parametrize("password", ["geheim/wort", "geheim#wort", "geheim℀wort", "12/geheim"])
def test_a_password_that_ends_the_address_is_refused_with_what_to_write(settings, password):
    settings.WAVES = {"redis_url": f"redis://:{password}@h:6379/0"}
    with pytest.raises(ConfigurationError) as raised:
        get_config()
    assert raised.value.__suppress_context__
    assert "letters, digits, - and _ are written as %2F" in str(raised.value)


def test_a_configuration_that_is_printed_shows_no_password(settings):
    settings.WAVES = {"redis_url": "redis://:geheim@h:6379/0"}
    assert "geheim" not in repr(get_config())


NUMBERS = [field.name for field in fields(Config) if str(field.type).startswith("int")]


@pytest.mark.parametrize("value", ["many", "1m", "10", -5, 0, 10**16, 2.5, True, [1]])
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_that_is_none_is_refused_with_what_it_may_be(settings, name, value):
    settings.WAVES = {name: value}
    (error,) = checks.check_worker()
    assert error.id == "waves.E003"
    assert error.msg.startswith(f'WAVES["{name}"] is a whole number from 1 to 1,000,000,000,000,0')
    assert f"and not {value!r}." in error.msg


def test_none_is_a_number_only_where_nothing_need_be_said(settings):
    for name in NUMBERS:
        settings.WAVES = {name: None}
        assert bool(checks.check_worker()) == (name != "body_limit")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("allowed_origins", "https://a.example", "a list of texts, and not 'https://a.example'"),
        ("trusted_proxies", None, "a list of texts, and not None"),
        ("metrics_from", [1], "a list of texts, and not [1]"),
        ("may_view", print, "text, and not <built-in function print>"),
        ("installation", 7, "text, and not 7"),
        ("redis_url", ["redis://:geheim@h"], "text, and not a list"),
    ],
)
def test_a_text_or_a_list_that_is_none_is_refused(settings, name, value, words):
    settings.WAVES = {name: value}
    (error,) = checks.check_worker()
    assert error.msg == f'WAVES["{name}"] is {words}.'


def test_settings_that_are_no_dictionary_are_refused(settings):
    settings.WAVES = ["max_streams"]
    assert checks.check_may_view() == []
    (error,) = checks.check_worker()
    assert error.msg == "WAVES is a dictionary of settings, and no list."


def test_the_defaults_are_what_they_may_be(settings):
    settings.WAVES = {
        field.name: field.default for field in fields(Config) if field.default is not MISSING
    }
    assert checks.check_worker() == []
