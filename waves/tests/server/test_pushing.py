"""Samples are pushed over HTTP into a real server, by what people have: curl, Telegraf, InfluxDB's
client. Telegraf is in no package registry: its requests are made as its sources say."""

import base64
import gzip
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import quote

import numpy as np
import pytest
from influxdb_client import InfluxDBClient, Point
from influxdb_client.client.write_api import SYNCHRONOUS

from waves.client import Writer
from waves.ingest import formats
from waves.tests.server.pushing import body_of, described, kept, make_key, send
from waves.tests.server.test_api_queries import Asking
from waves.tests.server.viewing import view

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("media_type", formats.MEDIA_TYPES)
def test_curl_sends_each_content_type(server, asking, key, media_type):
    slug = f"curl-{len(media_type)}"
    if media_type == formats.FRAMES:  # frames have no names: the stream has its signals before
        assert send(asking, slug, {"t": time.time() - 5, "signals": {"inlet": 60.5}}, key)[0] == 200
    command = ["curl", "--silent", "--show-error", "--data-binary", "@-"]
    command += ["--header", f"Authorization: Bearer {key}"]
    command += ["--header", f"Content-Type: {media_type}"]
    command += [f"http://{server.address}/api/v1/streams/{slug}/samples"]
    done = subprocess.run(command, input=body_of(media_type, 60.5), capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 1
    assert kept(asking, slug, 1)["inlet"][-1] == 60.5


async def test_a_viewer_sees_what_is_pushed_as_it_comes(server, asking, key):
    assert send(asking, "seen", {"a": 1}, key)[0] == 200
    async with view(server.address, "/ws/streams/seen/") as viewer:
        await viewer.until(lambda: viewer.values)
        for value in (2, 3, 4):
            assert send(asking, "seen", {"a": value}, key)[0] == 200
        await viewer.until(lambda: len(viewer.values[max(viewer.values)]) >= 4)
    assert list(viewer.values[max(viewer.values)].values()) == [1, 2, 3, 4]


TELEGRAF = b"cpu,cpu=cpu-total,host=pi usage_idle=92.5,usage_user=3.5 %d\n"


@pytest.mark.parametrize("compress", [gzip.compress, bytes])
def test_telegrafs_influxdb_v2_output(asking, key, compress):
    headers = {
        "Authorization": f"Token {key}",
        "Content-Type": "text/plain; charset=utf-8",
        "User-Agent": "Telegraf/1.33.0 Go/1.23.4",
    }
    if compress is gzip.compress:
        headers["Content-Encoding"] = "gzip"
    slug = f"telegraf-v2-{compress.__name__}"
    path = f"/api/v2/write?bucket={slug}&org=home"
    first = time.time_ns() - 3 * 10**9
    body = b"".join(TELEGRAF % (first + k * 10**9) for k in range(3))
    for _ in range(2):  # after a time-out it sends the same once more
        status, _, answer = asking(path, "POST", body=compress(body), headers=headers)
        assert (status, answer) == (204, b"")
    assert kept(asking, slug, 3) == {"usage_idle": [92.5] * 3, "usage_user": [3.5] * 3}
    deadline = time.monotonic() + 10
    while described(asking, slug)["doubled"] != 3:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_telegrafs_influxdb_output_makes_its_database_first(asking, key):
    basic = base64.b64encode(f"telegraf:{key}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
    query = "q=" + quote('CREATE DATABASE "telegraf-v1"')
    status, _, answer = asking("/query", "POST", body=query, headers=form)
    assert status == 200
    assert json.loads(answer)["results"][0]["series"][0]["columns"] == ["name"]
    body = gzip.compress(TELEGRAF % time.time_ns())
    told = {**headers, "Content-Encoding": "gzip", "Content-Type": "text/plain; charset=utf-8"}
    assert asking("/write?db=telegraf-v1", "POST", body=body, headers=told)[0] == 204
    assert kept(asking, "telegraf-v1", 1)


def test_telegrafs_http_output(asking, key):
    told = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "Telegraf/1.33.0"}
    status, answer = send(asking, "telegraf-http", TELEGRAF % time.time_ns(), key, **told)
    assert (status, answer["accepted"]) == (200, 1)


def test_influxdbs_own_client(server, asking, key):
    with InfluxDBClient(f"http://{server.address}", token=key, org="home") as client:
        assert client.ping()
        writing = client.write_api(write_options=SYNCHRONOUS)
        point = Point("boiler").tag("host", "pi").field("inlet", 60.5).time(datetime.now(UTC))
        writing.write(bucket="influx-client", record=point)
    assert kept(asking, "influx-client", 1) == {"inlet": [60.5]}


def test_our_own_client_and_its_command(server, asking, key):
    page = f"http://{server.address}/streams/writer/"
    with Writer(page, key) as out:
        out.write({"a": np.arange(1000)}, t=time.time() - 2 + np.arange(1000) / 1000)
    assert (out.acknowledged, out.dropped) == (1000, 0)
    command = [sys.executable, "-m", "waves.client", "write", page]
    lines = b'{"a": 5000}\n'
    environment = {**os.environ, "WAVES_KEY": key}
    done = subprocess.run(command, input=lines, env=environment, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert kept(asking, "writer", 1001)["a"] == [*range(1000), 5000]
    environment["WAVES_KEY"] = "wv_1.wrong"
    done = subprocess.run(command, input=lines, env=environment, capture_output=True, timeout=60)
    assert (done.returncode, b"no such key" in done.stderr) == (1, True)


def test_a_batch_that_is_wrong_is_refused_whole_with_line_and_column(asking, key):
    send(asking, "whole", {"f": 1}, key)
    body = b"m f=2\nm f=3 soon\n"
    status, answer = send(asking, "whole", body, key, **{"Content-Type": "text/plain"})
    assert (status, answer["code"], answer["line"], answer["column"]) == (400, "invalid", 2, 7)
    assert kept(asking, "whole", 1) == {"f": [1]}


def test_a_numbered_batch_is_taken_once(asking, key):
    for accepted, doubled in ((1, 0), (0, 1)):
        _, answer = send(asking, "numbered", {"a": 1}, key, **{"Idempotency-Key": "7"})
        assert (answer["accepted"], answer["doubled"]) == (accepted, doubled)


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"Authorization": ""}, 401, "Show a key"),
        ({"Authorization": "Bearer nothing"}, 401, "no such key"),
        ({"Authorization": "Basic !!!"}, 401, "Show a key"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "is none of"),
        ({"Content-Encoding": "br"}, 400, "gzip is"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(asking, key, headers, status, words):
    told, answer = send(asking, "refused", {"a": 1}, key, **headers)
    assert (told, words in answer["message"]) == (status, True), answer


def test_a_key_does_what_it_may_where_it_may(pushable, asking, key):
    for slug in ("one", "other"):
        assert send(asking, slug, {"a": 1}, key)[0] == 200
    one = make_key(pushable, "--scope", "write", "--stream", "one")
    assert send(asking, "one", {"a": 2}, one)[0] == 200
    status, answer = send(asking, "other", {"a": 2}, one)
    assert (status, answer["code"]) == (403, "forbidden")
    # Whether there is one that it is not for, a key for some does not learn.
    assert send(asking, "nowhere", {"a": 2}, one) == (status, answer)
    assert send(asking, "nowhere", {"a": 2}, make_key(pushable))[0] == 404
    reading = make_key(pushable, "--scope", "read")
    assert send(asking, "one", {"a": 2}, reading)[0] == 403


def test_a_revoked_key_opens_nothing_within_seconds(pushable, asking, key):
    send(asking, "revoking", {"a": 1}, key)
    revoked = make_key(pushable)
    assert send(asking, "revoking", {"a": 2}, revoked)[0] == 200
    pushable.manage("accesskey", "revoke", revoked.partition(".")[0])
    revoked_at = time.monotonic()
    while send(asking, "revoking", {"a": 3}, revoked)[0] != 401:
        assert time.monotonic() - revoked_at < 5
        time.sleep(0.1)
    assert "revoked" in pushable.manage("accesskey", "list")


def test_a_key_in_an_address_is_refused(pushable, asking):
    shown = make_key(pushable)
    status, _, answer = asking(f"/write?db=one&u=me&p={shown}", "POST", body=b"m f=1")
    assert status == 400
    assert "revoke this one" in json.loads(answer)["message"]


def test_a_stream_of_another_source_takes_nothing(asking, key):
    status, answer = send(asking, "sine", {"a": 1}, key)
    assert (status, "Pushed samples" in answer["message"]) == (400, True)


def test_a_stream_that_is_stopped_says_so(pushable, asking, key):
    assert send(asking, "halted", {"a": 1}, key)[0] == 200
    pushable.execute("UPDATE waves_stream SET enabled = 0 WHERE slug = 'halted'")
    deadline = time.monotonic() + 10
    while send(asking, "halted", {"a": 1}, key)[0] == 200:
        assert time.monotonic() < deadline
    status, answer = send(asking, "halted", {"a": 1}, key)
    assert (status, "stopped" in answer["message"]) == (503, True)


def test_a_body_has_a_bound(asking, key):
    path = "/api/v1/streams/long/samples"
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    assert asking(path, "POST", body=b" " * 1_100_000, headers=headers)[0] == 413


def test_no_key_is_in_the_database_or_in_the_log(pushable, server, key):
    secret = key.partition(".")[2].encode()
    assert secret not in pushable.database.read_bytes()
    assert secret.decode() not in server.printed()


def test_wrong_keys_of_one_address_are_throttled(server, key):
    # An address of its own: the others of these tests come from another one.
    asking = Asking(server)
    asking.connection = HTTPConnection(
        "127.0.0.1", server.port, timeout=20, source_address=("127.0.0.2", 0)
    )
    statuses = {send(asking, "one", {"a": 1}, f"wv_{k}.wrong")[0] for k in range(70)}
    assert statuses == {401, 429}
    asking.connection.close()
