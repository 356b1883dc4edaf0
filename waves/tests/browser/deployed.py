"""docs/deployment.md, followed on a machine of its own: from its first line to the site."""

import re
import subprocess
from contextlib import ExitStack
from pathlib import Path

from waves.tests.server.machine import Machine
from waves.tests.server.postgresql import postgresql
from waves.tests.server.processes import PASSWORD, ROOT, USER, Process
from waves.tests.server.proxy import make_certificate

NAME = "waves.example.org"
#: Steps that fetch something, which is there: programs, the code, its environment, a certificate.
FETCH = ("apt-get ", "git clone ", "python3 -m venv ", ".venv/bin/pip ", "certbot ")
#: The tests' site logs in with a fixed password, and no terminal asks for it.
UNASKED = f"--noinput --username={USER} --email=a@example.org"


class Deployed:
    """The site, and each of its processes by the name of its unit."""

    url = f"https://{NAME}"

    def __init__(self, folder: Path, ends: ExitStack) -> None:
        self.folder = folder
        self.machine = Machine(folder)
        ends.callback(self.machine.close)
        self.machine.start(["redis-server", "--save", ""], 6379).await_printed("Ready to accept")
        self.database = ends.enter_context(postgresql(self.machine.network))
        self.units: dict[str, Process] = {}
        self.certificate = self._certify()
        for block in steps():
            self._follow(block)

    def _certify(self) -> Path:
        """A certificate where that of Let's Encrypt would be."""
        certificate, key = make_certificate(self.folder, f"DNS:{NAME}")
        live = f"/etc/letsencrypt/live/{NAME}"
        self.machine.run(f"mkdir -p {live}; cp {certificate} {live}/fullchain.pem")
        self.machine.run(f"install -m 600 {key} {live}/privkey.pem")
        return certificate

    def _follow(self, block: list[str]) -> None:
        """The lines of one block; what systemd would do is done without it."""
        for line in block:
            if "systemctl enable --now" in line:
                for unit in line.split("--now")[1].split():
                    self.start(unit)
        if any("systemctl reload nginx" in line for line in block):
            block = [line.partition(" && systemctl")[0] for line in block]
        lines = [line for line in block if "systemctl" not in line]
        printed = self.machine.run("mkdir -p /etc/systemd/system\n" + "\n".join(lines))
        if any("token_urlsafe" in line for line in block):
            self._fill_in(printed.strip())
        if any("nginx -t" in line for line in block):
            self.machine.start(["nginx", "-g", "daemon off;"], 443)
            self.machine.run("until [ -s /run/nginx.pid ]; do sleep 0.05; done")

    def _fill_in(self, key: str) -> None:
        """What /etc/waves.env asks for: the key, and PostgreSQL in the place of SQLite."""
        path = self.folder / "waves.env"
        text = self.machine.run("cat /etc/waves.env")
        text = re.sub(r"^SECRET_KEY=$", f"SECRET_KEY={key}", text, flags=re.M)
        text = re.sub(r"^WAVES_DATABASE=.*$", f"DATABASE_URL={self.database.url}", text, flags=re.M)
        path.write_text(text)
        self.machine.run(f"install -m 600 {path} /etc/waves.env")

    def start(self, unit: str) -> None:
        """As ``systemctl start waves@8001``: it returns when the unit says that it runs."""
        name, instance = unit.split("@")
        process = self.machine.start_unit(f"{name}@.service", int(instance))
        if name == "waves-worker":
            process.await_printed("Streams run.")
        self.units[unit] = process

    def restart(self, unit: str) -> None:
        """As ``systemctl restart waves@8001``."""
        self.units.pop(unit).stop()
        self.start(unit)

    @property
    def chromium_arguments(self) -> list[str]:
        """How a Chromium finds the name, and trusts this certificate and no other unknown one."""
        script = (
            f"openssl x509 -in {self.certificate} -noout -pubkey"
            " | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64"
        )
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
        return [
            f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
            f"--ignore-certificate-errors-spki-list={done.stdout.strip()}",
        ]


def steps() -> list[list[str]]:
    """The lines of each block of shell of "Many processes" that can be followed as they stand."""
    text = (ROOT / "docs" / "deployment.md").read_text()
    _, _, text = text.partition("## Many processes\n")
    text, _, _ = text.partition("### What was tried\n")
    return [
        [as_typed(line) for line in block.splitlines() if not line.startswith(FETCH)]
        for block in re.findall(r"```sh\n(.*?)```", text, re.S)
    ]


def as_typed(line: str) -> str:
    """A line with the name of this site in it, and where nobody can be asked for a password."""
    line = line.replace("YOUR.NAME", NAME)
    if "createsuperuser" not in line:
        return line
    return f"export DJANGO_SUPERUSER_PASSWORD={PASSWORD}; {line} {UNASKED}"
