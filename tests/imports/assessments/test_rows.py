"""What is wrong with rows of answers, and what is asked before they are read: by row, column and value."""

import pytest

from clinic.assessments.models import Assessment
from clinic.audit.models import AuditEvent
from clinic.imports.models import ImportFault, Stage
from clinic.tenancy.scope import clinic_scope
from tests.imports.assessments.sending import ANSWERS, HEAD, ONES, PATH, checked, columns, recorded, sent, written
from tests.imports.sending import batch_of, faults, key_of, work
from tests.world import ahead, make_patient

ONE_TO_NINE = ",".join("1" * 9)
SAID = {
    f"ZZ-9,2026-03-01,{ONE_TO_NINE},9": ("Record number", "No patient here has this record number."),
    f",2026-03-01,{ONE_TO_NINE},9": (
        "Record number",
        "Write the patient's record number, or an identifier as “NHS number|943 476 5919”.",
    ),
    f"Ana Bell,2026-03-01,{ONE_TO_NINE},9": ("Record number", "No patient here has this record number."),
    f"NHS number|123,2026-03-01,{ONE_TO_NINE},9": (
        "Record number",
        "123 is no NHS number. Look for a digit that is wrong, missing or exchanged.",
    ),
    f"AB-1,,{ONE_TO_NINE},9": ("Date given", "Write the day on which it was given."),
    f"AB-1,1899-03-01,{ONE_TO_NINE},9": ("Date given", "An assessment lies between 1900 and today."),
    f"AB-1,1960-03-01,{ONE_TO_NINE},9": ("Record number", "The patient was not born yet on that day."),
    "AB-1,2026-03-01,4,1,1,1,1,1,1,1,1,": (
        "phq9_1",
        "Item 1 has no such answer. It takes 0 (Not at all), 1 (Several days), 2 (More than half the days), "
        "3 (Nearly every day).",
    ),
    f"AB-1,2026-03-01,{ONE_TO_NINE},14": ("Total", "The file says 14, and its answers come to 9."),
    "AB-1,2026-03-01,1,1,1,1,1,1,1,1,,9": (
        "Total",
        "The file says 9, and its answers come to no score: 8 of 9 answered, total between 8 and 11, not scored.",
    ),
    f"AB-1,2026-03-01,{ONE_TO_NINE},nine": ("Total", "Write a number."),
    "AB-1,2026-03-01,,,,,,,,,,": ("", "None of the 9 items of PHQ-9 that count is answered."),
}


@pytest.mark.parametrize("row", SAID)
def test_row_that_cannot_be_brought_in_says_where_and_why(riverside, owner, people, row):
    batch = checked(owner, riverside, f"{HEAD}{row}\n")
    assert (faults(riverside, batch), batch.faulty, batch.good) == ([(2, *SAID[row])], 1, 0)


def test_every_error_of_a_row_is_named_with_its_value(riverside, owner, people):
    batch = checked(owner, riverside, HEAD + "ZZ-9,2026-02-31,4,x,1,1,1,1,1,1,1,?\n")
    with clinic_scope(riverside.clinic):
        found = ImportFault.objects.filter(batch=batch).values_list("column", "value")
        assert sorted(found) == [
            ("Date given", "2026-02-31"), ("Record number", "ZZ-9"), ("Total", "?"), ("phq9_1", "4"), ("phq9_2", "x"),
        ]  # fmt: skip


def test_answer_of_tomorrow_is_refused(riverside, owner, people):
    with clinic_scope(riverside.clinic):
        tomorrow = ahead(1)
    batch = checked(owner, riverside, HEAD + ONES.replace("2026-03-01", tomorrow.isoformat()))
    assert faults(riverside, batch) == [(2, "Date given", "An assessment lies between 1900 and today.")]


def test_identifier_finds_whose_it_is(riverside, owner, people):
    batch = checked(owner, riverside, HEAD + ONES.replace("AB-1", "nhs|943 476 5919"))
    written(owner, riverside, batch)
    assert recorded(riverside) == [("AB-3", "2026-03-01", "9", "Mild")]


def test_number_of_two_patients_is_nobodys(riverside, owner, people):
    with clinic_scope(riverside.clinic):
        for number in ("C-7", "c 7"):
            make_patient(record_number=number, shares_number=True)
    batch = checked(owner, riverside, HEAD + ONES.replace("AB-1", "C7"))
    assert faults(riverside, batch) == [(2, "Record number", "Several patients have, or had, this record number.")]


def test_rows_to_correct_are_sent_again(riverside, owner, people):
    batch = checked(owner, riverside, ANSWERS.replace("AB-1,2026-03-15", "AB-9,2026-03-15"))
    content = b"".join(owner.get(f"{PATH}{batch.pk}/errors/").streaming_content)
    written(owner, riverside, batch, "good")
    again = checked(owner, riverside, content.replace(b"AB-9", b"AB-1"), "rows-to-correct.csv")
    assert (again.rows, faults(riverside, again)) == (1, [])
    assert len(recorded(riverside)) == 2
    written(owner, riverside, again)
    assert [row[:2] for row in recorded(riverside)][-1] == ("AB-1", "2026-03-15")


