"""A real mosquitto: numbers, JSON, retained messages, wildcards; and a broker that goes."""

import asyncio
import gc
import json
import time

import pytest

from waves.exceptions import ConfigurationError, SourceError
from waves.sources import examples, subscriber, validate_options
from waves.sources.subscriber import MALFORMED, RETAINED, TOO_LONG
from waves.tests.server.proxy import make_certificate
from waves.tests.sources.broker import knowing_rights, subscribed
from waves.tests.sources.fakes import spec
from waves.tests.sources.fed import Fed, fed


@pytest.fixture
def broker(started):
    return started()


async def test_plain_numbers_and_texts_become_samples_of_their_arrival(broker):
    async with subscribed(broker, "home/+/temp, home/door", "hall", "door", qos=2) as run:
        begun = time.time()
        await broker.publish("home/hall/temp", "23.5")
        await broker.publish("home/hall/temp", " 24\n")
        await broker.publish("home/door", "open")
        await broker.publish("home/door", "closed")
        await run.until(lambda: len(run.values("hall")) == len(run.values("door")) == 2)
        assert run.values("hall") == [23.5, 24.0]
        assert run.values("door") == [0.0, 1.0]
        assert run.source.signals[1].states == {0: "open", 1: "closed"}
        times = [at for at, _ in run.samples["hall"]]
        assert begun - 0.05 < times[0] < times[1] < time.time() + 0.05
    assert run.left_out == run.late == 0


async def test_what_tasmota_and_zigbee2mqtt_publish_is_named_by_topic_and_path(broker):
    tasmota = {"Time": "2026-11-27T16:00:00", "ENERGY": {"Power": 5, "Voltage": 231}}
    zigbee = {"temperature": 21.5, "contact": True, "action": "single", "linkquality": None}
    async with subscribed(broker, "tele/+/SENSOR, zigbee2mqtt/#") as run:
        await broker.publish("tele/plug/SENSOR", json.dumps(tasmota))
        await run.until(lambda: run.added)
        assert run.added == {"plug/ENERGY.Power": "", "plug/ENERGY.Voltage": ""}
    keys = ("plug/ENERGY.Power", "plug/ENERGY.Voltage", "hall/door/temperature", "hall/door/action")
    async with subscribed(
        broker, "tele/+/SENSOR, zigbee2mqtt/#", *keys, inbox=run.inbox, most_signals=4
    ) as run:
        # What began the epoch is in it.
        await run.until(lambda: run.values("plug/ENERGY.Power") == [5.0])
        await broker.publish("zigbee2mqtt/hall/door", json.dumps(zigbee))
        await run.until(lambda: run.values("hall/door/action") == [0.0])
        assert run.values("hall/door/temperature") == [21.5]
        # There was room for no further signal.
        await run.until(lambda: run.left_out == 1)


async def test_a_retained_message_is_a_sample_once(broker):
    await broker.publish("plug/LWT", "Online", "-r")
    await broker.publish("plug/temp", "20", "-r")
    async with subscribed(broker, "plug/#") as run:
        await run.until(lambda: set(run.added) == {"LWT", "temp"})
    async with subscribed(broker, "plug/#", "LWT", "temp", inbox=run.inbox) as again:
        await again.until(lambda: again.values("LWT") == [0.0])
        await broker.publish("plug/temp", "21", "-r")
        await again.until(lambda: again.values("temp") == [20.0, 21.0])
        assert f"2 {RETAINED}" in run.log + again.log
    # A new epoch begins with what is known; the broker has it still.
    async with subscribed(broker, "plug/#", "LWT", "temp", inbox=run.inbox) as later:
        await later.until(lambda: later.values("LWT") == [0.0] and later.values("temp") == [21.0])


async def test_what_is_no_sample_is_counted_and_told_and_costs_the_others_nothing(broker):
    async with subscribed(broker, "#", "a", add_signals=False) as run:
        for payload in (b"1", b"\xff\xfe", b'{"a": ', b" ", b"x" * 70_000, b"2"):
            await broker.publish("a", payload)
        await run.until(lambda: run.values("a") == [1.0, 2.0])
        await run.until(lambda: run.left_out == 4)
        assert run.log[0] == "a: This is no UTF-8."
        assert "This is no JSON" in run.log[1]
        assert run.log[2] == "a: The message is empty."
        assert f"3 {MALFORMED}" in run.notes[-1]
        assert f"1 {TOO_LONG}" in run.notes[-1]
    assert run.added == {}


async def test_a_broker_that_goes_and_comes_again_ends_no_run(broker, monkeypatch):
    monkeypatch.setattr(subscriber, "BACKOFF_SECONDS", (0.1,))
    async with subscribed(broker, "plug/temp", "temp") as run:
        await broker.publish("plug/temp", "1", "-r")
        await run.until(lambda: run.values("temp") == [1.0])
        broker.kill()
        told = f"The broker 127.0.0.1:{broker.port} cannot be reached ("
        await run.until(lambda: run.notes[-1].startswith(told) and "refused" in run.notes[-1])
        assert run.notes[1] == f"{told}the connection ended); it is tried again."
        assert run.notes[-1].endswith("); it is tried again.")
        assert "Errno" not in run.notes[-1]
        broker.start()
        await run.until(lambda: run.notes[-1] == "")
        await broker.publish("plug/temp", "1", "-r")
        await broker.publish("plug/temp", "2")
        await run.until(lambda: run.values("temp") == [1.0, 1.0, 2.0])


