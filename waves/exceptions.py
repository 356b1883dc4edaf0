"""The errors of Waves. Each one is raised where the fact is known, in words that say what to do.

WavesError
├── ConfigurationError      a setting, an option or a parameter that cannot work
├── SourceError             a source that cannot produce samples
│   ├── ClockStepError      its times went back for good: a new epoch begins at once
│   └── FinishedError       it has no more samples, and is stopped
├── BlockError              an array that is no block of samples
├── WireError               bytes or text that are no message of the protocol
├── IngestError             what was sent to be stored holds something that is no sample
├── AccessError             a key that there is not, or that may not do what is asked
├── TooMuchError            a request for more than one answer holds
├── UnknownStreamError      a slug or a handle that names no stream
├── AllowanceError          more than a key may send in a second
├── BusyError               more at once than this process makes
└── ServiceUnavailableError the database or the channel layer cannot be reached
"""


class WavesError(Exception):
    """Base of every error that Waves raises for a person to read."""


class ConfigurationError(WavesError):
    """A setting, an option or a parameter cannot work; the message names it and its bound."""


class SourceError(WavesError):
    """A source cannot produce samples; the message is shown on the page and in the admin."""


class ClockStepError(SourceError):
    """The times of a source went back and stay there: what follows belongs to a new epoch."""


class FinishedError(SourceError):
    """A source has given all of its samples: its stream is stopped, until somebody starts it."""


class BlockError(WavesError):
    """An array does not have the shape, type or clock of a block of samples."""


class WireError(WavesError):
    """Bytes or text do not follow the protocol; the connection is told why."""


class IngestError(WavesError):
    """What was sent holds something that is no sample, and nothing of it was taken.

    ``line`` and ``column`` say where, counted from 1; 0 where the format has none.
    """

    def __init__(self, message: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class AccessError(WavesError):
    """A key is none, or may not do what is asked; ``status`` is what HTTP calls it (401, 403)."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class TooMuchError(WavesError):
    """A request is for more than one answer holds; the message says what to ask for instead."""


class UnknownStreamError(WavesError):
    """A slug or a handle names no stream."""


class AllowanceError(WavesError):
    """A key sends more than it may; ``seconds`` later it may again."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class BusyError(WavesError):
    """More is asked for at once than this process makes; the same is answered a little later."""


class ServiceUnavailableError(WavesError):
    """The database or the channel layer cannot be reached at this moment."""
