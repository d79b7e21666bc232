"""Passing on all patients of a colleague who stays: on the colleague's page, to somebody else or to nobody yet."""

from uuid import UUID

import pytest
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.staff.people import membership, page_of
from tests.world import make_patient


@pytest.fixture
def theirs(riverside) -> list[UUID]:
    """Two patients of the clinician, one archived, and one of the owner."""
    with clinic_scope(riverside.clinic):
        mine = Practitioner.objects.get(pk=riverside.clinician.pk)
        names = {"full_name": "Ana García", "family_name": "García"}
        return [make_patient(user=mine, **names).pk, make_patient(user=mine, archived_at=timezone.now()).pk]


@pytest.fixture
def responsible(riverside, theirs):
    def read() -> list[UUID | None]:
        with clinic_scope(riverside.clinic):
            return list(Patient.objects.filter(pk__in=theirs).values_list("user", flat=True))

    return read


def test_page_of_a_practitioner_offers_colleagues_and_nobody(owner, riverside):
    page = owner.get(page_of(riverside.clinician)).content.decode()
    form = page.partition("Who takes over?")[2].partition("</select>")[0]
    offered = [value.partition('"')[0] for value in form.split('<option value="')[1:]]
    assert (offered[0], offered[-1], str(riverside.owner.pk) in offered) == ("", "none", True)
    assert str(riverside.clinician.pk) not in offered


def test_all_patients_go_to_the_colleague_and_the_membership_stays(owner, riverside, responsible):
    heir = riverside.owner
    answer = owner.post(f"{page_of(riverside.clinician)}pass-on/", {"heir": str(heir.pk)}, follow=True)
    assert "2 patients passed on to Olive Owner." in answer.content.decode()
    assert (responsible(), membership(riverside, riverside.clinician)) == ([heir.pk] * 2, ("clinician", True))
    with clinic_scope(riverside.clinic):
        changes = AuditEvent.objects.filter(action="patient.changed").values_list("changes", flat=True)
        assert list(changes) == [{"user": [str(riverside.clinician.pk), str(heir.pk)]}] * 2


def test_patients_may_wait_for_whoever_takes_them(owner, riverside, responsible):
    answer = owner.post(f"{page_of(riverside.clinician)}pass-on/", {"heir": "none"}, follow=True)
    assert ("passed on to nobody yet" in answer.content.decode(), responsible()) == (True, [None, None])


def test_nobody_chosen_is_refused_and_nothing_changes(owner, riverside, responsible):
    answer = owner.post(f"{page_of(riverside.clinician)}pass-on/", {"heir": ""})
    assert (answer.status_code, "Choose who takes over." in answer.content.decode()) == (422, True)
    assert responsible() == [riverside.clinician.pk] * 2


def test_same_name_is_told_and_stays_only_if_that_is_said(owner, riverside, responsible):
    with clinic_scope(riverside.clinic):
        other = Practitioner.objects.get(pk=riverside.owner.pk)
        make_patient(user=other, full_name="Ana García", family_name="García")
    path, form = f"{page_of(riverside.clinician)}pass-on/", {"heir": str(other.pk)}
    refused = owner.post(path, form)
    assert (refused.status_code, "Ana García" in refused.content.decode()) == (422, True)
    assert responsible() == [riverside.clinician.pk] * 2
    owner.post(path, {**form, "leave_taken": "on"})
    assert sorted(responsible(), key=str) == sorted([riverside.clinician.pk, other.pk], key=str)
