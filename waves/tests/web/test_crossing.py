"""The next crossing, and the former one, over recording and memory, with one search a caller."""

import asyncio
import json

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import AsyncRequestFactory

from waves import keys
from waves.server import pasts
from waves.tests.web.recorded_stream import FIRST, LATER, NEXT, SECOND, T0
from waves.web import crossing

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "recordings"])


async def lines(stream, **query) -> list[dict]:
    query = {"signal": "a", "slope": "falling", "level": 102.0, "hysteresis": 10, **query}
    return [json.loads(line) for line in (await stream.body("crossing", **query)).splitlines()]


async def found(stream, **query):
    return (await lines(stream, **query))[-1]["found"]


async def test_the_next_one_is_found_in_what_is_recorded(stream):
    hit = await found(stream, from_=T0 + 3.5)
    assert (hit["epoch"], hit["sample"]) == (FIRST, 3999)
    assert hit["time"] == pytest.approx(T0 + 4.0, abs=1e-3)


async def test_the_next_one_may_be_of_a_later_epoch(stream):
    hit = await found(stream, from_=T0 + 20.2)
    assert (hit["epoch"], hit["sample"]) == (SECOND, 999)


async def test_the_next_one_may_be_in_memory(stream):
    hit = await found(stream, from_=T0 + LATER + 31_500 / 2000)
    assert (hit["epoch"], hit["sample"]) == (SECOND, 31_999)


async def test_the_former_one_is_found_in_memory_and_then_in_the_recording(stream):
    hit = await found(stream, from_=T0 + LATER + NEXT / 2000, direction="previous")
    assert (hit["epoch"], hit["sample"]) == (SECOND, 31_999)
    seen = []
    while hit is not None and len(seen) < 60:
        seen.append((hit["epoch"], hit["sample"]))
        hit = await found(stream, from_=hit["time"], direction="previous")
    second = [(SECOND, at - 1) for at in range(32_000, 0, -1000)]
    assert seen == second + [(FIRST, at - 1) for at in range(20_000, 0, -1000)]


async def test_one_that_is_never_reached_is_searched_to_the_end(stream):
    told = await lines(stream, from_=T0, level=1e6, slope="rising")
    assert told[-1] == {"found": None}


async def test_a_search_ends_after_the_seconds_it_was_given(stream):
    assert await found(stream, from_=T0 + 3.1, within=0.5) is None
    assert await found(stream, from_=T0 + 3.1, within=1.0) is not None


async def test_it_says_where_it_looks(stream, monkeypatch):
    monkeypatch.setattr(crossing, "PROGRESS_SECONDS", 0.0)
    monkeypatch.setattr(crossing, "STEP_SECONDS", 0.0)
    told = await lines(stream, from_=T0 + 3.5)
    assert [set(one) for one in told] == [{"at"}] * (len(told) - 1) + [{"found"}]
    assert T0 <= told[0]["at"] <= T0 + LATER + 20


async def test_a_viewer_searches_once_at_a_time(stream, monkeypatch):
    monkeypatch.setattr(crossing, "CLOSING_SECONDS", 0.01)
    query = {"signal": "a", "from_": T0}
    first = await stream.ask("crossing", **query)
    refused = await stream.ask("crossing", **query)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert b"stop that search" in refused.content
    assert [part async for part in first.streaming_content]
    assert (await stream.ask("crossing", **query)).status_code == 200


async def test_who_closes_a_search_may_begin_another(stream):
    query = {"signal": "a", "from_": T0}
    first = await stream.ask("crossing", **query)
    another = asyncio.ensure_future(stream.ask("crossing", **query))
    await asyncio.sleep(0)
    async for _ in first.streaming_content:
        pass
    assert (await another).status_code == 200


async def test_a_search_that_is_cut_off_has_ended(stream, monkeypatch):
    monkeypatch.setattr(crossing, "PROGRESS_SECONDS", 0.0)
    monkeypatch.setattr(crossing, "STEP_SECONDS", 0.0)
    monkeypatch.setattr(crossing, "CLOSING_SECONDS", 0.01)
    query = {"signal": "a", "from_": T0, "level": 1e6}
    first = await stream.ask("crossing", **query)
    began = asyncio.Event()

    async def read():
        async for _ in first.streaming_content:
            began.set()

    reader = asyncio.create_task(read())
    await began.wait()
    reader.cancel()
    await asyncio.wait({reader})
    assert reader.cancelled()
    assert (await stream.ask("crossing", **query)).status_code == 200


@pytest.fixture
def of(stream, monkeypatch):
    """A function that asks from an address: the status of a search that is begun and not read."""
    monkeypatch.setattr(crossing, "CLOSING_SECONDS", 0.01)

    async def status(address: str, user=None, cookie: str | None = None, **headers) -> int:
        query = {"signal": "a", "from": T0}
        request = AsyncRequestFactory().get("/", query, headers=headers)
        request.META["REMOTE_ADDR"] = address
        request.user = AnonymousUser() if user is None else user
        request.COOKIES = {"sessionid": cookie} if cookie else {}
        return (await crossing.crossing(request, slug="past")).status_code

    return status


async def test_one_address_has_one_place_whatever_it_says_of_itself(of):
    assert await of("192.0.2.1") == 200
    assert await of("192.0.2.1", user_agent="Another") == 429
    assert await of("192.0.2.1", cookie="made up") == 429
    assert await of("2001:db8::1") == 200
    assert await of("2001:db8::2", user_agent="Another") == 429
    assert await of("2001:db8:0:1::1") == 200
    assert await of("192.0.2.2") == 200


async def test_a_user_and_a_key_have_a_place_wherever_they_are(of):
    anne, ben = User(pk=1), User(pk=2)
    assert await of("192.0.2.1") == 200
    assert await of("192.0.2.1", anne, "anne's") == 200
    assert await of("192.0.2.2", anne, "anne's other") == 429
    assert await of("192.0.2.1", ben, "ben's") == 200
    key = await asyncio.to_thread(lambda: keys.make_key("reads", ["read"])[1])
    assert await of("192.0.2.1", authorization=f"Bearer {key}") == 200
    assert await of("192.0.2.3", authorization=f"Bearer {key}") == 429


async def test_without_a_database_who_is_signed_in_is_counted_by_the_address(of, monkeypatch):
    async def silent(question):
        raise crossing.ServiceUnavailableError("gone")

    monkeypatch.setattr(crossing, "look_up", silent)
    assert await of("192.0.2.1", User(pk=1), "hers") == 200
    assert await of("192.0.2.1", User(pk=2), "his") == 429


async def test_so_many_are_searched_for_at_once(monkeypatch):
    searches = crossing.Searches()
    for viewer in range(crossing.MOST):
        await searches.begin(viewer)
    with pytest.raises(crossing.BusyError, match="searches 4 streams at once"):
        await searches.begin("another")


async def test_a_recording_that_does_not_answer_is_a_problem(stream, monkeypatch):
    def gone(handle):
        raise pasts.DatabaseError("gone")

    monkeypatch.setattr(pasts, "find", gone)
    (told,) = await lines(stream, from_=T0)
    assert told == {"found": None, "problem": pasts.SILENT}


@pytest.mark.parametrize(
    ("query", "word"),
    [({"from_": "x"}, "from"), ({"kind": "pulse"}, "kind"), ({"signal": ""}, "signal")],
)
async def test_what_is_wrong_is_named(stream, query, word):
    answer = await stream.ask("crossing", **{"from_": T0, "signal": "a", **query})
    assert answer.status_code == 400
    assert word in json.loads(answer.content)["error"]
