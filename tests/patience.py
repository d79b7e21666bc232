"""How long a test waits for what must happen, before it fails and does not hang.

Long on purpose: what takes long on a machine that does much else is no fault, and how long things take is for
benchmarks to say.
"""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 180  # seconds


def wait_until(holds: Callable[[], Any], often: float = 0.005) -> None:
    """Ask again and again, every `often` seconds; raises AssertionError where it never holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "What the test waits for does not happen."
        time.sleep(often)
