"""The settings file: every environment variable is documented, and a wrong one is explained."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
READING = re.compile(r'(?:env(?:_\w+)?|reader\.\w+)\(\s*"([A-Z_]+)"')
VARIABLES = {
    name
    for path in (ROOT / "livestream_project").glob("*.py")
    for name in READING.findall(path.read_text())
}


def loaded(expression: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of its own, and print an expression."""
    code = f"from livestream_project import settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_variable_is_documented_and_every_documented_one_exists():
    documented = re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.M)
    assert len(VARIABLES) > 10
    assert set(documented) == VARIABLES


def test_without_debug_a_missing_secret_key_says_how_to_make_one():
    result = loaded("0", DEBUG="off")
    assert result.returncode != 0
    assert "With DEBUG off, SECRET_KEY must be set" in result.stderr


def test_without_debug_cookies_travel_encrypted_only():
    expression = "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.DEBUG"
    assert loaded(expression, DEBUG="0", SECRET_KEY="x").stdout.strip() == "True True False"


def test_redis_makes_the_channel_layer_reach_other_processes():
    expression = "settings.CHANNEL_LAYERS['default']"
    output = loaded(expression, REDIS_URL="redis://localhost:1").stdout
    assert "RedisPubSubChannelLayer" in output
    assert "redis://localhost:1" in output


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEBUG", "maybe", "DEBUG is on or off, not “maybe”"),
        ("WAVES_MAX_HISTORY_BYTES", "1 GB", "1 to 1,000,000,000,000,000, not “1 GB”"),
        ("WAVES_MAX_HISTORY_BYTES", "0", "1 to 1,000,000,000,000,000, not “0”"),
        ("WAVES_MAX_STREAMS", "9" * 30, "1 to 1,000,000,000,000,000, not “999"),
        ("WAVES_BODY_LIMIT", "-1", "WAVES_BODY_LIMIT is a whole number from 1 to"),
        ("LOGIN_COOL_OFF_MINUTES", "999999999999999", "from 1 to 527,040, not “999999999999999”"),
        ("LOG_LEVEL", "verbose", "LOG_LEVEL is DEBUG, INFO, WARNING, ERROR or CRITICAL, not “verb"),
        ("WAVES_LOG_FORMAT", "xml", "WAVES_LOG_FORMAT is line or json, not “xml”"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(name, value, words):
    result = loaded("0", **{name: value, "PYTHONUTF8": "1"})
    assert result.returncode != 0
    assert words in result.stderr
    assert "ImproperlyConfigured" in result.stderr.splitlines()[-1]


def test_a_word_may_be_written_in_any_letters():
    expression = "settings.LOGGING['loggers']['waves']['level']"
    assert loaded(expression, LOG_LEVEL=" Warning ").stdout.strip() == "WARNING"
    assert loaded(expression).stdout.strip() == "INFO"


def test_lists_are_separated_by_commas():
    output = loaded("settings.ALLOWED_HOSTS", ALLOWED_HOSTS="a.example, b.example,").stdout
    assert output.strip() == "['a.example', 'b.example']"


def test_space_around_a_value_is_no_part_of_it():
    output = loaded("settings.DEBUG, settings.REDIS_URL", DEBUG=" On ", REDIS_URL=" redis://a ")
    assert output.stdout.strip() == "True redis://a"


def test_an_empty_variable_is_one_that_is_not_set():
    names = dict.fromkeys(VARIABLES, "")
    expression = "{k: v for k, v in vars(settings).items() if k.isupper()}"
    assert loaded(expression, **names).stdout == loaded(expression).stdout != ""
