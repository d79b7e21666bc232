"""Readers beside writers: people search, sort and page while others register and rename patients."""

import threading
from random import Random
from uuid import uuid4

from django.db import connection

from clinic.patients import actions
from clinic.patients.models import Patient
from clinic.patients.tables import PatientTable
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.filled import searched, sorted_list
from tests.sizes import times
from tests.world import Writer, make_patient

READERS, WRITERS, ROUNDS = 16, 4, times(12)
SORTS = ["name", "-name", "date_of_birth", "-last_score", "practitioner", "record_number", "-created_at"]


def seen(listing, size: int) -> list:
    found = listing.first(size)
    keys = [record.pk for record in found.records]
    while found.more:
        found = listing.after(found.records[-1].pk, size)
        keys += [record.pk for record in found.records]
    return keys


def test_no_reader_misses_who_was_there_throughout_or_sees_anybody_twice(lakeside):
    with clinic_scope(lakeside.clinic):
        steady = {make_patient(full_name=f"Ana{number:02} Steady", family_name="Steady").pk for number in range(40)}
        moving = [make_patient(full_name=f"Bo{number} Mover", family_name="Mover").pk for number in range(8)]
        user = Practitioner.objects.first()
    problems: list[str] = []
    done = threading.Event()

    def read(number: int) -> None:
        random = Random(number)  # noqa: S311
        for _ in range(ROUNDS):
            with clinic_scope(lakeside.clinic):
                if random.random() < 0.5:
                    keys = seen(searched(random.choice(["steady", "ana", "steady ana", "stead"])), 7)
                else:
                    keys = seen(sorted_list(PatientTable, random.choice(SORTS), Patient.objects.active()), 9)
                if missed := steady - set(keys):
                    problems.append(f"{len(missed)} missed")
                if len({key for key in keys if key in steady}) != sum(key in steady for key in keys):
                    problems.append("somebody twice")

    def write(number: int) -> None:
        random = Random(number)  # noqa: S311
        while not done.is_set():
            with clinic_scope(lakeside.clinic):
                name = f"{random.choice('AMZ')}{uuid4().hex}"
                if random.random() < 0.5:
                    actions.create_patient(by=Writer(), user=user, full_name=f"{name} New", gender="female",
                                           date_of_birth="1970-01-01", record_number=f"N-{name}")  # fmt: skip
                else:
                    key = random.choice(moving)
                    actions.update_patient(by=Writer(), id=key, version=None, full_name=f"{name} Mover")

    def guarded(work, number: int) -> None:
        try:
            work(number)
        except Exception as error:
            problems.append(repr(error))
        finally:
            connection.close()

    writers = [threading.Thread(target=guarded, args=(write, number)) for number in range(WRITERS)]
    readers = [threading.Thread(target=guarded, args=(read, number)) for number in range(READERS)]
    for thread in [*writers, *readers]:
        thread.start()
    for thread in readers:
        thread.join()
    done.set()
    for thread in writers:
        thread.join()
    assert problems == []
