"""Lists that are read together are read as Django reads them one by one, whoever asked with the statement before."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.assessments.models import Alert, AnswerRequest, Assessment, Schedule
from clinic.audit.models import AuditEvent
from clinic.lists.reading.together import Part, read_together
from clinic.patients.models import DISPLAYED, Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.lists.test_loading import make_rows
from tests.world import make_assessment, make_patient

MODELS = (Patient, Assessment, Alert, Schedule, Practitioner)
NOBODY = UUID(int=1)


@dataclass(frozen=True)
class Asking:
    person: UUID


def of(asking):
    return (asking.person,)


def together(parts, person=NOBODY):
    return read_together(parts, Asking(person), like=Asking(NOBODY), differing=of)


def everybody(asking):
    return {"patient": Part(Patient.objects.order_by("full_name"), DISPLAYED)}


def mine(asking):
    return {
        "patient": Part(Patient.objects.filter(user=asking.person).order_by("-full_name"), DISPLAYED),
        "due": Part(Schedule.objects.filter(patient__user=asking.person), ("pk", "instrument")),
    }


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        make_rows()
        yield


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("turned", [False, True])
def test_every_field_is_read_as_django_reads_it(scope, django_assert_num_queries, model, turned):
    fields = [each for each in model._meta.concrete_fields if not each.generated]
    names = ["pk" if each.primary_key else each.name for each in fields]
    rows = model.objects.order_by("pk")
    part = Part(rows, names[::-1] if turned else names)
    with django_assert_num_queries(1):
        found = together(lambda asking: {"all": part})["all"]
        values = [[getattr(each, field.attname) for field in fields] for each in found]
    assert values == [[getattr(each, field.attname) for field in fields] for each in rows]
    assert [type(value) for row in values for value in row] == [
        type(getattr(each, field.attname)) for each in rows for field in fields
    ]


def test_what_a_record_refers_to_comes_with_it(scope, django_assert_num_queries):
    paths = ["pk", *(f"patient__{name}" for name in DISPLAYED), "patient__user__pk", "patient__user__display_name"]
    with django_assert_num_queries(1):
        found = together(lambda asking: {"alert": Part(Alert.objects.order_by("pk"), paths)})["alert"]
        told = [(each.patient.display_name, each.patient.user.display_name, each.patient_id) for each in found]
    rows = Alert.objects.order_by("pk")
    assert told == [(each.patient.display_name, each.patient.user.display_name, each.patient_id) for each in rows]
    assert len(told) == 2


def test_what_it_refers_to_may_be_nothing(scope):
    patient = Patient.objects.first()
    at = timezone.now() + timedelta(days=1)
    about = {"patient": patient, "user": patient.user, "title": "T", "language": "en", "expires_at": at}
    AnswerRequest.objects.create(instrument="gad-7", instrument_version="1", **about)
    paths = ("pk", "assessment__pk", "assessment__status")
    (found,) = together(lambda asking: {"link": Part(AnswerRequest.objects.all(), paths)})["link"]
    assert (found.assessment, found.assessment_id) == (None, None)


def test_field_that_was_not_read_is_looked_up(scope, django_assert_num_queries):
    (found, _) = together(everybody)["patient"]
    version = Patient.objects.filter(pk=found.pk).values_list("version", flat=True)[0]
    with django_assert_num_queries(1):
        assert found.version == version


def test_parts_keep_their_order_and_their_names(riverside):
    with clinic_scope(riverside.clinic):
        for n in (3, 1, 2):
            make_assessment(make_patient(full_name=f"Number {n}"))
        found = together(lambda asking: {**everybody(asking), "none": Part(Schedule.objects.all(), ("pk",))})
    assert ([each.full_name for each in found["patient"]], found["none"]) == (["Number 1", "Number 2", "Number 3"], [])


def test_statement_is_written_once_and_each_asks_for_their_own(riverside, django_assert_num_queries):
    with clinic_scope(riverside.clinic):
        make_patient(full_name="Of Clara", user_id=riverside.clinician.pk)
        make_patient(full_name="Of Olive", user_id=riverside.owner.pk)
        told = [
            [each.full_name for each in together(mine, user.pk)["patient"]]
            for user in (riverside.clinician, riverside.owner, riverside.clinician)
        ]
    assert told == [["Of Clara"], ["Of Olive"], ["Of Clara"]]


def test_statement_of_one_clinic_reads_another_one(riverside, hillside):
    for world, name in ((riverside, "Rita River"), (hillside, "Hilda Hill")):
        with clinic_scope(world.clinic):
            make_patient(full_name=name)
    for world, name in ((riverside, "Rita River"), (hillside, "Hilda Hill"), (riverside, "Rita River")):
        with clinic_scope(world.clinic):
            found = together(everybody)["patient"]
            assert ([each.full_name for each in found], found[0]._state.clinic) == ([name], world.clinic.pk)


def test_who_sees_some_patients_only_sees_no_more_after_others_asked(riverside):
    with clinic_scope(riverside.clinic):
        make_patient(full_name="Of Clara", user_id=riverside.clinician.pk)
        make_patient(full_name="Of Olive", user_id=riverside.owner.pk)
    told = []
    for seen_by in (None, riverside.clinician.pk, riverside.owner.pk, None):
        with clinic_scope(riverside.clinic, seen_by=seen_by):
            told.append([each.full_name for each in together(everybody)["patient"]])
    assert told == [["Of Clara", "Of Olive"], ["Of Clara"], ["Of Olive"], ["Of Clara", "Of Olive"]]


def test_nothing_to_read_asks_nothing(scope):
    with CaptureQueriesContext(connection) as queries:
        assert together(lambda asking: {}) == {}
    assert len(queries) == 0


@pytest.mark.parametrize(
    ("model", "fields", "error"),
    [
        (Patient, ("pk", "nobody"), FieldError),
        (Patient, ("pk", "user_id"), ValueError),
        (Patient, ("full_name",), ValueError),
        (AuditEvent, ("pk", "digest"), ValueError),
    ],
)
def test_fields_that_cannot_be_read_are_refused(scope, model, fields, error):
    with pytest.raises(error):
        together(lambda asking: {"all": Part(model.objects.all(), fields)})


def test_events_are_read_with_their_moments(scope):
    newest = AuditEvent.objects.order_by("-id")[:1]
    read = partial(Part, newest, ("pk", "at", "changes", "patient_id"))
    (found,) = together(lambda asking: {"event": read()})["event"]
    event = newest.get()
    assert (found.at, found.changes, found.patient_id) == (event.at, event.changes, event.patient_id)
