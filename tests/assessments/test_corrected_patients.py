"""A completed questionnaire stays as it was answered when the patient's record is corrected afterwards."""

import re
from datetime import date
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import connection

from clinic.assessments.models import Assessment, AssessmentRevision
from clinic.assessments.questionnaire.actions import change_responses
from clinic.assessments.record.refusals import ResponsesRefused
from clinic.assessments.record.results import person_now
from clinic.instruments import catalogue
from clinic.instruments.actions import set_instrument_choices
from clinic.patients.actions import update_patient
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import answers, chosen, let_in
from tests.world import Writer, make_assessment, make_patient

BY = Writer()
ITEM = "Menstrual cramps or other problems with your periods WOMEN ONLY"
MILD = {f"answer-{number}": "0" for number in range(1, 16)} | {"answer-4": "2"}


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(gender="female", date_of_birth=date(1980, 1, 1))


@pytest.fixture
def completed(client, patient, riverside):
    """A function that completes a questionnaire of the patient."""

    def complete(instrument="phq-15", answers=MILD, do="complete"):
        key = uuid4()
        form = {"id": key, "patient": patient.pk, "instrument": instrument, "date": "1 March 2026", "do": do}
        answer = client.post(f"/assessments/new/?patient={patient.pk}&instrument={instrument}", {**form, **answers})
        assert answer.status_code == 302, answer.content.decode()
        return key

    return complete


@pytest.fixture
def correct(patient, riverside):
    """A function that corrects the patient's record."""

    def change(**fields):
        with clinic_scope(riverside.clinic):
            update_patient(by=BY, id=patient.pk, version=None, **fields)

    return change


@pytest.fixture
def look(riverside):
    def read(key, model=Assessment):
        with clinic_scope(riverside.clinic):
            return model.objects.get(**{"pk" if model is Assessment else "assessment": key})

    return read


def shown(page) -> dict[str, str]:
    """The questions of a page with their answers, in words."""
    facts = re.findall(r"<dt>([^<]*)</dt>\s*<dd>\s*(?:<bdi>([^<]*)</bdi>|<span[^>]*>([^<]*)</span>)", page)
    answered = r'</th>\s*<td class="answers-said">\s*(?:<bdi>([^<]*)</bdi>|<span[^>]*>([^<]*)</span>)'
    answers = re.findall(rf"<bdi>([^<]*)</bdi>\s*{answered}", page)
    rows = [*facts, *answers]
    return {label.strip(): (value or none).strip() for label, value, none in rows}


def page_of(client, key, part="") -> str:
    return client.get(f"/assessments/{key}/{part}").content.decode()


def test_answer_stays_on_the_page_when_the_sex_is_corrected(client, completed, correct):
    key = completed()
    before = shown(page_of(client, key))
    correct(gender="male")
    after = shown(page_of(client, key))
    assert (before[ITEM], after[ITEM], after["Answered"]) == (*["Bothered a lot"] * 2, "15 of 15 answered, total 2")
    assert {name: after[name] for name in before} == before


def test_answer_stays_in_the_original_of_an_amendment(client, completed, correct, look):
    key = completed()
    change = {**MILD, "answer-1": "1", "date": "1 March 2026", "version": look(key).version, "reason": "Misread"}
    assert client.post(f"/assessments/{key}/amend/", change).status_code == 302
    assert page_of(client, key).count(ITEM) == 2
    correct(gender="male")
    page = page_of(client, key)
    assert (page.count(ITEM), shown(page[page.index("Misread") :])[ITEM]) == (2, "Bothered a lot")


def test_amending_draws_what_was_answered_and_says_what_the_record_changes(client, completed, correct):
    key = completed()
    assert "data-scored-by" not in page_of(client, key, "amend/")
    correct(gender="male")
    page = page_of(client, key, "amend/")
    assert re.findall(r'name="answer-4"\s+value="(\d)"\s+data-key="\d"\s+(checked)?', page)[2] == ("2", "checked")
    said = re.search(r"data-scored-by>(.*?)</p>", page, re.DOTALL)
    assert " ".join(said[1].split()) == (
        "Scored by the rule for female patients; the record now says male. "
        "Saved from here it is scored by the record: 14 of 14 answered, total 0. "
        "Item 4 is answered and does not count: it is not asked of male patients."
    )


