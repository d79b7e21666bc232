"""The worker: does the long work that pages begin, and what recurs."""

import os
import signal
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from clinic.lists import worker
from clinic.tenancy.work.watching import watch_alone


class Command(BaseCommand):
    help = (
        "Do queued work, and what recurs, until told to end; as many of these may run side by side as there are cores."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="end when nothing is left to do")
        parser.add_argument(
            "--with-parent", action="store_true", help="end when the standard input ends, as that of a child does"
        )

    def handle(self, *args: Any, batch: bool, with_parent: bool, **options: Any) -> None:
        worker.tell_in_json()
        worker.end_when_told()
        if with_parent:
            threading.Thread(target=end_with_input, daemon=True).start()
        watch_alone()
        worker.run(until_idle=batch)


def end_with_input() -> None:
    """Whatever becomes of the parent, its end of the pipe is closed then."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
