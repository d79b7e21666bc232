"""The real server as a process of its own, on the tests' database."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.patience import PATIENCE, wait_until
from tests.ports import free_port, is_listening
from tests.postgres import ROOT


def has_address(family: int, host: str) -> bool:
    """Whether this machine has the address; a container may have no IPv6."""
    try:
        with closing(socket.socket(family)) as probe:
            probe.bind((host, 0))
    except OSError:
        return False
    return True


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until somebody listens there."""

    def is_there() -> bool:
        assert process.poll() is None
        return is_listening(port)

    wait_until(is_there, often=0.05)


@contextmanager
def serving(config: str = "deploy/gunicorn.conf.py", **properties: str) -> Iterator[int]:
    """The port of Gunicorn with this configuration."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--config", config]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | properties, **quiet)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
