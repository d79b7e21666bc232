"""A container's health check, which fails with a sentence where something is wrong.

`python deploy/healthy.py /readyz`: does the server here answer 200? `python deploy/healthy.py worker`: has the
worker of this container noted within the last minute that it gets on?
"""

import http.client
import os
import socket
import sys
from contextlib import closing
from pathlib import Path

LATEST = """
SELECT extract(epoch FROM now() - max(beaten_at))::int FROM public.tenancy_heartbeat WHERE starts_with(worker, %s)
"""
SILENT = 60  # seconds


def server(path: str) -> str:
    """What is wrong with the server here; empty where nothing is."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
    connection.request("GET", path)
    response = connection.getresponse()
    return "" if response.status == 200 else f"{response.status} {response.reason}"


def worker() -> str:
    """What is wrong with the worker of this container; empty where nothing is."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
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
    sys.exit((worker() if sys.argv[1] == "worker" else server(sys.argv[1])) or 0)
