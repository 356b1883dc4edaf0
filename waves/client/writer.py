"""Sends samples: gathers them, numbers each batch, and sends one again until it is answered."""

from __future__ import annotations

import json
import math
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import numpy as np

from waves.client.addresses import samples_address

#: Samples are gathered for so long before they are sent.
GATHER_SECONDS = 0.1
#: Values of one request: well below what a server takes as a body.
MOST_VALUES = 20_000
#: Values that wait to be sent; beyond, the oldest are dropped, and counted.
MOST_WAITING = 4_000_000
#: A server that does not answer within this is asked again.
ANSWER_SECONDS = 10.0
#: Pauses between attempts, the last one for ever; a server may ask for a longer one.
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
LONGEST_PAUSE = 60.0
#: What a server says that means: send it again later.
AGAIN = (408, 425, 429, 500, 502, 503, 504)


class WriterError(Exception):
    """The server refuses what is sent, or who sends it: to send it again is of no use."""


@dataclass(slots=True)
class _Batch:
    """Samples of the same signals: times in unix seconds, and a list of values for each signal."""

    times: list[float]
    signals: dict[str, list[Any]]
    number: str = ""

    @property
    def size(self) -> int:
        return len(self.times) * len(self.signals)

    def body(self) -> bytes:
        return json.dumps({"t": self.times, "signals": self.signals}).encode()


