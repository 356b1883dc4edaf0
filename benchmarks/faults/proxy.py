"""nginx in front of two servers, by the very file of ``deploy/``."""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from benchmarks.faults.scene import Scene
from waves.tests.server.processes import ROOT, START_SECONDS, free_port

SHIPPED = ROOT / "deploy" / "nginx.conf"
#: What stands around it on a machine.
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
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


def start(scene: Scene, ports: list[int]) -> tuple[str, ssl.SSLContext]:
    """nginx before servers on two ports: its address, and what lets a client in."""
    folder = scene.folder / "nginx"
    folder.mkdir()
    # Its workers are not root, and read the folder.
    folder.chmod(0o755)
    port = free_port()
    (folder / "waves.conf").write_text(adapted(SHIPPED.read_text(), folder, port, ports))
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
    certify(folder)
    command = ["/usr/sbin/nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    scene.stack.callback(process.wait)
    scene.stack.callback(process.terminate)
    context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    await_listening(context, port, folder)
    return f"127.0.0.1:{port}", context


def adapted(text: str, folder: Path, port: int, ports: list[int]) -> str:
    """The shipped file with ports, name and certificate of here, and every server switched on."""
    text = re.sub(r"#\s*(server 127\.0\.0\.1:8002)", r"\1", text)
    for number, own in enumerate(ports, 8001):
        text = text.replace(f"server 127.0.0.1:{number}", f"server 127.0.0.1:{own}")
    text = re.sub(r"listen (\[::\]:)?80\b", f"listen 127.0.0.1:{free_port()}", text)
    text = re.sub(r"listen (\[::\]:)?443\b", f"listen 127.0.0.1:{port}", text)
    text = re.sub(r"(ssl_certificate\s+)\S+;", rf"\1{folder}/cert.pem;", text)
    text = re.sub(r"(ssl_certificate_key\s+)\S+;", rf"\1{folder}/key.pem;", text)
    return text.replace("waves.example.org", "127.0.0.1")


def certify(folder: Path) -> None:
    """A certificate of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(private)


def await_listening(context: ssl.SSLContext, port: int, folder: Path) -> None:
    """Return when it takes a TLS connection."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as plain:
                context.wrap_socket(plain, server_hostname="127.0.0.1").close()
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nginx did not start:\n{(folder / 'error.log').read_text()}")
