"""`deploy/nginx.conf` before two servers over a real Redis: what it promises is so."""

import asyncio
import http.client
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from waves.tests.server.processes import (
    ROOT,
    START_SECONDS,
    USER,
    Process,
    Site,
    free_port,
    redis_server,
)
from waves.tests.server.proxy import Nginx, nginx
from waves.tests.server.viewing import Viewing

pytestmark = pytest.mark.servers

VIEWERS = 30
#: A first delay as the page's, which docs/protocol.md asks for: it doubles, with jitter.
FIRST_DELAY = 0.5
#: How often one may ask until it is let in again: after the third delay 3.5 s are over.
ATTEMPTS = 3

#: More sockets than one address may have at one server, and fewer than at two.
MANY = 520


class Comer:
    """A viewer that comes back as docs/protocol.md says, and how often it asked each time."""

    def __init__(self, proxy: Nginx, back: asyncio.Condition) -> None:
        self.proxy = proxy
        self.attempts: list[int] = []
        self.back = back
        self.last: tuple[int, int] | None = None

    async def watch(self) -> None:
        attempts = 0
        while True:
            attempts += 1
            try:
                async with self._connect() as socket:
                    viewer = Viewing(socket)
                    await viewer.until(lambda v=viewer: v.values)
                    await self._told(attempts)
                    attempts = 0
                    await viewer.until_closed(3600)
                    epoch = max(viewer.values)
                    self.last = epoch, max(viewer.values[epoch]) + 1
            except (OSError, InvalidStatus, ConnectionClosed, AssertionError):
                pass
            await asyncio.sleep(min(FIRST_DELAY * 2**attempts, 8) * random.uniform(0.5, 1))

    async def _told(self, attempts: int) -> None:
        async with self.back:
            self.attempts.append(attempts)
            self.back.notify_all()

    def _connect(self) -> connect:
        since = "?epoch={}&sample={}".format(*self.last) if self.last else ""
        return connect(
            f"wss://{self.proxy.address}/ws/streams/sine/{since}",
            subprotocols=[Subprotocol("waves.v1")],
            origin=Origin(f"https://{self.proxy.address}"),
            ssl=self.proxy.ssl,
            max_size=None,
            compression=None,
        )


class Deployed:
    """Two servers, a worker and the proxy, with HTTPS as in deploy/waves.env."""

    def __init__(self, folder: Path, redis_url: str, ends: ExitStack) -> None:
        self.site = Site(folder, REDIS_URL=redis_url, HTTPS="on", WAVES_TRUSTED_PROXIES="127.0.0.1")
        self.site.prepare()
        ends.callback(self.site.start_worker().kill)
        self.ports = [free_port(), free_port()]
        self.lives = [ends.enter_context(ExitStack()) for _ in self.ports]
        self.servers = [self._serve(index) for index in (0, 1)]
        self.proxy = ends.enter_context(nginx(folder, self.ports))

    def _serve(self, index: int) -> Process:
        return self.lives[index].enter_context(self.site.serve(port=self.ports[index]))

    def restart(self, index: int) -> None:
        """As `systemctl restart` with the unit: it returns when the server answers again."""
        self.servers[index].stop()
        self.servers[index] = self._serve(index)
        waiting = [sys.executable, "tools/await_server.py", str(self.ports[index])]
        subprocess.run(waiting, cwd=ROOT, check=True, timeout=START_SECONDS)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory) -> Iterator[Deployed]:
    with redis_server() as (url, _), ExitStack() as ends:
        yield Deployed(tmp_path_factory.mktemp("deployed"), url, ends)


class Crowd:
    """Many viewers, and the moments at which one of them has samples (again)."""

    def __init__(self, proxy: Nginx) -> None:
        self.back = asyncio.Condition()
        self.comers = [Comer(proxy, self.back) for _ in range(VIEWERS)]

    @property
    def attempts(self) -> list[int]:
        """How often one asked, an entry for each time that somebody came (back)."""
        return [attempts for comer in self.comers for attempts in comer.attempts]

    async def until_came(self, times: int) -> None:
        async with asyncio.timeout(START_SECONDS), self.back:
            await self.back.wait_for(lambda: len(self.attempts) >= times)


@asynccontextmanager
async def watching(proxy: Nginx) -> AsyncIterator[Crowd]:
    crowd = Crowd(proxy)
    tasks = [asyncio.create_task(comer.watch()) for comer in crowd.comers]
    try:
        await crowd.until_came(VIEWERS)
        yield crowd
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def viewers_of(server: Process) -> int:
    _, metrics = server.get("/metrics")
    found = re.findall(r"^waves_connections\{.*\} ([\d.]+)$", metrics, re.M)
    return int(sum(map(float, found)))


