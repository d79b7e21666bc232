"""The lists over HTTP, as they are shipped: Gunicorn, gzip, PgBouncer, PostgreSQL that keeps what it acknowledges,
with 128 MB of buffers.

    SIZE=1000000 make bench PART=shipped

One person asks, one request after another, and the CPU of every process of the record is counted. Then two clinics, of
1,000 patients and of `SIZE`, are asked in turn. At last people search while eight have a whole list made into a file,
eight ask for lists that take long, and fifty connections are open that ask nothing.
"""

import os
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from html import unescape
from string import ascii_lowercase

import psutil
import requests

from bench.crash import set_up
from bench.lists import Filled, fill
from bench.load import side_by_side
from bench.reporting import table, verdict
from bench.server import DATA, percentiles, write
from bench.stack import Stack

SMALL = 1_000
ROUNDS, TURNS = 300, 200
BESIDE = 30  # seconds
SEARCHERS, CROWD, IDLE = 2, 8, 50
SEARCHES = ("mar", "gonz", "josé garcía", "smith j", "8978", "lee", "maria", "garcia 1980")
SLOW = "/patients/?instrument=phq-9&sort=-age&page=30"
FRAGMENT = {"HX-Request": "true", "HX-Target": "table"}
LIST = "/patients/"
HIDDEN = re.compile(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"')
# CPU of all processes for each, ms; and how often a list of a million may take what one of a thousand does.
AIMS = {"fragment": 9.0, "page": 14.0, "registering": 14.0}
GROWN, SEARCH_BESIDE = 1.2, 250.0


class Member:
    """A person in a browser of their own, signed in at a clinic."""

    def __init__(self, stack: Stack, clinic: Filled) -> None:
        self.address = f"http://127.0.0.1:{stack.port}"
        self.browser = requests.Session()
        name, _, value = clinic.cookie.partition("=")
        self.browser.cookies.set(name, value)

    def ask(self, path: str, **headers: str) -> requests.Response:
        answer = self.browser.get(self.address + path, headers=headers, timeout=60)
        if answer.status_code not in (200, 400):  # a list that takes too long says so
            raise SystemExit(f"{path}: answered {answer.status_code}")
        return answer

    def registering(self) -> Callable[[], None]:
        """A form that was opened; what is given sends it, filled in."""
        path = f"{LIST}new/"
        form = {name: unescape(value) for name, value in HIDDEN.findall(self.ask(path).text)}
        born = f"{random.randint(1, 28)} March {random.randint(1930, 2020)}"  # noqa: S311
        form |= {"full_name": f"{word()} {word()}", "gender": "female", "date_of_birth": born, "status": "active"}

        def send() -> None:
            answer = self.browser.post(self.address + path, form, allow_redirects=False, timeout=60)
            if answer.status_code != 302:
                raise SystemExit(f"Registering: answered {answer.status_code}, {problems(answer.text)}")

        return send


def word() -> str:
    """A name that resembles nobody's."""
    return "".join(random.choices(ascii_lowercase, k=9)).title()  # noqa: S311


def problems(page: str) -> list[str]:
    return re.findall(r'<a href="#id_[^"]*">([^<]+)', page)


def cpu_of(stack: Stack) -> float:
    """Seconds of all processes that answer: the web's, the pooler's, PostgreSQL's."""
    postmaster = psutil.Process(int((DATA / "postmaster.pid").read_text().split()[0]))
    answering = (psutil.Process(stack.web.pid), psutil.Process(stack.pooler.pid), postmaster)
    running = [each for process in answering for each in (process, *process.children())]
    total = sum(sum(process.cpu_times()[2:4]) for process in answering)  # of children that ended
    for process in running:
        try:
            total += sum(process.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return total


def cost(stack: Stack, asked: list[Callable[[], object]]) -> float:
    """Milliseconds of CPU for each but the first ones."""
    for ask in asked[: ROUNDS // 10]:
        ask()
    begun = cpu_of(stack)
    for ask in asked[ROUNDS // 10 :]:
        ask()
    return (cpu_of(stack) - begun) / (ROUNDS - ROUNDS // 10) * 1000


def costs(stack: Stack, member: Member) -> dict[str, float]:
    asked: dict[str, Callable[[], Callable[[], object]]] = {
        "fragment": lambda: partial(member.ask, LIST, **FRAGMENT),
        "page": lambda: partial(member.ask, LIST),
        "search, fragment": lambda: partial(member.ask, f"{LIST}?q=gonz", **FRAGMENT),
        "registering": member.registering,
    }
    return {name: cost(stack, [make() for _ in range(ROUNDS)]) for name, make in asked.items()}


def timed(ask: Callable[[], object]) -> float:
    begun = time.perf_counter()
    ask()
    return (time.perf_counter() - begun) * 1000


def in_turn(members: list[Member]) -> list[dict[str, float]]:
    """How long the list takes as it opens, for each of them, asked in turn."""
    taken: list[list[float]] = [[] for _ in members]
    for _ in range(TURNS):
        for times, member in zip(taken, members, strict=True):
            times.append(timed(partial(member.ask, LIST)))
    return [percentiles(times[TURNS // 10 :]) for times in taken]


@contextmanager
def busy(work: Callable[[Member], object], members: list[Member]) -> Iterator[None]:
    """Each of them does it again and again."""
    ends = threading.Event()

    def again(member: Member) -> None:
        while not ends.is_set():
            work(member)

    threads = [threading.Thread(target=again, args=(member,)) for member in members]
    for thread in threads:
        thread.start()
    yield
    ends.set()
    for thread in threads:
        thread.join()


@contextmanager
def idle(port: int) -> Iterator[None]:
    opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(IDLE)]
    yield
    for each in opened:
        each.close()


def take_file(member: Member) -> None:
    """The whole list as a file: what is too long to stream the page has the worker make, once its button is pressed."""
    answer = member.ask(f"{LIST}?_export=csv")
    if answer.headers["Content-Type"].startswith("text/html"):
        form = {name: unescape(value) for name, value in HIDDEN.findall(answer.text)}
        address = re.search(r'<form[^>]*action="([^"]*export[^"]*)"', answer.text)
        if address is None:
            raise SystemExit("The page of a long file has no form.")
        made = member.browser.post(member.address + unescape(address[1]), form, timeout=60)
        while "data-poll" in made.text or 'hx-trigger="every' in made.text:
            time.sleep(1)
            made = member.ask(made.url.removeprefix(member.address))


def searches(stack: Stack, clinic: Filled, seconds: float) -> dict[str, float]:
    taken: list[float] = []
    end = time.monotonic() + seconds

    def work(seed: int) -> None:
        member, draw = Member(stack, clinic), random.Random(seed)  # noqa: S311 - can be had again
        while time.monotonic() < end:
            taken.append(timed(partial(member.ask, f"{LIST}?q={draw.choice(SEARCHES)}", **FRAGMENT)))

    side_by_side(work, SEARCHERS)
    return percentiles(taken) | {"requests": float(len(taken))}


def beside(stack: Stack, clinic: Filled) -> list[tuple[str, dict[str, float]]]:
    alone = searches(stack, clinic, BESIDE / 3)
    with ExitStack() as others:
        others.enter_context(idle(stack.port))
        others.enter_context(busy(take_file, [Member(stack, clinic) for _ in range(CROWD)]))
        others.enter_context(busy(lambda member: member.ask(SLOW), [Member(stack, clinic) for _ in range(CROWD)]))
        together = searches(stack, clinic, BESIDE)
    return [(f"{SEARCHERS} people search, alone", alone), ("the same, beside the others", together)]


def main() -> None:
    set_up(shared_buffers="128MB", maintenance_work_mem="256MB", max_wal_size="4GB")
    from django.core.management import call_command
    from django.db import connections

    from bench.server import superuser

    call_command("collectstatic", interactive=False, verbosity=0)
    with superuser() as connection:
        connection.cursor().execute("CREATE EXTENSION pg_prewarm")
    small, large = fill(SMALL), fill(int(os.environ.get("SIZE") or 10 * SMALL))
    with superuser() as connection:
        connection.cursor().execute("CHECKPOINT")
    connections.close_all()
    stack = Stack()
    try:
        members = [Member(stack, clinic) for clinic in (small, large)]
        taken, (few, many), crowded = costs(stack, members[1]), in_turn(members), beside(stack, large)
    finally:
        stack.stop()
    budgets = [[name, f"{ms:.1f} ms", f"{AIMS[name]:.0f} ms" if name in AIMS else "",
                verdict(ms <= AIMS[name]) if name in AIMS else ""] for name, ms in taken.items()]  # fmt: skip
    grown = many["p95"] / few["p95"]
    late = crowded[1][1]["p99"]
    budgets += [
        [f"p95 of the list as it opens, {many['p95']:.1f} ms, to that of {SMALL:,} patients, {few['p95']:.1f} ms",
         f"{grown:.2f}x", f"{GROWN}x", verdict(grown <= GROWN)],
        [f"p99 of a search beside {CROWD} files, {CROWD} slow lists and {IDLE} idle connections",
         f"{late:.0f} ms", f"{SEARCH_BESIDE:.0f} ms", verdict(late <= SEARCH_BESIDE)],
    ]  # fmt: skip
    rows = [[name, f"{it['requests']:.0f}", *(f"{it[key]:.0f}" for key in ("p50", "p95", "p99", "max"))]
            for name, it in crowded]  # fmt: skip
    parts = [table(["CPU of all processes, or what else is said", "measured", "at most", ""], budgets),
             table(["searches", "requests", "p50 ms", "p95 ms", "p99 ms", "most ms"], rows)]  # fmt: skip
    print(*parts, sep="\n\n")
    where = "Two web workers, PgBouncer, 128 MB of buffers; who asks runs on the same machine."
    write("shipped", f"Lists of {large.size:,} patients over HTTP", where, parts, durable=True)


if __name__ == "__main__":
    main()
