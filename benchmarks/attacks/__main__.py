"""``python -m benchmarks.attacks``: one attack, of a server of this machine."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from typing import Any

from benchmarks.attacks import ATTACKS, at_once, run
from benchmarks.attacks.peer import Target
from benchmarks.load import raise_file_limit


async def attack_when_told(options: argparse.Namespace) -> dict[str, Any]:
    """Look at the target, wait for a line where one is to come, and attack."""
    target = Target(options.port, options.stream)
    await target.look()
    told = wait_for_line if options.wait else at_once
    await run(ATTACKS[options.attack], target, options.seconds, told)
    return target.report()


async def wait_for_line() -> bool:
    """Say ready; nothing at all comes where whoever started us is gone."""
    print("ready", flush=True)
    return bool(await asyncio.to_thread(sys.stdin.readline))


def main() -> None:
    """Attack a server of this machine, and print what came of it."""
    parser = argparse.ArgumentParser(description="Attack a server here.")
    parser.add_argument("attack", choices=ATTACKS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--stream", default="fast", help="slug of the stream that is aimed at")
    parser.add_argument("--wait", action="store_true", help="say ready, and wait for a line")
    raise_file_limit()
    # Whoever measures beside this has the core first.
    os.nice(19)
    print(json.dumps(asyncio.run(attack_when_told(parser.parse_args()))))


if __name__ == "__main__":
    main()
