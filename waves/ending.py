"""A process that was told to end does so, whatever holds one of its threads.

Python waits at the end for every thread of its pools. One that asks for the address of a database
whose name nobody answers for, or waits for a disk, would keep the process as long as that takes.
"""

from __future__ import annotations

import logging
import os
import threading

logger = logging.getLogger("waves")

#: Seconds after the signal: an orderly end takes less, and the units allow 12.
END_SECONDS = 9.0


def end_within(seconds: float = END_SECONDS) -> None:
    """End this process so much later at the latest, with the exit code 1 and a line of log."""
    timer = threading.Timer(seconds, _end)
    timer.daemon = True
    timer.start()


def _end() -> None:
    held = sorted(thread.name for thread in threading.enumerate() if not thread.daemon)
    logger.error("The process ends at once: it was held up by %s.", ", ".join(held) or "its end")
    logging.shutdown()
    os._exit(1)
