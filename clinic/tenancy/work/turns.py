"""Between two transactions a worker says that it gets on, and hears whether it was told to end."""

import time

told_to_end = False
got_on_at = time.monotonic()


class ToldToEnd(BaseException):
    """The process was told to end; what was done so far is committed. Nothing but the worker's loop answers it."""


def get_on() -> None:
    """Raises ToldToEnd; to be called where nothing is half done."""
    global got_on_at
    if told_to_end:
        raise ToldToEnd
    got_on_at = time.monotonic()


def tell_to_end() -> None:
    global told_to_end
    told_to_end = True