def test_dates_that_can_be_read_two_ways_are_asked_about(riverside, owner, people):
    batch = checked(owner, riverside, HEAD + ONES.replace("2026-03-01", "03/04/2026"))
    page = owner.get(f"{PATH}{batch.pk}/").content.decode()
    assert (batch.stage, "which comes first: the day or the month?" in page) == (Stage.ASKING, True)
    said = {**columns(riverside, str(batch.pk)), "question-0": "month"}
    owner.post(f"{PATH}{batch.pk}/columns/", said)
    after = work(riverside, str(batch.pk))
    written(owner, riverside, after)
    assert [row[1] for row in recorded(riverside)] == ["2026-03-04"]


def test_questionnaire_that_no_column_names_is_asked_about(riverside, owner, people):
    text = "MRN,Date,Q1,Q2\nAB-1,2026-03-01,1,2\n"
    key = key_of(sent(owner, text))
    page = owner.get(f"{PATH}{key}/").content.decode()
    assert "Which questionnaire is it? No column says so." in page
    owner.post(f"{PATH}{key}/read/", {"value": "phq-2", "version": "1"})
    said = columns(riverside, key)
    assert [said[f"column-{place}"] for place in range(4)] == ["patient", "date", "item-1", "item-2"]
    owner.post(f"{PATH}{key}/columns/", said)
    written(owner, riverside, work(riverside, key))
    assert recorded(riverside) == [("AB-1", "2026-03-01", "3", "Positive screen")]


def test_column_of_an_item_is_remembered_for_its_questionnaire(riverside, owner, people):
    text = "MRN,Date,Instrument,D1,D2\nAB-1,2026-03-01,PHQ-2,1,2\n"
    key = key_of(sent(owner, text))
    owner.post(f"{PATH}{key}/columns/", {**columns(riverside, key), "column-3": "item-1", "column-4": "item-2"})
    again, other = (key_of(sent(owner, each)) for each in (text, text.replace("PHQ-2", "GAD-2")))
    found = [batch_of(riverside, each).facts["proposed"] for each in (again, other)]
    assert [(each["D1"], each["D2"]) for each in found] == [("item-1", "item-2"), ("", "")]


def test_columns_that_are_missing_are_asked_for_by_name(riverside, owner, people):
    key = key_of(sent(owner, "Name,phq9_1,phq9_2\nAna Bell,1,2\n"))
    page = owner.post(f"{PATH}{key}/columns/", columns(riverside, key))
    text = page.content.decode()
    assert page.status_code == 422
    assert ("Names alone find nobody." in text, "Say which column has the day" in text) == (True, True)


def test_one_file_of_several_questionnaires_is_read_by_the_codes_of_items(riverside, owner, people):
    text = (
        "MRN,Date,Questionnaire,1,2,3,4,5,6,7\n"
        "AB-1,2026-03-01,GAD-7,1,1,1,1,1,1,1\nAB-1,2026-03-01,PHQ-2,3,3,,,,,\nAB-2,2026-03-01,PHQ-2,3,3,1,,,,\n"
    )
    batch = checked(owner, riverside, text)
    assert faults(riverside, batch) == [(4, "3", "PHQ-2 has no item 3.")]
    written(owner, riverside, batch, "good")
    assert sorted(row[2] for row in recorded(riverside)) == ["6", "7"]


def test_question_in_words_is_no_item_of_a_file_of_several_questionnaires(riverside, owner, people):
    question = "Little interest or pleasure in doing things"
    one = f"MRN,Date,Questionnaire,{question}\nAB-1,2026-03-01,PHQ-2,1\n"
    keys = [key_of(sent(owner, text)) for text in (one, f"{one}AB-1,2026-03-01,GAD-7,1\n")]
    found = [batch_of(riverside, key).facts["proposed"][question] for key in keys]
    assert found == ["item-1", ""]


def test_who_answered_and_practitioner_are_noted(riverside, owner, people):
    head = HEAD.replace("Total", "Answered by,Therapist")
    batch = checked(owner, riverside, head + f"AB-1,2026-03-01,{ONE_TO_NINE},Her mother,{riverside.clinician.name}\n")
    written(owner, riverside, batch)
    with clinic_scope(riverside.clinic):
        row = Assessment.objects.get()
        said = [event.changes for event in AuditEvent.objects.filter(action="assessment.answered_by")]
        assert (row.user_id, said) == (riverside.clinician.pk, [{"answered_by": [None, "Her mother"]}])


def test_patient_of_nobody_needs_a_practitioner(riverside, owner, people):
    with clinic_scope(riverside.clinic):
        make_patient(record_number="AB-4", user=None)
    rows = HEAD + ONES.replace("AB-1", "AB-4")
    said = "Nobody is responsible for this patient yet. Say whose the assessment is."
    assert faults(riverside, checked(owner, riverside, rows)) == [(2, "Record number", said)]
    assert checked(owner, riverside, rows, user=str(riverside.clinician.pk)).good == 1
