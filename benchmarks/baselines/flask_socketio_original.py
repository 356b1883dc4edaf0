"""The origin of this project: a background thread emits one sine point each millisecond.

Runs in the virtualenv of ``requirements.txt`` beside this folder. ``--mode threading`` uses
simple-websocket, ``--mode gevent`` gevent-websocket.
"""

from __future__ import annotations

import argparse
import math
import time

MODE = argparse.ArgumentParser(description=__doc__)
MODE.add_argument("--port", type=int, required=True)
MODE.add_argument("--mode", choices=["threading", "gevent"], default="threading")
ARGUMENTS = MODE.parse_args()

if ARGUMENTS.mode == "gevent":
    from gevent import monkey

    monkey.patch_all()

from flask import Flask  # noqa: E402 - gevent patches first
from flask_socketio import SocketIO  # noqa: E402

app = Flask(__name__)
socketio = SocketIO(app, async_mode=ARGUMENTS.mode, cors_allowed_origins="*")
started = False


def data_generation(count: int) -> float:
    """What the original's reader is told to rewrite: sample ``count`` of a 5 Hz sine."""
    return math.sin(2 * math.pi * 5 * count / 1000)


def background() -> None:
    """Emit a point, sleep a millisecond, for ever."""
    count = 0
    while True:
        socketio.sleep(0.001)
        socketio.emit("data", {"time": time.time(), "value": data_generation(count)})
        count += 1


@socketio.on("connect")
def connected() -> None:
    """The first viewer starts the thread, as the original does."""
    global started
    if not started:
        started = True
        socketio.start_background_task(background)


if __name__ == "__main__":
    extra = {"allow_unsafe_werkzeug": True} if ARGUMENTS.mode == "threading" else {}
    socketio.run(app, host="127.0.0.1", port=ARGUMENTS.port, **extra)
