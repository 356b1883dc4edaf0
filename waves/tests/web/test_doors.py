"""The doors without a server: what is refused, with which status; then nothing is taken."""

import asyncio
import gzip
import json
from types import SimpleNamespace

import numpy as np
import pytest
from django.test import AsyncClient

from waves import intake as intakes
from waves import keys
from waves.ingest import formats
from waves.models import Signal, Stream
from waves.protocol.block import SampleBlock
from waves.protocol.frames import Frame, encode
from waves.server import lifespan
from waves.sources.inbox import Receipt
from waves.web import credentials
from waves.web import taking as taking_room

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/v1/streams/boiler/samples"


class Taking:
    """An intake whose source takes everything, and what it took."""

    def __init__(self) -> None:
        self.batches = []
        self.error: Exception | None = None

    async def hand_over(self, identity, handle, batch, number="", writer="", to=""):
        if self.error is not None:
            raise self.error
        self.batches.append((handle, batch, number))

        async def answer() -> Receipt:
            return Receipt(batch.n, epoch=7, next=len(self.batches))

        return answer


@pytest.fixture
def taking(monkeypatch) -> Taking:
    taking = Taking()
    installation = SimpleNamespace(identity="here")
    monkeypatch.setattr(lifespan, "_services", SimpleNamespace(installation=installation))
    monkeypatch.setattr(taking_room, "intake", lambda: taking)
    for memory in (keys, "_remembered"), (taking_room, "_targets"), (credentials, "_wrong"):
        monkeypatch.setattr(*memory, {})
    return taking


@pytest.fixture
def key() -> str:
    return keys.make_key("a test", ["write", "make"])[1]


async def post(path: str, body: bytes | str, key: str = "", kind: str = "application/json", **more):
    headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **more.pop("headers", {})}
    answer = await AsyncClient().post(path, body, content_type=kind, headers=headers, **more)
    return answer.status_code, json.loads(answer.content or b"{}"), answer


async def test_what_is_sent_reaches_the_stream_that_it_makes(taking, key):
    status, told, _ = await post(PATH, '{"inlet": 60.1}', key, headers={"Idempotency-Key": "1"})
    assert (status, told["accepted"], told["epoch"], told["next"]) == (200, 1, 7, 1)
    stream = await Stream.objects.aget(slug="boiler")
    [(handle, batch, number)] = taking.batches
    assert (handle, stream.source, batch.names) == (stream.pk, "push", ("inlet",))
    assert number.endswith(":1")
    for path in ("/write?db=boiler", "/api/v2/write?bucket=boiler", "/api/v3/write_lp?db=boiler"):
        status, _, _ = await post(path, "m a=1", key, "text/plain")
        assert status == 204
    packed = gzip.compress(b"m a=1")
    headers = {"Content-Encoding": "gzip"}
    assert (await post("/write?db=boiler", packed, key, "text/plain", headers=headers))[0] == 204
    assert len(taking.batches) == 5


@pytest.mark.parametrize(
    ("path", "body", "kind", "status", "words"),
    [
        (PATH, "{", "application/json", 400, "no JSON"),
        (PATH, "{}", "application/json", 400, "no sample"),
        (PATH, "{}", "image/png", 415, "none of"),
        (PATH + "?precision=week", "m a=1", "text/plain", 400, "week"),
        ("/api/v1/streams/A-b/samples", '{"a": 1}', "application/json", 200, ""),
        ("/write", "m a=1", "text/plain", 400, "Say which stream"),
        ("/api/v2/write?bucket=a%20b", "m a=1", "text/plain", 400, "cannot name a stream"),
    ],
)
async def test_what_cannot_be_taken_is_told(taking, key, path, body, kind, status, words):
    found, told, _ = await post(path, body, key, kind)
    assert (found, words in told.get("message", "")) == (status, True), told
    assert len(taking.batches) == (status == 200)


async def test_frames_are_of_the_signals_of_now_and_cost_no_look_each(taking, key, monkeypatch):
    block = SampleBlock(0, 0, 1e9, 0.0, np.array([[60.5]]), np.zeros(1))
    frame = encode(Frame.of(block, 0))
    assert (await post(PATH, frame, key, formats.FRAMES))[0] == 400
    stream = await Stream.objects.aget(slug="boiler")
    await Signal.objects.acreate(stream=stream, name="Inlet", key="inlet")
    assert (await post(PATH, frame, key, formats.FRAMES))[0] == 200
    looks = []
    look = taking_room._look
    monkeypatch.setattr(taking_room, "_look", lambda *which: looks.append(which) or look(*which))
    monkeypatch.setattr(taking_room, "REMEMBER_PLACES_SECONDS", 60.0)
    for _ in range(5):
        assert (await post(PATH, frame, key, formats.FRAMES))[0] == 200
    assert looks == []
    assert [batch.names for _, batch, _ in taking.batches] == [("inlet",)] * 6


