"""What a request and a server connection cost on either side; run by bench.tenancy."""

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from typing import Any

import psycopg2

from bench.server import ROOT, told
from bench.visits import held

SECONDS = 30
STOCK, OWN = {"DJANGO_SETTINGS_MODULE": "bench.stock_settings"}, {"DJANGO_SETTINGS_MODULE": "clinic.settings"}


def give_patient() -> None:
    """A patient for the requests, in the first clinic, and a member who asks."""
    from clinic.access import Role
    from clinic.accounts.models import User
    from clinic.patients.models import Patient
    from clinic.staff import actions
    from clinic.staff.models import Practitioner
    from clinic.tenancy.models import Clinic
    from clinic.tenancy.scope import clinic_scope

    clinic, user = Clinic.objects.get(name="Clinic 0"), User.objects.using("owner").get(email="o@bench.test")
    actions.add_member(clinic=clinic, user=user, role=Role.CLINICIAN, by=actions.OPERATOR)
    with clinic_scope(clinic):
        if not Patient.objects.exists():
            values = {"gender": "other", "date_of_birth": "1970-01-01", "record_number": "B-1"}
            Patient.objects.create(full_name="Patient", user=Practitioner.objects.get(), **values)


def requests() -> list[str]:
    """The table's lines about a request."""
    give_patient()
    stock = told("bench.request", {"DJANGO_SETTINGS_MODULE": "bench.stock_request_settings"})
    atomic = told("bench.request", {"DJANGO_SETTINGS_MODULE": "bench.stock_request_settings", "ATOMIC": "1"})
    own = told("bench.request", {"DJANGO_SETTINGS_MODULE": "bench.own_request_settings"})

    def cpu(of: dict[str, Any]) -> str:
        each = [of[side] / of["requests"] * 1000 for side in ("own", "server")]
        return f"{sum(each):.2f} ms ({each[0]:.2f} in the application, {each[1]:.2f} in PostgreSQL)"

    trips = f"{stock['messages']}; {atomic['messages']} in a transaction"
    return [
        f"| round trips of a request with one clinic query | {trips} | {own['messages']}, in a transaction |",
        f"| CPU of that request | {cpu(stock)}; in a transaction {cpu(atomic)} | {cpu(own)} |",
    ]


def memory(size: int) -> list[str]:
    """The table's lines about a connection's memory, each side having visited every clinic."""
    stock, own = told("bench.visits", STOCK, "one")["most"], told("bench.visits", OWN, "one")["most"]
    most, visits = pooled()
    return [
        f"| a server connection that visits {size:,} clinics | {stock:,.0f} MB | {own:,.0f} MB |",
        f"| the largest behind PgBouncer, {visits / SECONDS:,.0f} visits a second for {SECONDS} s | | {most:,.0f} MB |",
    ]


def pooled() -> tuple[float, int]:
    """The most that a connection held behind PgBouncer as it is deployed, under load, and the number of visits."""
    from tests.pooler import database_url, pgbouncer, server

    host, number, name = server()
    with (
        pgbouncer(default_pool_size=8) as port,
        closing(psycopg2.connect(host=host, port=number, user="postgres", dbname=name)) as admin,
        admin.cursor() as cursor,
    ):
        admin.autocommit = True
        command = [sys.executable, "-m", "bench.visits", "load", str(SECONDS)]
        environment = os.environ | OWN | {"DATABASE_URL": database_url("DATABASE_URL", port)}
        workers = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) for _ in range(2)
        ]
        most = 0.0
        while any(worker.poll() is None for worker in workers):
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'bench_web'")
            for (pid,) in cursor.fetchall():
                most = max(most, held(pid))
            time.sleep(0.1)
        visits = sum(json.loads(worker.stdout.read().splitlines()[-1])["visits"] for worker in workers if worker.stdout)
    return most, visits
