"""Copies a clinic's patients and practitioners into tables as a plain Django project has them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES = ("practitioner", "patient", "patient_tuned")


def database_url(connection: Any) -> str:
    """PEERS_DATABASE_URL for the database, and as the role, of a psycopg2 connection."""
    info = connection.info
    user, password, host = (quote(value or "", safe="") for value in (info.user, info.password, info.host))
    return f"postgres://{user}:{password}@{host}:{info.port}/{info.dbname}"


def copy_rows(cursor: Any, clinic_schema: str) -> None:
    """Make the schema `peers` anew, with the rows of `clinic_schema`; the cursor is a superuser's, in autocommit."""
    cursor.execute("DROP SCHEMA IF EXISTS peers CASCADE")
    cursor.execute("CREATE SCHEMA peers")
    settings = {
        "DJANGO_SETTINGS_MODULE": "bench.peers.settings",
        "PEERS_DATABASE_URL": database_url(cursor.connection),
    }
    command = [sys.executable, "-m", "bench.peers.filling", clinic_schema]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | settings)
    for table in TABLES:
        cursor.execute(f"VACUUM ANALYZE peers.{table}")
