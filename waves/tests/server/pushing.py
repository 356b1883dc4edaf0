"""What tests of pushing share: keys, requests, and what a server keeps of a stream."""

import json
import time

import numpy as np

from waves.ingest import formats
from waves.protocol.block import SampleBlock
from waves.protocol.frames import Frame, encode
from waves.tests.server.processes import Site
from waves.tests.server.test_api_queries import Asking


def body_of(media_type: str, value: float) -> bytes:
    """One sample of a signal ``inlet``, as a content type has it."""
    if media_type == formats.FRAMES:
        block = SampleBlock(0, 0, time.time(), 0.0, np.array([[value]]), np.zeros(1))
        return encode(Frame.of(block, 0))
    texts = {"text/csv": f"inlet\n{value}\n", "text/plain": f"boiler inlet={value}"}
    return texts.get(media_type, f'{{"inlet": {value}}}\n').encode()


def make_key(site: Site, *arguments: str) -> str:
    return site.manage("accesskey", "create", *arguments).splitlines()[0]


def send(asking: Asking, slug: str, body: object, key: str, **headers: str) -> tuple[int, dict]:
    """Push JSON; status and answer."""
    told = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    path = f"/api/v1/streams/{slug}/samples"
    status, _, answer = asking(path, "POST", body=data, headers=told | headers)
    return status, json.loads(answer)


def described(asking: Asking, slug: str) -> dict:
    """What the server says of a stream."""
    _, _, answer = asking(f"/api/v1/streams/{slug}")
    return json.loads(answer)


def kept(asking: Asking, slug: str, n: int) -> dict[str, list[float]]:
    """The values of each signal, once the server keeps ``n`` samples of a stream."""
    deadline = time.monotonic() + 20
    while True:
        keys = [signal["key"] for signal in described(asking, slug).get("signals", ())]
        status, _, answer = asking(f"/api/v1/streams/{slug}/samples")
        frames = json.loads(answer)["frames"] if status == 200 else []
        if keys and sum(len(frame["values"][0]) for frame in frames) >= n:
            return {
                key: [value for frame in frames for value in frame["values"][k]]
                for k, key in enumerate(keys)
            }
        assert time.monotonic() < deadline, f"{slug} keeps {frames} only"
        time.sleep(0.05)
