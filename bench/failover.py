"""The server is killed while programs write, and its standby takes over; what was acknowledged is looked for there.

    python -m bench.failover run 1000

First the line to the standby is cut, by stopping the process that sends: a server that waits for its standby
acknowledges nothing from then on. `control` has it wait for nobody, and must find losses; a `trial` leaves
bench/results as it is. At the end the old server is started again, fenced and not: it must acknowledge nothing.
"""

import os
import subprocess
import sys
import time

import psutil
import psycopg2

from bench.crash import UNLIMITED, Writers, answers, judged, set_up, wait_for
from bench.reporting import table
from bench.server import DATA, FOLDER, ROOT, superuser, write
from bench.stack import Stack, clinic_with_program, kill_server
from tests.patience import wait_until

STANDBY = FOLDER / "standby"
NAME = "second"
SCRIPTS = ROOT / "deploy" / "postgres"
START = "import sys, pathlib; from clinic.postgres import embedded; embedded.start_again(pathlib.Path(sys.argv[1]))"
PSQL = ("psql", "--no-psqlrc", "--quiet", "--dbname", f"host={DATA} user=postgres dbname=postgres")
SENDERS = "SELECT pid FROM pg_stat_replication"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


def run(*command: object, **environment: str) -> None:
    """Run a program with PostgreSQL's own at hand; what it says is not the result."""
    subprocess.run([*map(str, command)], check=True, cwd=ROOT, env=os.environ | environment, stdout=sys.stderr)


def make_standby() -> None:
    from clinic.postgres import embedded

    STANDBY.mkdir(mode=0o700)
    os.chown(STANDBY, DATA.stat().st_uid, DATA.stat().st_gid)
    run(*PSQL, "--file", SCRIPTS / "standby.sql")
    # An earlier one was lost, and is waited for: what is copied says so, and must not be waited for later.
    run(
        *PSQL,
        "--command",
        f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'",
        "--command",
        "SELECT pg_reload_conf()",
    )
    server = f"host={DATA} user=standby dbname=postgres"
    run(SCRIPTS / "standby", server, STANDBY, NAME, sys.executable, "-c", START, STANDBY)
    embedded.start(STANDBY)  # it is there already, and is stopped at the end


def number(statement: str) -> int:
    with superuser() as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def cut_line(writers: Writers, waits: bool) -> None:
    """Let nothing more go to the standby, and have programs write meanwhile."""
    psutil.Process(number(SENDERS)).suspend()
    if waits:
        wait_until(lambda: number(WAITING))
    else:
        wait_for(writers, writers.acknowledged() + 20)


def promote(stack: Stack) -> None:
    where = f"host={STANDBY} port=5432 user=postgres dbname=postgres"
    reload = f"kill -HUP {stack.pooler.pid}"
    run(SCRIPTS / "promote", where, stack.folder / "pgbouncer.ini", SCRIPTS / "fence", DATA, RELOAD=reload)


def fenced_refuses() -> bool:
    """The old server is started again, as by its machine: it only reads."""
    from clinic.postgres import embedded

    embedded.start_again(DATA)
    try:
        with superuser(autocommit=False) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE written ()")  # is not committed: an unfenced one would wait
    except psycopg2.errors.ReadOnlySqlTransaction:
        return True
    return False


def unfenced_waits() -> bool:
    """The old server is started as if nobody had fenced it: it takes what is written and does not acknowledge it."""
    from clinic.postgres import embedded

    run(SCRIPTS / "fence", DATA)
    (DATA / "standby.signal").unlink()
    embedded.start_again(DATA)
    writer = subprocess.Popen([*PSQL, "--command", "CREATE TABLE written ()"])
    wait_until(lambda: writer.poll() is not None or number(WAITING))
    waits = writer.poll() is None
    writer.kill()
    writer.wait()
    return waits


def failed_over(kind: str, acknowledged: int) -> dict[str, float]:
    waits = kind != "control"
    clinic, token = clinic_with_program(kind.title())
    make_standby()
    if not waits:
        with superuser() as connection, connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM RESET synchronous_standby_names")
            cursor.execute("SELECT pg_reload_conf()")
    stack = Stack(**UNLIMITED)
    writers = Writers(stack, token)
    try:
        wait_for(writers, acknowledged)
        cut_line(writers, waits)
        kill_server()
        killed, before = time.monotonic(), writers.acknowledged()
        promote(stack)
        wait_until(lambda: writers.acknowledged() > before)
        answered = time.monotonic() - killed
        wait_for(writers, before + acknowledged // 2)
    finally:
        writers.end()
        stack.stop()
    found: dict[str, float] = {"acknowledged": writers.acknowledged(), **judged(clinic.schema_name, writers, STANDBY)}
    found |= answers(writers)
    found["seconds to the first write"] = round(answered, 1)
    return found | {"fenced server refuses": fenced_refuses(), "unfenced server waits": unfenced_waits()}


def main(kind: str, acknowledged: int) -> None:
    from clinic.postgres import embedded

    os.environ["PATH"] = f"{embedded.programs()}{os.pathsep}{os.environ['PATH']}"
    set_up()
    found = failed_over(kind, acknowledged)
    shown = table(["what", "how many"], [[what, f"{value:,}"] for what, value in found.items()])
    print(f"{kind}\n\n{shown}")
    if kind == "control":
        sys.exit(found["lost"] == 0)
    if kind == "run":
        keep(shown)
    held = found["fenced server refuses"] and found["unfenced server waits"]
    sys.exit(any(found[what] for what in ("lost", "half", "double")) or not held or "500" in found)


def keep(shown: str) -> None:
    from django.db import connections

    connections.close_all()  # the server was killed beneath them
    where = "As in crash.md; `deploy/postgres/promote` begins at the kill."
    write("failover", "A server is killed and its standby takes over", where, [shown], durable=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
