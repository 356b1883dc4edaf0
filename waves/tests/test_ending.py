"""A process that was told to end does so, though a thread of a pool hangs."""

import subprocess
import sys

HANGS = """
import threading, time
from concurrent.futures import ThreadPoolExecutor
from waves.ending import end_within
started = threading.Event()
def hang():
    started.set()
    time.sleep(600)
ThreadPoolExecutor(thread_name_prefix="asks-for-a-name").submit(hang)
started.wait()
end_within(0.2)
print("told")
"""


def test_a_thread_that_hangs_holds_up_no_end_and_is_named():
    done = subprocess.run(
        [sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert done.stdout == "told\n"
    assert "held up by" in done.stderr
    assert "asks-for-a-name_0" in done.stderr


def test_an_orderly_end_is_not_waited_for_longer():
    code = "from waves.ending import end_within; end_within(600)"
    assert subprocess.run([sys.executable, "-c", code], timeout=30, check=False).returncode == 0
