"""Exact look-ups: by the number that names one patient, by a day, by what others call somebody."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.tenancy.scope import clinic_scope
from tests.api.test_bad_input import check
from tests.api.test_schema import document
from tests.world import make_assessment, make_patient

PATIENTS, ASSESSMENTS = "/api/v1/patients/", "/api/v1/assessments/"
ISO, NEEDS_BAR = "Give a day as YYYY-MM-DD.", "Give the system and the value with a bar between them"


@pytest.fixture
def known(riverside):
    """Three patients, by a letter each."""
    with clinic_scope(riverside.clinic):
        return {
            "a": make_patient(
                record_number="P-000041", date_of_birth=date(1985, 4, 12), identifiers="NHS number: 9434765919"
            ),
            "b": make_patient(
                record_number="P-0000410",
                date_of_birth=date(1985, 4, 13),
                identifiers="City hospital: AB.1 (x)\nPrison: 94347659190",
            ),
            "c": make_patient(record_number="X|4", date_of_birth=date(1985, 4, 12), identifiers="City hospital: AB.1"),
        }


def found(client, known, query: str) -> str:
    answer = client.get(f"{PATIENTS}?{query}")
    assert answer.status_code == 200, answer.content
    ids = {str(patient.pk): name for name, patient in known.items()}
    return "".join(sorted(ids[row["id"]] for row in answer.json()["results"]))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("record_number=P-000041", "a"),
        ("record_number=P-00004", ""),
        ("record_number=%20P-000041%20", "a"),
        ("record_number=X|4", "c"),
        ("date_of_birth=1985-04-12", "ac"),
        ("date_of_birth=1985-04-12&record_number=P-000041", "a"),
        ("date_of_birth=2085-04-12", ""),
        ("identifier=NHS number|9434765919", "a"),
        ("identifier=nhs|943 476 5919", "a"),
        ("identifier=City hospital|AB.1", "c"),
        ("identifier=city HOSPITAL|ab.1", "c"),
        ("identifier=City hospital|AB.1 (x)", "b"),
        ("identifier=City hospital|ABX1", ""),
        ("identifier=hospital|AB.1", ""),
        ("identifier=Prison|9434765919", ""),
        ("identifier=Prison|94347659190", "b"),
    ],
)
def test_look_up_finds_what_is_the_same_and_nothing_like_it(person, known, query, expected):
    assert found(person, known, query) == expected


@pytest.mark.parametrize(
    ("path", "name", "value", "message"),
    [
        (PATIENTS, "date_of_birth", "12/04/1985", ISO),
        (PATIENTS, "date_of_birth", "1985-04-31", ""),
        (PATIENTS, "date_of_birth", "1985-4-12", ISO),
        (PATIENTS, "date_of_birth", "", "Leave this out"),
        (PATIENTS, "record_number", " ", "Leave this out"),
        (PATIENTS, "tag", "\u2003", "Leave this out"),
        (PATIENTS, "record_number", "--", "at least one letter"),
        (PATIENTS, "record_number", "9" * 41, ""),
        (PATIENTS, "record_number", "\0", ""),
        (PATIENTS, "identifier", "9434765919", NEEDS_BAR),
        (PATIENTS, "identifier", "|9434765919", NEEDS_BAR),
        (PATIENTS, "identifier", "NHS number|", NEEDS_BAR),
        (PATIENTS, "identifier", "NHS number|9434765918", "is no NHS number"),
        (PATIENTS, "identifier", "a|b\0", ""),
        (ASSESSMENTS, "date_from", "1 March 2026", ISO),
        (ASSESSMENTS, "date_to", "3/12/2025", ISO),
    ],
)
def test_look_up_that_cannot_be_read_is_refused_by_name(client, path, name, value, message):
    fields = check(client.get(path, {name: value}), 400)
    assert list(fields) == [name]
    assert message in " ".join(fields[name])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(["record_number", "date_of_birth", "identifier"]), st.text(max_size=60))
def test_any_text_is_looked_up_or_refused(person, name, value):
    assert person.get(PATIENTS, {name: value}).status_code in (200, 400)


def test_look_ups_are_documented(db):
    told = {each["name"]: each["schema"] for each in document()["paths"][PATIENTS]["get"]["parameters"]}
    assert told["record_number"] == {"type": "string", "minLength": 1, "maxLength": 40, "format": "record-number"}
    assert told["date_of_birth"] == {"type": "string", "format": "date"}
    pattern = told["identifier"]["pattern"]  # what it takes: test_codes.py
    assert told["identifier"] == {"type": "string", "maxLength": 121, "format": "identifier", "pattern": pattern}


def test_assessments_are_looked_up_by_instrument_and_state(person, riverside, patient, body):
    with clinic_scope(riverside.clinic):
        make_assessment(patient, name="Walk")
    for fields in ({"complete": True}, {"complete": False}):
        assert person.post(ASSESSMENTS, body(**fields), content_type="application/json").status_code == 201
    told = {}
    for query in ("instrument=phq-9&status=completed", "instrument=phq-9&status=in_progress", "instrument=none"):
        rows = person.get(f"{ASSESSMENTS}?{query}").json()["results"]
        told[query] = [(row["instrument"], row["status"]) for row in rows]
    assert told == {
        "instrument=phq-9&status=completed": [("phq-9", "completed")],
        "instrument=phq-9&status=in_progress": [("phq-9", "in_progress")],
        "instrument=none": [(None, "completed")],
    }


@pytest.mark.parametrize("offset", ["+15:59", "+16:00", "+23:59", "-23:59"])
def test_moment_of_any_offset_is_read(person, offset):
    """PostgreSQL has none of sixteen hours and more."""
    assert person.get(PATIENTS, {"updated_since": f"2026-03-01T09:30:00{offset}"}).status_code == 200


def test_moment_before_all_others_is_refused(person):
    for moment in ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        assert list(check(person.get(PATIENTS, {"updated_since": moment}), 400)) == ["updated_since"]
