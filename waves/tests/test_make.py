"""What `make test` runs: everything, a part, what failed last, or what is quick."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> list[str]:
    """The pytest command that make would run, without its beginning."""
    # What stands in the environment of a make that runs these tests is not for this one.
    inherited = {k: v for k, v in os.environ.items() if k != "T" and not k.startswith("MAKE")}
    done = subprocess.run(
        ["make", "-n", *arguments],
        env=inherited,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    last = done.stdout.splitlines()[-1]
    return last.split("-m pytest ")[1].split()


@pytest.mark.parametrize(
    "part", ["waves/tests/dsp/test_noise.py", "waves/tests/js -k ring", "--lf", "a.py::test_b"]
)
def test_t_says_what_is_run(part):
    assert command("test", f"T={part}") == part.split()


def test_without_t_everything_is_run_two_at_a_time():
    assert command("test") == ["--numprocesses", "2", "--dist", "loadfile"]


def test_quick_leaves_out_servers_browsers_and_what_is_slow():
    assert '-m "not servers and not slow"' in " ".join(command("test-quick"))


def test_what_failed_last_is_remembered(pytestconfig):
    assert pytestconfig.pluginmanager.hasplugin("lfplugin")


def test_who_starts_a_server_or_a_browser_is_marked(request):
    """As far as one can see it before it runs."""
    folders = {"browser", "faults", "installing"}
    for item in request.session.items:
        if folders & set(item.path.parts) or "prepared_site" in item.fixturenames:
            assert item.get_closest_marker("servers"), item.nodeid
