import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from clinic.postgres import embedded
from tests.patience import PATIENCE
from tests.side_by_side import holds_lock

HOLD = """
import select, signal, sys
from pathlib import Path
from clinic.postgres import embedded
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a runner without a terminal has it ignored, and whatever it starts
embedded.start(Path(sys.argv[1]), durable=False)
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.2)[0]:
    pass  # a signal that comes just before a read begins would only be answered after it
"""
HOLD_AFTER_FORK = HOLD.replace("print", "import os\nif os.fork() == 0:\n    sys.exit()\nos.wait()\nprint")

Holder = Callable[[], subprocess.Popen[str]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded") / "with a space"


def begin(data: Path, program: str = HOLD) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, str(data)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def hold(data: Path) -> Iterator[Holder]:
    """Starts processes that each need the server until their standard input is closed."""
    processes: list[subprocess.Popen[str]] = []

    def hold_one() -> subprocess.Popen[str]:
        processes.append(begin(data))
        assert processes[-1].stdout
        assert processes[-1].stdout.readline() == "ready\n"
        return processes[-1]

    yield hold_one
    for process in processes:
        process.communicate()


def end(process: subprocess.Popen[str]) -> None:
    process.communicate()


def query(data: Path, statement: str) -> object:
    connection = psycopg2.connect(host=str(data), port=5432, user="postgres", dbname="postgres")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone()
            return row and row[0]
    finally:
        connection.close()


def answers(data: Path) -> bool:
    try:
        return query(data, "SELECT 1") == 1
    except psycopg2.OperationalError:
        return False


def server(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))


@holds_lock("postgres.embedded._hold")
@holds_lock("postgres.embedded.let_go")
def test_last_of_two_processes_stops_the_server(data: Path, hold: Holder) -> None:
    first, second = hold(), hold()
    end(first)
    assert answers(data)
    end(second)
    assert not answers(data)


@holds_lock("postgres.embedded._alone")
def test_two_starts_at_once_make_one_server(tmp_path: Path) -> None:
    processes = [begin(tmp_path / "postgres") for _ in range(2)]
    lines = [process.stdout.readline() for process in processes if process.stdout]
    for process in processes:
        end(process)
    assert (lines, [process.returncode for process in processes]) == (["ready\n"] * 2, [0, 0])


def test_killed_process_leaves_a_server_that_the_next_one_stops(data: Path, hold: Holder) -> None:
    killed = hold()
    killed.kill()
    killed.wait()
    assert answers(data)
    end(hold())
    assert not answers(data)


def test_killed_server_is_started_again(data: Path, hold: Holder) -> None:
    hold()
    server(data).kill()
    hold()
    assert answers(data)


def test_number_of_a_killed_server_may_be_another_process_by_now(data: Path, hold: Holder) -> None:
    end(hold())
    account = data.stat()
    stranger = subprocess.Popen(["sleep", "60"], user=account.st_uid if os.geteuid() == 0 else None)
    lines = [str(stranger.pid), str(data), "1700000000", "5432", ".", "", "1 1", "ready"]
    (data / "postmaster.pid").write_text("\n".join(lines))
    os.chown(data / "postmaster.pid", account.st_uid, account.st_gid)
    hold()
    stranger.kill()
    stranger.wait()
    assert server(data).name() == "postgres"


def test_interrupted_making_of_the_cluster_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "postgres.unfinished" / "base").mkdir(parents=True)
    process = begin(tmp_path / "postgres")
    end(process)
    assert process.returncode == 0


def test_server_is_reached_in_a_folder_that_stays_closed_to_others(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    process = begin(closed / "postgres")
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    assert (answers(closed / "postgres"), closed.stat().st_mode & 0o007) == (True, 0)
    end(process)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_the_server_too(data: Path, hold: Holder, number: signal.Signals) -> None:
    process = hold()
    process.send_signal(number)
    assert (process.wait(PATIENCE), answers(data)) == (128 + number, False)


def test_forked_child_leaves_the_server_running(data: Path) -> None:
    process = begin(data, HOLD_AFTER_FORK)
    assert process.stdout
    process.stdout.readline()
    assert answers(data)
    end(process)


def test_only_the_socket_in_the_data_folder_listens(data: Path, hold: Holder) -> None:
    hold()
    assert query(data, "SHOW listen_addresses") == ""
    assert data.stat().st_mode & 0o077 == 0


def test_no_other_account_can_hold_the_locks(data: Path, hold: Holder) -> None:
    locks = [data.with_name(f"{data.name}.{suffix}") for suffix in ("lock", "users")]
    for lock in locks:  # as earlier releases left them
        lock.touch()
        lock.chmod(0o644)
    hold()
    assert [lock.stat().st_mode & 0o777 for lock in locks] == [0o600, 0o600]


def test_log_keeps_nothing_of_a_failing_statement(data: Path, hold: Holder) -> None:
    hold()
    with pytest.raises(psycopg2.DataError):
        query(data, "SELECT 'Marguerite'::uuid")
    assert "Marguerite" not in (data / "log").read_text()


def test_upper_case_accents_fold(data: Path, hold: Holder) -> None:
    hold()
    assert query(data, "SELECT lower('É')") == "é"


def test_path_too_long_for_a_socket_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    data = tmp_path / ("deep" * 25) / "postgres"
    with pytest.raises(embedded.EmbeddedPostgresError, match="too long"):
        embedded.start(data)
    assert not data.parent.exists()


def test_port_of_the_environment_is_not_the_servers(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "6000")
    process = begin(data)
    assert process.stdout
    process.stdout.readline()
    assert answers(data)
    end(process)


def test_programs_get_the_environment_without_what_postgresql_reads(data, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c nonsense=1")
    monkeypatch.setenv("WITNESS", "seen")
    data.mkdir(parents=True, exist_ok=True)
    told = dict(line.split("=", 1) for line in embedded._call(data, "/usr/bin/env").stdout.splitlines())
    assert (told.get("PGOPTIONS"), told["WITNESS"], told["PGDATA"], told["LC_ALL"]) == (None, "seen", str(data), "C")


def fits(path: str) -> bool:
    """Whether the system binds a socket of that name in the current folder."""
    with socket.socket(socket.AF_UNIX) as bound:
        try:
            bound.bind(path)
        except OSError:
            return False
        return True


def is_taken(data: Path) -> bool:
    try:
        embedded._refuse_long_path(data)
    except embedded.EmbeddedPostgresError:
        return False
    return True


def test_path_is_refused_from_the_first_length_of_which_the_system_makes_no_socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lengths = range(95, 115)
    found = [is_taken(Path("/" + "x" * (length - len("//.s.PGSQL.5432")))) for length in lengths]
    assert found == [fits("x" * length) for length in lengths]
    assert (found[0], found[-1]) == (True, False)


def test_failing_program_is_told_with_what_it_said_and_the_last_ten_lines_of_the_log(tmp_path):
    told = []
    for lines in (0, 9, 12):
        if lines:
            (tmp_path / "log").write_text("".join(f"line {number}\n" for number in range(lines)))
        with pytest.raises(embedded.EmbeddedPostgresError) as failed:
            embedded._run(tmp_path, "/bin/sh", "-c", "echo why >&2; exit 3")
        told.append(str(failed.value).splitlines())
    begins = [f"The embedded PostgreSQL on {tmp_path} failed at /bin/sh:", "why"]
    assert told == [[*begins, *(f"line {at}" for at in shown)] for shown in ([], range(9), range(2, 12))]
