"""A real nginx that runs `deploy/nginx.conf` itself, on free ports and a certificate of its own."""

import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from waves.tests.server.processes import ROOT, START_SECONDS, free_port

#: Around the shipped file: what Debian's /etc/nginx/nginx.conf is for, without its folders.
MAIN = """
daemon off;
{user}
worker_rlimit_nofile 8192;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/waves.conf;
}}
"""


class Nginx:
    """The proxy: where it listens, and what a client must trust."""

    def __init__(self, folder: Path, upstreams: list[int]) -> None:
        self.folder = folder
        self.port = free_port()
        certificate, key = make_certificate(folder)
        self.ssl = ssl.create_default_context(cafile=str(certificate))
        (folder / "waves.conf").write_text(shipped(self.port, upstreams, certificate, key))
        user = "user root;" if os.getuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def printed(self) -> str:
        return (self.folder / "error.log").read_text()


def shipped(port: int, upstreams: list[int], certificate: Path, key: Path) -> str:
    """The file as shipped; only ports and the three paths are put in their place.

    The upstream's lines, which must be as many, get the ports in order; the listener of port 80,
    which only sends browsers on to HTTPS, gets a free one.
    """
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    found = re.findall(r"^ +server 127\.0\.0\.1:(\d+)", text, re.M)
    assert len(found) == len(upstreams), "the file has another number of servers"
    for old, new in zip(found, upstreams, strict=True):
        text = text.replace(f"server 127.0.0.1:{old}", f"server 127.0.0.1:{new}")
    changes = {
        r" +listen \[::\]:80;\n": "",
        r" +listen \[::\]:443 ssl http2;\n": "",
        r"listen 80;": f"listen 127.0.0.1:{free_port()};",
        r"listen 443 ": f"listen 127.0.0.1:{port} ",
        r"/var/lib/nginx/waves": str(certificate.parent / "waves-files"),
        r"(ssl_certificate +)\S+;": rf"\g<1>{certificate};",
        r"(ssl_certificate_key +)\S+;": rf"\g<1>{key};",
    }
    for pattern, replacement in changes.items():
        text, count = re.subn(pattern, replacement, text)
        assert count == 1, f"{pattern} is not once in the file"
    return text


def make_certificate(folder: Path, name: str = "IP:127.0.0.1") -> tuple[Path, Path]:
    """One that signs itself, for an address or a name ("DNS:waves.example.org"), and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        f"-subj /CN={name.partition(':')[2]} -addext subjectAltName={name}"
    )
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return certificate, key


@contextmanager
def nginx(folder: Path, upstreams: list[int]) -> Iterator[Nginx]:
    # Debian keeps it where not everybody's PATH leads.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    program = shutil.which("nginx", path=path)
    assert program, "nginx is missing: run `make test`, which installs it."
    proxy = Nginx(folder, upstreams)
    process = subprocess.Popen(
        [program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + START_SECONDS
    try:
        while not (folder / "nginx.pid").exists():
            assert process.poll() is None, f"nginx ended:\n{proxy.printed()}"
            assert time.monotonic() < deadline, f"nginx did not start:\n{proxy.printed()}"
            time.sleep(0.02)
        yield proxy
    finally:
        process.terminate()
        process.wait(START_SECONDS)