def test_amending_scores_by_the_corrected_record_and_keeps_the_answer(client, completed, correct, look):
    key = completed()
    correct(gender="male")
    change = {**MILD, "date": "1 March 2026", "version": look(key).version, "reason": "Registered wrongly"}
    assert client.post(f"/assessments/{key}/amend/", change).status_code == 302
    now, original = look(key), look(key, AssessmentRevision).before
    assert (now.answers["4"], now.score, now.sex, now.age) == (2, 0, "male", 46)
    assert (original["answers"]["4"], original["score"], original["sex"], original["age"]) == (2, "2.00", "female", 46)
    page = page_of(client, key)
    assert shown(page)["Note"] == "Item 4 is answered and does not count: it is not asked of male patients."
    assert page.count(ITEM) == 2


def test_answer_that_does_not_count_can_be_taken_away_and_not_changed(client, completed, correct, look):
    key = completed()
    correct(gender="male")
    change = {**MILD, "date": "1 March 2026", "version": look(key).version, "reason": "Registered wrongly"}
    refused = client.post(f"/assessments/{key}/amend/", {**change, "answer-4": "1"})
    assert (refused.status_code, look(key).answers["4"]) == (422, 2)
    assert "Item 4 is not asked of male patients." in refused.content.decode()
    assert client.post(f"/assessments/{key}/amend/", {**change, "answer-4": ""}).status_code == 302
    assert (look(key).answers.get("4"), look(key).score) == (None, 0)


def test_draft_keeps_what_was_answered_before_the_correction(client, completed, correct, look):
    key = completed(answers={"answer-4": "2"}, do="later")
    correct(gender="male")
    page = page_of(client, key, "answer/")
    assert (page.count("data-item"), page.count("checked>")) == (15, 1)
    form = {"date": "1 March 2026", "version": look(key).version, "answer-4": "2", "answer-5": "1"}
    said = client.post(f"/assessments/{key}/answers/", form).content.decode()
    assert (look(key).answers, look(key).score_low, look(key).sex) == ({"4": 2, "5": 1}, 1, "male")
    assert ("1 of 14 answered" in said, "Item 4 is answered and does not count" in said) == (True, True)


def test_patients_own_form_keeps_what_was_answered_before_the_correction(make_link, correct, kept):
    link = make_link("phq-15")
    browser = let_in(link, "1 January 1980")
    answers(browser, link, **{"answer-4": "2"})
    correct(gender="male")
    assert (browser.get(link).content.decode().count("data-item"), chosen(browser, link)) == (15, ["4=2"])
    answers(browser, link, kept(Assessment).version, **{"answer-4": "2", "answer-5": "1"})
    assert kept(Assessment).answers == {"4": 2, "5": 1}


def test_item_that_nobody_answered_is_not_asked_after_the_correction(client, completed, correct):
    key = completed(answers={"answer-5": "2"}, do="later")
    correct(gender="male")
    assert page_of(client, key, "answer/").count("data-item") == 14


def test_age_that_was_used_stays_with_the_result(client, patient, completed, correct, look):
    well = {"answer-C": "0", "answer-U": "5", "answer-R": "16", "answer-B-systolic": "120", "answer-B-diastolic": "80"}
    key = completed("curb-65", well)
    assert (look(key).score, look(key).age, shown(page_of(client, key))["Age"]) == (0, 46, "46 years")
    correct(date_of_birth=date(1940, 1, 1))
    rows = shown(page_of(client, key))
    assert (look(key).score, look(key).age, rows["Age"]) == (0, 46, "46 years")
    assert rows["Changed since"] == "Scored by the age of 46; the record now says 86."


def test_page_does_not_speak_of_a_record_that_decides_nothing(client, completed, correct):
    key = completed("phq-9", {f"answer-{number}": "1" for number in range(1, 10)})
    correct(gender="male", date_of_birth=date(1940, 1, 1))
    assert "Changed since" not in shown(page_of(client, key))
    assert "data-scored-by" not in page_of(client, key, "amend/")


def bands_drawn(client, patient) -> list[str]:
    return re.findall(r'class="tick-y"[^>]*>(\d+)<', client.get(f"/patients/{patient.pk}/course/").content.decode())


@pytest.fixture
def with_audit_c(riverside):
    """The clinic says that it works without commercial purpose."""
    with clinic_scope(riverside.clinic):
        set_instrument_choices(by=BY, licence_classes=["non-commercial"], hidden=[])


