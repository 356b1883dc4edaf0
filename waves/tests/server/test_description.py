"""Whatever the API's description allows and forbids is asked for, with a key and without."""

import subprocess
import sys
from pathlib import Path

import pytest

from waves.tests.server.pushing import send

CONFIG = Path(__file__).with_name("schemathesis.toml")
PHASES = "examples,coverage,fuzzing,stateful"
#: Of each operation and phase; the same ones in each run, so that nobody else's change fails here.
EXAMPLES, SEED = "8", "13"


@pytest.mark.parametrize("shows_key", [False, True], ids=["without a key", "with a key"])
def test_the_api_is_as_it_describes_itself(server, asking, key, tmp_path, shows_key):
    assert send(asking, "boiler", {"inlet": 60.1}, key)[0] == 200
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "--no-color"),
        *("run", f"http://{server.address}/api/v1/openapi.json", "--phases", PHASES),
        *("--max-examples", EXAMPLES, "--seed", SEED, "--workers", "1"),
        *(("--header", f"Authorization: Bearer {key}") if shows_key else ()),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert "12 selected / 12 total" in done.stdout
    assert "Traceback" not in server.printed()
