"""The pages on which an instrument is answered."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from clinic.assessments.models import Assessment, AssessmentRevision
from clinic.assessments.models.alerts import Alert
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

ALL = {f"answer-{code}": "1" for code in range(1, 10)}


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(gender="female", date_of_birth=date(1980, 1, 1))


@pytest.fixture
def look(riverside):
    """The one assessment there is, as it is kept; None where there is none."""

    def read(model=Assessment):
        with clinic_scope(riverside.clinic):
            return model.objects.order_by("-pk").first()

    return read


def new(patient, instrument="phq-9") -> str:
    return f"/assessments/new/?patient={patient.pk}&instrument={instrument}"


def posted(patient, key=None, instrument="phq-9", **fields):
    return {"id": key or uuid4(), "patient": patient.pk, "instrument": instrument, "date": "1 March 2026", **fields}


def saved(client, patient, key, **fields):
    return client.post(f"/assessments/{key}/answers/", posted(patient, key, **fields))


def test_form_shows_every_item_and_keeps_nothing_by_being_opened(client, patient, look):
    page = client.get(new(patient)).content.decode()
    assert (page.count("data-item"), look()) == (10, None)


def test_new_form_says_that_one_of_the_same_is_not_finished(client, patient):
    key, other = uuid4(), uuid4()
    saved(client, patient, key, **{"answer-1": "2"})
    offer = f'<a href="/assessments/{key}/answer/">Go on with that one</a>'
    assert "PHQ-9 of 1 Mar 2026 is not finished" in client.get(new(patient)).content.decode()
    shown = {
        instrument: offer in client.get(new(patient, instrument)).content.decode() for instrument in ("phq-9", "gad-7")
    }
    assert shown == {"phq-9": True, "gad-7": False}
    itself = client.get(f"/assessments/{key}/answer/").content.decode()
    assert (itself.count("data-item"), offer in itself) == (10, False)
    client.post(f"/assessments/{key}/answer/", posted(patient, key, **ALL, version=1, do="complete"))
    saved(client, patient, other, **{"answer-1": "2"})
    with_another = client.get(new(patient)).content.decode()
    assert (offer in with_another, f"/assessments/{other}/answer/" in with_another) == (False, True)


@pytest.mark.parametrize("query", ["instrument=nonsense", "instrument=", "instrument=%00"])
def test_instrument_that_is_not_offered_is_not_there(client, patient, query):
    assert client.get(f"/assessments/new/?patient={patient.pk}&{query}").status_code == 404


def test_instrument_for_others_says_so(client, riverside):
    with clinic_scope(riverside.clinic):
        child = make_patient(date_of_birth=timezone.localdate().replace(day=1))
    answer = client.get(new(child, "news2"))
    assert (answer.status_code, "not made for anybody under 16" in answer.content.decode()) == (409, True)


def test_first_answer_begins_the_assessment_and_later_ones_go_on(client, patient, look):
    key = uuid4()
    saved(client, patient, key, **{"answer-1": "2"})
    saved(client, patient, key, **{"answer-1": "2", "answer-2": "3"})
    assessment = look()
    assert (assessment.pk, assessment.status, assessment.answers) == (key, "in_progress", {"1": 2, "2": 3})


def test_answer_says_what_it_comes_to_so_far(client, patient):
    text = saved(client, patient, uuid4(), **{"answer-1": "2"}).content.decode()
    assert ("1 of 9 answered" in text, "between <strong>2</strong> and <strong>26</strong>" in text) == (True, True)


def test_alert_is_shown_and_raised_by_the_draft_at_once(client, patient, look):
    text = saved(client, patient, uuid4(), **{"answer-9": "1"}).content.decode()
    assert 'role="alert"' in text
    assert look(Alert).rule == "item-9"


def test_form_is_resumed_where_it_was_left(client, patient):
    key = uuid4()
    saved(client, patient, key, **{"answer-3": "2"})
    page = client.get(f"/assessments/{key}/answer/").content.decode()
    assert page.count("checked>") == 1


def test_completing_needs_nothing_but_the_button(client, patient, look):
    answer = client.post(new(patient), {**posted(patient), **ALL, "do": "complete"})
    assessment = look()
    assert (answer.status_code, assessment.status, assessment.score, assessment.band) == (302, "completed", 9, "Mild")


def test_incomplete_assessment_is_completed_without_a_score(client, patient, look):
    client.post(new(patient), {**posted(patient), **ALL, "answer-4": "", "do": "incomplete"})
    assessment = look()
    page = client.get(f"/assessments/{assessment.pk}/").content.decode()
    assert (assessment.score, assessment.score_range) == (None, (8, 11))
    assert "8 of 9 answered, total between 8 and 11, not scored" in page


def test_nothing_answered_cannot_be_completed(client, patient, look):
    answer = client.post(new(patient), {**posted(patient), "do": "complete"})
    assert (answer.status_code, look()) == (422, None)


@pytest.mark.parametrize("value", ["7", "x", "1e3", "NaN", "-1", "1.5", "½"])
def test_answer_that_cannot_be_is_refused_and_nothing_typed_is_lost(client, patient, look, value):
    answer = client.post(new(patient), {**posted(patient), **ALL, "answer-2": value, "do": "complete"})
    page = answer.content.decode()
    assert (answer.status_code, look(), page.count("checked>")) == (422, None, 8)


def test_measurement_takes_a_comma(client, patient, look):
    saved(client, patient, uuid4(), instrument="news2", **{"answer-8": "37,5"})
    assert look().answers == {"8": 37.5}


@pytest.mark.parametrize("day", ["", "someday", "1 March 2099", "1 March 1950", "1/1/1"])
def test_date_that_cannot_be_is_refused(client, patient, look, day):
    answer = client.post(new(patient), {**posted(patient), **ALL, "date": day, "do": "complete"})
    assert (answer.status_code, look()) == (422, None)


def test_save_from_a_stale_window_is_refused_until_it_is_meant(client, patient, look):
    key = uuid4()
    saved(client, patient, key, **{"answer-1": "1"})
    saved(client, patient, key, **{"answer-1": "1", "answer-2": "2", "version": "1"})
    stale = saved(client, patient, key, **{"answer-1": "3", "version": "1"})
    assert (stale.status_code, look().answers) == (409, {"1": 1, "2": 2})
    saved(client, patient, key, **{"answer-1": "3", "version": "1", "mine": "1"})
    assert look().answers == {"1": 3}


def test_amending_keeps_the_original_and_needs_a_reason(client, patient, look):
    client.post(new(patient), {**posted(patient), **ALL, "do": "complete"})
    assessment = look()
    change = {**posted(patient, assessment.pk), **ALL, "answer-1": "3", "version": assessment.version}
    refused = client.post(f"/assessments/{assessment.pk}/amend/", change)
    assert (refused.status_code, "Say why" in refused.content.decode()) == (422, True)
    client.post(f"/assessments/{assessment.pk}/amend/", {**change, "reason": "Misread the second page"})
    page = client.get(f"/assessments/{assessment.pk}/").content.decode()
    assert (look().status, look().score, look(AssessmentRevision).before["score"]) == ("amended", 11, "9.00")
    assert "Misread the second page" in page


def test_cancelling_needs_a_reason_and_keeps_what_was_answered(client, patient, look):
    key = uuid4()
    saved(client, patient, key, **{"answer-1": "1"})
    form = {"version": look().version}
    assert client.post(f"/assessments/{key}/cancel/", {**form, "reason": " "}).status_code == 422
    assert client.post(f"/assessments/{key}/cancel/", {**form, "reason": "The patient left"}).status_code == 302
    assert (look().status, look().answers) == ("cancelled", {"1": 1})


@pytest.mark.parametrize("version", [{}, {"version": ""}, {"version": "1"}, {"version": "x"}])
def test_what_was_answered_meanwhile_is_not_cancelled(client, patient, look, version):
    key = uuid4()
    saved(client, patient, key, **{"answer-1": "1"})
    saved(client, patient, key, version="1", **{"answer-1": "1", "answer-2": "2"})
    refused = client.post(f"/assessments/{key}/cancel/", {**version, "reason": "The patient left"})
    page = refused.content.decode()
    assert (refused.status_code, look().status, look().answers) == (409, "in_progress", {"1": 1, "2": 2})
    assert ("Somebody answered this meanwhile" in page, "The patient left" in page) == (True, True)
    now = re.search(r'name="version" value="(\d+)"', page)[1]
    assert client.post(f"/assessments/{key}/cancel/", {"version": now, "reason": "Left"}).status_code == 302
    assert look().status == "cancelled"


def test_completed_assessment_is_no_longer_answered(client, patient, look):
    client.post(new(patient), {**posted(patient), **ALL, "do": "complete"})
    key = look().pk
    assert client.get(f"/assessments/{key}/answer/")["Location"] == f"/assessments/{key}/"
    assert saved(client, patient, key, **{"answer-1": "3"}).status_code == 422
    assert look().answers["1"] == 1


@pytest.mark.parametrize("do", ["later", "complete", "incomplete", "share"])
@pytest.mark.parametrize("other", ["patient", "instrument"])
@pytest.mark.parametrize("address", ["new", "answer", "answers", "amend"])
def test_form_of_another_patient_or_instrument_changes_nothing(client, patient, riverside, look, address, other, do):
    """A stale tab's form goes to the assessment that its id or its address names, at whichever address."""
    with clinic_scope(riverside.clinic):
        somebody = make_patient(full_name="Olga Other", gender="female", date_of_birth=date(1980, 1, 1))
    key = uuid4()
    client.post(new(patient), posted(patient, key, **ALL, do="complete" if address == "amend" else "later"))
    before = (look().patient_id, look().answers, look().version, look().status)
    who, what = (somebody, "phq-9") if other == "patient" else (patient, "gad-7")
    form = posted(who, key, what, **{"answer-1": "3", "version": "1", "do": do, "reason": "Misread"})
    path = new(who, what) if address == "new" else f"/assessments/{key}/{address}/"
    answer = client.post(path, form)
    assert (answer.status_code, "Nothing was saved" in answer.content.decode()) == (409, True)
    assert (look().patient_id, look().answers, look().version, look().status) == before
    assert client.get("/patients/").status_code == 200


