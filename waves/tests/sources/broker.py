"""A real broker for the tests, and who publishes to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

from waves.sources.inbox import Inbox
from waves.tests.sources.fed import SOON, Fed, fed

PATH = os.environ["PATH"] + os.pathsep + "/usr/sbin"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def knowing_rights(folder: Path, rights: dict[str, object]) -> str:
    """Lines of a configuration: what those who name no user may do, as its plug-in has it."""
    (folder / "rights.json").write_text(json.dumps(rights))
    (plugin,) = Path("/usr/lib").glob("*/mosquitto_dynamic_security.so")
    return f"plugin {plugin}\nplugin_opt_config_file {folder / 'rights.json'}"


class Broker:
    """A mosquitto on a port of its own; with ``users`` (passwords by name) it lets in these only.

    ``more`` are further lines of its configuration.
    """

    def __init__(self, folder: Path, users: dict[str, str] | None = None, more: str = "") -> None:
        self.port = _free_port()
        self._config = folder / "mosquitto.conf"
        self._process: subprocess.Popen[bytes] | None = None
        anonymous = "false" if users else "true"
        # Started by root it would be somebody else by itself, who may not read the folder.
        lines = [f"listener {self.port} 127.0.0.1", f"allow_anonymous {anonymous}", "user root"]
        if users:
            lines.append(f"password_file {folder / 'passwords'}")
            (folder / "passwords").touch(mode=0o600)
            for name, password in users.items():
                command = ["mosquitto_passwd", "-b", folder / "passwords", name, password]
                subprocess.run(command, check=True)
        self._config.write_text("\n".join([*lines, more, ""]))

    def start(self) -> None:
        program = shutil.which("mosquitto", path=PATH)
        assert program, "make test installs mosquitto"
        self._process = subprocess.Popen(
            [program, "-c", self._config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + SOON
        while not self._answers():
            assert self._process.poll() is None, "mosquitto ended"
            assert time.monotonic() < until, "mosquitto does not listen"
            time.sleep(0.01)

    def _answers(self) -> bool:
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def publish(self, topic: str, payload: str | bytes, *more: str) -> None:
        """As people do it; QoS 1, so that the broker has it when this ends."""
        data = payload.encode() if isinstance(payload, str) else payload
        process = await asyncio.create_subprocess_exec(
            *("mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), "-q", "1"),
            *("-t", topic, "-s", *more),
            stdin=asyncio.subprocess.PIPE,
        )
        await process.communicate(data)
        assert process.returncode == 0


@contextlib.asynccontextmanager
async def subscribed(
    broker: Broker, topics: str, *keys: str, inbox: Inbox | None = None, **more: object
) -> AsyncIterator[Fed]:
    """A source that has its subscriptions already."""
    options = {"broker": "127.0.0.1", "port": broker.port, "topics": topics, **more}
    async with fed("mqtt", options, *keys, inbox=inbox, late="drop") as run:
        await run.until(lambda: run.source.reader and run.source.reader.was_connected)
        yield run