async def test_what_is_retained_is_no_sample_again_after_reconnecting(
    started, tmp_path, monkeypatch
):
    monkeypatch.setattr(subscriber, "BACKOFF_SECONDS", (0.1,))
    # It saves what is retained with each change.
    store = f"persistence true\npersistence_location {tmp_path}/\nautosave_on_changes true\n"
    broker = started(more=store + "autosave_interval 1")
    async with subscribed(broker, "plug/temp", "temp") as run:
        await broker.publish("plug/temp", "1", "-r")
        await run.until(lambda: run.values("temp") == [1.0])
        broker.kill()
        await run.until(lambda: run.notes[-1] != "")
        broker.start()
        await run.until(lambda: run.notes[-1] == "")
        await broker.publish("plug/temp", "2")
        await run.until(lambda: 2.0 in run.values("temp"))
        assert run.values("temp") == [1.0, 2.0]


async def test_a_broker_that_is_not_there_yet_or_says_nothing_is_tried_again(monkeypatch):
    monkeypatch.setattr(subscriber, "BACKOFF_SECONDS", (0.1,))
    monkeypatch.setattr(subscriber, "ANSWER_SECONDS", 0.2)
    connections: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, out: connections.append(out), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with fed("mqtt", {"broker": "127.0.0.1", "port": port, "topics": "a"}, "a") as run:
        await run.until(lambda: "cannot be reached (" in run.notes[-1])
        monkeypatch.setattr(subscriber, "ANSWER_SECONDS", 5.0)
        await run.until(lambda: len(connections) == 2)
        begun = time.monotonic()
    # A run ends at once, whatever it waits for.
    assert time.monotonic() - begun < 1.0
    for connection in connections:
        connection.close()
    silent.close()


async def test_user_and_password_are_those_of_the_environment(started, monkeypatch):
    broker = started({"waves": "a secret"})
    named = {"user": "waves", "password_variable": "WAVES_MQTT_PASSWORD"}
    options = {"broker": "127.0.0.1", "port": broker.port, "topics": "a", **named}
    with pytest.raises(SourceError, match="WAVES_MQTT_PASSWORD, which is to hold the password, is"):
        await Fed("mqtt", options).run()
    monkeypatch.setenv("WAVES_MQTT_PASSWORD", "wrong")
    with pytest.raises(SourceError, match="refuses this user or this password") as raised:
        await Fed("mqtt", options).run()
    assert "wrong" not in str(raised.value)
    monkeypatch.setenv("WAVES_MQTT_PASSWORD", "a secret")
    async with subscribed(broker, "a", "a", **named) as run:
        (line,) = examples(spec("mqtt", options=options), "", "")
        process = await asyncio.create_subprocess_exec("bash", "-c", line.text)
        assert await process.wait() == 0
        await run.until(lambda: run.values("a") == pytest.approx([60.1]))


async def test_topics_that_may_not_be_read_are_told(started, tmp_path):
    role = {"rolename": "r", "acls": [{"acltype": "subscribeLiteral", "topic": "a", "allow": True}]}
    rights = {
        "defaultACLAccess": {"publishClientSend": True, "publishClientReceive": True},
        "roles": [role],
        "groups": [{"groupname": "g", "roles": [{"rolename": "r"}], "clients": []}],
        "anonymousGroup": "g",
    }
    broker = started(more=knowing_rights(tmp_path, rights))
    async with subscribed(broker, "a, b/#", "a") as run:
        await run.until(lambda: run.notes[-1].endswith(f"{broker.port} does not let us read b/#."))
        await broker.publish("a", "1")
        await run.until(lambda: run.values("a") == [1.0])


# Where a handshake fails paho leaves its socket to be found by the garbage collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket")
async def test_with_tls_the_broker_must_be_one_that_is_known(started, tmp_path):
    certificate, key = make_certificate(tmp_path)
    broker = started(more=f"certfile {certificate}\nkeyfile {key}")
    options = {"broker": "127.0.0.1", "port": broker.port, "topics": "a", "tls": True}
    async with fed("mqtt", options, "a") as run:
        await run.until(lambda: "CERTIFICATE_VERIFY_FAILED" in run.notes[-1])
    gc.collect()
    async with subscribed(broker, "a", "a", tls=True, ca_file=str(certificate)) as run:
        await broker.publish("a", "1", "--cafile", str(certificate))
        await run.until(lambda: run.values("a") == [1.0])


async def test_a_ca_file_that_is_none_is_told(tmp_path):
    for path, told in ((tmp_path / "none", "No such file"), ("/dev/zero", "it is no file of")):
        options = {"broker": "127.0.0.1", "topics": "a", "tls": True, "ca_file": str(path)}
        with pytest.raises(SourceError, match=f"The CA file {path} cannot be read: .*{told}"):
            await Fed("mqtt", options).run()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"broker": "mqtt://broker"}, "without port and without mqtt://, and not “mqtt://broker”"),
        ({"broker": "broker:1883"}, "and not “broker:1883”"),
        ({"topics": " , "}, "A topic is missing"),
        ({"topics": "a/b+"}, "“a/b+” is no topic: + stands for one whole level"),
        ({"topics": "a\x1b"}, "is no topic"),
        ({"topics": "#/a"}, "“#/a” is no topic"),
        ({"topics": "$share/g/a"}, "is shared with others"),
        ({"password_variable": "SECRET_KEY"}, "begins with WAVES_MQTT_"),
        ({"password_variable": "a secret"}, "name that variable, not the password"),
        ({"qos": 3}, "at most 2, not 3"),
        ({"user": "a\nb"}, "no controls"),
    ],
)
def test_options_that_cannot_work_are_told(options, told):
    with pytest.raises(ConfigurationError) as raised:
        validate_options("mqtt", {"broker": "broker.local", "topics": "a", **options})
    assert told in str(raised.value)
