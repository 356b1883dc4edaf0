"""The settings of Waves: defaults, and what follows from REDIS_URL."""

import pytest

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