def test_role_that_only_reads_cannot_answer(riverside, sign_in, patient):
    reader = sign_in(riverside.auditor)
    assert [reader.get(new(patient)).status_code, saved(reader, patient, uuid4()).status_code] == [403, 403]


def test_form_leaves_out_what_somebody_is_not_asked(client, riverside, patient):
    with clinic_scope(riverside.clinic):
        man = make_patient(gender="male")
    counts = [client.get(new(who, "phq-15")).content.decode().count("data-item") for who in (patient, man)]
    assert counts == [15, 14]


def alert_of(client, patient, look):
    saved(client, patient, uuid4(), **{"answer-9": "2"})
    return look(Alert)


def test_alerts_worklist_shows_open_ones_until_acknowledged(client, patient, look):
    alert = alert_of(client, patient, look)
    pages = [client.get("/worklists/alerts/")]
    client.post(f"/worklists/alerts/{alert.pk}/acknowledge/", {"note": "Called the crisis team."})
    pages += [client.get(f"/worklists/alerts/{query}") for query in ("", "?state=all")]
    found = [(page.status_code, str(alert.pk) in page.content.decode()) for page in pages]
    assert found == [(200, True), (200, False), (200, True)]


def test_alert_is_acknowledged_with_a_note_only(client, patient, look):
    alert = alert_of(client, patient, look)
    answer = client.post(f"/worklists/alerts/{alert.pk}/acknowledge/", {"note": ""})
    assert (answer.status_code, look(Alert).open) == (422, True)


@pytest.mark.parametrize("note", ["x" * 2001, "a\x00b"])
def test_odd_note_is_refused_and_kept_in_its_field(client, patient, look, note):
    alert = alert_of(client, patient, look)
    assert client.post(f"/worklists/alerts/{alert.pk}/acknowledge/", {"note": note}).status_code == 422
