"""Every field of an assessment that people write outlives every edit of another one, whichever way it is made."""

from datetime import date
from typing import Any

import pytest

from clinic.assessments.models import OF_INSTRUMENT, Assessment
from clinic.assessments.questionnaire import actions as questionnaires
from clinic.assessments.record import actions
from clinic.audit.models import AuditEvent
from clinic.instruments.catalogue import find_version
from clinic.tenancy.scope import clinic_scope
from tests.typed import sent_by, value_for
from tests.world import Writer, make_patient

# What nobody writes of a free assessment, and why; every other field is tried.
NOT_WRITTEN = {
    "id": "the key",
    "archived_at": "archiving and restoring are deeds of their own",
    **dict.fromkeys(["created_at", "updated_at", "version", "completed_at"], "follow from writing"),
    **dict.fromkeys(["page", "page_version"], "which copy of the form wrote last"),
    **dict.fromkeys(OF_INSTRUMENT, "an instrument's"),
}
ALL = [field for field in Assessment._meta.concrete_fields if not field.generated]
NAMES = [field.name for field in ALL if field.name not in NOT_WRITTEN]
ON_THE_FORM = [name for name in NAMES if name not in ("patient", "questions")]
SINCE = {"updated_at", "version"}


@pytest.fixture
def scope(riverside):
    return lambda: clinic_scope(riverside.clinic)


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def values(scope):
    """Two values for every field."""
    with scope():
        for _ in range(2):
            make_patient(date_of_birth=date(1940, 1, 1))
        written = [field for field in ALL if field.name in NAMES]
        return [{field.name: value_for(field, at) for field in written} for at in (0, 1)]


@pytest.fixture
def assessment(scope, values):
    with scope():
        return actions.create_assessment(by=Writer(), **values[0])


@pytest.fixture
def questionnaire(scope, values):
    """A completed questionnaire, with a value in every field that it can have one in."""
    with scope():
        definition, patient = find_version("phq-9", "1"), values[0]["patient"]
        answers = {str(number): number % 4 for number in range(1, 10)}
        made = questionnaires.start_assessment(
            by=Writer(), definition=definition, patient=patient, date=date(2026, 3, 1), answers=answers, complete=True,
            user=values[0]["user"], name="Kept", type="mental_health",
        )  # fmt: skip
        return made.assessment


def stored(assessment: Assessment) -> dict[str, Any]:
    again = Assessment.objects.get(pk=assessment.pk)
    return {field.name: getattr(again, field.attname) for field in ALL if field.name not in SINCE}


def keys(value: Any) -> Any:
    return getattr(value, "pk", value)


def as_json(value: Any) -> Any:
    return value if isinstance(value, list) else str(keys(value))


def test_every_field_is_kept_as_it_is_written(assessment, scope, values):
    with scope():
        assert {name: stored(assessment)[name] for name in NAMES} == {name: keys(values[0][name]) for name in NAMES}


def test_form_sent_unchanged_changes_nothing(client, assessment, scope):
    with scope():
        changes = AuditEvent.objects.filter(is_reading=False)
        before, trail = Assessment.objects.get(pk=assessment.pk).version, changes.count()
    page = f"/assessments/{assessment.pk}/edit/"
    assert client.post(page, sent_by(client.get(page).content.decode())).status_code == 302
    with scope():
        assert (Assessment.objects.get(pk=assessment.pk).version, changes.all().count()) == (before, trail)


@pytest.mark.parametrize("name", ON_THE_FORM)
def test_form_changes_the_field_that_is_changed_and_no_other(client, assessment, scope, values, name):
    page = f"/assessments/{assessment.pk}/edit/"
    with scope():
        before = stored(assessment)
    sent, value = sent_by(client.get(page).content.decode()), keys(values[1][name])
    assert name in sent
    assert client.post(page, sent | {name: str(value)}).status_code == 302
    with scope():
        assert stored(assessment) == before | {name: value}


@pytest.mark.parametrize("name", NAMES)
def test_json_changes_the_field_that_is_changed_and_no_other(client, assessment, scope, values, name):
    """PUT with all that was read, one field changed, as an integration sends it."""
    address, value = f"/api/v1/assessments/{assessment.pk}/", values[1][name]
    with scope():
        before = stored(assessment)
    read = client.get(address).json()["results"]
    assert set(NAMES) <= set(read)
    answer = client.put(address, read | {name: as_json(value)}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    with scope():
        assert stored(assessment) == before | {name: keys(value)}


@pytest.mark.parametrize("name", NAMES)
def test_undo_brings_back_the_field_that_was_changed(assessment, scope, values, name):
    with scope():
        before = stored(assessment)
        actions.update_assessment(by=Writer(), id=assessment.pk, version=1, **{name: values[1][name]})
        assert stored(assessment) == before | {name: keys(values[1][name])}
        actions.undo_assessment_change(by=Writer(), id=assessment.pk, version=2)
        assert stored(assessment) == before


def test_fields_that_an_instrument_decides_are_all_filled(questionnaire, scope):
    with scope():
        empty = {name for name, value in stored(questionnaire).items() if value in (None, "", [], {})}
    assert empty & OF_INSTRUMENT == set()


@pytest.mark.parametrize("name", ["name", "type", "user"])
def test_questionnaire_keeps_what_it_has_when_another_field_is_changed(client, questionnaire, scope, values, name):
    with scope():
        before = stored(questionnaire)
    value = values[1][name]
    answer = client.patch(
        f"/api/v1/assessments/{questionnaire.pk}/", {name: as_json(value)}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    with scope():
        assert stored(questionnaire) == before | {name: keys(value)}


def test_original_of_an_amended_questionnaire_has_every_field_that_was_answered_or_scored(questionnaire, scope):
    with scope():
        questionnaires.amend_assessment(by=Writer(), id=questionnaire.pk, answers={"1": 3}, reason="Misheard")
        kept = Assessment.objects.get(pk=questionnaire.pk).version, set(questionnaires.FIELDS)
    assert kept == (2, {*NAMES, *OF_INSTRUMENT} - {"questions", "results"})
