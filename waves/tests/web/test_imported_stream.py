"""An imported stream is found by the API as any recorded one is."""

import pytest
from asgiref.sync import sync_to_async

from waves.tests.transfer.recordings import export, imported, two_epochs

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "recordings"])


def _imported(folder):
    two_epochs()
    export("boiler", folder / "x.npz")
    return imported(folder / "x.npz", slug="again")


async def test_its_past_is_answered(running, async_client, tmp_path):
    await sync_to_async(_imported)(tmp_path)
    told = (await async_client.get("/api/v1/streams/again")).json()
    assert told["name"] == "Boiler"
    found = (await async_client.get("/api/v1/streams/again/epochs")).json()
    assert [each["epoch"] for each in found["epochs"]] == [100, 101]
    assert found["recorded_since"] == 1_800_000_000.0
    samples = await async_client.get(
        "/api/v1/streams/again/samples", {"epoch": 101, "first": 0, "last": 9, "format": "csv"}
    )
    text = b"".join([part async for part in samples.streaming_content]).decode()
    assert len(text.splitlines()) == 11
