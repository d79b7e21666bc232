"""Records and querysets are used in the clinic they were made in, or not at all."""

from datetime import date
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import prefetch_related_objects

from clinic.assessments.models import Assessment
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.lifecycle.provisioning import tenant_labels
from clinic.tenancy.records import ClinicModel, ClinicQuerySet
from clinic.tenancy.scope import WrongClinic, clinic_scope
from tests.world import make_assessment, make_patient

BOTH = uuid4()


@pytest.fixture
def two(riverside, hillside):
    """Both clinics, each with one patient."""
    for world in (riverside, hillside):
        with clinic_scope(world.clinic):
            make_patient(full_name=f"Of {world.clinic.name}")
    return riverside.clinic, hillside.clinic


USES = {
    "iterate": list,
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "first": lambda rows: rows.first(),
    "get": lambda rows: rows.get(),
    "slice": lambda rows: list(rows[:1]),
    "filter": lambda rows: list(rows.filter(gender="female")),
    "values": lambda rows: list(rows.values_list("full_name")),
    "iterator": lambda rows: list(rows.iterator()),
    "update": lambda rows: rows.update(gender="other"),
    "in_bulk": lambda rows: rows.in_bulk(),
    "create": lambda rows: rows.create(full_name="x"),
    "related": lambda rows: list(rows.select_related("user")),
    "using": lambda rows: list(rows.using("default")),
}


@pytest.mark.parametrize("use", USES)
def test_lazy_queryset_of_one_clinic_is_refused_in_another(two, use):
    one, other = two
    with clinic_scope(one):
        rows = Patient.objects.all()
    with clinic_scope(other), pytest.raises(WrongClinic):
        USES[use](rows)


RAW_USES = {
    "iterate": list,
    "length": len,
    "first": lambda rows: rows[0],
    "iterator": lambda rows: list(rows.iterator()),
    "using": lambda rows: list(rows.using("default")),
    "prefetch": lambda rows: list(rows.prefetch_related("user")),
}


@pytest.mark.parametrize("use", RAW_USES)
def test_raw_queryset_of_one_clinic_is_refused_in_another(two, use):
    one, other = two
    with clinic_scope(one):
        rows = Patient.objects.raw("SELECT * FROM patients_patient")
    with clinic_scope(other), pytest.raises(WrongClinic):
        RAW_USES[use](rows)


def test_raw_queryset_finds_the_rows_of_its_own_clinic(two):
    found = []
    for clinic in two:
        with clinic_scope(clinic):
            rows = Patient.objects.raw("SELECT * FROM patients_patient WHERE gender = %s", ["female"])
            found.append([patient.full_name for patient in rows])
    one, other = two
    assert found == [[f"Of {one.name}"], [f"Of {other.name}"]]


def test_raw_queryset_made_outside_belongs_to_the_first_clinic_it_is_used_in(two):
    one, other = two
    rows = Patient.objects.raw("SELECT * FROM patients_patient")
    with clinic_scope(one):
        assert len(rows) == 1
    with clinic_scope(other), pytest.raises(WrongClinic):
        list(rows)


def test_what_hangs_on_a_record_is_refused_in_another_clinic(two):
    """A person who works in both clinics is a practitioner of both by one key, so the other's row would be found."""
    one, other = two
    with clinic_scope(one):
        practitioner = Practitioner.objects.create(pk=BOTH, display_name="In Riverside")
        make_assessment(make_patient(full_name="Of both", user=practitioner))
        patient, assessment = Patient.objects.get(full_name="Of both"), Assessment.objects.get()
    with clinic_scope(other):
        Practitioner.objects.create(pk=BOTH, display_name="In Hillside")
        with pytest.raises(WrongClinic):
            patient.user  # noqa: B018
        with pytest.raises(WrongClinic):
            assessment.patient  # noqa: B018
        with pytest.raises(WrongClinic):
            prefetch_related_objects([patient], "user")
    with clinic_scope(one):
        assert patient.user.display_name == "In Riverside"


def test_deferred_field_is_refused_in_another_clinic(two):
    one, other = two
    with clinic_scope(one):
        patient = Patient.objects.defer("phone_number").get()
    with clinic_scope(other), pytest.raises(WrongClinic):
        patient.phone_number  # noqa: B018


def test_evaluated_queryset_of_one_clinic_is_refused_in_another(two):
    one, other = two
    with clinic_scope(one):
        rows = Patient.objects.all()
        assert len(rows) == 1
    with clinic_scope(other), pytest.raises(WrongClinic):
        list(rows)


def test_queryset_made_outside_belongs_to_the_first_clinic_it_is_used_in(two):
    one, other = two
    rows = Patient.objects.order_by("full_name")
    with clinic_scope(one):
        assert [patient.full_name for patient in rows] == ["Of Riverside"]
    with clinic_scope(other), pytest.raises(WrongClinic):
        list(rows)


def test_loaded_rows_may_be_read_outside_every_clinic(two):
    with clinic_scope(two[0]):
        rows = Patient.objects.all()
        assert len(rows) == 1
    assert [patient.full_name for patient in rows] == ["Of Riverside"]


RECORD_USES = {
    "save": lambda record: record.save(),
    "save some": lambda record: record.save(update_fields=["gender"]),
    "delete": lambda record: record.delete(),
    "refresh": lambda record: record.refresh_from_db(),
    "bulk create": lambda record: Patient.objects.bulk_create([record]),
    "bulk update": lambda record: Patient.objects.bulk_update([record], ["gender"]),
}


@pytest.mark.parametrize("use", RECORD_USES)
def test_record_of_one_clinic_is_refused_in_another(two, use):
    one, other = two
    with clinic_scope(one):
        record = Patient.objects.get()
    with clinic_scope(other), pytest.raises(WrongClinic):
        RECORD_USES[use](record)


def test_new_record_of_one_clinic_is_refused_in_another(two):
    one, other = two
    with clinic_scope(one):
        record = Patient(pk=uuid4(), full_name="New", gender="other", date_of_birth=date(1970, 1, 1))
    with clinic_scope(other), pytest.raises(WrongClinic):
        record.save()


def test_record_is_used_freely_in_its_own_clinic(two):
    with clinic_scope(two[0]):
        record = Patient.objects.get()
    with clinic_scope(two[0]):
        record.gender = "other"
        record.save()
        record.refresh_from_db()
    assert record.gender == "other"


def test_every_clinic_model_and_its_manager_know_their_clinic():
    models = [model for label in tenant_labels() for model in apps.get_app_config(label).get_models()]
    assert len(models) >= 4
    assert [model for model in models if not issubclass(model, ClinicModel)] == []
    for manager in ("_default_manager", "_base_manager"):
        assert [model for model in models if not isinstance(getattr(model, manager).all(), ClinicQuerySet)] == []