@pytest.mark.usefixtures("with_audit_c")
def test_chart_has_the_bands_that_the_totals_were_scored_by(client, patient, completed, correct):
    completed("audit-c", {"answer-1": "3", "answer-2": "0", "answer-3": "0"})
    assert bands_drawn(client, patient) == ["0", "3", "12"]
    correct(gender="male")
    assert bands_drawn(client, patient) == ["0", "3", "12"]


@pytest.mark.usefixtures("with_audit_c")
def test_chart_of_totals_by_different_rules_has_the_bands_of_neither(client, patient, completed, correct):
    answers = {"answer-1": "3", "answer-2": "0", "answer-3": "0"}
    completed("audit-c", answers)
    correct(gender="male")
    completed("audit-c", answers)
    assert bands_drawn(client, patient) == ["0", "12"]
    page = client.get(f"/patients/{patient.pk}/course/").content.decode()
    assert "Scored by the rules for different sexes; bands that differ between them are not drawn." in page


@pytest.mark.parametrize("again", [{"complete": True}, {"answers": {"4": 2}}, {"score": 2}])
def test_the_same_again_is_no_amendment_after_a_correction(client, completed, correct, again):
    key = completed()
    address = f"/api/v1/assessments/{key}/"
    before = client.get(address).json()["results"]
    correct(gender="male")
    answer = client.patch(address, again, content_type="application/json")
    assert (answer.status_code, answer.json()["results"]) == (200, before)
    assert (before["sex"], before["age"], before["score"], before["answers"]["4"]) == ("female", 46, 2, 2)


def test_new_answer_to_what_is_not_asked_is_refused(completed, correct, riverside):
    key = completed(answers={"answer-5": "1"}, do="later")
    correct(gender="male")
    with clinic_scope(riverside.clinic), pytest.raises(ResponsesRefused, match="Item 4 is not asked of male patients"):
        change_responses(by=BY, id=key, answers={"4": 2})


def test_assessment_of_an_earlier_release_draws_every_answer(client, completed, correct, riverside):
    """Where the trail does not say by which sex it was scored, nothing is left out that has an answer."""
    key, other = completed(), completed(answers={**MILD, "answer-4": ""}, do="incomplete")
    correct(gender="male")
    with clinic_scope(riverside.clinic):
        Assessment.objects.update(sex="", age=None)
    rows = shown(page_of(client, key))
    assert rows[ITEM] == "Bothered a lot"
    assert rows["Changed since"] == "It is not known by which sex this was scored; the record now says male."
    assert ITEM not in shown(page_of(client, other))
    assert catalogue.find_version("phq-15", "1").drawn("", {}) == catalogue.find_version("phq-15", "1").asked("male")


MIGRATION = import_module("clinic.assessments.migrations.0006_scored_by")


def test_upgrade_keeps_the_sex_and_age_that_the_trail_proves(completed, correct, patient, look, riverside):
    """An assessment before each correction, and one after both, as an earlier release has them."""
    first = completed()
    correct(gender="male")
    second = completed(answers={"answer-1": "1"}, do="incomplete")
    correct(date_of_birth=date(1981, 1, 1))
    third = completed(answers={"answer-1": "1"}, do="incomplete")
    with clinic_scope(riverside.clinic):
        free = make_assessment(patient).pk
        Assessment.objects.update(sex="", age=None)
        with connection.cursor() as cursor:
            cursor.execute(MIGRATION.KNOWN)
    found = [(look(key).sex, look(key).age) for key in (first, second, third, free)]
    assert found == [("", None), ("male", None), ("male", 45), ("", None)]


@pytest.mark.parametrize("day", ["2026-02-28", "2026-03-01", "2028-02-29", "1980-02-29", "1980-02-28"])
def test_upgrade_counts_years_as_the_application_does(day, riverside):
    born, day = date(1980, 2, 29), date.fromisoformat(day)
    with clinic_scope(riverside.clinic):
        patient = make_patient(date_of_birth=born)
        assessment = make_assessment(patient, date=day, questions=[], instrument="phq-9", instrument_version="1")
        with connection.cursor() as cursor:
            cursor.execute(MIGRATION.KNOWN)
        assessment.refresh_from_db()
    assert (assessment.sex, assessment.age) == person_now(patient, day)
