"""Files with a row an answer: our own files for analysis, and those of FHIR."""

import io
import json
from datetime import date
from random import Random

import pytest
from django.db import transaction

from clinic.api.exports.columns import TABLES, answer_rows
from clinic.api.exports.formats import FORMATS
from clinic.assessments.models import Assessment
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.imports.assessments.instruments import Instruments
from clinic.instruments.catalogue import find_version, usable
from clinic.instruments.items.parts import YES_NO, Item
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.imports.assessments.sending import PATH, checked, recorded, taken_back, written
from tests.imports.sending import faults
from tests.world import Writer, ahead, make_patient

LONG = "Record number,Questionnaire,Date,Item,Answer\n"


def as_file(kind: str) -> bytes:
    """The clinic's answers as our own file for analysis."""
    file = io.BytesIO()
    writer = FORMATS[kind].writer(file, TABLES["answers"].shown(names=True))
    for row in Assessment.objects.order_by("pk"):
        writer.write(answer_rows(row, find_version(row.instrument, row.instrument_version), names=True))
    return file.getvalue()


def stated() -> list[tuple[object, ...]]:
    rows = Assessment.objects.order_by("patient", "instrument", "date")
    return [
        (row.patient_id, row.instrument, row.date, row.answers, row.score, row.band, row.severity, row.results)
        for row in rows
    ]


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_our_own_file_for_analysis_brings_the_same_assessments(riverside, owner, kind):
    with transaction.atomic():
        with clinic_scope(riverside.clinic):
            patient = make_patient(gender="female", date_of_birth=date(1970, 1, 2))
            with transaction.atomic():
                answer_every_instrument(patient)
                before, content = stated(), as_file(kind)
                transaction.set_rollback(True)
            assert stated() == []
        batch = checked(owner, riverside, content, f"answers.{kind}")
        assert (faults(riverside, batch), batch.good) == ([], len(before))
        written(owner, riverside, batch)
        with clinic_scope(riverside.clinic):
            after = stated()
        transaction.set_rollback(True)
    assert len(before) > 12
    assert after == before


def answer_every_instrument(patient: Patient) -> None:
    """What the clinic may use, each with answers that are there for each kind of question."""
    chance = Random(5)  # noqa: S311
    for definition in Instruments(usable()).newest.values():
        if not definition.refusal(sex="female", age=56):
            items = [item for item in definition.items if not item.source and "female" in item.sexes]
            answers = {item.code: some_answer(item, chance) for item in items}
            about = {"patient": patient, "user": patient.user, "date": ahead(-400), "complete": True}
            start_assessment(by=Writer(), definition=definition, answers=answers, **about)


def some_answer(item: Item, chance: Random) -> object:
    if item.options:
        return chance.choice(list(item.by_value))
    if item.measure is not None:
        return chance.randint(int(item.measure.minimum), int(item.measure.maximum))
    return chance.choice([True, False]) if item.kind == YES_NO else "2026-01-02"


def test_rows_of_one_questionnaire_go_in_together_or_not_at_all(riverside, owner, people):
    text = LONG + "".join(
        f"{who},PHQ-2,2026-03-01,{item},{value}\n"
        for who, item, value in (("AB-1", 1, 3), ("AB-1", 2, "nearly every day"), ("AB-2", 1, 9), ("AB-2", 2, 1))
    )
    batch = checked(owner, riverside, text)
    assert [(row, column) for row, column, _ in faults(riverside, batch)] == [(4, "Answer"), (5, "")]
    assert (batch.rows, batch.good, batch.faulty) == (2, 1, 1)
    errors = b"".join(owner.get(f"{PATH}{batch.pk}/errors/").streaming_content)
    written(owner, riverside, batch, "good")
    assert recorded(riverside) == [("AB-1", "2026-03-01", "6", "Positive screen")]
    again = checked(owner, riverside, errors.replace(b",9", b",1"), "rows-to-correct.csv")
    assert (again.rows, again.good, faults(riverside, again)) == (1, 1, [])


def test_item_that_is_answered_twice_is_an_error(riverside, owner, people):
    text = LONG + "AB-1,PHQ-2,2026-03-01,1,3\nAB-1,PHQ-2,2026-03-01,Q1,2\nAB-1,PHQ-2,2026-03-01,7,2\n"
    said = [
        (2, "", "Belongs to the questionnaire of row 2, where something is wrong."),
        (3, "Answer", "Item 1 is answered by another row of this questionnaire."),
        (4, "Answer", "PHQ-2 has no item 7."),
    ]
    assert faults(riverside, checked(owner, riverside, text)) == said


def response(who: object, **fields: object) -> dict[str, object]:
    """A PHQ-2 as FHIR has it, by the codes of LOINC."""
    items = [
        {"linkId": "/44250-9", "answer": [{"valueCoding": {"code": "LA6571-9", "display": "Nearly every day"}}]},
        {"linkId": "/44255-8", "answer": [{"valueInteger": 1}]},
    ]
    return {
        "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "http://test.test/Q/phq-2|2",
        "subject": who, "authored": "2026-03-01T09:30:00+01:00", "item": [{"linkId": "all", "item": items}], **fields,
    }  # fmt: skip


def as_lines(*found: object) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in found)


def test_responses_of_fhir_are_brought_in(riverside, owner, people):
    number = {"identifier": {"type": {"coding": [{"code": "MR"}]}, "value": "AB-1"}}
    national = {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9434765919"}}
    reference = {"reference": f"Patient/{people[1].pk}"}
    batch = checked(owner, riverside, as_lines(*map(response, (number, reference, national))), "answers.ndjson")
    assert (faults(riverside, batch), batch.rows) == ([], 3)
    batch = written(owner, riverside, batch)
    assert sorted(recorded(riverside)) == [
        (who, "2026-03-01", "4", "Positive screen") for who in ("AB-1", "AB-2", "AB-3")
    ]
    assert (taken_back(owner, riverside, batch).removed, recorded(riverside)) == (3, [])


WRONG = {
    "[]": "This line is no QuestionnaireResponse.",
    "{": "This line is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).",
    '{"resourceType": "Patient"}': "This line is no QuestionnaireResponse, but Patient.",
    json.dumps(response({}, status="in-progress")): "Only what is completed is brought in; this is “in-progress”.",
    json.dumps(response(7)): "“subject” holds something else than FHIR has there: 7",
    json.dumps(response({}, item=[{"linkId": "1", "answer": [{"valueAttachment": {}}]}])): (
        "An answer has none of the values that are read: valueAttachment"
    ),
    "[" * 100_000: "This line is too deep to be read.",
}


@pytest.mark.parametrize("line", WRONG, ids=range(len(WRONG)))
def test_line_that_is_no_completed_response_is_a_fault_of_its_own(riverside, owner, people, line):
    good = as_lines(response({"reference": f"Patient/{people[0].pk}"}))
    batch = checked(owner, riverside, f"{line}\n{good}", "answers.ndjson")
    assert (faults(riverside, batch), batch.good) == ([(1, "", WRONG[line])], 1)


def test_total_that_a_response_states_is_compared(riverside, owner, people):
    item = response({})["item"] + [{"linkId": "/55758-7", "answer": [{"valueDecimal": 5}]}]
    line = response({"reference": f"Patient/{people[0].pk}"}, item=item)
    batch = checked(owner, riverside, as_lines(line), "answers.ndjson")
    assert faults(riverside, batch) == [(1, "value", "The file says 5, and its answers come to 4.")]