class Writer:
    """Sends samples to a stream, in a thread of its own.

    ``url`` is the address of the stream's page, such as ``https://example.org/streams/boiler/``.
    Each sample has the time at which it was written, unless one is given. What is not acknowledged
    is sent again: the server knows each batch by its number, and takes it once.

    ``dropped`` counts samples that were lost because the server could not be reached for too long;
    ``acknowledged`` those that it has. ``write``, ``flush`` and ``close`` raise WriterError where
    the server refuses: a wrong key, a signal that it does not take.
    """

    def __init__(self, url: str, key: str, *, gather: float = GATHER_SECONDS) -> None:
        self._address = urlsplit(samples_address(url))
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._gather = gather
        self._name = uuid.uuid4().hex
        self._sent = 0
        self._connection: HTTPConnection | None = None
        self._batches: deque[_Batch] = deque()
        self._waiting = 0
        self._changed = threading.Condition()
        self._closing = False
        self._error: WriterError | None = None
        self.acknowledged = 0
        self.dropped = 0
        #: Why the last attempt failed; empty while all goes well.
        self.problem = ""
        self._thread = threading.Thread(target=self._run, name="waves writer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(
        self, signals: Mapping[str, Any], t: float | Sequence[float] | np.ndarray | None = None
    ) -> None:
        """Take a sample, or arrays of them; returns at once.

        ``signals`` has, by name, a number, a text that names a state, None, or an array of n of
        these; ``t`` is unix seconds, or n of them. Arrays without times end now, and are spread
        evenly since the sample before; so give times where you know them. Raises ValueError where
        lengths do not fit, WriterError where the server refused what came before.
        """
        columns = {name: _column(value) for name, value in signals.items()}
        lengths = {len(column) for column in columns.values()}
        if len(lengths) != 1:
            raise ValueError("Each signal has as many values as the others, and there is one.")
        n = lengths.pop()
        times = self._times(n, t)
        with self._changed:
            self._raise()
            if self._closing:
                raise WriterError("This writer is closed.")
            for first in range(0, n, max(1, MOST_VALUES // len(columns))):
                piece = slice(first, first + max(1, MOST_VALUES // len(columns)))
                self._append(times[piece], {name: c[piece] for name, c in columns.items()})
            self._drop()
            self._changed.notify_all()

    def _times(self, n: int, t: Any) -> list[float]:
        now = time.time()
        if t is None:
            if n == 1:
                return [now]
            last = self._batches[-1].times[-1] if self._batches else now - self._gather
            step = max(1e-6, (now - last) / n)
            return [now - step * (n - 1 - k) for k in range(n)]
        times = [float(each) for each in np.atleast_1d(np.asarray(t, np.float64))]
        if len(times) != n or not all(map(math.isfinite, times)):
            raise ValueError(f"There are {n} samples: t is as many finite unix seconds.")
        return times

    def _append(self, times: list[float], signals: dict[str, list[Any]]) -> None:
        last = self._batches[-1] if self._batches else None
        fits = last is not None and not last.number and last.signals.keys() == signals.keys()
        size = len(times) * len(signals)
        if last is not None and fits and last.size + size <= MOST_VALUES:
            last.times.extend(times)
            for name, column in signals.items():
                last.signals[name].extend(column)
        else:
            self._batches.append(_Batch(times, signals))
        self._waiting += size

    def _drop(self) -> None:
        """Never more than so much waits: the oldest goes, but not what is being sent."""
        while self._waiting > MOST_WAITING and len(self._batches) > 2:
            batch = self._batches[1]
            del self._batches[1]
            self._waiting -= batch.size
            self.dropped += len(batch.times)

    def flush(self, timeout: float = 30.0) -> None:
        """Wait until all that was written is acknowledged. Raises WriterError, TimeoutError."""
        with self._changed:
            done = self._changed.wait_for(lambda: not self._batches or self._error, timeout)
            self._raise()
            if not done:
                raise TimeoutError(f"Not all was acknowledged within {timeout:g} s. {self.problem}")

    def close(self, timeout: float = 30.0) -> None:
        """Send what waits, and end."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        try:
            self.flush(timeout)
        finally:
            with self._changed:
                self._error = self._error or WriterError("This writer is closed.")
                self._changed.notify_all()
            self._thread.join(ANSWER_SECONDS)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        attempt = 0
        while True:
            batch = self._next()
            if batch is None:
                self._hang_up()
                return
            pause = self._send(batch)
            if pause is None:
                attempt = 0
                continue
            pause = max(pause, PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt += 1
            with self._changed:
                self._changed.wait_for(lambda: self._error is not None, pause)

    def _next(self) -> _Batch | None:
        """The batch to send, with a number from now on; None where there is nothing more to do."""
        with self._changed:
            self._changed.wait_for(lambda: self._batches or self._closing or self._error)
            if self._error is not None or not self._batches:
                return None
            if not self._closing and len(self._batches) == 1 and not self._batches[0].number:
                self._changed.wait_for(lambda: self._closing or self._error, self._gather)
            batch = self._batches[0]
            if not batch.number:
                self._sent += 1
                batch.number = f"{self._name}-{self._sent}"
            return batch

    def _send(self, batch: _Batch) -> float | None:
        """Send a batch: None where it is done with, else the seconds to wait at least."""
        try:
            status, wait, words = self._request(batch)
        except (OSError, HTTPException) as error:
            self._hang_up()
            self.problem = f"{type(error).__name__}: {error}"
            return 0.0
        if status == 200:
            self._done(batch)
            return None
        self.problem = f"{status}: {words}"
        if status in AGAIN:
            return min(LONGEST_PAUSE, wait)
        with self._changed:
            self._error = WriterError(words)
            self._changed.notify_all()
        return 0.0

    def _request(self, batch: _Batch) -> tuple[int, float, str]:
        """Status, seconds to wait, and words of the answer."""
        connection = self._connected()
        headers = {**self._headers, "Idempotency-Key": batch.number}
        connection.request("POST", self._address.path, batch.body(), headers)
        answer = connection.getresponse()
        body = answer.read()
        wait = answer.getheader("Retry-After", "0")
        try:
            words = str(json.loads(body).get("message", ""))
        except (ValueError, AttributeError):
            words = body[:200].decode(errors="replace")
        return answer.status, float(wait) if wait.isdigit() else 0.0, words

    def _connected(self) -> HTTPConnection:
        if self._connection is None:
            kind = HTTPSConnection if self._address.scheme == "https" else HTTPConnection
            self._connection = kind(self._address.netloc, timeout=ANSWER_SECONDS)
        return self._connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _done(self, batch: _Batch) -> None:
        with self._changed:
            self._batches.popleft()
            self._waiting -= batch.size
            self.acknowledged += len(batch.times)
            self.problem = ""
            self._changed.notify_all()


def _column(value: Any) -> list[Any]:
    """A value, or an array of them, as JSON has it: no value is None."""
    if isinstance(value, str) or value is None:
        return [value]
    array = np.atleast_1d(np.asarray(value))
    if array.ndim != 1:
        raise ValueError("A signal has a value, or an array of one dimension.")
    if array.dtype.kind == "f":
        return [each if math.isfinite(each) else None for each in array.tolist()]
    return list(array.tolist())