async def test_servers_restarted_one_after_the_other_keep_nobody_out(deployed) -> None:
    async with watching(deployed.proxy) as crowd:
        for index in (0, 1):
            theirs = await asyncio.to_thread(viewers_of, deployed.servers[index])
            assert theirs > 0, "the proxy sends viewers to both servers"
            came = len(crowd.attempts)
            await asyncio.to_thread(deployed.restart, index)
            await crowd.until_came(came + theirs)
        both = await asyncio.to_thread(lambda: [viewers_of(s) for s in deployed.servers])
    assert sum(both) == VIEWERS
    assert max(crowd.attempts) <= ATTEMPTS


async def test_how_many_sockets_one_address_may_have_is_not_decided_by_the_proxy(deployed) -> None:
    proxy = deployed.proxy
    sockets = [
        connect(
            f"wss://{proxy.address}/ws/",
            subprotocols=[Subprotocol("waves.v1.json")],
            origin=Origin(f"https://{proxy.address}"),
            ssl=proxy.ssl,
            open_timeout=START_SECONDS,
        )
        for _ in range(MANY)
    ]
    async with AsyncExitStack() as ends:
        for some in batched(sockets):
            opened = await asyncio.gather(*map(ends.enter_async_context, some))
            said = await asyncio.gather(*(socket.recv() for socket in opened))
            assert {json.loads(each)["type"] for each in said} == {"hello"}
        both = await asyncio.to_thread(lambda: [viewers_of(s) for s in deployed.servers])
        assert sum(both) == MANY


def batched(sockets: list[connect]) -> Iterator[list[connect]]:
    for first in range(0, len(sockets), 50):
        yield sockets[first : first + 50]


def ask(proxy: Nginx, method: str, path: str, **sent: Any) -> http.client.HTTPResponse:
    connection = http.client.HTTPSConnection("127.0.0.1", proxy.port, context=proxy.ssl, timeout=10)
    connection.request(method, path, **sent)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_a_server_that_is_gone_is_noticed_by_nobody(deployed) -> None:
    deployed.servers[0].kill()
    statuses = [ask(deployed.proxy, "GET", "/").status for _ in range(10)]
    deployed.restart(0)
    assert statuses == [200] * 10


def test_a_body_that_no_form_has_is_refused_before_the_server(deployed) -> None:
    answer = ask(deployed.proxy, "POST", "/admin/login/", body=b"a" * 2_000_000)
    assert answer.status == 413


def half_a_form(proxy: Nginx) -> http.client.HTTPSConnection:
    """One who begins to send a form with a file, and stops."""
    connection = http.client.HTTPSConnection("127.0.0.1", proxy.port, context=proxy.ssl, timeout=10)
    connection.putrequest("POST", "/admin/waves/stream/7/change/")
    connection.putheader("Content-Length", "60000000")
    connection.endheaders(b"a")
    return connection


def test_few_files_of_one_address_are_on_their_way_at_once(deployed) -> None:
    with ExitStack() as ends:
        begun = [half_a_form(deployed.proxy) for _ in range(4)]
        for connection in begun:
            ends.callback(connection.close)
        deadline = time.monotonic() + START_SECONDS
        while (answer := ask(deployed.proxy, "GET", "/admin/waves/stream/add/")).status != 429:
            assert time.monotonic() < deadline, answer.status
        assert answer.getheader("Retry-After") == "5"
        assert ask(deployed.proxy, "GET", "/admin/waves/stream/").status == 302
    answer = ask(deployed.proxy, "POST", "/admin/waves/stream/preview/", body=b"a" * 2_000_000)
    assert answer.status == 413


def test_the_counts_of_a_process_do_not_get_out(deployed) -> None:
    assert ask(deployed.proxy, "GET", "/metrics").status == 404


def test_a_forged_forwarded_for_does_not_change_whom_a_guess_is_counted_against(deployed) -> None:
    statuses = [
        guess(deployed.proxy, {"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(6)
    ]
    assert statuses == [200, 200, 200, 200, 429, 429]


def guess(proxy: Nginx, headers: dict[str, str]) -> int:
    page = ask(proxy, "GET", "/admin/login/")
    cookie = page.getheader("Set-Cookie", "").partition(";")[0]
    body = urlencode(
        {
            "csrfmiddlewaretoken": cookie.partition("=")[2],
            "username": USER,
            "password": "a guess",
        }
    )
    headers = headers | {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": cookie,
        "Referer": f"https://{proxy.address}/admin/login/",
    }
    return ask(proxy, "POST", "/admin/login/", body=body, headers=headers).status
