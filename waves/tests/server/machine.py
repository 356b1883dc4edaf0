"""A machine within this one, where docs/deployment.md is followed: its own mounts and network.

What is written to `/etc`, `/srv` or `/var/lib` there is seen by nobody else, and is gone with it.
Its ports are those of the shipped files. That takes root.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from waves.tests.server.processes import ROOT, START_SECONDS, Process

#: The code as it stands, at `/srv/waves`, with the environment of Python that runs this test.
LAID_OUT = r"""
set -e
ip link set lo up
mount --make-rprivate /
mount -t tmpfs none /mnt
chmod 755 /mnt
over() {  # what is at $1 appears at $2, and takes changes
    mkdir -p /mnt/$3 /mnt/$3.work $2
    mount -t overlay none -o lowerdir=$1,upperdir=/mnt/$3,workdir=/mnt/$3.work $2
}
over /etc /etc etc
over /var/lib /var/lib lib
for folder in /srv /run /var/log/nginx /var/lib/nginx; do
    mount -t tmpfs none $folder
    chmod 755 $folder
done
over "$1" /srv/waves code
# In a work tree this may be a link to the environment of another.
rm -f /srv/waves/.venv 2>/dev/null || true
over "$2" /srv/waves/.venv venv
cd /srv/waves/.venv
grep -lI '^#!.*/bin/python' bin/* | xargs sed -i '1s|^#!.*|#!/srv/waves/.venv/bin/python|'
# A Python in somebody's home: the site's user must get to it.
number=0
for closed in "${@:3}"; do
    number=$((number + 1))
    over "$closed" "$closed" "home$number"
    chmod o+x "$closed"
done
echo ready
exec sleep infinity
"""
#: Where Debian keeps what administrators run, whatever this shell's PATH says.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Machine:
    """Started, and in use until ``close``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[Process] = []
        python = Path(sys.executable).resolve()
        closed = [str(place) for place in python.parents if not place.stat().st_mode & 1]
        made_of = [str(ROOT), sys.prefix, *reversed(closed)]
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--net", "bash", "-c", LAID_OUT, "machine", *made_of],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        with self._holder.stdout as printed:
            is_ready = printed.readline() == "ready\n"
        if not is_ready:
            self.close()
            raise AssertionError("no machine could be made: it takes root, overlays and namespaces")

    @property
    def network(self) -> list[str]:
        """What a command begins with that shall see the network, and no file, of this machine."""
        return ["nsenter", f"--target={self._holder.pid}", "--net", "--"]

    @property
    def inside(self) -> list[str]:
        """What a command begins with that shall run there, as root."""
        entered = ["nsenter", f"--target={self._holder.pid}", "--mount", "--net", "--"]
        return [*entered, "env", "-i", f"PATH={PATH}"]

    def run(self, script: str) -> str:
        """Run lines of shell there, as root in `/srv/waves`; what they printed."""
        done = subprocess.run(
            [*self.inside, "sh", "-ec", f"cd /srv/waves\n{script}"],
            capture_output=True,
            text=True,
            timeout=4 * START_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, command: list[str], name: int) -> Process:
        """Start a command there; ``name``: its port, or another number, for its log."""
        process = Process([*self.inside, *command], {}, name, self.folder)
        self._processes.append(process)
        return process

    def start_unit(self, name: str, instance: int) -> Process:
        """Start a unit of ``deploy/``: its command, user and environment.

        Its hardening is left out: that takes a systemd.
        """
        unit = (ROOT / "deploy" / name).read_text().replace("%i", str(instance))
        told = dict(
            re.findall(r"^(User|WorkingDirectory|EnvironmentFile|ExecStart)=(.*)$", unit, re.M)
        )
        variables = " ".join(re.findall(r"^Environment=(.*)$", unit, re.M)).split()
        variables += re.findall(r"^\w+=.*$", self.run(f"cat {told['EnvironmentFile']}"), re.M)
        user = ["setpriv", f"--reuid={told['User']}", f"--regid={told['User']}", "--init-groups"]
        command = [*user, "env", "-i", *variables, *shlex.split(told["ExecStart"])]
        there = f'cd {told["WorkingDirectory"]} && exec "$@"'
        process = self.start(["sh", "-c", there, "sh", *command], instance)
        for waits in re.findall(r"^ExecStartPost=(.*)$", unit, re.M):
            self.run(waits)
        return process

    def close(self) -> None:
        """End all that runs there, and the machine."""
        for process in self._processes:
            process.kill()
        with suppress(ProcessLookupError):
            self._holder.kill()
        self._holder.wait()