async def test_who_may_not_is_told(taking, key):
    assert (await post(PATH, '{"a": 1}'))[0] == 401
    assert (await post(PATH, '{"a": 1}', "wv_1.wrong"))[0] == 401
    reading = (await asyncio.to_thread(keys.make_key, "reads", ["read"]))[1]
    assert (await post(PATH, '{"a": 1}', reading))[0] == 403
    writing = (await asyncio.to_thread(keys.make_key, "writes"))[1]
    status, told, _ = await post(PATH, '{"a": 1}', writing)
    assert (status, "make streams" in told["message"]) == (404, True)
    status, told, _ = await post(f"{PATH}?token={writing}", '{"a": 1}', writing)
    assert (status, "revoke this one" in told["message"]) == (400, True)
    assert taking.batches == []


async def test_wrong_keys_of_an_address_are_not_looked_at_for_long(taking, key):
    statuses = [(await post(PATH, '{"a": 1}', f"wv_{k}.no"))[0] for k in range(62)]
    assert statuses == [401] * credentials.MOST_WRONG + [429] * 2


async def test_while_one_writer_looks_at_a_stream_again_the_others_need_not_wait(
    taking, key, monkeypatch
):
    assert (await post(PATH, '{"a": 1}', key))[0] == 200
    at, found = taking_room._targets["boiler"]
    taking_room._targets["boiler"] = at - taking_room.REMEMBER_SECONDS / 2, found
    looks, asked, answered = [], asyncio.Event(), asyncio.Event()

    async def look_up(of, question):
        looks.append(of)
        asked.set()
        await answered.wait()
        return found

    monkeypatch.setattr(taking_room, "look_up_once", look_up)
    grant = keys.remembered(key)
    one = asyncio.ensure_future(taking_room.target("boiler", grant))
    async with asyncio.timeout(10):
        await asked.wait()
        others = [await taking_room.target("boiler", grant) for _ in range(3)]
    assert (others, one.done(), looks) == ([found] * 3, False, [("boiler", True)])
    answered.set()
    assert await one == found


async def test_a_database_that_is_silent_for_a_moment_stops_no_writer(taking, key, monkeypatch):
    assert (await post(PATH, '{"a": 1}', key))[0] == 200
    at, found = taking_room._targets["boiler"]
    grant = keys.remembered(key)

    async def look_up(of, question):
        raise intakes.ServiceUnavailableError("The database does not answer.")

    monkeypatch.setattr(taking_room, "look_up_once", look_up)
    taking_room._targets["boiler"] = at - taking_room.REMEMBER_SECONDS / 2, found
    assert await taking_room.target("boiler", grant) == found
    taking_room._targets["boiler"] = at - taking_room.REMEMBER_SECONDS, found
    with pytest.raises(intakes.ServiceUnavailableError):
        await taking_room.target("boiler", grant)


async def test_what_is_not_now_says_when_to_come_back(taking, key):
    assert (await post(PATH, '{"a": 1}', key))[0] == 200
    for error, status in (
        (intakes.ServiceUnavailableError("Not now."), 503),
        (intakes.BusyError("Too much."), 429),
    ):
        taking.error = error
        found, told, answer = await post(PATH, '{"a": 1}', key)
        assert (found, told["message"], answer["Retry-After"]) == (status, str(error), "5")
        assert answer["X-Influx-Error"] == str(error)
    await Stream.objects.filter(slug="boiler").aupdate(enabled=False, source="generator")
    taking_room._targets.clear()
    assert (await post(PATH, '{"a": 1}', key))[0] == 400
    await Stream.objects.filter(slug="boiler").aupdate(source="push")
    taking_room._targets.clear()
    found, told, _ = await post(PATH, '{"a": 1}', key)
    assert (found, "stopped" in told["message"]) == (503, True)


async def test_what_clients_of_influxdb_ask_first(taking, key):
    client = AsyncClient()
    assert (await client.get("/ping")).status_code == 204
    assert (await client.get("/health")).json()["status"] == "pass"
    assert (await client.get("/query")).status_code == 401
    headers = {"Authorization": f"Token {key}"}
    found = (await client.get("/query", headers=headers)).json()
    assert found["results"][0]["series"][0]["name"] == "databases"
    answer = await client.get("/write?db=boiler", headers=headers)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


