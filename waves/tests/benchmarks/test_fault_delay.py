"""The relay of `make faults` passes everything on in order, late once it is told to be slow."""

import socket
import threading
import time

from benchmarks.faults.delay import DELAY, SlowRelay

#: A relay may take so much longer on a busy machine (s).
SLACK = 2.0


def echo(listener: socket.socket) -> None:
    """Of one connection after the other: the first only looks whether the relay listens."""
    while True:
        connection, _ = listener.accept()
        with connection:
            while data := connection.recv(65536):
                connection.sendall(data)


def test_answers_take_twice_the_delay_and_come_whole_and_in_order():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=echo, args=(listener,), daemon=True).start()
        relay = SlowRelay(0)
        try:
            near = relay.port(listener.getsockname()[1])
            with socket.create_connection(("127.0.0.1", near), timeout=10) as client:
                assert ask(client, b"quick") < SLACK
                relay.slow()
                assert until_slow(client) >= 2 * DELAY
                relay.quick()
        finally:
            relay.close()


def ask(client: socket.socket, words: bytes) -> float:
    began = time.monotonic()
    client.sendall(words)
    got = b""
    while len(got) < len(words):
        got += client.recv(65536)
    assert got == words
    return time.monotonic() - began


def until_slow(client: socket.socket) -> float:
    """The signal takes a moment to arrive."""
    deadline = time.monotonic() + 5
    while (took := ask(client, bytes(range(256)) * 40)) < 2 * DELAY:
        assert time.monotonic() < deadline
    return took
