"""What production says to a database across a network goes to the server that a certificate names, or not at all."""

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.pooler import account, database_url, pgbouncer
from tests.test_settings import PRODUCTION, refusal, run

CONNECT = """
import django
django.setup()
from django.db import connection
connection.ensure_connection()
print(connection.connection.info.ssl_in_use)
"""


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_authority(folder: Path, name: str) -> str:
    """An authority's certificate; its key is beside it."""
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    openssl(folder, *new, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    return (folder / f"{name}.pem").read_text()


def sign(folder: Path, authority: str, name: str, file: str) -> None:
    """A certificate of 127.0.0.1 and `name`; its key is beside it."""
    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}")
    openssl(folder, *new, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{file}.key", "-out", f"{file}.csr")
    by = ("-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-copy_extensions", "copy", "-days", "2")
    openssl(folder, "x509", "-req", "-in", f"{file}.csr", *by, "-out", f"{file}.pem")


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[dict[str, str]]:
    """A database with TLS and its address, one that knows roles by certificates, an authority, and another one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known, other = make_authority(folder, "known"), make_authority(folder, "other")
        sign(folder, "known", "db.example.org", "server")
        role = urlsplit(os.environ["DATABASE_URL"]).username
        for authority in ("known", "other"):
            sign(folder, authority, str(role), f"role-{authority}")
        user = account() or pwd.getpwuid(os.geteuid())
        for path in (folder, folder / "server.key", folder / "server.pem", folder / "known.pem"):
            os.chown(path, user.pw_uid, user.pw_gid)
        tls = {"client_tls_key_file": folder / "server.key", "client_tls_cert_file": folder / "server.pem"}
        by_certificate = {"client_tls_ca_file": folder / "known.pem", "auth_type": "cert"}
        with (
            pgbouncer(client_tls_sslmode="allow", **tls) as port,
            pgbouncer(client_tls_sslmode="verify-full", **tls, **by_certificate) as other_port,
        ):
            yield {
                "url": database_url("DATABASE_URL", port),
                "by certificate": f"postgres://{role}@127.0.0.1:{other_port}{urlsplit(os.environ['DATABASE_URL']).path}",
                "folder": name,
                "known": known,
                "other": other,
            }


def connected(url: str, authority: str, more: str = "") -> tuple[int, str]:
    variables = PRODUCTION | {"DATABASE_URL": f"{url}?sslmode=verify-full{more}", "DATABASE_CA": authority}
    result = run("-c", CONNECT, **variables)
    return result.returncode, result.stdout.strip() or result.stderr.strip().splitlines()[-1]


def test_server_whose_certificate_is_known_is_spoken_to(server):
    assert connected(server["url"], server["known"]) == (0, "True")


def test_certificate_may_come_in_one_line(server):
    assert connected(server["url"], " ".join(server["known"].split("\n"))) == (0, "True")


def test_server_of_another_authority_is_not_spoken_to(server):
    code, said = connected(server["url"], server["other"])
    assert (code, "certificate verify failed" in said) == (1, True)


def test_server_of_another_name_is_not_spoken_to(server):
    code, said = connected(server["url"].replace("127.0.0.1", "localhost"), server["known"])
    assert (code, 'does not match host name "localhost"' in said) == (1, True)


def test_role_may_sign_in_by_a_certificate_and_without_a_password(server):
    def by(signed: str) -> tuple[int, str]:
        file = f"{server['folder']}/role-{signed}"
        return connected(server["by certificate"], server["known"], f"&sslcert={file}.pem&sslkey={file}.key")

    assert (by("known"), by("other")[0]) == ((0, "True"), 1)
    assert connected(server["by certificate"], server["known"])[0] == 1


def test_health_check_of_a_worker_knows_the_server_too(server):
    variables = PRODUCTION | {"DATABASE_URL": f"{server['url']}?sslmode=verify-full", "DATABASE_CA": server["known"]}
    assert run("deploy/healthy.py", "worker", **variables).stderr.startswith("No worker of this container")
    said = run("deploy/healthy.py", "worker", **variables | {"DATABASE_CA": server["other"]}).stderr
    assert said.startswith("The database does not answer")


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL"])
@pytest.mark.parametrize("end", ["", "?sslmode=require", "?sslmode=verify-ca", "?sslmode=disable"])
def test_production_speaks_to_no_database_across_a_network_without_tls(name, end):
    url = f"postgres://clinic_web:web@db.example.org/clinic{end}"
    said = f"Production mode needs TLS to the database: end {name} in ?sslmode=verify-full."
    assert refusal(**PRODUCTION | {name: url}) == said


@pytest.mark.parametrize("host", ["%2Fvar%2Frun%2Fpostgresql", "127.0.0.1:6432", "[::1]:5432", "localhost"])
def test_database_of_the_same_machine_needs_none(host):
    assert (
        run(
            "-c", "import clinic.settings", **PRODUCTION | {"DATABASE_URL": f"postgres://web:web@{host}/clinic"}
        ).returncode
        == 0
    )


def test_container_beside_this_one_needs_none_where_it_is_said_to_be():
    beside = PRODUCTION | {"DATABASE_URL": "postgres://web:web@database/clinic", "DATABASE_ON_THIS_MACHINE": "true"}
    assert run("-c", "import clinic.settings", **beside).returncode == 0


def test_what_is_no_certificate_is_refused():
    assert refusal(**PRODUCTION, DATABASE_CA="/etc/ssl/ca.pem") == "DATABASE_CA must be a certificate in PEM."
