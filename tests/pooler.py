"""A real PgBouncer, configured by `deploy/pgbouncer/pgbouncer.ini`, before the PostgreSQL of `DATABASE_OWNER_URL`."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.patience import wait_until
from tests.ports import free_port, is_listening

ROOT = Path(__file__).resolve().parent.parent
SERVERS = 4


def database_url(variable: str, port: int) -> str:
    """The address that the environment has in a variable, by way of a PgBouncer on this port."""
    url = urlsplit(os.environ[variable])
    return f"postgres://{url.username}:{url.password}@127.0.0.1:{port}{url.path}"


def server() -> tuple[str, int, str]:
    """Host (or the folder of its socket), port and database of the server itself."""
    url = urlsplit(os.environ["DATABASE_OWNER_URL"])
    return unquote(url.hostname or "localhost"), url.port or 5432, url.path[1:]


def account() -> pwd.struct_passwd | None:
    """Who PgBouncer runs as when this process is root, which it refuses: whoever may enter the server's socket."""
    if os.geteuid() != 0:
        return None
    host = server()[0]
    owner = Path(host).stat().st_uid if host.startswith("/") else 0
    return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")


def configure(folder: Path, port: int, **changes: object) -> Path:
    """Write the deployed configuration with the tests' addresses, passwords and `changes` in it."""
    parser = ConfigParser(interpolation=None, comment_prefixes=(";",), delimiters=("=",))
    parser.read(ROOT / "deploy" / "pgbouncer" / "pgbouncer.ini")
    host, number, name = server()
    parser["databases"] = {name: f"host={host} port={number} dbname={name}"}
    users = folder / "userlist.txt"
    urls = [urlsplit(os.environ[variable]) for variable in ("DATABASE_URL", "DATABASE_OWNER_URL")]
    users.write_text("".join(f'"{url.username}" "{url.password or ""}"\n' for url in urls))
    parser["pgbouncer"].update({"listen_port": str(port), "auth_file": str(users), "default_pool_size": str(SERVERS)})
    parser["pgbouncer"].update({name: str(value) for name, value in changes.items()})
    with (folder / "pgbouncer.ini").open("w") as file:
        parser.write(file)
    return folder / "pgbouncer.ini"


def started(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A PgBouncer of the configuration in the folder, once it listens."""
    program = subprocess.run([ROOT / "bin" / "find-pgbouncer"], capture_output=True, text=True)
    assert program.returncode == 0, program.stderr
    user = account()
    if user:
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [program.stdout.strip(), str(folder / "pgbouncer.ini")],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
    _wait(process, port, folder / "log")
    return process


@contextmanager
def pgbouncer(**changes: object) -> Iterator[int]:
    """Runs a PgBouncer for the length of the block; its port."""
    folder, port = Path(tempfile.mkdtemp(prefix="pgbouncer-")), free_port()
    configure(folder, port, **changes)
    process = started(folder, port)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    def is_there() -> bool:
        assert process.poll() is None, log.read_text()
        return is_listening(port)

    wait_until(is_there, often=0.05)
