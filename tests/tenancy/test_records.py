"""Records and querysets are used in the clinic they were made in, or not at all."""

from datetime import date
from uuid import uuid4

import pytest
from django.apps import apps

from clinic.patients.models import Patient
from clinic.tenancy.provisioning import tenant_labels
from clinic.tenancy.records import ClinicModel, ClinicQuerySet
from clinic.tenancy.scope import WrongClinic, clinic_scope
from tests.world import make_patient


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
}


@pytest.mark.parametrize("use", USES)
def test_lazy_queryset_of_one_clinic_is_refused_in_another(two, use):
    one, other = two
    with clinic_scope(one):
        rows = Patient.objects.all()
    with clinic_scope(other), pytest.raises(WrongClinic):
        USES[use](rows)


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
    assert [model for model in models if not isinstance(model._default_manager.all(), ClinicQuerySet)] == []
