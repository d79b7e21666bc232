"""Our own list of patients as a file, brought into a clinic that has none of them: the same people."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.lists.jobs.spreadsheets import pieces
from clinic.lists.page.rows import Records, file_labels, plain_rows, table_of
from clinic.patients.actions import create_patient
from clinic.patients.forms import PatientForm, new_initial
from clinic.patients.models import Gender, Patient
from clinic.patients.tables import PatientTable
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.imports.sending import checked, faults, written
from tests.world import Writer

COLUMNS = ("name", "preferred_name", "record_number", "date_of_birth", "gender", "phone_number", "practitioner")
SHOWN = ("full_name", "family_name", "preferred_name", "gender", "date_of_birth", "date_of_birth_precision")
LETTERS = st.sampled_from("abcdéøşñłžаяقش王")
WORDS = st.text(LETTERS, min_size=2, max_size=8).map(str.capitalize)
NAMES = st.lists(WORDS, min_size=2, max_size=4, unique=True).map(" ".join)
DATES = st.dates(date(1930, 1, 1), date(2020, 1, 1)).map(str)
BORN = st.one_of(DATES, DATES.map(lambda day: day[:4]), DATES.map(lambda day: f"about {day[:4]}"))
PHONES = st.one_of(st.just(""), st.integers(0, 999).map("020 7946 0{:03d}".format))


def people() -> list[tuple[str, ...]]:
    rows = Patient.objects.order_by("record_number")
    return [(*(str(getattr(row, name)) for name in SHOWN), row.phone_text, row.record_number) for row in rows]


def register(values: dict[str, str]) -> None:
    form = PatientForm({**new_initial(str(Practitioner.objects.active()[0].pk)), **values}, next_number="P-000001")
    assert form.is_valid(), form.errors
    create_patient(by=Writer(), **form.values())


def as_file(kind: str) -> bytes:
    rows = list(Patient.objects.select_related("user").order_by("record_number"))
    table = table_of(PatientTable, Records(rows), COLUMNS)
    return b"".join(content for content, _ in pieces(kind, file_labels(table), [plain_rows(table)]))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_our_own_file_brings_the_same_people(in_riverside, client_of_owner, data, kind):
    world, owner = in_riverside(), client_of_owner()
    drawn = data.draw(st.lists(st.tuples(NAMES, BORN, PHONES, st.sampled_from(Gender.values)), min_size=1, max_size=4))
    with transaction.atomic():
        with clinic_scope(world.clinic):
            for number, (name, born, phone, gender) in enumerate(drawn):
                full = f"{name} {chr(97 + number)}{chr(97 + number)}"
                register({"full_name": full, "date_of_birth": born, "phone_number": phone, "gender": gender})
            before, content = people(), as_file(kind)
        transaction.set_rollback(True)
    with transaction.atomic():
        batch = checked(owner, world, content, f"patients.{kind}")
        assert (batch.found.get("questions"), faults(world, batch)) == (None, [])
        written(owner, world, batch)
        with clinic_scope(world.clinic):
            after = people()
        transaction.set_rollback(True)
    assert after == before


@pytest.fixture
def in_riverside(riverside):
    """The clinic, behind a function: a world answers every name, which puzzles what writes failures down."""
    return lambda: riverside


@pytest.fixture
def client_of_owner(owner):
    return lambda: owner
