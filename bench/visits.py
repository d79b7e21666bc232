"""Visits every clinic; prints the most memory that a server connection held, in MB, as JSON. Run by bench.tenancy.

`one` visits them in turn on one connection, as `bench.stock_settings` and `clinic.settings` each do it; `load SECONDS`
visits them at random by eight threads, for as long as the parent watches.
"""

import json
import random
import sys
import threading
import time
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()
from django.db import close_old_connections, connection

STATEMENTS = (
    "SELECT p.full_name, s.display_name FROM patients_patient p JOIN staff_practitioner s ON s.id = p.user_id LIMIT 25",
    "SELECT count(*) FROM patients_patient",
    "SELECT a.name, p.full_name FROM assessments_assessment a JOIN patients_patient p ON p.id = a.patient_id LIMIT 25",
)


def held(pid: int) -> float:
    """Memory of a process's own, in MB: what it shares with others is left out. Nothing once it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
    return 0.0


def entered(clinic: Any) -> AbstractContextManager[None]:
    if connection.settings_dict["ENGINE"] == "django_tenants.postgresql_backend":
        connection.set_schema(clinic.schema_name)
        return nullcontext()
    from clinic.tenancy.scope import clinic_scope

    return clinic_scope(clinic)


def visit(clinic: Any) -> None:
    with entered(clinic), connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement)
            cursor.fetchall()


def one(clinics: list[Any]) -> dict[str, float]:
    most = 0.0
    for number, clinic in enumerate(clinics):
        if number % 20 == 19 and connection.connection is not None:
            most = max(most, held(connection.connection.get_backend_pid()))
        visit(clinic)
    return {"most": most}


def load(clinics: list[Any], seconds: float) -> dict[str, float]:
    counts: list[int] = []
    end = time.monotonic() + seconds

    def work() -> None:
        visits = 0
        while time.monotonic() < end:
            visit(random.choice(clinics))  # noqa: S311
            close_old_connections()
            visits += 1
        counts.append(visits)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"visits": sum(counts)}


if __name__ == "__main__":
    from clinic.tenancy.models import Clinic

    every = list(Clinic.objects.order_by("pk"))
    print(json.dumps(one(every) if sys.argv[1] == "one" else load(every, float(sys.argv[2]))))
