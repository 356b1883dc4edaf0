"""A serial port: the lines that a board prints, read as long as it is plugged in.

Which ports may be read is not left to whoever edits a stream: among what is under /dev are the
keyboard, the terminal in which the server runs, and a watchdog that restarts the machine. So only
ports that the system lists as serial ones are opened, and those that the host's settings name.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from waves.exceptions import IngestError, SourceError
from waves.ingest.readings import BoardClock
from waves.ingest.serial_lines import Grammar, Lines
from waves.protocol.spec import StreamSpec
from waves.sources.base import Choices, Defaults, Example, SourceContext
from waves.sources.feed import OPEN_SECONDS, STRANGE, FedSource
from waves.sources.gathering import Gathered
from waves.sources.taking import TakingOptions
from waves.sources.thread import DedicatedThread

try:
    import serial
    from serial.tools import list_ports
except ImportError:  # the extra `serial` is not installed: the options can be edited all the same
    serial = None  # type: ignore[assignment]

NEEDS_PYSERIAL = "Serial ports are read by a package: pip install 'django-waves[serial]'"
#: Names of ports that stay the same whatever else is plugged in.
BY_ID = Path("/dev/serial/by-id")
#: A port is a path, or what Windows calls one; never a URL of pyserial, which may lead elsewhere.
_PORT = re.compile(r"/[^\0]{1,250}|COM\d{1,3}")

#: Seconds between two looks for a port that is not there.
LOOK_SECONDS = 0.5
#: Seconds of one call of the thread: so soon it ends with the stream.
READ_SECONDS = 0.04
#: Seconds in which bytes gather: a look at each single one would take a core.
GATHER_SECONDS = 0.004
#: Lines that came at once are spread over the time since the read before, as far as this (seconds):
#: adapters hand over what they have each 16 ms, and what is longer is a pause of the board.
MOST_SPREAD = 0.05
#: What comes within this after the port was opened may begin in the middle of a line (seconds).
HALF_SECONDS = 0.1


def _port(text: str) -> str:
    text = text.strip()
    if not _PORT.fullmatch(text):
        raise ValueError(
            "A port is the path of a serial port of this machine, such as /dev/ttyUSB0, or COM3 on "
            f"Windows, and not “{text[:60]}”."
        )
    return text


def listed() -> Iterator[tuple[str, str]]:
    """The serial ports of this machine, as pairs of the most stable path and words for people."""
    if serial is None:
        return
    links = {os.path.realpath(link): str(link) for link in BY_ID.glob("*")}
    for port in list_ports.comports():
        yield links.get(os.path.realpath(port.device), port.device), port.description


class SerialOptions(TakingOptions):
    """Which port, and how fast it is."""

    port: Annotated[str, AfterValidator(_port)] = Field(
        title="Port",
        description="Of this machine, as it lists it. A name in /dev/serial/by-id stays the same "
        "whatever else is plugged in.",
    )
    baud: int = Field(
        default=115_200,
        ge=50,
        le=4_000_000,
        title="Baud rate",
        description="As in the sketch: Serial.begin(115200).",
    )


SKETCH = """\
void setup() {{
  Serial.begin({baud});
}}

