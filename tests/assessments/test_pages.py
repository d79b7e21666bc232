"""The assessment pages, as they are used."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from clinic.assessments.models import Assessment, AssessmentType
from clinic.assessments.record import actions
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_assessment, make_patient


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Ana García", family_name="García")


@pytest.fixture
def typed(riverside):
    return {
        "id": str(uuid4()),
        "type": "mental_health",
        "date": "1 March 2026",
        "name": "",
        "user": str(riverside.clinician.pk),
        "score": "12.5",
        "questions-TOTAL_FORMS": "2",
        "questions-INITIAL_FORMS": "0",
        "questions-0-question": "Slept badly?",
        "questions-0-answer": "Most nights",
        "questions-1-question": "",
        "questions-1-answer": "",
    }


def new(client, patient, data):
    return client.post(f"/assessments/new/?patient={patient.pk}", data)


def stored(riverside, **lookup) -> Assessment:
    with clinic_scope(riverside.clinic):
        return Assessment.objects.select_related("patient", "user").get(**lookup)


def count(riverside) -> int:
    with clinic_scope(riverside.clinic):
        return Assessment.objects.count()


def test_types_the_brief_names_are_offered():
    asked = {"cognitive_status", "physical", "mental_health", "functional_ability", "social_support"}
    assert asked <= set(AssessmentType.values)


def test_saving_stores_what_was_typed(client, riverside, patient, typed):
    response = new(client, patient, typed)
    assessment = stored(riverside)
    assert (response.status_code, response["Location"]) == (302, f"/assessments/{typed['id']}/")
    assert (assessment.name, assessment.date, assessment.score, assessment.questions) == (
        "Mental health · 1 Mar 2026",
        date(2026, 3, 1),
        Decimal("12.50"),
        [{"question": "Slept badly?", "answer": "Most nights"}],
    )


def test_saving_twice_from_one_form_makes_one_record(client, riverside, patient, typed):
    new(client, patient, typed)
    new(client, patient, typed)
    assert count(riverside) == 1


def test_second_assessment_of_a_day_is_numbered(client, riverside, patient, typed):
    new(client, patient, typed)
    new(client, patient, {**typed, "id": str(uuid4())})
    assert stored(riverside, name__endswith="(2)").name == "Mental health · 1 Mar 2026 (2)"


def test_taken_name_is_answered_with_a_free_one(client, riverside, patient, typed):
    new(client, patient, {**typed, "name": "Intake"})
    response = new(client, patient, {**typed, "name": "Intake", "id": str(uuid4())})
    assert (response.status_code, count(riverside)) == (409, 1)
    assert 'value="Intake (2)"' in response.content.decode()


def test_same_name_of_another_patient_is_free(client, riverside, patient, typed):
    with clinic_scope(riverside.clinic):
        other = make_patient()
    for who in (patient, other):
        new(client, who, {**typed, "name": "Intake", "id": str(uuid4())})
    assert count(riverside) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "nonsense"),
        ("type", ""),
        ("date", "someday"),
        ("date", "1 January 2999"),
        ("date", "1 January 1800"),
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("score", "many"),
        ("score", "1e400"),
        ("score", "NaN"),
        ("score", "1234567.89"),
        ("user", "nobody"),
        ("questions-0-question", "x" * 501),
        ("questions-0-question", ""),
        ("questions-TOTAL_FORMS", "many"),
        ("questions-TOTAL_FORMS", "100000"),
        ("questions-TOTAL_FORMS", "-1"),
    ],
)
def test_bad_field_is_refused_and_the_rest_is_kept(client, riverside, patient, typed, field, value):
    response = new(client, patient, {**typed, field: value})
    assert (response.status_code, count(riverside)) == (422, 0)
    if not field.startswith("questions-TOTAL"):
        assert "Most nights" in response.content.decode()


def test_row_is_added_without_script_and_keeps_what_was_typed(client, riverside, patient, typed):
    response = new(client, patient, {**typed, "_add_row": "1"})
    page = response.content.decode()
    assert (response.status_code, count(riverside)) == (200, 0)
    assert ("Most nights" in page, "questions-2-question" in page) == (True, True)


@pytest.mark.parametrize("value", ["not-a-uuid", "", "00000000-0000-4000-8000-000000000001", "a\x00b"])
def test_new_for_an_unknown_patient_is_404(client, patient, value):
    assert client.get("/assessments/new/", {"patient": value}).status_code == 404


def test_new_without_a_patient_goes_to_the_patients(client, patient):
    assert client.get("/assessments/new/")["Location"] == "/patients/"


def edited(assessment: Assessment, **changes) -> dict[str, str]:
    return {
        "version": str(assessment.version),
        "type": assessment.type,
        "date": assessment.date.isoformat(),
        "name": assessment.name,
        "user": str(assessment.user_id),
        "score": str(assessment.score),
        "questions-TOTAL_FORMS": "1",
        "questions-INITIAL_FORMS": "1",
        "questions-0-question": "How far can you walk?",
        "questions-0-answer": "To the shop",
        **changes,
    }


@pytest.fixture
def assessment(riverside, patient):
    with clinic_scope(riverside.clinic):
        return make_assessment(patient)


def test_edit_stores_the_change_and_the_trail(client, riverside, assessment):
    client.post(f"/assessments/{assessment.pk}/edit/", edited(assessment, score="9"))
    with clinic_scope(riverside.clinic):
        event = AuditEvent.objects.get(record_id=assessment.pk, action="assessment.changed")
    assert (stored(riverside).score, list(event.changes)) == (Decimal("9.00"), ["score"])


def test_edit_of_a_changed_record_shows_both_versions(client, riverside, assessment):
    path = f"/assessments/{assessment.pk}/edit/"
    client.post(path, edited(assessment, name="Theirs Now"))
    response = client.post(path, edited(assessment, name="Mine Now", **{"questions-0-answer": "Nowhere at all"}))
    page = response.content.decode()
    assert (response.status_code, stored(riverside).name) == (409, "Theirs Now")
    assert [text in page for text in ("Theirs Now", "Mine Now", "To the shop", "Nowhere at all")] == [True] * 4


def test_conflict_page_saves_the_questions_too(client, riverside, assessment):
    path = f"/assessments/{assessment.pk}/edit/"
    client.post(path, edited(assessment, name="Theirs Now"))
    page = client.post(path, edited(assessment, name="Mine Now")).content.decode()
    assert "questions-TOTAL_FORMS" in page


def test_archived_assessment_leaves_the_list_and_comes_back(client, riverside, assessment):
    seen = []
    for step in ("archive", "restore"):
        client.post(f"/assessments/{assessment.pk}/{step}/")
        seen.append(assessment.name in client.get("/assessments/").content.decode())
    assert seen == [False, True]


def test_patients_tab_shows_only_theirs(client, riverside, patient, assessment):
    with clinic_scope(riverside.clinic):
        make_assessment(make_patient(), name="Of somebody else")
    page = client.get(f"/patients/{patient.pk}/assessments/").content.decode()
    assert (assessment.name in page, "Of somebody else" in page) == (True, False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("type=physical", ["A"]),
        ("date_from=2026-02-01", ["A"]),
        ("date_to=1 February 2026", ["B"]),
        ("instrument=none&score_min=10", ["A"]),
        ("instrument=none&score_max=5.5", ["B"]),
        ("q=garcia", ["A"]),
        ("q=a", ["A"]),
        ("q=T-0001", ["A"]),
        ("", ["A", "B"]),
    ],
)
def test_filter_narrows_the_list(client, riverside, query, expected):
    with clinic_scope(riverside.clinic):
        one = make_patient(full_name="Zz García", family_name="García", record_number="T-0001")
        two = make_patient(full_name="Bo", family_name="", record_number="U-0002")
        make_assessment(one, name="Aaa", type="physical", date=date(2026, 3, 1), score=12)
        make_assessment(two, name="Bbb", type="mental_health", date=date(2026, 1, 1), score=3)
    page = client.get(f"/assessments/?{query}").content.decode()
    assert [name for name in ("A", "B") if f">{name * 1}{name.lower() * 2}<" in page] == expected


def test_front_desk_sees_no_assessments(riverside, sign_in, assessment):
    desk = sign_in(riverside.front_desk)
    paths = (
        "/assessments/",
        f"/assessments/{assessment.pk}/",
        f"/patients/{assessment.patient_id}/assessments/",
    )
    assert [desk.get(path).status_code for path in paths] == [403, 403, 403]


def test_proposed_name_counts_past_gaps(riverside, patient):
    with clinic_scope(riverside.clinic):
        for name in ("Intake", "Intake (3)"):
            actions.create_assessment(
                by=Writer(),
                patient=patient,
                user=patient.user,
                name=name,
                type="physical",
                date=date(2026, 1, 1),
            )
        proposal = actions.proposed_name(patient_id=patient.pk, type="physical", day=date(2026, 1, 1), base="Intake")
    assert proposal == "Intake (2)"


def test_saved_change_can_be_undone(client, riverside, assessment):
    changed = edited(assessment, score="3", date="2025-01-01", **{"questions-0-answer": "Nowhere"})
    client.post(f"/assessments/{assessment.pk}/edit/", changed)
    client.post(f"/assessments/{assessment.pk}/undo/", {"version": "2"})
    restored = stored(riverside)
    assert (restored.score, restored.date, restored.questions) == (12, assessment.date, assessment.questions)
