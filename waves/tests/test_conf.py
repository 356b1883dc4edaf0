"""The settings of Waves: defaults, and what follows from REDIS_URL."""

import string

import pytest

from waves import checks
from waves.conf import get_config
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
