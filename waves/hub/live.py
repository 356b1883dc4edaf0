"""A live stream: what is kept of it, the triggers that are looked for in it, and its audience."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from waves.hub.connection import Connection
from waves.hub.figures import Fresh
from waves.hub.finder import Watcher
from waves.hub.kept import Kept
from waves.hub.search import Search
from waves.hub.sweeps import Finders
from waves.hub.viewer import Viewer
from waves.protocol.block import SampleBlock
from waves.protocol.description import Description
from waves.protocol.messages import View


class Live:
    """One stream in a hub. ``audience`` has the viewer of each socket that views it."""

    def __init__(
        self,
        handle: int,
        search: Search,
        monotonic: Callable[[], float] = time.monotonic,
        fresh: Fresh | None = None,
    ) -> None:
        self.kept = Kept(handle, fresh)
        self.finders = Finders(self.kept, search, monotonic)
        self.audience: dict[Connection, Viewer] = {}
        #: What viewers were told where nobody had described it yet.
        self.fallback: Description | None = None
        self.heard_at = monotonic()
        self.stale = False

    def join(
        self, connection: Connection, view: View, wake: Callable[[Connection], None]
    ) -> Viewer:
        """A socket begins to view the stream; ``wake`` where it has something to be sent."""
        handle = self.kept.handle
        watcher = connection.watchers.get(handle)
        if watcher is None:
            watcher = connection.watchers[handle] = Watcher(
                partial(wake, connection), caller=connection.account
            )
        viewer = Viewer(self.finders, view, connection.say, watcher)
        self.audience[connection] = connection.viewers[handle] = viewer
        return viewer

    def begin_epoch(self, description: Description) -> None:
        """Take the description of a new epoch: nothing of the old one is kept or looked for."""
        self.finders.clear()
        self.kept.begin_epoch(description)

    def append(self, block: SampleBlock) -> int:
        """Add a block to what is kept; return how many samples are missing before it."""
        missing = self.kept.append(block)
        self.finders.wake()
        return missing
