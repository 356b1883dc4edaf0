"""A PostgreSQL of our own, on a free port and in a folder that goes with it."""

import glob
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from waves.tests.server.processes import START_SECONDS, free_port

#: It refuses to run as root; this user owns nothing anywhere.
NOBODY = (
    ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups") if os.getuid() == 0 else ()
)
PASSWORD = "p@ss/word"


class PostgreSQL:
    """A server that can be stopped and come back, perhaps ``inside`` a network namespace."""

    def __init__(self, folder: Path, inside: Sequence[str] = ()) -> None:
        self.folder, self.port = folder, free_port()
        self.inside = inside
        self.url = f"postgresql://waves:p%40ss%2Fword@127.0.0.1:{self.port}/postgres"
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        self._run("initdb", "--username=waves", "--auth=scram-sha-256", f"--pwfile={password}")

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(*self.inside, *NOBODY),
                    *(program("postgres"), "-D", str(self.folder / "data")),
                    *("-p", str(self.port), "-h", "127.0.0.1", "-k", "", "-F"),
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while "ready to accept" not in (self.folder / "log").read_text():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """At once: whoever is connected is cut off."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [*NOBODY, program(name), "-D", str(self.folder / "data"), "--no-sync", *arguments],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )


def program(name: str) -> str:
    """Debian keeps the programs of the server beside its version."""
    places = [*sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True), os.environ["PATH"]]
    found = shutil.which(name, path=os.pathsep.join(places))
    assert found, f"{name} is missing: run `make test`, which installs it."
    return found


@contextmanager
def postgresql(inside: Sequence[str] = ()) -> Iterator[PostgreSQL]:
    """One that runs, and its end."""
    # Not in pytest's folder, which nobody but its owner may enter.
    with tempfile.TemporaryDirectory(prefix="waves-postgresql-") as name:
        if NOBODY:
            shutil.chown(name, "nobody", "nogroup")
        server = PostgreSQL(Path(name), inside)
        server.prepare()
        server.start()
        try:
            yield server
        finally:
            server.stop()
