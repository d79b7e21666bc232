"""Ending the worker's process, wherever it is."""

import fcntl
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from tests.patience import PATIENCE, wait_until


def full_pipe() -> tuple[int, int]:
    """A pipe that nobody has read: the next write into it waits."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETFL, os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"\n" * 4096)
    fcntl.fcntl(writing, fcntl.F_SETFL, 0)
    return reading, writing


def is_writing(pid: int) -> bool:
    """Where the process waits in the kernel: a pipe's wait for room."""
    return "pipe_write" in Path(f"/proc/{pid}/wchan").read_text()


def is_pending(pid: int, number: signal.Signals) -> bool:
    """The signal was sent, and the process has not begun to handle it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return any(int(line.split()[1], 16) >> (number - 1) & 1 for line in lines if line.startswith(("SigPnd", "ShdPnd")))


def test_worker_told_to_end_while_it_writes_a_log_line_ends():
    reading, writing = full_pipe()
    command = [sys.executable, "manage.py", "work"]
    environment = os.environ | {"PYTHONUNBUFFERED": ""}  # only a buffer's write can be re-entrant
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stderr=writing) as worker:
        os.close(writing)
        try:
            wait_until(lambda: is_writing(worker.pid))
            worker.send_signal(signal.SIGTERM)
            wait_until(lambda: not is_pending(worker.pid, signal.SIGTERM))
            while os.read(reading, 65536):  # until the worker, which alone has the other end, is gone
                pass
            assert worker.wait(PATIENCE) == 0
        finally:
            os.close(reading)
            worker.kill()
