"""The hub: one per server process. Takes what the channel groups bring, keeps it, feeds viewers.

The hub knows no Django and no channel layer: whoever receives from the layer calls ``receive``. All
of it runs on one event loop, and no method awaits, so every viewer sees whole states only.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from waves.exceptions import TooMuchError, UnknownStreamError, WireError
from waves.history.past import KeptPast
from waves.hub.account import Account
from waves.hub.answers import Answer
from waves.hub.composing import history_pieces, is_recorded, lacks
from waves.hub.connection import MAX_ANSWERS, MAX_VIEWERS, Connection
from waves.hub.kept import Kept
from waves.hub.live import Live
from waves.hub.message import message_room
from waves.hub.pump import Pump
from waves.hub.status import MOVING, STALE_SECONDS, StatusBoard
from waves.hub.viewer import Viewer
from waves.protocol import messages
from waves.protocol.description import Description, same_for_viewers
from waves.protocol.frames import Frame, parse
from waves.protocol.messages import ChangeView, HistoryRequest, Position, Subscribe


class Hub:
    """Streams by handle, connections, and counts of what was refused.

    ``interest`` is called whenever a stream gains its first viewer, so that whoever receives
    from the channel layer joins its group.
    """

    def __init__(
        self,
        pump: Pump,
        board: StatusBoard,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.pump = pump
        self.board = board
        self.streams: dict[int, Live] = {}
        self.connections: set[Connection] = set()
        #: Called where somebody begins to view a stream.
        self.interests: list[Callable[[int], None]] = []
        #: What reads recordings for a caller; without it there is what memory keeps.
        self.past: Callable[[Account | None], KeptPast] | None = None
        #: What could not be used: malformed frames, frames of an old or unknown epoch, gaps.
        self.counts: Counter[str] = Counter()
        #: Messages of sockets that were refused while the socket goes on, by code.
        self.refused: Counter[str] = Counter()
        self._monotonic = monotonic
        self._wall = wall

    # From the channel layer.

    def receive(self, message: Mapping[str, Any]) -> None:
        """Take one message of a channel group."""
        kind = message.get("type")
        if kind == "waves.frame":
            self._receive_frames(message["data"])
        elif kind == "waves.stream":
            self._receive_description(message["description"])
        elif kind == "waves.status":
            self.board.hear(message["streams"], message.get("worker"))
        elif kind == "waves.viewers":
            counts = {int(handle): n for handle, n in message["counts"].items()}
            self.board.count(message["hub"], counts, message.get("server"))
        elif kind == "waves.deleted":
            self._receive_deleted(message["handle"])
        else:
            self.counts["unknown messages"] += 1

    def _receive_frames(self, data: bytes) -> None:
        try:
            frames = parse(data)
        except WireError:
            self.counts["malformed frames"] += 1
            return
        for frame in frames:
            self._append(frame)

    def _append(self, frame: Frame) -> None:
        stream = self.streams.get(frame.handle)
        block = stream.kept.accept(frame) if stream else None
        if stream is None or block is None:
            self.counts["dropped frames"] += 1
            return
        begins = not stream.kept.history.started
        if begins or block.sample >= stream.kept.history.next:
            stream.kept.figures.take(block, None if stream.kept.filling else self._wall())
        if stream.append(block):
            self.counts["gaps"] += 1
        if begins and not stream.kept.filling:
            for viewer in stream.audience.values():
                viewer.first_frame()
        self.counts["frames"] += 1
        self.pump.wake_all(stream.audience)

    def begin_filling(self, handle: int) -> None:
        """What this hub lacks of a stream is about to be received; it ends with `end_filling`."""
        stream = self.streams.get(handle)
        if stream is not None:
            stream.kept.filling = True

    def end_filling(self, handle: int) -> None:
        """Who came meanwhile begins with the window, as whoever comes now; who was there before
        the epoch began, with its first sample."""
        stream = self.streams.get(handle)
        if stream is None or not stream.kept.filling:
            return
        stream.kept.filling = False
        history, told = stream.kept.history, stream.fallback
        is_new = history.started and told is not None and told["epoch"] < history.epoch
        if history.started:  # who comes later was not there before
            stream.fallback = None
        for viewer in stream.audience.values():
            # What was read at once is no fault of theirs.
            viewer.caught_up = False
            if viewer.cursor is None:
                (viewer.first_frame if is_new else viewer.place)()
        self.pump.wake_all(stream.audience)

    def _receive_description(self, description: Description) -> None:
        stream = self.stream(description["handle"])
        old = stream.kept.description
        if old is not None and description["epoch"] < old["epoch"] and not self._is_late(stream):
            # A worker that was paused, and does not know yet that another one has taken over.
            self.counts["old descriptions"] += 1
            return
        self.board.describe(description)
        stream.kept.slug = description["slug"]
        news = stream.stale or not same_for_viewers(old, description)
        stream.heard_at, stream.stale = self._monotonic(), False
        if old is None or description["epoch"] != old["epoch"]:
            self._begin_epoch(stream, description)
            return
        stream.kept.edit(description)
        if news:
            self._tell(stream, description)

    def _begin_epoch(self, stream: Live, description: Description) -> None:
        # Whoever is up to date is given the end of the old epoch before it goes.
        self.pump.flush(stream.audience)
        for viewer in stream.audience.values():
            viewer.end_epoch()
        stream.begin_epoch(description)
        self._tell(stream, description)
        for viewer in stream.audience.values():
            viewer.new_epoch()

    def _tell(self, stream: Live, description: Mapping[str, Any]) -> None:
        text = messages.text(description)
        for connection in stream.audience:
            connection.say(text)
        self.pump.wake_all(stream.audience)

    def _receive_deleted(self, handle: int) -> None:
        self.board.forget(handle)
        stream = self.streams.pop(handle, None)
        if stream is not None and stream.kept.description is not None:
            gone = {
                **stream.kept.description,
                "state": "stopped",
                "message": "This stream was deleted.",
            }
            self._tell(stream, gone)

    def _is_late(self, stream: Live) -> bool:
        return self._monotonic() - stream.heard_at > STALE_SECONDS

    def check_stale(self) -> None:
        """Twice a second: tell viewers of streams that nobody has described for a while."""
        for stream in self.streams.values():
            if stream.stale or not stream.audience or not self._is_late(stream):
                continue
            description = stream.kept.description
            if description is None:
                self._tell_before_it_ran(stream)
            if description is not None and description["state"] in MOVING:
                stream.stale = True
                self._tell(stream, {**description, **self._stale(stream)})

    def _tell_before_it_ran(self, stream: Live) -> None:
        """Of a stream that never ran: its state as all hubs hear it, or why none is heard."""
        told = stream.fallback
        if told is None:
            return
        heard = self.board.description(stream.kept.handle)
        if heard is not None:
            state, message = heard["state"], heard.get("message", "")
        elif told["state"] == "stale" and (why := self.board.why_silent(stream.kept.handle)):
            state, message = "stale", why
        else:
            return
        if (state, message) != (told["state"], told["message"]):
            stream.fallback = {**told, "state": state, "message": message}
            self._tell(stream, stream.fallback)

    def _stale(self, stream: Live) -> Mapping[str, str]:
        """State and message of a stream of which nothing is heard."""
        if why := self.board.cut_off(stream.kept.handle):
            return {"state": "stale", "message": f"{why} The signal continues when it is."}
        why = self.board.problem or "No worker reports this stream."
        return {"state": "stale", "message": f"{why} The signal continues when one does."}

    # From sessions.

    def stream(self, handle: int) -> Live:
        """The live stream of a handle, made where it is not yet known."""
        if handle not in self.streams:
            self.streams[handle] = Live(handle, self.pump.search, self._monotonic, self.pump.fresh)
        return self.streams[handle]

    def forget(self, handle: int) -> None:
        """Nobody views a stream here, and its frames come no more: drop what is kept of it."""
        stream = self.streams.get(handle)
        if stream is not None and not stream.audience:
            del self.streams[handle]

    def connect(self, connection: Connection) -> None:
        """A socket was accepted."""
        connection.progress_at = self._monotonic()
        self.connections.add(connection)

    def disconnect(self, connection: Connection) -> None:
        """A socket is gone: forget its viewers."""
        self.connections.discard(connection)
        self.pump.forget(connection)
        for handle in list(connection.viewers):
            self._leave(connection, handle)
        # They hold what wakes the connection, and so the connection.
        connection.watchers.clear()

    def _leave(self, connection: Connection, handle: int) -> None:
        viewer = connection.viewers.pop(handle)
        viewer.leave()
        connection.drop_answers(handle)
        stream = self.streams.get(handle)
        # It may have been deleted and made again meanwhile: then this is not the one.
        if stream is not None and stream.audience.get(connection) is viewer:
            del stream.audience[connection]

    def subscribe(
        self,
        connection: Connection,
        handle: int,
        view: Subscribe,
        since: Position | None = None,
        fallback: Description | None = None,
    ) -> None:
        """View a stream; a second subscription on the same socket acts as ``view``.

        ``fallback`` describes the stream where no worker has done so yet. Raises TooMuchError
        where the socket views as many as it may.
        """
        if handle not in connection.viewers and len(connection.viewers) >= MAX_VIEWERS:
            raise TooMuchError(f"subscribe: one socket views at most {MAX_VIEWERS} streams.")
        stream = self.stream(handle)
        if fallback is not None and stream.kept.description is None:
            stream.kept.slug, stream.fallback = fallback["slug"], fallback
        viewer = connection.viewers.get(handle)
        if viewer is None:
            viewer = stream.join(connection, view, self.pump.wake)
            for interest in self.interests:
                interest(handle)
            description = self._description(stream) or fallback
            if description is not None:
                connection.say(messages.text(description))
        viewer.view = view
        viewer.asked_as = view.stream
        viewer.place(since)
        self.pump.wake(connection)

    def _description(self, stream: Live) -> Mapping[str, Any] | None:
        description = stream.kept.description
        if description is None or not stream.stale:
            return description
        return {**description, **self._stale(stream)}

    def unsubscribe(self, connection: Connection, slug: str) -> None:
        """Stop viewing a stream, by its slug or, where it was renamed, by what it was asked for.

        Raises UnknownStreamError where it was not viewed.
        """
        viewers = connection.viewers.values()
        named = [viewer for viewer in viewers if viewer.kept.slug == slug]
        for viewer in named or [viewer for viewer in viewers if viewer.asked_as == slug]:
            self._leave(connection, viewer.kept.handle)
            return
        raise UnknownStreamError(f"This socket does not view a stream “{slug}”.")

    def change_view(self, connection: Connection, view: ChangeView) -> None:
        """Change what is sent of a stream, and answer with the whole window where it needs one.

        Raises UnknownStreamError where the stream is not viewed.
        """
        viewer = self._viewer(connection, view.handle)
        viewer.view = view
        viewer.place()
        self.pump.wake(connection)

    def _viewer(self, connection: Connection, handle: int) -> Viewer:
        viewer = connection.viewers.get(handle)
        if viewer is None:
            raise UnknownStreamError(f"This socket does not view the stream {handle}.")
        return viewer

    def answer_history(self, connection: Connection, request: HistoryRequest) -> None:
        """Queue the answer to ``history``, which the pump makes when it is its turn.

        Raises UnknownStreamError, or TooMuchError where it is more than an answer holds, or too
        many wait.
        """
        kept = self._viewer(connection, request.handle).kept
        past = self._past_for(connection, kept, request)
        if past is None:
            history_pieces(kept, request, message_room(as_json=connection.json))
        if len(connection.answers) >= MAX_ANSWERS:
            raise TooMuchError("history: read the answers that wait before asking for more.")
        connection.answers.append(Answer(kept, request, past))
        self.pump.wake(connection)

    def _past_for(
        self, connection: Connection, kept: Kept, request: HistoryRequest
    ) -> KeptPast | None:
        """What reads the recording for a request, where it asks for more than memory has."""
        stream = self.streams.get(kept.handle)
        told = kept.description or (stream.fallback if stream is not None else None)
        if self.past is None or not (is_recorded(told) and lacks(kept, request)):
            return None
        return self.past(connection.account)

    def viewer_counts(self) -> dict[int, int]:
        """How many viewers each stream has in this process."""
        return {handle: len(s.audience) for handle, s in self.streams.items() if s.audience}
