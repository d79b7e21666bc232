"""The history of a patient's details: each change field by field, and any earlier version written again."""

from datetime import date
from functools import partial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.audit.actions import snapshot
from clinic.audit.models import AuditEvent
from clinic.patients.actions import archive_patient, create_patient, restore_patient, update_patient
from clinic.patients.history import restore_version, versions_of
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer

BY, BORN = Writer(), date(1980, 3, 12)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "full_name": st.sampled_from(["Hana Historia", "Hana Storey", "H. Historia"]),
        "address": st.sampled_from(["", "1 Old Street", "2 New Street"]),
        "phone_number": st.sampled_from(["", "+447700900134"]),
        "gender": st.sampled_from(["female", "male", "unknown"]),
        "preferred_name": st.sampled_from(["", "Han"]),
        "archived": st.booleans(),
    },
)


def made(name="Hana Historia"):
    user = Practitioner.objects.first()
    return create_patient(by=BY, full_name=name, user=user, gender="female", address="1 Old Street", date_of_birth=BORN)


def changed(patient, changes):
    changes = dict(changes)
    archived = changes.pop("archived", None)
    update_patient(by=BY, id=patient.pk, version=None, **changes)
    if archived is not None:
        (archive_patient if archived else restore_patient)(by=BY, id=patient.pk)
    return Patient.objects.get(pk=patient.pk)


@pytest.fixture
def scope(riverside):
    return partial(clinic_scope, riverside.clinic)


@given(changes=st.lists(CHANGES, min_size=1, max_size=5))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_version_can_be_written_again(scope, changes):
    with scope():
        patient = made(f"Hana {AuditEvent.objects.count()}")
        known = {}
        for change in [{}, *changes]:
            patient = changed(patient, change)
            event = AuditEvent.objects.filter(record_id=patient.pk).exclude(changes={}).latest("pk")
            known[event.pk] = snapshot(patient)
        shown = versions_of(patient)
        assert [version.event.pk for version in shown if version.can_be_restored] == sorted(known, reverse=True)[1:]
        for event_id, values in known.items():
            now = Patient.objects.get(pk=patient.pk)
            restore_version(by=BY, id=patient.pk, event_id=event_id, version=now.version)
            assert snapshot(Patient.objects.get(pk=patient.pk)) == values
        transaction.set_rollback(True)  # the names are the next example's


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        patient = made()
        changed(patient, {"address": "2 New Street", "phone_number": "+447700900134"})
        return changed(patient, {"full_name": "Hana Storey"})


def events(riverside, patient):
    with clinic_scope(riverside.clinic):
        return list(AuditEvent.objects.filter(record_id=patient.pk, is_reading=False).order_by("pk"))


def test_page_shows_each_change_with_what_was_before(riverside, sign_in, patient):
    page = sign_in(riverside.front_desk).get(f"/patients/{patient.pk}/history/")
    shown = [(one.what, [(change.label, change.theirs, change.yours) for change in one.changes])
             for one in page.context["versions"]]  # fmt: skip
    assert (page.status_code, shown[0]) == (200, ("Changed", [("Full name", "Hana Historia", "Hana Storey")]))
    assert ("Address", "1 Old Street", "2 New Street") in shown[1][1]
    registered = {label: (before, after) for label, before, after in shown[2][1]}
    assert (shown[2][0], registered["Address"]) == ("Registered", ("", "1 Old Street"))


def test_earlier_version_is_restored_as_a_new_change(riverside, sign_in, patient):
    client, before = sign_in(riverside.front_desk), events(riverside, patient)
    address = f"/patients/{patient.pk}/history/{before[0].pk}/restore/"
    response = client.post(address, {"version": patient.version})
    assert (response.status_code, response["Location"]) == (302, f"/patients/{patient.pk}/details/")
    after = events(riverside, patient)
    assert [event.pk for event in after[:-1]] == [event.pk for event in before]
    assert (after[-1].action, after[-1].changes["address"]) == ("patient.changed", ["2 New Street", "1 Old Street"])
    assert client.post(address, {"version": patient.version}).status_code == 302  # made already
    assert len(events(riverside, patient)) == len(after)


def test_stale_page_restores_nothing(riverside, sign_in, patient):
    client, before = sign_in(riverside.front_desk), events(riverside, patient)
    with clinic_scope(riverside.clinic):
        changed(patient, {"gender": "male"})
    response = client.post(f"/patients/{patient.pk}/history/{before[0].pk}/restore/", {"version": patient.version})
    assert (response.status_code, len(events(riverside, patient))) == (409, len(before) + 1)


def test_event_of_another_record_is_no_version(riverside, sign_in, patient):
    client = sign_in(riverside.front_desk)
    with clinic_scope(riverside.clinic):
        other = made("Somebody Else")
        foreign = AuditEvent.objects.get(record_id=other.pk).pk
    for event in (foreign, 10**15):
        address = f"/patients/{patient.pk}/history/{event}/restore/"
        assert client.post(address, {"version": patient.version}).status_code == 404
    assert client.post(f"/patients/{patient.pk}/history/{10**30}/restore/", {}).status_code == 404


def test_name_that_somebody_else_has_by_now_is_not_restored(riverside, sign_in, patient):
    first = events(riverside, patient)[0]
    with clinic_scope(riverside.clinic):
        made("Hana Historia")
    address = f"/patients/{patient.pk}/history/{first.pk}/restore/"
    response = sign_in(riverside.front_desk).post(address, {"version": patient.version})
    assert (response.status_code, "Another patient has this name" in response.content.decode()) == (409, True)


@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("front_desk", 302), ("clinician", 302)])
def test_who_may_edit_may_restore(riverside, sign_in, patient, role, status):
    first = events(riverside, patient)[0]
    client = sign_in(getattr(riverside, role))
    assert client.get(f"/patients/{patient.pk}/history/").status_code == 200
    response = client.post(f"/patients/{patient.pk}/history/{first.pk}/restore/", {"version": patient.version})
    assert response.status_code == status
