"""The worker: does the long work that pages begin."""

import logging
import os
import signal
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django_tasks_db.management.commands.db_worker import Command as Worker


class Command(Worker):
    help = "Do queued work until told to end; as many of these may run side by side as there are cores to spare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(queue_name="*", interval=0.5, reload=False)
        parser.add_argument(
            "--with-parent", action="store_true", help="end when the standard input ends, as that of a child does"
        )

    def handle(self, *, with_parent: bool, **options: Any) -> None:  # type: ignore[override]  # names the rest too
        if with_parent:
            threading.Thread(target=end_with_input, daemon=True).start()
        logging.getLogger("django_tasks_db").addFilter(is_logged_outside_signal_handlers)
        super().handle(**options)


def is_logged_outside_signal_handlers(record: logging.LogRecord) -> bool:
    """The package logs in its signal handler before it stops the loop.

    Where the signal interrupts the writing of another message, that write is refused as re-entrant, and the worker
    would never end.
    """
    return not str(record.msg).startswith("Received %s")


def end_with_input() -> None:
    """Whatever becomes of the parent, its end of the pipe is closed then."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
