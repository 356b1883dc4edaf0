"""The admin's *Test*: what a source gives as the form has it, or how the stream runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from asgiref.sync import sync_to_async
from django.http import HttpRequest, JsonResponse

from waves.conf import get_config
from waves.database import uploads
from waves.hub.status import board
from waves.models import Stream
from waves.protocol.spec import StreamSpec
from waves.sources.trial import Trial
from waves.transfer import playing

#: Tests that run at once in a process: each has a thread, and may have a port.
MOST_AT_ONCE = 2
_running = 0

#: What a form is found to be: words, where there is nothing to run; else what is to be run.
Found = str | StreamSpec


async def answer(request: HttpRequest, look: Callable[[HttpRequest], Found]) -> JsonResponse:
    """Run what the form describes, off the event loop that serves everybody."""
    global _running
    found = await sync_to_async(look)(request)
    if isinstance(found, str):
        return JsonResponse({"found": found})
    if _running >= MOST_AT_ONCE:
        return JsonResponse({"found": "Others are testing at this moment. Try again in a while."})
    _running += 1
    try:
        words = await asyncio.to_thread(asyncio.run, _run(found))
    finally:
        _running -= 1
    return JsonResponse({"found": words})


async def _run(spec: StreamSpec) -> str:
    return await Trial(spec, get_config().serial_ports, uploads.read, playing.open_recording).run()


def running(stream: Stream) -> str:
    """How a stream that runs does, in words; empty where it does not."""
    status = board.of(stream.pk)
    if not stream.enabled or status.state in ("unknown", "stopped", "stale"):
        return ""
    rate = f", {status.measured_rate:,.4g} samples a second" if status.measured_rate else ""
    said = f" {status.message}" if status.message else ""
    return f"It runs: {status.state}{rate}.{said}"
