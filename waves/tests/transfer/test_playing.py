"""A recording as a source reads it, and as the admin offers it."""

import asyncio

import numpy as np
import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError

from waves.admin.forms import StreamForm, with_declared
from waves.exceptions import SourceError
from waves.recording.past import Past
from waves.tests.transfer.recordings import T0, make, two_epochs
from waves.transfer import playing

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "recordings"])


@pytest.fixture
async def recorded(transactional_db):
    return await sync_to_async(two_epochs)()


async def test_pieces_come_in_order_as_often_as_they_are_asked(recorded):
    part = await playing.open_recording("boiler", None, None)
    assert [stretch.epoch for stretch in part.contents.stretches] == [100, 101]
    for _ in range(2):
        pieces = [each async for each in part.pieces()]
        assert sum(piece.n for _, piece in pieces) == 9000
        labels = np.concatenate([piece.labels for _, piece in pieces])
        assert (np.diff(labels) > 0).all()


async def test_a_part_is_opened_by_its_moments(recorded):
    part = await playing.open_recording("boiler", T0 + 10**9, T0 + 2 * 10**9)
    pieces = [piece async for _, piece in part.pieces()]
    assert (pieces[0].sample, sum(piece.n for piece in pieces)) == (1000, 1001)


async def test_what_is_not_there_is_said(recorded):
    with pytest.raises(SourceError, match="There is no stream “none”"):
        await playing.open_recording("none", None, None)
    await sync_to_async(make)("empty")
    with pytest.raises(SourceError, match="Nothing is recorded of this stream"):
        await playing.open_recording("empty", None, None)


async def test_a_database_that_is_gone_is_said(recorded, monkeypatch):
    part = await playing.open_recording("boiler", None, None)

    def gone(self, *args):
        raise DatabaseError("gone")

    monkeypatch.setattr(Past, "samples", gone)
    with pytest.raises(SourceError, match="database does not answer"):
        await anext(part.pieces())


async def test_a_database_that_hangs_is_not_waited_for(recorded, monkeypatch):
    monkeypatch.setattr(playing, "ANSWER_SECONDS", 0.05)
    ends = asyncio.Event()

    async def hang(*args):
        await ends.wait()

    monkeypatch.setattr(playing, "in_thread", lambda ask: hang)
    with pytest.raises(SourceError, match="does not answer"):
        await playing.open_recording("boiler", None, None)


def test_the_admin_offers_streams_that_have_a_recording(transactional_db):
    two_epochs()
    make("empty")
    assert playing.recorded_streams() == [("boiler", "Boiler")]
    from waves.admin.forms import _declared_field
    from waves.sources import option_fields

    field = _declared_field("recording", "stream", option_fields("recording")["stream"])
    assert [value for value, _ in field.choices] == ["", "boiler"]
    assert with_declared
    assert StreamForm
