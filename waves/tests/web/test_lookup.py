"""Look-ups end whatever the database does, and few of them ask it at once."""

import asyncio

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject

from waves.access import Viewer
from waves.exceptions import ServiceUnavailableError, UnknownStreamError
from waves.web import lookup


async def test_a_database_that_hangs_is_told_after_a_while(monkeypatch) -> None:
    monkeypatch.setattr(lookup, "LOOKUP_SECONDS", 0.01)
    monkeypatch.setattr(lookup, "in_thread", lambda function: hang)
    with pytest.raises(ServiceUnavailableError, match="does not answer"):
        await lookup.find_stream("nowhere")
    with pytest.raises(ServiceUnavailableError, match="does not answer"):
        await lookup.every_stream()


async def hang() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("what", ["_lookups", "_lists"])
async def test_no_more_than_two_look_ups_are_under_way_at_once(monkeypatch, what) -> None:
    under_way = most = 0

    async def look_up() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        raise ServiceUnavailableError("no")

    monkeypatch.setattr(lookup, "in_thread", lambda function: look_up)
    monkeypatch.setattr(lookup, what, asyncio.Semaphore(2))
    questions = {"_lookups": lookup.find_stream, "_lists": lambda _: lookup.every_stream()}
    asked = [questions[what](f"nowhere-{number}") for number in range(20)]
    await asyncio.gather(*asked, return_exceptions=True)
    assert most == 2


@pytest.mark.parametrize("decides", ["", "plant.decides.may_view"])
async def test_all_who_come_at_once_and_are_nobody_are_one_question(
    monkeypatch, settings, decides
) -> None:
    settings.WAVES = {"may_view": decides}
    monkeypatch.setattr(lookup, "_lookups", asyncio.Semaphore(2))
    asked: list[object] = []

    def in_thread(function):
        async def answer() -> int:
            asked.append(function)
            await asyncio.sleep(0)
            raise UnknownStreamError("There is none.")

        return answer

    monkeypatch.setattr(lookup, "in_thread", in_thread)
    nobody = [Viewer(), Viewer(AnonymousUser())] * 10
    known = [Viewer(SimpleLazyObject(AnonymousUser)), Viewer(grant=object())]
    found = [lookup.find_stream("nowhere", viewer) for viewer in (*nobody, *known)]
    answers = await asyncio.gather(*found, return_exceptions=True)
    assert {type(answer) for answer in answers} == {UnknownStreamError}
    # Where a function of the host's decides, each is asked after by itself.
    assert len(asked) == (len(found) if decides else 1 + len(known))
