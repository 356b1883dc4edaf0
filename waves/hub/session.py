"""What a client says on one socket, carried out: the protocol apart from any I/O."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from waves.exceptions import TooMuchError, UnknownStreamError, WireError
from waves.hub.connection import Connection
from waves.hub.hub import Hub
from waves.protocol import messages
from waves.protocol.description import Description
from waves.protocol.messages import (
    CLOSE_BAD_MESSAGE,
    Ack,
    ChangeView,
    HistoryRequest,
    Ping,
    Show,
    Subscribe,
    Unsubscribe,
)


class Session:
    """Carries out the messages of one connection on the hub.

    ``subscribe`` and ``show`` need a look-up that may wait, so ``take`` hands them back to the
    caller, who answers the former with ``subscribe``.
    """

    def __init__(
        self, hub: Hub, connection: Connection, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.hub = hub
        self.connection = connection
        self._monotonic = monotonic

    def open(self, protocol: str, version: str = "") -> None:
        """The socket was accepted; ``version`` is that of the pages beside it."""
        self.hub.connect(self.connection)
        self.connection.say(messages.hello(protocol, version))
        self.hub.pump.wake(self.connection)

    def close(self) -> None:
        """The socket is gone."""
        self.hub.disconnect(self.connection)

    def take(self, text: str | None) -> Show | Subscribe | None:
        """Carry out one message; return it where it is a subscription, or shows a key.

        A message that is none closes the socket with 4400, after saying what is wrong.
        """
        self.hub.pump.relieve(self.connection)
        if self.connection.transport.closed:
            return None
        try:
            if text is None:
                raise WireError("Control messages are text.")
            message = messages.parse_client_message(text)
            if isinstance(message, Show | Subscribe):
                return message
            self._carry_out(message)
        except WireError as error:
            self.connection.refuse("bad_message", str(error), CLOSE_BAD_MESSAGE)
        except (UnknownStreamError, TooMuchError) as error:
            code = "too_much" if isinstance(error, TooMuchError) else "unknown_stream"
            self.refuse(code, str(error))
        return None

    def refuse(self, code: str, words: str, stream: str | None = None) -> None:
        """Say what is wrong with a message (of which stream), and count it; the socket goes on."""
        self.hub.refused[code] += 1
        self.connection.refuse(code, words, stream=stream)
        self.hub.pump.wake(self.connection)

    def _carry_out(self, message: Any) -> None:
        match message:
            case Ack():
                self.connection.acknowledge(message.count, self._monotonic())
                self.hub.pump.wake(self.connection)
            case Ping():
                self._pong(message.id)
            case ChangeView():
                self.hub.change_view(self.connection, message)
            case HistoryRequest():
                self.hub.answer_history(self.connection, message)
            case Unsubscribe():
                self.hub.unsubscribe(self.connection, message.stream)

    def _pong(self, ping: int) -> None:
        self.connection.say(messages.text({"type": "pong", "id": ping, "time": time.time()}))
        self.hub.pump.wake(self.connection)

    def subscribe(self, handle: int, message: Subscribe, fallback: Description | None) -> None:
        """Carry out a subscription whose slug was looked up."""
        try:
            self.hub.subscribe(self.connection, handle, message, message.since, fallback)
        except TooMuchError as error:
            self.refuse("too_much", str(error), message.stream)
