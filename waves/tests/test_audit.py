"""`make audit` tells apart what is clean, what is vulnerable, and what nobody could say."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools.audit import verdict

ROOT = Path(__file__).parents[2]
CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
WEAK = {"name": "django", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": []}]}
UNKNOWN = {"name": "daphne", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "status", "words"),
    [
        ([CLEAN], 0, "audited, clean: 1 packages"),
        ([UNKNOWN, CLEAN], 0, "not audited"),
        ([UNKNOWN, WEAK, CLEAN], 1, "vulnerable:\ndjango 1.0: PYSEC-1"),
    ],
)
def test_what_was_found_is_said(packages, status, words):
    told = verdict(json.dumps({"dependencies": packages}), "")
    assert told[0] == status
    assert told[1].startswith(words)


def test_an_audit_that_does_not_run_is_no_service_that_does_not_answer():
    status, words = verdict("", "No module named pip_audit")
    assert status == 2
    assert "No module named pip_audit" in words


class Refusing(BaseHTTPRequestHandler):
    """A way to the network that is closed."""

    def do_CONNECT(self):
        self.send_error(403)

    def log_message(self, *arguments):
        pass


@pytest.mark.slow
def test_where_the_service_refuses_nothing_counts_as_audited(tmp_path):
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        way = {"HTTPS_PROXY": f"http://127.0.0.1:{server.server_port}", "NO_PROXY": ""}
        # What an earlier audit was told is not read again.
        fresh = {"XDG_CACHE_HOME": str(tmp_path), "PIP_CACHE_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-m", "tools.audit"],
            cwd=ROOT,
            env={**os.environ, **way, **fresh},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        server.shutdown()
    assert done.stdout == "not audited: the advisory service does not answer\n"
    assert done.returncode == 0
