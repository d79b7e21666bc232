"""Many at once: writers who send one request under one key, and editors of one record who say what they read.

At full size 1,000 rounds of each (bench/prove.py).
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from clinic.assessments.models import Assessment
from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.conftest import signed_in
from tests.patience import PATIENCE
from tests.sizes import times
from tests.world import make_patient

PATIENTS, ASSESSMENTS = "/api/v1/patients/", "/api/v1/assessments/"
AT_ONCE, ROUNDS = 8, times(3)


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    """As many threads as there are writers, each with a connection of its own that it keeps."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield threads
        together(threads, lambda _: connections.close_all())


def together(threads: ThreadPoolExecutor, work: Callable[[int], Any]) -> list[Any]:
    """What `work` gives for each number: all begin in the same moment."""
    gate = threading.Barrier(AT_ONCE)

    def run(number: int) -> Any:
        gate.wait(PATIENCE)
        return work(number)

    return list(threads.map(run, range(AT_ONCE)))


def people(world) -> list[Client]:
    """One person in as many browsers: what is sent under one key is of one sender."""
    return [signed_in(Client(), world.owner) for _ in range(AT_ONCE)]


def keyed(client, body, key):
    return send(client, "post", ASSESSMENTS, body, **({"Idempotency-Key": key} if key else {}))


def assessment_of(world, patient, **fields):
    fields |= {"patient": str(patient.pk), "user": str(world.owner.pk), "type": "physical", "date": "2026-03-01"}
    return fields


def made_by(world, crowd, clients, key: str | None) -> tuple[set[int], int]:
    """The statuses of as many writers, and how many records they made, each with one event in the trail."""
    with clinic_scope(world.clinic):
        patient = make_patient()
    # Without a key each has a name of its own: a name is there once.
    bodies = [assessment_of(world, patient, name="Walk" if key else f"Walk {number}") for number in range(AT_ONCE)]
    answers = together(crowd, lambda number: keyed(clients[number], bodies[number], key))
    with clinic_scope(world.clinic):
        made = set(Assessment.objects.filter(patient_id=patient.pk).values_list("pk", flat=True))
        events = AuditEvent.objects.filter(action="assessment.created", record_id__in=made).count()
    assert (events, {answer.json()["results"]["id"] for answer in answers}) == (len(made), {str(pk) for pk in made})
    return {answer.status_code for answer in answers}, len(made)


def test_writers_with_one_key_make_one_record(lakeside, crowd):
    clients = people(lakeside)
    found = [made_by(lakeside, crowd, clients, uuid4().hex) for _ in range(ROUNDS)]
    assert found == [({201}, 1)] * ROUNDS


def test_writers_without_a_key_make_a_record_each(lakeside, crowd):
    """The negative control: the same writers, with nothing that says that it is one request."""
    assert made_by(lakeside, crowd, people(lakeside), None) == ({201}, AT_ONCE)


def test_of_writers_with_one_key_and_other_content_one_content_is_kept(lakeside, crowd):
    clients = people(lakeside)
    for _ in range(ROUNDS):
        with clinic_scope(lakeside.clinic):
            patient = make_patient()
        key = uuid4().hex
        bodies = [assessment_of(lakeside, patient, name=f"Name {number % 2}") for number in range(AT_ONCE)]
        answers = together(crowd, lambda number, bodies=bodies, key=key: keyed(clients[number], bodies[number], key))
        with clinic_scope(lakeside.clinic):
            [kept] = Assessment.objects.filter(patient_id=patient.pk).values_list("name", flat=True)
        expected = [201 if body["name"] == kept else 409 for body in bodies]
        assert [answer.status_code for answer in answers] == expected


def edited(world, crowd, clients, path: str, *, says_what_it_read: bool) -> str:
    """What becomes of an address to which each adds a letter; who is refused begins again at what it is told."""
    with clinic_scope(world.clinic):
        Patient.objects.filter(pk=path.split("/")[-2]).update(address="")
    read = threading.Barrier(AT_ONCE)

    def edit(number: int) -> int:
        current = clients[number].get(path).json()["results"]
        read.wait(PATIENCE)  # everybody has read the same
        while True:
            headers = {"If-Match": f'"{current["version"]}"'} if says_what_it_read else {}
            body = {"address": current["address"] + "abcdefgh"[number]}
            answer = send(clients[number], "patch", path, body, **headers)
            if answer.status_code != 412:
                return answer.status_code
            current = answer.json()["error"]["current"]

    assert together(crowd, edit) == [200] * AT_ONCE
    with clinic_scope(world.clinic):
        return Patient.objects.get(pk=path.split("/")[-2]).address


def test_no_change_is_lost_among_editors_with_tags(lakeside, crowd):
    with clinic_scope(lakeside.clinic):
        path = f"{PATIENTS}{make_patient().pk}/"
    clients = people(lakeside)
    found = ["".join(sorted(edited(lakeside, crowd, clients, path, says_what_it_read=True))) for _ in range(ROUNDS)]
    assert found == ["abcdefgh"] * ROUNDS


def test_changes_are_lost_among_editors_without_tags(lakeside, crowd):
    """The negative control: what the last of them wrote is all that there is."""
    with clinic_scope(lakeside.clinic):
        path = f"{PATIENTS}{make_patient().pk}/"
    assert len(edited(lakeside, crowd, people(lakeside), path, says_what_it_read=False)) == 1