async def test_a_stream_is_made_with_its_signals_and_a_second_time_it_is_there(taking, key):
    asked = {"name": "Boiler 7", "signals": [{"name": "inlet", "unit": "°C"}], "rate": 50}
    asked["options"] = {"clock": "regular"}
    status, told, _ = await post("/api/v1/streams", json.dumps(asked), key)
    assert (status, told["slug"]) == (201, "boiler-7")
    assert told["samples"] == "/api/v1/streams/boiler-7/samples"
    stream = await Stream.objects.aget(slug="boiler-7")
    assert (stream.source, stream.rate, stream.options["clock"]) == ("push", 50.0, "regular")
    assert [(s.name, s.unit) async for s in stream.signals.all()] == [("inlet", "°C")]
    there = {**told, "handle": None}  # the key does not read
    assert (await post("/api/v1/streams", json.dumps(asked), key))[:2] == (200, there)
    assert (await post(told["samples"], '{"inlet": 1}', key))[0] == 200


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "name"),
        ({"name": "A", "speed": 3}, "speed"),
        ({"name": "A", "rate": 1e9}, "rate"),
        ({"name": "A", "rate": 1000, "history": 1e6}, "history"),
        ({"name": "A", "slug": "a b"}, "slug"),
        ({"name": "A", "options": {"clock": "cuckoo"}}, "Clock"),
        ({"name": "A", "signals": [{"name": "x"}, {"name": "x"}]}, "keys"),
        ("{", "JSON"),
    ],
)
async def test_a_stream_that_cannot_be_is_not_made(taking, key, asked, words):
    body = asked if isinstance(asked, str) else json.dumps(asked)
    status, told, _ = await post("/api/v1/streams", body, key)
    assert (status, words in told["message"]) == (400, True), told
    assert not await Stream.objects.aexists()


async def test_a_key_that_does_not_read_is_told_of_a_stream_what_it_said(taking, key):
    stream = await Stream.objects.acreate(name="Kryptonite", slug="former", source="push")
    stream.slug = "quarry"
    await stream.asave()
    for slug in ("quarry", "former"):
        asked = json.dumps({"name": "A guess", "slug": slug})
        status, told, _ = await post("/api/v1/streams", asked, key)
        samples = f"/api/v1/streams/{slug}/samples"
        said = {"handle": None, "slug": slug, "name": "A guess", "samples": samples}
        assert (status, told) == (200, said)
        assert (await post(samples, '{"inlet": 1}', key))[0] == 200
    reader = (await asyncio.to_thread(keys.make_key, "a", ["make", "read"]))[1]
    _, told, _ = await post("/api/v1/streams", asked, reader)
    assert (told["handle"], told["slug"], told["name"]) == (stream.pk, "quarry", "Kryptonite")


async def test_how_many_streams_there_are_no_key_is_told(taking, key, settings):
    await Stream.objects.abulk_create([Stream(name=str(n), slug=str(n)) for n in range(3)])
    settings.WAVES = {**settings.WAVES, "max_streams": 2}
    words = "There may be 2 streams, and there are as many (WAVES_MAX_STREAMS)."
    assert (await post("/api/v1/streams", '{"name": "A"}', key))[1]["message"] == words
    assert (await post(PATH, '{"inlet": 60.1}', key))[1]["message"] == words


async def test_a_key_for_some_streams_makes_none(taking):
    stream = await Stream.objects.acreate(name="Mine", slug="mine", source="push")
    limited = (await asyncio.to_thread(keys.make_key, "a", ["write", "make"], [stream]))[1]
    assert (await post("/api/v1/streams", '{"name": "Other"}', limited))[0] == 403
    there = await Stream.objects.acreate(name="There", slug="there", source="push")
    # Whether there is one that it is not for, it does not learn.
    one, other = [
        (await post(f"/api/v1/streams/{slug}/samples", '{"a": 1}', limited))[:2]
        for slug in ("other", "there")
    ]
    assert one == other
    assert one[0] == 403
    await there.adelete()
    assert (await post("/api/v1/streams/mine/samples", '{"a": 1}', limited))[0] == 200
    assert (await post("/api/v1/streams", '{"name": "Other"}'))[0] == 401
    assert await Stream.objects.acount() == 1
