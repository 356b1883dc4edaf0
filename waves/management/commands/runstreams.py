"""``manage.py runstreams``: the worker as a process of its own, beside servers over Redis."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from waves import shards
from waves.bus import Publisher
from waves.checks import check_worker
from waves.conf import get_config
from waves.ending import end_within
from waves.framelog import frame_log
from waves.worker.worker import Peers, Worker


class Command(BaseCommand):
    """Produce every enabled stream until SIGTERM or Ctrl-C; then stop the sources and end."""

    help = "Runs the streams: the worker, as a process of its own. Needs REDIS_URL."

    def add_arguments(self, parser: CommandParser) -> None:
        """How this worker is called."""
        parser.add_argument(
            "--name",
            default="",
            help="Name of this worker, for streams that run on it only (default: "
            "WAVES_WORKER_NAME, else the name of this machine).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse what cannot work, then run."""
        problems = check_worker()
        if get_config().worker == "embedded" and not problems:
            raise CommandError(
                "The worker is embedded in the server (waves.E001 would follow here): start "
                "manage.py runserver alone, or set REDIS_URL (in another project CHANNEL_LAYERS "
                "and WAVES['redis_url']) for processes of their own."
            )
        if problems:
            raise CommandError("\n".join(f"{p.id}: {p.msg} {p.hint}" for p in problems))
        self.stdout.write("Streams run. Quit with Ctrl-C.")
        asyncio.run(self._run(options["name"]))
        self.stdout.write("Streams stopped.")

    async def _run(self, name: str) -> None:
        """Until a signal; one that comes sooner ends the process as any other."""
        task = asyncio.ensure_future(self._run_all(name))
        loop = asyncio.get_running_loop()

        def end() -> None:
            end_within()
            task.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _run_all(self, name: str) -> None:
        """One worker for each Redis host: what one of them does not answer holds up no other."""
        peers = Peers(shards.count())
        async with asyncio.TaskGroup() as workers:
            for shard in range(shards.count()):
                publisher = Publisher(log=frame_log(shard), shard=shard)
                workers.create_task(Worker(publisher, name=name, peers=peers).run())
