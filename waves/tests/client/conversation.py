"""One viewer's side of the conversation: what it makes of messages, and what it answers."""

import json
import random
from typing import Any
from urllib.parse import urlencode

from .frames import Frame, read_binary, read_json
from .state import StreamState

FINAL_CODES = {4400, 4403, 4404}


class Viewer:
    """Holds its streams across sockets. It does no input or output and reads no clock."""

    def __init__(self, seed: int = 0) -> None:
        self.streams: dict[str, StreamState] = {}
        self.errors: list[dict[str, Any]] = []
        self._random = random.Random(seed)
        self.open()

    def open(self) -> None:
        """A new socket: handles and counts begin anew, the streams' state stays."""
        self.hello: dict[str, Any] = {}
        self.pongs: list[dict[str, Any]] = []
        self.notices: list[dict[str, Any]] = []
        self.count = 0
        self._handles: dict[int, StreamState] = {}
        self._acked, self._acked_at, self._unacked_bytes = 0, 0.0, 0
        self._patience = 1.0
        #: Frames of a history answer that are still to come.
        self._to_come = 0

    def rejoining(self, slug: str) -> dict[str, int] | None:
        """The `since` of a subscribe to this stream; None on the first visit."""
        state = self.streams.setdefault(slug, StreamState(slug))
        state.since = state.position
        if state.since is None:
            return None
        return {"epoch": state.since[0], "sample": state.since[1]}

    def query(self, slug: str, **wishes: float) -> str:
        """The query of /ws/streams/<slug>/, with the position where there is one."""
        return urlencode({**wishes, **(self.rejoining(slug) or {})})

    def receive(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self._take_data(read_binary(message), len(message))
            return
        fields = json.loads(message)
        if fields["type"] == "data":
            self._take_data(read_json(fields), len(message))
        else:
            self._take_control(fields)

    def _take_data(self, frames: list[Frame], size: int) -> None:
        self.count += 1
        self._unacked_bytes += size
        for frame in frames:
            state = self._handles[frame.handle]
            if self._to_come:
                self._to_come -= 1
                state.looked_up.append(frame)
            else:
                state.take_frame(frame)

    def _take_control(self, fields: dict[str, Any]) -> None:
        kind = fields["type"]
        if kind == "hello":
            self.hello = fields
        elif kind == "stream":
            self._take_description(fields)
        elif kind in ("view", "gap"):
            state = self._handles[fields["handle"]]
            (state.take_view if kind == "view" else state.take_gap)(fields)
        elif kind == "history":
            self._to_come = fields["frames"]
        elif kind == "pong":
            self.pongs.append(fields)
        elif kind == "error":
            self.errors.append(fields)
        elif kind == "notice":
            self.notices.append(fields)
        # Other types are for clients that were written later.

    def _take_description(self, fields: dict[str, Any]) -> None:
        """A stream keeps its handle for as long as a socket lasts; its slug may change."""
        slug, handle = fields["slug"], fields["handle"]
        state = self._handles.get(handle) or self.streams.setdefault(slug, StreamState(slug))
        if state.slug != slug:
            del self.streams[state.slug]
            self.streams[slug], state.slug = state, slug
        state.description = fields
        self._handles[handle] = state

    def acknowledgement(self, now: float) -> str | None:
        """The ack to send now, if one is due. `now` is any clock in seconds."""
        wish = self.hello.get("ack", {"ms": 1000, "bytes": 131072})
        is_due = now - self._acked_at >= wish["ms"] / 1000 * self._patience
        if self.count == self._acked or not (is_due or self._unacked_bytes >= wish["bytes"]):
            return None
        self._acked, self._acked_at, self._unacked_bytes = self.count, now, 0
        self._patience = self._random.uniform(0.8, 1.0)
        return json.dumps({"type": "ack", "count": self.count})

    @staticmethod
    def may_come_back(code: int) -> bool:
        return code not in FINAL_CODES
