"""Many threads in many clinics at once, on the database of the settings: counts answers that came from another clinic.

    bin/citus .venv/bin/python -m bench.leaks 30 16 20000

makes up to 30 clinics, and has 16 threads send 20,000 requests. Each clinic has one patient, called like nobody
else's; of ten requests one fails and one writes. The result says where the clinics live and how long a request took.
"""

import os
import random
import statistics
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import date
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from django.core.management import call_command
from django.db import connection, connections

from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.lifecycle import placing, provisioning
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

BORN = date(1970, 1, 1)


class Failed(Exception):
    """Raised by a request that is to be rolled back."""


def clinics(count: int) -> list[Clinic]:
    """So many clinics with a patient each, who is called as their clinic."""
    found = list(Clinic.objects.using("owner").filter(name__startswith="Leak ").order_by("name")[:count])
    for number in range(len(found), count):
        found.append(provisioning.create_clinic(name=f"Leak {number:03}"))
        with clinic_scope(found[-1]):
            person = Practitioner.objects.create(pk=uuid4(), display_name="Lee Bench")
            Patient.objects.create(
                user=person, full_name=found[-1].name, record_number=f"L-{number}", gender="female", date_of_birth=BORN
            )
    return found


def visit(clinic: Clinic, number: int) -> str:
    """One request; `right`, `wrong`, or the name of what it raised."""
    try:
        with clinic_scope(clinic):
            if number % 10 == 0:
                Patient.objects.update(address=clinic.name)
            names = set(Patient.objects.values_list("full_name", flat=True))
            if number % 10 == 1:
                raise Failed
    except Failed:
        pass
    except Exception as error:
        return type(error).__name__
    return "right" if names == {clinic.name} else "wrong"


def work(chosen: list[Clinic], requests: int, seed: int, found: Counter[str], took: list[float]) -> None:
    draw = random.Random(seed)  # noqa: S311 - a seed, so that a run can be had again
    for number in range(requests):
        began = time.perf_counter()
        found[visit(draw.choice(chosen), number)] += 1
        took.append(time.perf_counter() - began)
    with suppress(Exception):
        connection.close()


def main(count: int, threads: int, requests: int) -> None:
    call_command("prepare_database")
    call_command("migrate_clinics")
    chosen = clinics(count)
    places = placing.places()
    found, took = Counter[str](), list[float]()
    each = [
        threading.Thread(target=work, args=(chosen, requests // threads, seed, found, took)) for seed in range(threads)
    ]
    began = time.perf_counter()
    for thread in each:
        thread.start()
    for thread in each:
        thread.join()
    seconds = time.perf_counter() - began
    connections.close_all()
    homes = Counter(str(places.get(clinic.schema_name, "the server itself")) for clinic in chosen)
    print(f"{dict(found)} of {requests} requests by {threads} threads in {seconds:.0f} s; clinics: {dict(homes)}")
    print(f"median {statistics.median(took) * 1000:.1f} ms, {requests / seconds:.0f} requests a second")
    sys.exit(set(found) != {"right"})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4] or (30, 16, 20_000)))
