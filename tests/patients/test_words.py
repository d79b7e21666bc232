"""Every way to write a name notes its words: whoever mistypes one finds the patient."""

import io
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Replace

from clinic.demo.fill import fill_clinic
from clinic.patients import actions
from clinic.patients.models import NameWord, Patient
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.filled import searched
from tests.world import Writer, make_patient

NEW, MISTYPED = "Eva Quistberg", "quistbarg"
WORDS = """
SELECT DISTINCT word FROM patients_patient, unnest(ARRAY[full_name, family_name, preferred_name]) AS name,
    string_to_table(public.search_key(name), ' ') AS word WHERE word <> ''
"""
FORM = {"full_name": NEW, "family_name": "", "gender": "female", "date_of_birth": "12 March 1961", "record_number": ""}


@pytest.fixture
def ana(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Ana Bell", family_name="Bell")


def found(clinic) -> list[str]:
    with clinic_scope(clinic):
        return [patient.full_name for patient in searched(MISTYPED).first(25).records]


def by_form(client, ana, user):
    return client.post("/patients/new/", FORM | {"user": user}).status_code


def by_edit(client, ana, user):
    known = FORM | {"user": user, "record_number": ana.record_number, "version": 1}
    return client.post(f"/patients/{ana.pk}/edit/", known).status_code


def by_api(client, ana, user):
    sent = {"full_name": NEW, "gender": "female", "date_of_birth": "1961-03-12"}
    return client.post("/api/v1/patients/", sent, content_type="application/json").status_code


def by_api_edit(client, ana, user):
    address = f"/api/v1/patients/{ana.pk}/"
    return client.patch(address, {"full_name": NEW}, content_type="application/json").status_code


@pytest.mark.parametrize(("write", "status"), [(by_form, 302), (by_edit, 302), (by_api, 201), (by_api_edit, 200)])
def test_request_that_writes_a_name_makes_it_findable(sign_in, riverside, ana, write, status):
    assert write(sign_in(riverside.clinician), ana, str(riverside.clinician.pk)) == status
    assert found(riverside.clinic) == [NEW]


def test_undo_makes_the_old_name_findable(riverside, ana):
    """It was written past every way that notes words, as nothing of ours does."""
    with clinic_scope(riverside.clinic):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE patients_patient SET full_name = %s, family_name = 'Quistberg'", [NEW])
        assert found(riverside.clinic) == []
        actions.update_patient(by=Writer(), id=ana.pk, version=1, full_name="Eva Bell", family_name="Bell")
        actions.undo_patient_change(by=Writer(), id=ana.pk, version=2)
    assert found(riverside.clinic) == [NEW]


def save(ana):
    ana.full_name = NEW
    ana.save(update_fields=["full_name"])


def bulk_create(ana):
    made = Patient(full_name=NEW, gender="female", date_of_birth=date(1961, 3, 12), record_number="X", user=ana.user)
    Patient.objects.bulk_create(iter([made]))


def bulk_update(ana):
    ana.full_name = NEW
    Patient.objects.bulk_update([ana], ["full_name"])


def update(ana):
    Patient.objects.filter(full_name="Ana Bell").update(full_name=NEW)


def update_by_an_expression(ana):
    new = Replace("full_name", Value("Ana Bell"), Value(NEW))
    Patient.objects.filter(full_name="Ana Bell").update(full_name=new)


@pytest.mark.parametrize("write", [save, bulk_create, bulk_update, update, update_by_an_expression])
def test_django_that_writes_a_name_makes_it_findable(riverside, ana, write):
    with clinic_scope(riverside.clinic):
        write(Patient.objects.get(pk=ana.pk))
    assert found(riverside.clinic) == [NEW]


def test_what_writes_no_name_notes_no_words(riverside, ana, django_assert_num_queries):
    with clinic_scope(riverside.clinic):
        with django_assert_num_queries(1):
            Patient.objects.update(gender="male")
        with django_assert_num_queries(1):
            ana.save(update_fields=["gender"])


def test_filled_clinic_has_every_word_of_its_names(lakeside):
    fill_clinic(clinic=lakeside.clinic, patients=300, assessments=10, seed=3, by=Writer())
    with clinic_scope(lakeside.clinic), connection.cursor() as cursor:
        cursor.execute(WORDS)
        words = {word for (word,) in cursor.fetchall()}
        assert words == set(NameWord.objects.values_list("word", flat=True))
        assert any(not word.isascii() for word in words)


def test_restored_clinic_forgives_a_wrong_letter(lakeside, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    with clinic_scope(lakeside.clinic):
        ana = make_patient(full_name=NEW, family_name="Quistberg")
    call_command("backup_clinic", lakeside.clinic.name, tmp_path / "backup", stdout=io.StringIO())
    with clinic_scope(lakeside.clinic):
        Patient.objects.filter(pk=ana.pk).update(full_name="Ana Bell", family_name="Bell")
    call_command("restore_clinic", lakeside.clinic.name, tmp_path / "backup", stdout=io.StringIO())
    assert found(Clinic.objects.using("owner").get(pk=lakeside.clinic.pk)) == [NEW]
