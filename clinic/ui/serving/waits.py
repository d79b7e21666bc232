"""How long the request of this thread waited for its turn: told by the server, read by what refuses a crowd."""

import threading

_thread = threading.local()


def note_wait(seconds: float) -> None:
    _thread.waited = seconds


def waited() -> float:
    """Seconds between the last byte of the request and its thread; 0 under a server that does not tell."""
    return float(getattr(_thread, "waited", 0.0))
