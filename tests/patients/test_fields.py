"""Every field of a patient that people write outlives every edit of another one, whichever way it is made."""

from typing import Any
from uuid import uuid4

import pytest

from clinic.audit.models import AuditEvent
from clinic.patients import actions
from clinic.patients.entry import EXTENSIONS
from clinic.patients.forms import READ_OF_OTHERS
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from clinic.text.phones import parse_phone
from tests.typed import sent_by, value_for
from tests.world import Writer

# What nobody writes, and why; every other field is tried.
NOT_WRITTEN = {
    "id": "the key",
    "identifiers": "test_identifiers.py has them, since JSON has a list and the record lines",
    "tags": "test_tags.py has them, since they are words outside and ids inside",
    "archived_at": "archiving and restoring are deeds of their own",
    "match_keys": "follow from what identifies somebody",
    "shares_number": "the migration found it so; writing another number ends it",
    **dict.fromkeys(["created_at", "updated_at", "version"], "follow from writing"),
    **dict.fromkeys(
        ["last_instrument", "last_score", "last_band", "last_severity", "last_change", "last_assessed_on",
         "recent_scores", "next_due_on", "open_alerts", "worst_severity"],
        "follow from the patient's assessments",
    ),
}  # fmt: skip
WRITTEN = [field for field in Patient._meta.concrete_fields if not field.generated and field.name not in NOT_WRITTEN]
NAMES = [field.name for field in WRITTEN]


def values(at: int) -> dict[str, Any]:
    """A value for every field."""
    phone: dict[str, Any] = {}
    for place, (number, extension) in enumerate(EXTENSIONS.items()):
        phone |= {number: parse_phone(f"+44 7700 90012{at + 3 * place}"), extension: f"{at}{place}"}
    return {field.name: value_for(field, at) for field in WRITTEN} | phone | {"email": f"ana{at}@example.org"}


def stored(patient: Patient) -> dict[str, Any]:
    again = Patient.objects.get(pk=patient.pk)
    return {field.name: getattr(again, field.attname) for field in WRITTEN}


def keys(found: dict[str, Any]) -> dict[str, Any]:
    return found | {"user": found["user"].pk}


@pytest.fixture
def scope(riverside):
    return lambda: clinic_scope(riverside.clinic)


@pytest.fixture
def first(scope):
    """The fields as they are stored at first."""
    with scope():
        return keys(values(0))


@pytest.fixture
def other(scope):
    """Another value for each."""
    with scope():
        return values(1)


@pytest.fixture
def patient(scope):
    with scope():
        Practitioner.objects.get_or_create(pk=uuid4(), defaults={"display_name": "Second"})
        return actions.create_patient(by=Writer(), **values(0))


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


def test_every_field_is_kept_as_it_is_written(patient, scope, first):
    with scope():
        assert stored(patient) == first


def test_form_sent_unchanged_changes_nothing(client, patient, scope, first):
    page = f"/patients/{patient.pk}/edit/"
    assert client.post(page, sent_by(client.get(page).content.decode())).status_code == 302
    with scope():
        assert [event.changes for event in AuditEvent.objects.filter(action="patient.changed")] == []
        assert stored(patient) == first


@pytest.mark.parametrize("name", [name for name in NAMES if name not in READ_OF_OTHERS])
def test_form_changes_the_field_that_is_changed_and_no_other(client, patient, scope, first, other, name):
    page = f"/patients/{patient.pk}/edit/"
    sent, value = sent_by(client.get(page).content.decode()), keys(other)[name]
    assert name in sent
    behind = f" ext. {first[EXTENSIONS[name]]}" if name in EXTENSIONS else ""
    assert client.post(page, sent | {name: f"{value}{behind}"}).status_code == 302
    with scope():
        assert stored(patient) == first | {name: value}
        event = AuditEvent.objects.get(record_id=patient.pk, action="patient.changed")
        assert list(event.changes) == [name]


@pytest.mark.parametrize("name", NAMES)
def test_json_changes_the_field_that_is_changed_and_no_other(client, patient, scope, first, other, name):
    """PUT with all that was read, one field changed, as an integration sends it."""
    address, value = f"/api/v1/patients/{patient.pk}/", keys(other)[name]
    read = client.get(address).json()["results"]
    assert set(NAMES) <= set(read)
    answer = client.put(address, read | {name: str(value)}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    with scope():
        assert stored(patient) == first | {name: value}


@pytest.mark.parametrize("name", NAMES)
def test_undo_brings_back_the_field_that_was_changed(patient, scope, first, other, name):
    with scope():
        actions.update_patient(by=Writer(), id=patient.pk, version=1, **{name: other[name]})
        assert stored(patient) == first | {name: keys(other)[name]}
        actions.undo_patient_change(by=Writer(), id=patient.pk, version=2)
        assert stored(patient) == first
