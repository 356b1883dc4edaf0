"""What doors hand over: into the inbox where the worker is embedded, and refusals as they were."""

import asyncio

import numpy as np
import pytest

from waves import intake as intakes
from waves.exceptions import BusyError, IngestError, ServiceUnavailableError
from waves.ingest.batch import Batch
from waves.intake import Intake, intake
from waves.sources.inbox import Receipt

BATCH = Batch(("a",), np.ones((1, 2)))


async def test_where_the_worker_is_embedded_a_batch_goes_into_the_inbox_of_its_stream():
    here = Intake()
    pushing = asyncio.create_task(here.push("here", 7, BATCH, "one"))
    await here.inbox(7).arrived.wait()
    [delivery] = here.inbox(7).take()
    delivery.accept(Receipt(2, epoch=3, next=2))
    assert await pushing == Receipt(2, epoch=3, next=2)
    # The same inbox for as long as the stream is there; sent again, it is known.
    assert (await here.push("here", 7, BATCH, "one")).doubled == 2
    former = here.inbox(7)
    here.forget(7)
    assert here.inbox(7) is not former
    assert await here.serve("here", 7) is None
    assert intake() is intake()


@pytest.mark.parametrize("kind", [IngestError, BusyError, ServiceUnavailableError])
def test_a_refusal_of_the_worker_is_raised_as_it_was(kind):
    told = {"error": kind.__name__, "message": "No.", "line": 3, "column": 4}
    with pytest.raises(kind, match=r"No\.") as raised:
        intakes._answered(told)
    if kind is IngestError:
        assert (raised.value.line, raised.value.column) == (3, 4)
    with pytest.raises(ServiceUnavailableError):
        intakes._answered({**told, "error": "OfANewerVersion"})
    assert intakes._answered({"accepted": 1, "epoch": 2, "next": 3}) == Receipt(1, epoch=2, next=3)
