"""Patients of FHIR's bulk files (NDJSON): what is read of a resource, the way of such a file, hostile lines."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.imports.files.fhir import HEADINGS, INTERPRETER, patient_rows
from clinic.imports.files.rows import LONGEST_CELL
from clinic.imports.models import Stage
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.imports.sending import checked, faults, sent, work, written

NAME = "patients.ndjson"
WARD = "https://ward.example.org/number"
ADAEZE = {
    "resourceType": "Patient",
    "identifier": [
        {"type": {"coding": [{"code": "MR"}]}, "value": "AO-12"},
        {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "943 476 5919"},
        {"system": WARD, "value": "7", "type": {"text": "Ward: 3"}},
        {"system": WARD, "value": "6", "use": "old"},
    ],
    "name": [
        {"use": "maiden", "given": ["Adaeze"], "family": "Eze"},
        {"use": "official", "given": ["Adaeze", None, "Ngozi"], "family": "Okonkwo", "suffix": ["Jr"]},
        {"use": "nickname", "text": "Ada"},
    ],
    "gender": "female",
    "birthDate": "1961-03",
    "telecom": [
        {"system": "phone", "use": "home", "value": "020 7946 0018 ext 12"},
        {"system": "phone", "use": "mobile", "value": "07700 900123"},
        {"system": "phone", "use": "old", "value": "07700 900999"},
        {"system": "email", "value": "ada@example.org"},
    ],
    "address": [{"line": ["1 Mill Lane"], "city": "Leeds", "postalCode": "LS1"}],
    "communication": [
        {"language": {"coding": [{"code": "en"}]}},
        {"language": {"coding": [{"code": "es-MX"}]}, "preferred": True},
    ],
    "extension": [{"url": INTERPRETER, "valueBoolean": True}],
    "contact": [
        {"name": {"text": "Ama Eze"}, "relationship": [{"text": "sister"}], "telecom": [{"value": "020 7946 0111"}]}
    ],
    "deceasedBoolean": True,
}
KOFI = {
    "resourceType": "Patient",
    "name": [{"text": "Adeyemi, Kofi"}],
    "gender": "male",
    "birthDate": "1960-05-27",
    "meta": {"unknown": [1, 2.5, None]},
}


def lines(*resources) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in resources)


def test_every_field_that_is_read_is_brought_in(riverside, owner):
    batch = checked(owner, riverside, "\ufeff" + lines(ADAEZE) + "\r\n" + lines(KOFI), NAME, user="")
    assert (faults(riverside, batch), batch.good, batch.kind) == ([], 2, "fhir")
    assert written(owner, riverside, batch).stage == Stage.WRITTEN
    with clinic_scope(riverside.clinic):
        kofi, ada = Patient.objects.order_by("filed_as")
    assert (kofi.full_name, kofi.family_name, str(kofi.date_of_birth), kofi.user) == (
        "Kofi Adeyemi", "Adeyemi", "1960-05-27", None,
    )  # fmt: skip
    shown = {
        "record_number": "AO-12", "identifiers": "NHS number: 9434765919\nWard 3: 7",
        "full_name": "Adaeze Ngozi Okonkwo Jr", "family_name": "Okonkwo", "preferred_name": "Ada",
        "other_names": "Adaeze Eze", "gender": "female", "birth_date_text": "March 1961", "phone_extension": "",
        "second_phone_extension": "12", "email": "ada@example.org", "address": "1 Mill Lane\nLeeds\nLS1",
        "language": "es", "needs_interpreter": True, "next_of_kin": "Ama Eze, sister, 020 7946 0111",
        "status": "deceased",
    }  # fmt: skip
    assert {name: getattr(ada, name) for name in shown} == shown
    assert (ada.phone_number, ada.second_phone_number) == ("+447700900123", "+442079460018")


def test_file_twice_adds_nothing_and_is_taken_back(riverside, owner):
    batch = written(owner, riverside, checked(owner, riverside, lines(ADAEZE, KOFI), NAME))
    again = checked(owner, riverside, lines(ADAEZE, KOFI), NAME)
    assert (again.good, again.here, again.faulty) == (0, 2, 0)
    assert owner.post(f"/patients/import/{batch.pk}/undo/", {"version": str(batch.version)}).status_code == 302
    assert work(riverside, str(batch.pk)).stage == Stage.UNDONE
    with clinic_scope(riverside.clinic):
        assert not Patient.objects.exists()


def test_rows_at_fault_come_as_csv_that_is_corrected_and_sent_again(riverside, owner):
    wrong = {**KOFI, "birthDate": "1960-13-40"}
    batch = checked(owner, riverside, lines(ADAEZE, wrong), NAME)
    ((row, column, _),) = faults(riverside, batch)
    assert (row, column) == (2, "Date of birth")
    written(owner, riverside, batch, "good")
    content = b"".join(owner.get(f"/patients/import/{batch.pk}/errors/").streaming_content).decode()
    again = checked(owner, riverside, content.replace("1960-13-40", "27 May 1960"), "rows-to-correct.csv")
    assert (faults(riverside, again), again.good) == ([], 1)


FAULTY = {
    '{"resourceType": "Observation"}': "This line is no Patient, but Observation.",
    "[1]": "This line is no Patient, but something else.",
    "Name;Born": "This line is no JSON: Expecting value: line 1 column 1 (char 0).",
    '{"resourceType": "Patient", "name": 5}': "“name” holds something else than FHIR has there: 5",
    '{"resourceType": "Patient", "name": [{"family": ["a"]}]}': "“family” holds something else than FHIR has there",
    '{"resourceType": "Patient", "gender": NaN}': "This line is no JSON: NaN is no number.",
    '{"resourceType": "Patient", "gender": "\\u0000"}': "This line has signs in it that are no text.",
    '{"resourceType": "Patient", "gender": "\\ud800"}': "This line has signs in it that are no text.",
    '{"resourceType": "\\u0000"}': "This line is no Patient, but .",
    '{"resourceType": "Patient", "name": "\\ud800"}': "“name” holds something else than FHIR has there",
    f'{{"resourceType": "Patient", "gender": "{"x" * (LONGEST_CELL + 1)}"}}': "A field of this line is too long.",
    '{"a":' * 50_000: "This line is too deep to be read.",
    '{"resourceType": "Patient", "a": ' + "9" * 10_000 + "}": "This line is no JSON: Exceeds the limit",
}


def test_every_hostile_line_is_named_and_the_others_are_read(riverside, owner):
    content = "".join(f"{line}\n" for line in FAULTY) + lines(KOFI)
    batch = checked(owner, riverside, content, NAME)
    found = faults(riverside, batch)
    assert [row for row, _, _ in found] == list(range(1, len(FAULTY) + 1))
    assert [message.startswith(said) for (_, _, message), said in zip(found, FAULTY.values(), strict=True)] == (
        [True] * len(FAULTY)
    ), found
    assert (batch.good, owner.get(f"/patients/import/{batch.pk}/").status_code) == (1, 200)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b'{"resourceType": "Patient", "gender": "\xff"}\n', b"", b"\n\n"])
def test_file_that_is_no_such_file_is_refused(riverside, owner, content):
    assert sent(owner, content, NAME).status_code in (302, 422)


NAMES = {"use", "value", "system", "given", "family", "text", "coding", "code", "type", "line", "name", "language"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(NAMES)), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.dictionaries(st.sampled_from(sorted(ADAEZE)), JSON))
def test_whatever_a_line_holds_is_a_row_or_a_fault(anything, fields):
    for each in (anything, {**ADAEZE, **fields}):
        (row,) = patient_rows(iter([json.dumps(each)]))
        assert row.fault or len(row.cells) == len(HEADINGS)
        "".join([*row.cells, row.fault]).encode()
