"""Two people edited one record: each of its choices is said in words, where nothing was chosen too."""

import pytest
from django import forms

from clinic.patients.forms import PatientForm
from clinic.staff.models import NOBODY_YET
from clinic.tenancy.scope import clinic_scope
from clinic.ui.forms import shown
from tests.blanked import text_of
from tests.patients.registered import new_form, stored


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


def worded() -> dict[str, str]:
    """The choices of the form that may be empty, with the words for that."""
    found = {}
    for name, field in PatientForm().fields.items():
        labels = dict(getattr(field, "choices", ()))
        if not field.required and isinstance(field, forms.ChoiceField) and "" in labels:
            found[name] = str(labels[""])
    return found


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def test_each_choice_that_may_be_empty_says_so_in_its_words(scope):
    assert worded()["user"] == NOBODY_YET
    fields = PatientForm().fields
    said = {name: (shown(fields[name], None), shown(fields[name], "")) for name in worded()}
    assert said == {name: (words, words) for name, words in worded().items() if "---" not in words} | {
        name: ("", "") for name, words in worded().items() if "---" in words
    }


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (forms.ChoiceField(choices=[("", "Choose one"), ("a", "A")]), ""),
        (forms.ChoiceField(choices=[("", "---------"), ("a", "A")], required=False), ""),
        (forms.ChoiceField(choices=[("a", "A")], required=False), ""),
        (forms.MultipleChoiceField(choices=[("a", "A")], required=False), ""),
        (forms.CharField(required=False), ""),
        (forms.ChoiceField(choices=[("", "Not said"), ("a", "A")], required=False), "Not said"),
    ],
)
def test_nothing_is_said_of_what_has_no_words_for_it(field, said):
    assert shown(field, "") == said


def test_conflict_says_that_a_practitioner_is_nobody_yet_and_what_is_not_recorded(riverside, client):
    client.post("/patients/new/", new_form(riverside))
    patient = stored(riverside)
    own = {**new_form(riverside, record_number=patient.record_number), "version": patient.version}
    client.post(f"/patients/{patient.pk}/edit/", {**own, "user": "", "sex": "male"})
    answer = client.post(f"/patients/{patient.pk}/edit/", {**own, "address": "12 Mill Lane"})
    assert answer.status_code == 409
    rows = {row.label: (row.theirs, row.yours) for row in answer.context["rows"] if row.differs}
    assert rows == {
        "Responsible practitioner": (NOBODY_YET, riverside.clinician.name),
        "Sex for clinical use": ("Male", "Not recorded"),
        "Address": ("", "12 Mill Lane"),
    }
    assert NOBODY_YET in text_of(answer)
