"""The errors of Waves. Each one is raised where the fact is known, in words that say what to do.

WavesError
├── ConfigurationError      a setting, an option or a parameter that cannot work
├── SourceError             a source that cannot produce samples
│   └── ClockStepError      its times went back for good: a new epoch begins at once
├── BlockError              an array that is no block of samples
├── WireError               bytes or text that are no message of the protocol
├── TooMuchError            a request for more than one answer holds
├── UnknownStreamError      a slug or a handle that names no stream
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


class BlockError(WavesError):
    """An array does not have the shape, type or clock of a block of samples."""


class WireError(WavesError):
    """Bytes or text do not follow the protocol; the connection is told why."""


class TooMuchError(WavesError):
    """A request is for more than one answer holds; the message says what to ask for instead."""


class UnknownStreamError(WavesError):
    """A slug or a handle names no stream."""


class BusyError(WavesError):
    """More is asked for at once than this process makes; the same is answered a little later."""


class ServiceUnavailableError(WavesError):
    """The database or the channel layer cannot be reached at this moment."""
