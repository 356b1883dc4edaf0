"""The settings file: every environment variable is documented, and a wrong one is explained."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
VARIABLES = set(
    re.findall(
        r'env(?:_\w+)?\(\s*"([A-Z_]+)"', (ROOT / "livestream_project/settings.py").read_text()
    )
)


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
        ("WAVES_MAX_HISTORY_BYTES", "1 GB", "positive whole number, not “1 GB”"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(name, value, words):
    result = loaded("0", **{name: value, "PYTHONUTF8": "1"})
    assert result.returncode != 0
    assert words in result.stderr


def test_lists_are_separated_by_commas():
    output = loaded("settings.ALLOWED_HOSTS", ALLOWED_HOSTS="a.example, b.example,").stdout
    assert output.strip() == "['a.example', 'b.example']"
