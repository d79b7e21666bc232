"""Readers of lists and of changes beside writers who never rest: everybody comes exactly as often as is promised.

At full size 100 rounds (bench/prove.py). `tests/api/test_walks.py` has the same steps one after another.
"""

import threading
from collections import Counter
from contextlib import suppress
from itertools import count
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.audit.seals import seal_trail
from clinic.merging.actions import SameRecord, merge_patients
from clinic.merging.locks import Gone
from clinic.patients.actions import Changed, archive_patient, create_patient, restore_patient, update_patient
from clinic.patients.models import MergedPatient, Patient
from clinic.postgres.outages import sqlstate
from clinic.tenancy.scope import clinic_scope
from tests.api.test_changes import PATIENTS, asked
from tests.conftest import signed_in
from tests.side_by_side import beside, end_of
from tests.sizes import times
from tests.world import World, Writer

ROUNDS, WRITERS, AT_FIRST, MOST = times(2), 2, 40, 70
DEADLOCK = "40P01"
REFUSED = (Changed, Gone, SameRecord, Patient.DoesNotExist)


def registered(world: World) -> Patient:
    """A new patient, filed anywhere."""
    name = f"{uuid4().hex[:8]} New"
    fields = {"full_name": name, "family_name": name, "gender": "female", "date_of_birth": "1970-01-01"}
    return create_patient(by=Writer(), user=None, **fields)


def step(world: World, random: Random) -> None:
    """Somebody is added, renamed, archived, restored or merged; what another writer has changed meanwhile is left.

    So is what PostgreSQL gives up, where each of two waits for the other: nothing of it is saved.
    """
    try:
        change(world, random)
    except OperationalError as error:
        if sqlstate(error) != DEADLOCK:
            raise


def change(world: World, random: Random) -> None:
    with suppress(*REFUSED), clinic_scope(world.clinic):
        here = list(Patient.objects.values_list("pk", "version"))
        kinds = ["rename", "archive", "restore", "merge" if len(here) > AT_FIRST else "add", "add"]
        kind = random.choice(kinds if len(here) < MOST else kinds[:4])
        (one, version), (other, others) = random.sample(here, 2)
        if kind == "add":
            registered(world)
        elif kind == "rename":
            name = f"{uuid4().hex[:8]} Renamed"
            update_patient(by=Writer(), id=one, version=None, full_name=name, family_name=name)
        elif kind == "merge":
            merge_patients(by=Writer(), survivor_id=one, other_id=other, versions=(version, others))
        else:
            (archive_patient if kind == "archive" else restore_patient)(by=Writer(), id=one)


