"""The page of outcomes over a filled clinic: CPU of each part, and what keeping a patient's courses costs.

Run as `SIZE=100000 python -m bench.outcomes`; three times as many assessments as patients.
"""

import io
import os
from functools import partial

from bench.server import cpu, cpu_of, prepare, settle, timed

TIMES = 5
PARTS = ("course", "thought", "caseload", "measured", "risk", "equity")


def filled(size: int):
    from django.db import connection

    from clinic.access import Role
    from clinic.assessments.record.courses import rebuild_courses
    from clinic.demo.fill import fill_clinic
    from clinic.staff import actions
    from clinic.tenancy.scope import clinic_scope

    user = actions.create_user(email="outcomes@bench.test", name="Bench", password="p")
    clinic = actions.create_clinic(name="Outcomes", owner=user, by=actions.OPERATOR)
    actions.add_member(clinic=clinic, user=user, role=Role.CLINICIAN, by=actions.OPERATOR)
    fill_clinic(clinic=clinic, patients=size, assessments=3 * size, seed=1, by=actions.OPERATOR)
    with clinic_scope(clinic), connection.cursor() as cursor:
        print(f"rebuild of every course: {timed(partial(rebuild_courses, cursor)):.1f} s")
    settle()
    return clinic, user


def keeping(clinic) -> float:
    """Milliseconds of the server's CPU to work out the courses of one patient again."""
    from django.db import connection

    from clinic.assessments.record.courses import keep_courses
    from clinic.patients.models import Patient
    from clinic.tenancy.scope import clinic_scope

    with clinic_scope(clinic):
        keys = list(Patient.objects.order_by("id").values_list("pk", flat=True)[:200])
        keep_courses(keys[:1])
        before = cpu_of(connection)
        for key in keys:
            keep_courses([key])
        return (cpu_of(connection) - before) / len(keys) * 1000


def main() -> None:
    prepare(max_wal_size="4GB", maintenance_work_mem="256MB")
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate_clinics", stdout=io.StringIO())
    clinic, user = filled(int(os.environ.get("SIZE") or 1_000))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    print(f"courses of a patient: {keeping(clinic):.2f} ms of the server's CPU")
    for address in ("/outcomes/", *(f"/outcomes/?part={part}" for part in PARTS), "/outcomes/print/"):
        answers = [client.get(address) for _ in range(2)]
        before = cpu()
        answers += [client.get(address) for _ in range(TIMES)]
        spent, codes = (cpu() - before) / TIMES * 1000, {answer.status_code for answer in answers}
        print(f"{address}: {spent:.0f} ms of CPU, answered {codes}")


if __name__ == "__main__":
    main()
