"""What the servers under test speak: waves.v1, Socket.IO, plain JSON, and Bokeh's protocol."""

from __future__ import annotations

import base64
import json
import random
import struct
import time
import uuid
from typing import Any

import numpy as np

from benchmarks import framing
from benchmarks.tally import Tally
from benchmarks.viewer import Viewer

#: The 56 bytes before each frame's values (docs/protocol.md): magic, kind, sample type, clock,
#: flags, signals, 0, handle, n, stride, epoch, payload bytes, first sample, t0, dt.
HEADER = struct.Struct("<4sBBBBHHIIIIIQdd")
MAGIC = b"WAV\x01"
REPLAYED = 1
#: Pages ping this often (see the protocol); the load spreads its pings over the same time.
PING_SECONDS = 30.0


class WavesViewer(Viewer):
    """Speaks waves.v1: follows positions, acknowledges as ``hello`` says, pings every 30 s."""

    def __init__(self, tally: Tally, host: str, path: str) -> None:
        super().__init__(tally, host, path, ("waves.v1",))
        self.epoch = -1
        self.next = 0
        self.count = 0
        self.ack_seconds = 0.0
        self.ack_bytes = 0
        self.unacknowledged = 0
        self.ack_due = float("inf")
        self.ping_due = 0.0
        self.lost = 0
        self.newest = 0.0
        #: Wall time at which the last data message came, or the measurement began.
        self.heard = 0.0

    def restart(self) -> None:
        """The measurement begins: what was silent before does not count."""
        super().restart()
        self.heard = time.time()

    def opening(self) -> None:
        """Ping at once, as a page does to map the server's clock; then at a time of its own."""
        self._ping()
        self.ping_due = time.monotonic() + PING_SECONDS * random.random()

    def idle(self, now: float) -> None:
        """Ping when it is time."""
        if now >= self.ping_due:
            self._ping()
            self.ping_due = now + PING_SECONDS

    def text(self, payload: bytearray) -> None:
        """Hello says how often to acknowledge; a gap message says what was lost."""
        message = json.loads(payload)
        kind = message["type"]
        if kind == "hello":
            self.ack_seconds = message["ack"]["ms"] / 1000.0
            self.ack_bytes = message["ack"]["bytes"]
            self.ack_due = time.time() + self.ack_seconds * random.random()
        elif kind == "gap":
            lost = int(message["lost"])
            self.told += lost - self.lost
            self.lost = lost
        elif kind == "error":
            self.tally.errors[f"{message.get('code')}: {message.get('message')}"[:80]] += 1

    def binary(self, buffer: bytearray, start: int, stop: int) -> None:
        """Follow the positions of the frames in one message, then acknowledge where it is due."""
        now = time.time()
        tally = self.tally
        tally.messages += 1
        if self.heard:
            tally.silence = max(tally.silence, now - self.heard)
        self.heard = now
        at = start
        while at < stop:
            at = self._frame(buffer, at, now)
        if at != stop:
            raise framing.FramingError("The frames do not fill their message.")
        self.count += 1
        self.unacknowledged += stop - start
        if now >= self.ack_due or (self.ack_bytes and self.unacknowledged >= self.ack_bytes):
            self._acknowledge(now)

    def _frame(self, buffer: bytearray, at: int, now: float) -> int:
        (magic, _, _, _, flags, _, _, _, n, stride, epoch, size, sample, t0, dt) = (
            HEADER.unpack_from(buffer, at)
        )
        if magic != MAGIC:
            raise framing.FramingError("No waves frame.")
        if sample != self.next or epoch != self.epoch:
            self._jump(epoch, sample)
        self.next = (sample // stride + n) * stride
        self.samples += n * stride
        self.tally.frames += 1
        self.newest = t0 + (n - 1.0 / stride) * dt
        if not flags & REPLAYED:
            self.came(now, n * stride * dt)
        return at + 56 + size

    def came(self, now: float, seconds: float) -> None:
        """A live frame of so many ``seconds`` came ``now``; its newest sample is ``newest``."""
        self.tally.latency(now - self.newest)

    def _jump(self, epoch: int, sample: int) -> None:
        if epoch == self.epoch and sample > self.next:
            self.gaps += 1
            self.missing += sample - self.next
            self.tally.jumps[self.next, sample - 1] += 1
        elif self.epoch >= 0:
            self.tally.errors["a new epoch, or samples twice"] += 1
        self.epoch = epoch

    def _acknowledge(self, now: float) -> None:
        if self.send(framing.TEXT, b'{"type":"ack","count":%d}' % self.count):
            self.tally.acks += 1
            self.unacknowledged = 0
            # Jitter, so that viewers who came together do not answer together for ever.
            self.ack_due = now + self.ack_seconds * (0.75 + 0.5 * random.random())

    def _ping(self) -> None:
        self.send(framing.TEXT, b'{"type":"ping","id":1}')


class SampleViewer(Viewer):
    """Plain JSON, one message a sample: ``{"time": …, "value": …}``, perhaps with ``sample``."""

    def __init__(self, tally: Tally, host: str, path: str) -> None:
        super().__init__(tally, host, path, ())
        self.next = -1

    def text(self, payload: bytearray) -> None:
        """One sample."""
        self.point(json.loads(payload))

    def point(self, point: dict[str, Any]) -> None:
        """Count a sample, its age, and the jump of its index, where it has one."""
        self.tally.messages += 1
        self.tally.frames += 1
        self.samples += 1
        self.tally.latency(time.time() - point["time"])
        sample = point.get("sample", -1)
        if 0 <= self.next < sample:
            self.gaps += 1
            self.missing += sample - self.next
        self.next = sample + 1 if sample >= 0 else -1


class SocketIOViewer(SampleViewer):
    """Engine.IO 4 and Socket.IO 5 as text: ``42["data",{"time": …, "value": …}]``."""

    indexed = False

    def text(self, payload: bytearray) -> None:
        """Answer Engine.IO's open and ping; take each event's point."""
        if payload.startswith(b"42"):
            self.point(json.loads(payload[2:])[1])
        elif payload.startswith(b"0"):
            self.send(framing.TEXT, b"40")
        elif payload.startswith(b"2"):
            self.send(framing.TEXT, b"3")


class BokehViewer(Viewer):
    """Bokeh's protocol as BokehJS speaks it: pull the document, then count streamed columns.

    A message is a row of WebSocket messages: header, metadata, content, and two for each buffer.
    The samples' times travel as the buffer of the column ``t`` (float64, unix seconds).
    """

    indexed = False

    def __init__(self, tally: Tally, host: str, path: str) -> None:
        super().__init__(tally, host, path, ("bokeh", session_token()))
        self.parts: list[bytes] = []
        self.expected = 0

    def text(self, payload: bytearray) -> None:
        """A part of a message."""
        self._part(bytes(payload))

    def binary(self, buffer: bytearray, start: int, stop: int) -> None:
        """A buffer of a message."""
        self._part(bytes(buffer[start:stop]))

    def _part(self, part: bytes) -> None:
        if not self.parts:
            self.expected = 3 + 2 * json.loads(part).get("num_buffers", 0)
        self.parts.append(part)
        if len(self.parts) == self.expected:
            parts, self.parts = self.parts, []
            self._message(json.loads(parts[0])["msgtype"], parts)

    def _message(self, kind: str, parts: list[bytes]) -> None:
        if kind == "ACK":
            header = {"msgid": uuid.uuid4().hex, "msgtype": "PULL-DOC-REQ"}
            for part in (json.dumps(header).encode(), b"{}", b"{}"):
                self.send(framing.TEXT, part)
        elif kind == "PATCH-DOC":
            self.tally.messages += 1
            for event in json.loads(parts[2])["events"]:
                if event["kind"] == "ColumnsStreamed":
                    self._streamed(dict(event["data"]["entries"]), parts)

    def _streamed(self, columns: dict[str, Any], parts: list[bytes]) -> None:
        identity = columns["t"]["array"]["data"]["id"]
        ids = [json.loads(part)["id"] for part in parts[3::2]]
        times = np.frombuffer(parts[4 + 2 * ids.index(identity)], dtype="<f8")
        self.samples += times.size
        self.tally.frames += 1
        self.tally.latency(time.time() - float(times[-1]))


def session_token() -> str:
    """A token for a new session; a Bokeh server that does not sign sessions takes any."""
    payload = {"session_id": uuid.uuid4().hex, "session_expiry": int(time.time()) + 3600}
    return base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")


#: Name on the command line: the class, and the path that it opens where none is given.
DIALECTS: dict[str, tuple[type[Any], str]] = {
    "waves": (WavesViewer, "/ws/streams/bench/"),
    "samples": (SampleViewer, "/ws/"),
    "socketio": (SocketIOViewer, "/socket.io/?EIO=4&transport=websocket"),
    "bokeh": (BokehViewer, "/bokeh_stream/ws"),
}