class Restless:
    """Writers who go on until the block ends; `steady` are those whom nobody touched meanwhile."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed, self.done, self.steps = world, seed, threading.Event(), Counter[int]()

    def __enter__(self) -> "Restless":
        with clinic_scope(self.world.clinic):
            self.before = list(Patient.objects.values_list("pk", flat=True))
            self.merged = set(MergedPatient.objects.values_list("pk", flat=True))
            self.last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
        self.writers = [beside(lambda number=number: self.write(number)) for number in range(WRITERS)]
        return self

    def write(self, number: int) -> None:
        random = Random(self.seed * WRITERS + number)  # noqa: S311
        while not self.done.is_set():
            step(self.world, random)
            self.steps[number] += 1

    def __exit__(self, *args: object) -> None:
        self.done.set()
        assert [end_of(each) for each in self.writers] == [None] * WRITERS
        with clinic_scope(self.world.clinic):
            self.gone = set(MergedPatient.objects.values_list("pk", flat=True)) - self.merged
            events = AuditEvent.objects.filter(pk__gt=self.last, action__startswith="patient.", is_reading=False)
            rows = events.order_by("pk").values_list("record_id", "action")
            self.events = [(str(id), action) for id, action in rows]

    @property
    def here_throughout(self) -> set[str]:
        return {str(pk) for pk in self.before if pk not in self.gone}

    @property
    def steady(self) -> set[str]:
        return self.here_throughout - {id for id, _ in self.events}


@pytest.fixture
def busy(lakeside):
    with clinic_scope(lakeside.clinic):
        for _ in range(AT_FIRST):
            registered(lakeside)
    with clinic_scope(lakeside.clinic):
        seal_trail()
    return lakeside


def pages(client: Client, address: str | None) -> list[dict[str, Any]]:
    """All rows of a list by `next`."""
    rows: list[dict[str, Any]] = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        rows += answer.json()["results"]
        address = answer.json()["meta"]["pagination"]["next"]
    return rows


def counted(client: Client, order: str) -> Counter[str]:
    address = f"{PATIENTS}?page_size=7&archived=all&fields=version&ordering={order}"
    return Counter(row["id"] for row in pages(client, address))


def faults(writers: Restless, by_moment: Counter[str], by_name: Counter[str]) -> list[str]:
    """What somebody who read in both orders beside the writers has that was not promised."""
    said = {
        "the writers rested": min(writers.steps.values()) > 0 and len(writers.events) > 0,
        "somebody was left out, or came twice": {by_moment[id] for id in writers.here_throughout} == {1},
        "somebody who came or went came twice": max(by_moment.values()) == 1,
        "somebody whom nobody moved did not come once": {by_name[id] for id in writers.steady} <= {1},
    }
    return [fault for fault, is_kept in said.items() if not is_kept]


def test_reader_by_next_has_everybody_once(busy):
    """In the order that never changes everybody who was there, in that of names everybody whom nobody moved."""
    found = []
    for number in range(ROUNDS):
        with Restless(busy, number) as writers:
            clients = [signed_in(Client(), busy.owner) for _ in range(2)]
            orders = zip(clients, ("created_at", "name"), strict=True)
            readers = [beside(lambda client=client, order=order: counted(client, order)) for client, order in orders]
            by_moment, by_name = [end_of(each) for each in readers]
        found.append(faults(writers, by_moment, by_name))
    assert found == [[]] * ROUNDS


def test_reader_by_changes_is_told_each_change_once_in_its_order(busy):
    after = asked(signed_in(Client(), busy.owner), after="now")["meta"]["pagination"]["after"]
    for number in range(ROUNDS):
        told: list[tuple[str, str]] = []
        client = signed_in(Client(), busy.owner)
        with Restless(busy, number) as writers:
            for _ in range(4):
                after = read_changes(busy, client, after, told)
        after = read_changes(busy, client, after, told)
        assert (len(told) > 0, Counter(told)) == (True, Counter(writers.events))
        for id in {id for id, _ in told}:
            assert [each for each in told if each[0] == id] == [each for each in writers.events if each[0] == id]


def read_changes(world: World, client: Client, after: str, told: list[tuple[str, str]]) -> str:
    """Seal, and read to the end what can be read; where to go on."""
    with clinic_scope(world.clinic):
        seal_trail()
    while True:
        answer = asked(client, after=after, page_size=5)
        told += [(row["id"], f"patient.{row['action']}") for row in answer["results"] if row["kind"] == "Patient"]
        after = answer["meta"]["pagination"]["after"]
        if answer["meta"]["pagination"]["next"] is None:
            return after


def test_reader_by_updated_since_has_everybody_as_they_are(busy):
    """A copy that begins again at the last moment it has had: at the end it is the list, the archived included."""
    copy: dict[str, int] = {}
    since = ["2001-01-01T00:00:00Z"]
    client = signed_in(Client(), busy.owner)

    def read() -> None:
        for row in pages(client, f"{PATIENTS}?page_size=7&fields=version,updated_at&updated_since={since[0]}"):
            copy[row["id"]] = row["version"]
            since[0] = row["updated_at"]

    for number in range(ROUNDS):
        with Restless(busy, number):
            for _ in range(3):
                read()
        read()
        with clinic_scope(busy.clinic):
            rows = {str(id): version for id, version in Patient.objects.values_list("pk", "version")}
        assert {id: copy.get(id) for id in rows} == rows


def test_reader_who_looks_up_where_the_page_began_loses_rows(busy):
    """The negative control: by the last row's id instead of `next`, while that row is renamed each time."""
    client, wrong, moved = signed_in(Client(), busy.owner), 0, count()
    for _ in range(ROUNDS):
        with clinic_scope(busy.clinic):
            here = {str(pk) for pk in Patient.objects.active().values_list("pk", flat=True)}
        found: list[str] = []
        address = f"{PATIENTS}?page_size=7&ordering=name"
        while rows := client.get(address).json()["results"]:
            found += [row["id"] for row in rows]
            with clinic_scope(busy.clinic):
                last = f"zzz {next(moved):08}"
                update_patient(by=Writer(), id=rows[-1]["id"], version=None, full_name=last, family_name=last)
            address = f"{PATIENTS}?page_size=7&ordering=name&after={rows[-1]['id']}"
        wrong += not here <= set(found)
    assert wrong == ROUNDS
