"""A container's health check, which fails with a sentence where something is wrong.

`python deploy/healthy.py /readyz`: does the server here answer 200? `python deploy/healthy.py worker`: has the
worker of this container noted within the last minute that it gets on?
"""

import http.client
import os
import socket
import ssl
import sys
from contextlib import closing
from pathlib import Path

LATEST = """
SELECT extract(epoch FROM now() - max(beaten_at))::int FROM public.tenancy_heartbeat WHERE starts_with(worker, %s)
"""
SILENT = 60  # seconds


def server(path: str) -> str:
    """What is wrong with the server here; empty where nothing is."""
    from clinic.properties import SERVER_TLS

    connection = _connection(int(os.environ.get("PORT", "8000")), SERVER_TLS)
    connection.request("GET", path)
    response = connection.getresponse()
    return "" if response.status == 200 else f"{response.status} {response.reason}"


def _connection(port: int, tls: str) -> http.client.HTTPConnection:
    if not tls:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    trusted = ssl.create_default_context(cafile=Path(tls) / "certificate.pem")
    return http.client.HTTPSConnection("localhost", port, timeout=4, context=trusted)


def worker() -> str:
    """What is wrong with the worker of this container; empty where nothing is."""
    import psycopg2

    from clinic.properties import address

    try:
        database = psycopg2.connect(address("DATABASE_URL"), connect_timeout=4)
        with closing(database), database.cursor() as cursor:
            cursor.execute(LATEST, [f"{socket.gethostname()[:50]}:"])
            silent = cursor.fetchone()[0]
    except psycopg2.Error as error:
        return f"The database does not answer: {type(error).__name__}."
    if silent is None:
        return "No worker of this container has been heard of."
    return "" if silent < SILENT else f"The worker was last heard of {silent} seconds ago."


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit((worker() if sys.argv[1] == "worker" else server(sys.argv[1])) or 0)
