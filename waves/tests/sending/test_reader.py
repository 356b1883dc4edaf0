"""Programs read streams: with async and without, across a restart, with a key, and in shells."""

import asyncio
import json
import os
import subprocess
import sys
from itertools import islice

import numpy as np
import pytest

from waves.client import ReaderError, Writer, read
from waves.client.plotting import bars
from waves.client.reading import Block, Reading, by_time
from waves.protocol.block import SampleBlock
from waves.protocol.frames import Frame, encode
from waves.tests.server.processes import ROOT, Site


def page(server, slug: str) -> str:
    return f"http://{server.address}/streams/{slug}/"


def frame(epoch: int, first: int, n: int) -> bytes:
    block = SampleBlock(epoch, first, 100.0, 0.5, np.arange(first, first + n, dtype="<f4")[None])
    return encode(Frame.of(block, 1))


def test_blocks_have_positions_times_and_what_is_missing():
    reading = Reading()
    [*_] = reading.take(json.dumps({"type": "stream", "signals": [{"name": "inlet"}]}))
    frames = (5, 10, 2), (5, 12, 1), (5, 20, 1), (6, 0, 1)
    blocks = [block for each in frames for block in reading.take(frame(*each))]
    assert [(b.epoch, b.sample, len(b), b.missing) for b in blocks] == [
        (5, 10, 2, 0),
        (5, 12, 1, 0),
        (5, 20, 1, 7),
        (6, 0, 1, None),
    ]
    assert blocks[0].times.tolist() == [100.0, 100.5]
    assert blocks[0]["inlet"].tolist() == [10.0, 11.0]
    with pytest.raises(KeyError, match="none of inlet"):
        blocks[0]["outlet"]
    assert [*by_time(blocks[1])] == [{"t": 100.0, "signals": {"inlet": 12.0}}]
    # Where it goes on after its socket was cut.
    assert reading.query() == "epoch=6&sample=1"


def test_bars_show_the_least_and_the_most_and_a_hole():
    values = np.array([0.0, 1.0, np.nan, np.nan, 7.0, 7.0])
    assert bars(values, 3) == "▁ █"
    assert bars(np.empty(0), 10) == ""
    assert bars(np.ones(4), 2) == "▁▁"


@pytest.mark.servers
def test_a_program_reads_what_another_writes(prepared_site, tmp_path):
    site = Site(tmp_path)
    site.start_from(prepared_site)
    key = site.manage("accesskey", "create", "--scope", "write", "make", "read").splitlines()[0]
    with site.serve("daphne") as server:
        with Writer(page(server, "boiler"), key) as out:
            out.write({"inlet": np.arange(3)}, t=[100.0, 101.0, 102.0])
        samples = (s for b in read(page(server, "boiler"), key, window=60) for s in by_time(b))
        assert [*islice(samples, 3)] == [
            {"t": 100.0 + t, "signals": {"inlet": t}} for t in range(3)
        ]
        reading = iter(read(page(server, "sine")))
        first, second = islice(reading, 2)
        assert second.sample == first.sample + len(first)
        assert (second.epoch, second.missing) == (first.epoch, 0)
        shell = [sys.executable, "-m", "waves.client"]
        environment = {**os.environ, "WAVES_KEY": key}
        lines = [json.dumps({"t": 103 + t, "signals": {"inlet": t}}) for t in (3, 4)]
        subprocess.run(
            [*shell, "write", page(server, "boiler")],
            input="\n".join(lines).encode(),
            env=environment,
            cwd=ROOT,
            check=True,
            timeout=30,
        )
        with subprocess.Popen(
            [*shell, "read", "--window", "60", page(server, "boiler")],
            stdout=subprocess.PIPE,
            env=environment,
            cwd=ROOT,
        ) as printing:
            printed = [json.loads(printing.stdout.readline()) for _ in range(5)]
            printing.kill()
        assert printed[3:] == [json.loads(line) for line in lines]
        with subprocess.Popen(
            [*shell, "plot", page(server, "sine")],
            stdout=subprocess.PIPE,
            env={**environment, "COLUMNS": "60"},
            cwd=ROOT,
        ) as plotting:
            drawn = plotting.stdout.readline().decode()
            plotting.kill()
        assert "Sine" in drawn
        assert set(drawn) & set("▁▂▃▄▅▆▇█")
        port = server.port
        for reader, words in (
            (read(page(server, "nowhere")), "nowhere"),
            (read(page(server, "sine"), "wv_1.no"), "no such key"),
        ):
            with pytest.raises(ReaderError, match=words):
                next(iter(reader))
        blocks = asyncio.run(_through_a_restart(site, server, port))
    epochs = {block.epoch for block in blocks}
    assert len(epochs) == 2
    assert next(block.missing for block in blocks if block.missing != 0) is None


async def _through_a_restart(site: Site, server, port: int) -> list[Block]:
    """What an async reader has while its server is stopped, and comes back."""
    blocks: list[Block] = []
    restarted = None
    try:
        async for block in read(page(server, "sine")):
            blocks.append(block)
            if len(blocks) == 5:
                server.kill()
                restarted = await asyncio.to_thread(site.start, port=port)
            if restarted is not None and block.epoch != blocks[0].epoch:
                return blocks
    finally:
        if restarted is not None:
            restarted.kill()
    return blocks


@pytest.mark.parametrize("url", ["nonsense", "ftp://a/streams/b/", "http://a/admin/"])
def test_an_address_of_no_stream_is_refused(url):
    with pytest.raises(ValueError, match="address of no stream"):
        read(url)