void loop() {{
  Serial.print("{name}:");
  Serial.println(analogRead(A0));
  delay(20);
}}"""


class SerialSource(FedSource):
    """Reads a port. Raises SourceError where it may not, or another program has it."""

    label = "Serial port"
    options: ClassVar[type[TakingOptions]] = SerialOptions
    suggestions: ClassVar[Mapping[str, Choices]] = {"port": listed}

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        super().__init__(spec, context)
        if serial is None:
            raise SourceError(NEEDS_PYSERIAL)
        self._options = SerialOptions.model_validate(spec.options)
        #: A port was open in this run: one that is gone comes again.
        self.was_open = False

    @classmethod
    def defaults(cls, options: Mapping[str, Any]) -> Defaults:
        """Lines of one board come in order."""
        return Defaults(longest_interval=float("inf"))

    @classmethod
    def examples(cls, spec: StreamSpec, site: str, samples: str) -> tuple[Example, ...]:
        """A sketch for the board."""
        name = next((row.name for row in spec.signals), "inlet")
        baud = spec.options.get("baud", SerialOptions.model_fields["baud"].default)
        return (Example("an Arduino sketch", SKETCH.format(name=name, baud=baud)),)

    async def feed(self) -> None:
        """Open the port and read it, again and again."""
        thread = DedicatedThread(f"waves {self.spec.slug}")
        board: Board | None = None
        try:
            while True:
                board = await self._opened(thread)
                self.say("")
                with contextlib.suppress(OSError):  # it was unplugged
                    while True:
                        await thread.call(board.read)
                closing, board = board, None
                await thread.call(closing.close)
                self.say(f"Unplugged; waits for {self._options.port}.")
        finally:
            await thread.close(board.close if board else None)

    async def _opened(self, thread: DedicatedThread) -> Board:
        """The port, as soon as it is there. Raises SourceError where it may not be read."""
        port, clock = self._options.port, self.context.clock
        while True:
            try:
                async with asyncio.timeout(OPEN_SECONDS):
                    opened = await thread.call(self._open)
            except FileNotFoundError:
                if not self.was_open:
                    self.say(f"Waits for {port}, which is not plugged in.")
            except TimeoutError:
                raise SourceError(f"{port} does not answer: unplug it, and plug it in.") from None
            except OSError as error:
                # One that was just plugged in belongs to nobody for a moment.
                if not self.was_open:
                    raise SourceError(_words(error, port)) from None
                self.say(_words(error, port))
            else:
                self.was_open = True
                return Board(opened, self, asyncio.get_running_loop())
            await clock.sleep_until(clock.monotonic() + LOOK_SECONDS)

    def _open(self) -> Any:
        """Open the port, in a thread. Raises OSError, and SourceError where it may not be."""
        port, on_windows = self._options.port, os.name == "nt"
        path = port if on_windows else os.path.realpath(port)
        if not on_windows and not stat.S_ISCHR(os.stat(path).st_mode):
            raise SourceError(f"{port} is no serial port.")
        devices = [each.device for each in list_ports.comports()]
        if not on_windows:
            devices = [os.path.realpath(device) for device in devices]
        if port not in self.context.serial_ports and path not in devices:
            raise SourceError(
                f"{port} is none of the serial ports that this machine lists, nor of those in "
                'WAVES["serial_ports"] of the settings.'
            )
        # On Windows a port has one reader anyway.
        exclusive = None if on_windows else True
        return serial.Serial(path, self._options.baud, timeout=READ_SECONDS, exclusive=exclusive)


def _words(error: OSError, port: str) -> str:
    if isinstance(error, PermissionError) or "Permission" in str(error):
        return f"This server may not read {port}: add its user to the port's group (dialout)."
    if "lock" in str(error):
        return f"Another program reads {port}, or another stream."
    return f"{port} cannot be read: {error}."


class Board:
    """An open port, and what came of a line. All but its making happens in one thread."""

    def __init__(self, port: Any, source: SerialSource, loop: asyncio.AbstractEventLoop) -> None:
        self._port = port
        self._source = source
        self._loop = loop
        self._lines, self._clock = Lines(), BoardClock()
        # Labels outlive an epoch, which the signals that they name begin.
        self._grammar: Grammar = source.inbox.memory.setdefault("grammar", Grammar())
        self._grammar.begin()
        self._read_at = self._opened_at = source.now()
        #: Whether the next line may have begun before the port was opened; None until one came.
        self._is_half: bool | None = None

    def close(self) -> None:
        """Give the port back; one that was unplugged may complain."""
        with contextlib.suppress(OSError):
            self._port.close()

    def read(self) -> None:
        """Read for a moment, and hand over what came. Raises OSError where it was unplugged."""
        gathered = Gathered()
        end = time.monotonic() + READ_SECONDS
        try:
            while time.monotonic() < end:
                data = self._port.read(max(1, self._port.in_waiting))
                if data:
                    self._take(data, gathered)
                    time.sleep(GATHER_SECONDS)
        finally:
            gathered.left_out[STRANGE] = self._source.gatherer.unknown
            gathered.batches = self._source.gatherer.batches()
            # Not returned: where the run ends meanwhile it is still the stream's.
            self._loop.call_soon_threadsafe(self._source.hand_over, gathered)

    def _take(self, data: bytes, gathered: Gathered) -> None:
        now = self._source.now()
        before, self._read_at = max(self._read_at, now - MOST_SPREAD), now
        if self._is_half is None:
            self._is_half = now - self._opened_at < HALF_SECONDS
        lines = self._lines.take(data)
        if self._is_half and lines:
            self._is_half = False
            gathered.lines.append(lines.pop(0))
        for place, line in enumerate(lines, start=1):
            self._read_line(line, before + place / len(lines) * (now - before), gathered)

    def _read_line(self, line: str, arrival: float, gathered: Gathered) -> None:
        readings = self._grammar.read(line)
        if readings is None:
            gathered.lines.append(line)
            return
        try:
            self._source.gatherer.add(readings, arrival, self._clock)
        except IngestError as error:
            gathered.lines.append(f"{line[:60]}: {error}")
