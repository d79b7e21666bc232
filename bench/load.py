"""What the record does under load, in one run: what it can do at most, then 40 % of that for a long time.

    python -m bench.load 10

Four of five requests read, the fifth writes. First as many as there is room for, as fast as they are answered; then for
10 minutes 40 % of that, each at its time whether or not those before were answered, while 300 clients send a letter now
and then. After it come three times as many clients as there are connections, and all web workers are exchanged while
programs ask.
"""

import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from itertools import count
from queue import Queue
from typing import NamedTuple
from uuid import uuid4

from bench.crash import UNLIMITED, set_up
from bench.reporting import table
from bench.server import percentiles, write
from bench.stack import Program, Stack, clinic_with_program

PATIENTS = 2_000
READS = ("/api/v1/patients/", "/api/v1/patients/?search=gonz", "/api/v1/patients/?ordering=-date_of_birth",
         "/api/v1/assessments/?page_size=25")  # fmt: skip
PROGRAMS = 16
SHARE = 0.4
WARM = 5  # seconds
AT_MOST = 20  # seconds in which is counted what it can do
SLOW_CLIENTS = 300
CROWD = 3 * 2 * 8  # three times the connections that PgBouncer and two workers of four threads have


class Answer(NamedTuple):
    """How a request went: its status, or what came in its place, and the milliseconds since it was due."""

    how: str
    taken: float


