"""Rows of a file beside the record: each is found by its keys, and no row is joined with the patients.

Of a clinic that is being filled PostgreSQL has no figures: a join compared each row of a file with each patient, and
8,000 rows took a minute of its CPU.
"""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.imports.cleaning import Cleaned
from clinic.imports.fields import USER
from clinic.imports.work.comparing import compared
from clinic.tenancy.scope import clinic_scope
from clinic.text.phones import parse_phone
from tests.world import make_patient

BORN, PHONE = date(1961, 3, 12), "020 7946 0018"


def row(number, name, *, user=None, born=BORN, phone=PHONE, record_number=""):
    values = {"full_name": name, "date_of_birth": born, "phone_number": parse_phone(phone), USER: user}
    return Cleaned(number, values | {"record_number": record_number}, [])


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        about = {"date_of_birth": BORN, "phone_number": PHONE}
        riverside.hers = make_patient(
            full_name="Ana Bell", record_number="P-7", user_id=riverside.clinician.pk, **about
        )
        riverside.free = make_patient(full_name="Ben Cole", record_number="P-8", user=None, date_of_birth=BORN)
        yield riverside


def told(rows):
    return {number: (said.is_here, said.target) for number, said in compared(rows).items()}


def test_each_row_has_the_verdict_that_says_most(scope):
    mine = scope.clinician.pk
    rows = [
        row(1, "ana  BELL", user=mine),
        row(2, "Ana Bell", user=mine, phone="020 7946 0019"),
        row(3, "Ana Bell", user=scope.owner.pk, phone="020 7946 0019"),
        row(4, "Ana Bell", phone="020 7946 0019"),
        row(5, "Ben Cole", phone=""),
        row(6, "Ben Cole", born=date(1962, 3, 12)),
        row(7, "Ben Cole", user=mine, born=None),
        row(8, "Somebody Else", record_number="p 7", born=date(1962, 3, 12)),
        row(9, "Anne Bell", record_number="P-7"),
        row(10, "Ana Bell", record_number="P-9", phone="020 7946 0019", born=None),
    ]
    assert told(rows) == {
        1: (True, "full_name"), 2: (False, "full_name"), 5: (True, "full_name"), 6: (False, "full_name"),
        8: (False, "record_number"), 9: (True, "record_number"),
    }  # fmt: skip


def test_keys_are_asked_for_and_nothing_is_joined(scope):
    rows = [row(number, f"Name {number}", user=scope.clinician.pk if number % 2 else None, record_number=f"N-{number}")
            for number in range(200)]  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        assert compared(rows) == {}
    asked = [each["sql"] for each in queries if "patients_patient" in each["sql"]]
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(f"EXPLAIN {sql}")
            plan = " ".join(line for (line,) in cursor.fetchall())
            assert ("patients_patient" in plan, "Join" in plan, "Nested Loop" in plan) == (True, False, False)
    assert len(asked) == 3
