"""What one anonymous visitor may do to stall a server: each attack is a small coroutine.

``python -m benchmarks.attacks pings --port 8000 --seconds 5`` attacks a server that runs here, for
so long, and prints one JSON object: what was sent, and what came back. See ../README.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks import framing
from benchmarks.attacks import pages, sockets, writers
from benchmarks.attacks.peer import EndedError, Target, Visit

#: Who is refused comes back after this, in seconds: at most 20 times a second each.
PAUSE = 0.05
#: No attack comes back more often than this, whatever its time.
MOST_VISITS = 100_000


@dataclass(frozen=True, slots=True)
class Attack:
    """``number`` visits at once, each begun again where it ends; ``words`` say what it is."""

    words: str
    number: int
    visit: Visit
    #: Seconds before who was refused or has ended comes back.
    pause: float = PAUSE
    #: Who watches meanwhile; and whether a page looks at ``fast``, which runs in any case.
    viewers: int = 300
    beside_fast: bool = True
    #: All are there before it is let loose: measured is what they do, not how they come.
    comes_ahead: bool = False


ATTACKS: dict[str, Attack] = {
    "pulses": Attack(
        "one `view` a second of `fast`, each with another pulse trigger; window 11 s, budget 10⁹",
        1,
        sockets.pulses,
    ),
    "levels": Attack(
        "nothing wrong: 40 viewers of `fast`, each with a trigger level of its own",
        40,
        sockets.levels,
    ),
    "unread": Attack(
        "three downloads of all of `fast` as frames, never read; others after 4 s", 3, pages.unread
    ),
    "pings": Attack(
        "pings of the protocol, as fast as they are taken, on 4 sockets",
        4,
        sockets.flood(b"", sockets.PING, b'"pong"'),
    ),
    "fragments": Attack(
        "empty fragments of one message, likewise",
        4,
        sockets.flood(sockets.BEGIN, sockets.EMPTY, b'"error"'),
    ),
    "control-pings": Attack(
        "WebSocket's own pings, likewise", 4, sockets.flood(b"", sockets.CONTROL_PING, b"\x8a\x00")
    ),
    "json": Attack("a JSON answer of 960,000 values, again and again", 1, pages.json_answers),
    "csv": Attack("six downloads of all of `fast` as CSV at once", 6, pages.download),
    "crossing": Attack(
        "*Next crossing* and *Previous crossing* over all of `fast`, four at once without a pause",
        4,
        pages.crossing,
        pause=0.0,
    ),
    "ready": Attack("`/healthz/ready`, four at a time without a pause", 4, pages.ready),
    "views": Attack(
        "`view` in 16,384 columns, the windows 10 and 2.5 s in turn, as fast as it is taken, on 4 "
        "sockets",
        4,
        sockets.views,
    ),
    "histories": Attack(
        "the largest answers to `history`, two asked for on 4 sockets", 4, sockets.histories
    ),
    "crowd-histories": Attack("the same on 200 sockets of one address", 200, sockets.histories),
    "crowd-pings": Attack(
        "pings of the protocol, as fast as they are taken, on 400 sockets of one address",
        400,
        sockets.flood(b"", sockets.PING, b'"pong"'),
    ),
    "subscriptions": Attack(
        "subscribe to `fast` and unsubscribe, as fast as it is taken, on 4 sockets",
        4,
        sockets.subscriptions,
    ),
    "reconnects": Attack(
        "open a WebSocket, see the stream described and go, 32 at a time without a pause",
        32,
        sockets.reconnect,
        pause=0.0,
    ),
    "half-open": Attack("500 handshakes that are never completed", 500, sockets.half_open),
    "trickles": Attack(
        "50 readers of 1 byte a second: 40 of the widest view, 10 of a download", 50, pages.trickle
    ),
    "bodies": Attack("four POSTs whose body never ends", 4, pages.endless),
    "writers-http": Attack(
        "nothing wrong: 50 writers, each with two requests a second; 100 watch, and nobody `fast`",
        50,
        writers.by_http,
        viewers=100,
        beside_fast=False,
        comes_ahead=True,
    ),
    "writers-socket": Attack(
        "nothing wrong: 50 writers, each with 20 messages a second; 100 watch, and nobody `fast`",
        50,
        writers.by_websocket,
        viewers=100,
        beside_fast=False,
        comes_ahead=True,
    ),
}


async def again(attack: Attack, target: Target) -> None:
    """Visit, and come back however it ended; what ended it is counted as a refusal."""
    for _ in range(MOST_VISITS):
        try:
            await attack.visit(target)
        except EndedError as error:
            target.refused[str(error)] += 1
        except TimeoutError:
            target.refused["no answer"] += 1
        except OSError as error:
            target.refused[errno.errorcode.get(error.errno or 0, "OSError")] += 1
        except (framing.FramingError, ValueError) as error:
            target.refused[f"{type(error).__name__}: {error}"[:80]] += 1
        await asyncio.sleep(attack.pause)


async def at_once() -> bool:
    """Nobody needs to say that it may begin."""
    return True


async def run(
    attack: Attack, target: Target, seconds: float, told: Callable[[], Awaitable[bool]] = at_once
) -> None:
    """Attack for ``seconds`` once ``told`` says so; then everything is closed."""
    if not attack.comes_ahead and not await told():
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as group:
            for _ in range(attack.number):
                group.create_task(again(attack, target))
            if attack.comes_ahead:
                await target.until_there(attack.number)
                seconds = seconds if await told() else 0.0
            target.loose.set()
            limit.reschedule(asyncio.get_running_loop().time() + seconds)