class Load:
    """Programs that ask: what each request is follows from its number."""

    def __init__(self, stack: Stack, token: str) -> None:
        self.stack, self.token, self.answers = stack, token, list[Answer]()

    def ask(self, program: Program, number: int, due: float, timeout: float = 30) -> None:
        try:
            if number % 5:
                status, _ = program.ask("GET", READS[number % len(READS)], timeout=timeout)
            else:
                body = {"id": str(uuid4()), "full_name": f"Ada {uuid4().hex} Bell", "gender": "female",
                        "date_of_birth": "1961-03-12", "user": None}  # fmt: skip
                status, _ = program.ask("POST", "/api/v1/patients/", body, timeout=timeout)
            how = str(status)
        except (OSError, HTTPException) as error:
            how = type(error).__name__
        self.answers.append(Answer(how, 1000 * (time.monotonic() - due)))

    def as_fast_as_answered(self, seconds: float, programs: int = PROGRAMS) -> list[Answer]:
        """Each of so many programs asks again as soon as it has its answer."""
        self.answers, end = [], time.monotonic() + seconds

        def work(seed: int) -> None:
            program, draw = Program(self.stack.port, self.token), random.Random(seed)  # noqa: S311 - can be had again
            while time.monotonic() < end:
                self.ask(program, draw.randrange(10_000), time.monotonic())
            program.close()

        side_by_side(work, programs)
        return self.answers

    def at_a_pace(self, seconds: float, pace: float) -> list[Answer]:
        """So many requests a second, each at its time; what is not answered in time waits, and that counts."""
        self.answers, todo = [], Queue[tuple[int, float] | None]()

        def work(_: int) -> None:
            program = Program(self.stack.port, self.token)
            while (next_ := todo.get()) is not None:
                self.ask(program, *next_)
            program.close()

        begun = time.monotonic()

        def clock() -> None:
            for number in count():
                due = begun + number / pace
                if due > begun + seconds:
                    break
                time.sleep(max(0.0, due - time.monotonic()))
                todo.put((number, due))
            for _ in range(PROGRAMS):
                todo.put(None)

        threading.Thread(target=clock).start()
        side_by_side(work, PROGRAMS)
        return self.answers

    def crowd(self) -> list[Answer]:
        """All at once, three times as many as there are connections."""
        self.answers = []

        def work(number: int) -> None:
            program = Program(self.stack.port, self.token)
            self.ask(program, number, time.monotonic())
            program.close()

        side_by_side(work, CROWD)
        return self.answers

    @contextmanager
    def memory_over(self, seconds: float) -> Iterator[list[int]]:
        """MB of the web workers that are theirs alone, at each tenth of the time."""
        held: list[int] = []
        ended = threading.Event()

        def look() -> None:
            while True:
                held.append(sum(each.memory_full_info().uss for each in self.stack.web_workers()) // 2**20)
                if ended.wait(seconds / 10):
                    break

        thread = threading.Thread(target=look)
        thread.start()
        yield held
        ended.set()
        thread.join()


def side_by_side(work: Callable[[int], None], programs: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def slow_clients(port: int) -> Iterator[None]:
    """300 clients, each of which sends a letter of its request every few seconds."""
    ends = threading.Event()

    def dawdle() -> None:
        waiting: list[socket.socket] = []
        for number in count():
            if ends.is_set():
                break
            if len(waiting) < SLOW_CLIENTS:
                waiting.append(socket.create_connection(("127.0.0.1", port)))
            each = waiting[number % len(waiting)]
            try:
                each.sendall(b"G")
            except OSError:
                waiting.remove(each)
                each.close()
            time.sleep(0.01)
        for each in waiting:
            each.close()

    thread = threading.Thread(target=dawdle)
    thread.start()
    yield
    ends.set()
    thread.join()


def summed(answers: list[Answer]) -> str:
    return ", ".join(f"{times:,} x {how}" for how, times in sorted(Counter(it.how for it in answers).items()))


def row(what: str, answers: list[Answer], more: str = "") -> list[str]:
    taken = percentiles(it.taken for it in answers)
    return [what, summed(answers), f"{taken['p50']:.0f}", f"{taken['p99']:.0f}", f"{taken['max']:.0f}", more]


def is_good(answers: list[Answer]) -> bool:
    return all(it.how.startswith("2") for it in answers)


def main(minutes: float) -> None:
    set_up()
    from django.db import connections

    _, token = clinic_with_program("Load", PATIENTS)
    stack = Stack(**UNLIMITED)
    try:
        rows, shown = measured(stack, token, minutes)
    finally:
        stack.stop()
    verdicts = [[what, seen, "kept" if kept else "not kept"] for what, seen, kept in shown]
    head = ["what", "answers", "p50 ms", "p99 ms", "most ms", ""]
    parts = [table(head, rows), table(["asked", "shown", ""], verdicts)]
    print(*parts, sep="\n\n")
    connections.close_all()
    where = f"{PATIENTS:,} patients behind PgBouncer, Gunicorn with two workers; who asks runs on the same machine."
    write("load", "The record under load", where, parts, durable=True)
    sys.exit(not all(kept for *_, kept in shown))


def measured(stack: Stack, token: str, minutes: float) -> tuple[list[list[str]], list[tuple[str, str, bool]]]:
    """The rows of the report, and what is asked, what was seen, and whether that is kept."""
    load = Load(stack, token)
    load.as_fast_as_answered(WARM)
    most = load.as_fast_as_answered(AT_MOST)
    pace = SHARE * len(most) / AT_MOST
    with slow_clients(stack.port), load.memory_over(60 * minutes) as held:
        steady = load.at_a_pace(60 * minutes, pace)
    crowd = load.crowd()
    threading.Timer(2, stack.restart).start()
    restarted = load.as_fast_as_answered(10, programs=4)
    taken = percentiles(it.taken for it in steady)
    late = max(it.taken for it in crowd)
    rows = [
        row("as much as it can", most, f"{len(most) / AT_MOST:.0f} a second"),
        row(f"{minutes:g} minutes at {100 * SHARE:.0f} %", steady, f"{pace:.1f} a second"),
        row(f"{CROWD} at once", crowd), row("all web workers exchanged", restarted),
    ]  # fmt: skip
    shown = [
        ("p99 at most ten times p50", f"{taken['p99'] / taken['p50']:.1f} times", taken["p99"] <= 10 * taken["p50"]),
        ("nothing but answers while it is steady", summed(steady), is_good(steady)),
        # Of what the workers share with who made them, each gets its own copy of a page once it touches it.
        ("memory flat, MB of the web workers by tenths", ", ".join(map(str, held)), held[-1] <= 1.1 * held[3]),
        ("a crowd is answered, or 503 within 2 seconds", f"{late:.0f} ms",
         all(it.how[0] == "2" or (it.how == "503" and it.taken <= 2000) for it in crowd)),
        ("no request fails while workers are exchanged", summed(restarted), is_good(restarted)),
    ]  # fmt: skip
    return rows, shown


if __name__ == "__main__":
    main(float(sys.argv[1]))
