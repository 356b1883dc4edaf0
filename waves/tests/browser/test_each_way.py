"""Each way that samples come in, with the program that people have, to what a browser draws."""

import asyncio
import base64
import gzip
import json
import socket
import time
import urllib.request

import numpy as np
from influxdb_client import InfluxDBClient, Point
from influxdb_client.client.write_api import SYNCHRONOUS
from websockets.sync.client import connect

from waves.ingest import formats
from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_replayed import choose, replay_form
from waves.tests.ingest.test_files import npy, npz, pq
from waves.tests.server.pushing import body_of, make_key
from waves.tests.sources.ports import free_port


class Senders:
    """What people have. Telegraf is in no package registry: its requests are as its sources say."""

    def __init__(self, address: str, key: str) -> None:
        self.address, self.key = address, key

    async def curl(self, media_type: str, value: float) -> None:
        """One request of a content type."""
        process = await asyncio.create_subprocess_exec(
            *("curl", "--silent", "--show-error", "--fail-with-body", "--data-binary", "@-"),
            *("--header", f"Authorization: Bearer {self.key}"),
            *("--header", f"Content-Type: {media_type}"),
            f"http://{self.address}/api/v1/streams/boiler/samples",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await process.communicate(body_of(media_type, value))
        assert json.loads(told)["accepted"] == 1

    def telegraf(self, path: str, authorization: str, value: float) -> None:
        """One of its requests, compressed as it is by default."""
        line = b"boiler,host=pi inlet=%g %d\n" % (value, time.time_ns())
        headers = {
            "Authorization": authorization,
            "Content-Encoding": "gzip",
            "Content-Type": "text/plain; charset=utf-8",
            "User-Agent": "Telegraf/1.33.0",
        }
        url = f"http://{self.address}{path}"
        request = urllib.request.Request(url, gzip.compress(line), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status in (200, 204)

    def influxdb_v1(self, value: float) -> None:
        """With user and password."""
        pair = base64.b64encode(f"telegraf:{self.key}".encode()).decode()
        self.telegraf("/write?db=boiler", f"Basic {pair}", value)

    def influxdb_v2(self, value: float) -> None:
        """With a token."""
        self.telegraf("/api/v2/write?bucket=boiler&org=home", f"Token {self.key}", value)

    def http(self, value: float) -> None:
        """To the stream's own address."""
        self.telegraf("/api/v1/streams/boiler/samples", f"Bearer {self.key}", value)

    def websocket(self, value: float) -> None:
        """A message a batch, and no subprotocol."""
        told = {"Authorization": f"Bearer {self.key}"}
        with connect(f"ws://{self.address}/ws/ingest/boiler/", additional_headers=told) as sending:
            sending.send(b"boiler,host=pi inlet=%g %d\n" % (value, time.time_ns()))
            assert [json.loads(sending.recv(10))["type"] for _ in range(2)] == ["hello", "ack"]

    def influxdbs_client(self, value: float) -> None:
        """A point."""
        with InfluxDBClient(f"http://{self.address}", token=self.key, org="home") as client:
            point = Point("boiler").field("inlet", value)
            client.write_api(write_options=SYNCHRONOUS).write("boiler", record=point)


async def test_what_curl_telegraf_and_influxdbs_client_send_is_drawn(new_context, site, faults):
    faults.expect("WebSocket connection to")  # as the server ends
    key = make_key(site, "--scope", "write", "make")
    site.execute("UPDATE waves_stream SET enabled = 0")
    with site.serve() as server:
        send = Senders(server.address, key)
        await send.curl("application/json", 0.25)
        scope = await Oscilloscope.load(await new_context(), server, "boiler")

        async def until_drawn(value: float) -> None:
            await scope.until_drawn(f"drawn.signals[0].y.includes({value})")

        await until_drawn(0.25)
        for number, media_type in enumerate(formats.MEDIA_TYPES, start=1):
            await send.curl(media_type, number + 0.5)
            await until_drawn(number + 0.5)
        others = (
            *(send.influxdb_v1, send.influxdb_v2, send.http, send.websocket),
            send.influxdbs_client,
        )
        for number, one in enumerate(others, start=11):
            await asyncio.to_thread(one, number + 0.5)
            await until_drawn(number + 0.5)


async def test_what_datagrams_bring_is_drawn(new_context, site, faults):
    faults.expect("WebSocket connection to")  # as the server ends
    site.execute("UPDATE waves_stream SET enabled = 0")
    port = free_port()
    fields = {"name": "Board", "source": "udp", "rate": 10, "enabled": 1}
    site.add_stream("board", "noise", options=json.dumps({"port": port}), **fields)
    site.execute("DELETE FROM waves_signal WHERE stream_id = (SELECT max(id) FROM waves_stream)")
    with site.serve() as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as board:
        scope = await Oscilloscope.load(await new_context(), server, "board")
        board.sendto(b"inlet:60.5\n", ("127.0.0.1", port))
        await scope.until_drawn("drawn.signals[0]?.y.includes(60.5)")
        board.sendto(b'{"inlet": 61.5}', ("127.0.0.1", port))
        await scope.until_drawn("drawn.signals[0].y.includes(61.5)")


async def test_what_files_of_numpy_and_parquet_hold_is_drawn(new_context, site, faults):
    faults.expect("WebSocket connection to")  # as the server ends
    site.execute("UPDATE waves_stream SET enabled = 0")
    ramp = np.arange(40.0)
    files = {
        "a.npy": npy(ramp + 100),
        "b.npz": npz(t=ramp / 4, inlet=ramp + 200),
        "c.parquet": pq(t=ramp / 4, inlet=ramp + 300),
    }
    with site.serve() as server:
        staff = await new_context()
        page = await staff.new_page()
        await replay_form(page, server, "Ramp")
        await page.locator("#id_rate").fill("4")
        scope = None
        for name, most in zip(files, (139, 239, 339), strict=True):
            await choose(page, name, files[name])
            await page.locator("#result_list").get_by_role("link", name="Ramp").click()
            scope = scope or await Oscilloscope.load(staff, server, "ramp", "?window=20")
            await scope.until_drawn(
                f"drawn.signals[0] && Math.max(...drawn.signals[0].y) === {most}"
            )
            await page.locator("#id_enabled").check()
        await page.close()
