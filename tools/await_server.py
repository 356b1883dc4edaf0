"""Waits until the server on a port of this machine answers: the `ExecStartPost` of its unit."""

import http.client
import sys
import time

#: Seconds. A start takes 2 s, and several times that where a whole machine starts.
PATIENCE = 60.0


def answers(port: int) -> bool:
    """Whether the process lives; that Redis does not is no reason to start it again."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz/live")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def main() -> None:
    """Wait; end with words where it takes too long."""
    port = int(sys.argv[1])
    deadline = time.monotonic() + PATIENCE
    while not answers(port):
        if time.monotonic() > deadline:
            raise SystemExit(f"No server answers on port {port} after {PATIENCE:.0f} s.")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
