"""The worker's loop: what is due by the clock, then the next task; and how it begins, beats and ends."""

import logging
import os
import signal
import sys
import threading
import time
from types import TracebackType
from typing import Any

import structlog
from django.db import close_old_connections, connections

from clinic.lists import tasks
from clinic.recurring import RECURRING
from clinic.tenancy.fleet.migration import reason
from clinic.tenancy.work import heartbeat, recurring, turns

log = structlog.get_logger("clinic.worker")
ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
GRACE = 4.0  # seconds that a batch gets to end; then it is left, and taken up by whoever comes next
IDLE = 0.5  # seconds between two looks at an empty queue
ROUND = 10.0  # seconds between two looks at what recurs
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds, after errors in a row


def end_when_told() -> None:
    """Have a signal end the process between two transactions, and within GRACE wherever it waits.

    The signal is noted by its number in a pipe, which a thread reads: the main thread may be waiting for the database
    for long. It also answers before the database is there, and as a container's first process.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    for number in ENDINGS:
        signal.signal(number, _go_on)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_end, args=(reading,), daemon=True).start()


def _go_on(number: int, frame: Any) -> None:
    """Python notes a signal in the pipe only where something handles it."""


def _end(reading: int) -> None:
    while not set(os.read(reading, 100)) & {int(number) for number in ENDINGS}:
        pass
    turns.tell_to_end()
    time.sleep(GRACE)
    os._exit(0)


def tell_in_json() -> None:
    """What ends the process, or a thread of it, is a line of the log without any value."""

    def tell(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        logging.getLogger("clinic.worker").critical("worker_failed", exc_info=(kind, error, trace))  # type: ignore[arg-type]

    sys.excepthook = tell
    threading.excepthook = lambda args: tell(args.exc_type, args.exc_value, args.exc_traceback)


def beat_beside(worker: str) -> None:
    """Note every few seconds that the main thread gets on, on a connection of its own."""

    def beat() -> None:
        while True:
            try:
                close_old_connections()
                heartbeat.beat_if_it_gets_on(worker)
            except Exception as error:
                connections.close_all()
                log.warning("heartbeat_missed", why=reason(error))
            time.sleep(heartbeat.EVERY)

    threading.Thread(target=beat, daemon=True).start()


def run(*, until_idle: bool = False) -> None:
    """Work until told to end; with `until_idle` until nothing is to be done. The loss of the database is waited out."""
    worker, pause, next_round = heartbeat.worker_name(), FIRST_PAUSE, 0.0
    beat_beside(worker)
    log.info("worker_began", worker=worker)
    try:
        while True:
            turns.get_on()
            try:
                close_old_connections()
                if time.monotonic() >= next_round:
                    recurring.do_due(RECURRING)
                    next_round = time.monotonic() + ROUND
                busy, pause = _look(worker), FIRST_PAUSE
            except Exception as error:
                log.error("worker_pauses", seconds=pause, why=reason(error))
                connections.close_all()
                _rest(pause)
                busy, pause = True, min(pause * 2, LONGEST_PAUSE)
            if not busy and until_idle:
                return
            if not busy:
                _rest(IDLE)
    except turns.ToldToEnd:
        log.info("worker_ends", worker=worker)
    finally:
        _leave(worker)


def _look(worker: str) -> bool:
    """Do the next task; whether there was one."""
    taken = tasks.take(worker)
    if taken is not None:
        tasks.do(taken)
    return taken is not None


def _rest(seconds: float) -> None:
    """Sleep in pieces, so that the end is heard."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        turns.get_on()
        time.sleep(min(left, 0.1))


def _leave(worker: str) -> None:
    try:
        heartbeat.forget(worker)
    except Exception as error:
        log.warning("heartbeat_missed", why=reason(error))
