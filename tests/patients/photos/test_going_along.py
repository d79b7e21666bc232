"""A photo goes where its patient goes: into another record and out of it, into the bin, a backup, and away."""

import pytest
from django.db import IntegrityError, transaction

from clinic.binning.actions import bin_patient, put_back_patient
from clinic.binning.purging import purge_one
from clinic.merging.models import MergeEntry
from clinic.patients.models import BinnedPatient, PatientPhoto
from clinic.patients.models.photos.photo import LARGEST
from clinic.patients.photos.actions import remove_photo, set_photo
from clinic.tenancy.rows import from_row, put_back, row_of
from clinic.tenancy.scope import clinic_scope
from tests.committed import administer
from tests.merging.records import BY, merge, unmerge
from tests.patients.photos.drawn import BLUE, GREEN, RED, jpeg
from tests.staff.conftest import lake as lake
from tests.staff.conftest import row
from tests.world import make_patient

FIRST, SECOND, THIRD = jpeg(RED), jpeg(BLUE), jpeg(GREEN)


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield riverside


def with_photo(content):
    patient = make_patient()
    if content:
        set_photo(by=BY, id=patient.pk, content=content)
    return patient


def photo_of(patient):
    return next((bytes(photo.content) for photo in PatientPhoto.objects.filter(patient=patient.pk)), None)


@pytest.mark.parametrize("mine", [FIRST, None], ids=["with one", "without"])
@pytest.mark.parametrize("theirs", [SECOND, None], ids=["with one", "without"])
def test_survivor_keeps_its_photo_or_gets_the_others_and_each_has_its_own_again(scope, mine, theirs):
    survivor, other = with_photo(mine), with_photo(theirs)
    merge(survivor, other)
    assert photo_of(survivor) == (mine or theirs)
    unmerge(other.pk, survivor.pk)
    assert (photo_of(survivor), photo_of(other)) == (mine, theirs)


def test_photo_that_came_since_the_merge_stays(scope):
    survivor, other = with_photo(None), with_photo(SECOND)
    merge(survivor, other)
    set_photo(by=BY, id=survivor.pk, content=THIRD)
    unmerge(other.pk, survivor.pk)
    assert (photo_of(survivor), photo_of(other)) == (THIRD, None)


def test_photo_that_was_removed_since_the_merge_stays_removed(scope):
    survivor, other = with_photo(FIRST), with_photo(SECOND)
    merge(survivor, other)
    remove_photo(by=BY, id=survivor.pk)
    unmerge(other.pk, survivor.pk)
    assert (photo_of(survivor), photo_of(other)) == (None, SECOND)


def test_journal_has_the_photo_that_was_set_aside(scope):
    merge(with_photo(FIRST), with_photo(SECOND))
    entry = MergeEntry.objects.filter(table=PatientPhoto._meta.db_table).latest("pk")
    assert (entry.kind, bytes(from_row(PatientPhoto, entry.rows[0]).content)) == ("removed", SECOND)


def test_row_with_a_photo_is_put_back_as_it_was(scope):
    patient = with_photo(FIRST)
    photo = PatientPhoto.objects.get(patient=patient)
    kept = row_of(photo)
    photo.delete()
    put_back(from_row(PatientPhoto, kept))
    assert row_of(PatientPhoto.objects.get(patient=patient)) == kept
    assert photo_of(patient) == FIRST


def test_photo_goes_into_the_bin_and_comes_back(scope):
    patient = with_photo(FIRST)
    before = PatientPhoto.objects.get(patient=patient).pk
    bin_patient(by=BY, id=patient.pk, version=patient.version, reason="A test")
    assert PatientPhoto.objects.filter(patient=patient.pk).count() == 0
    put_back_patient(by=BY, id=patient.pk)
    assert (PatientPhoto.objects.get(patient=patient.pk).pk, photo_of(patient)) == (before, FIRST)


def test_purged_patient_leaves_no_photo(lakeside):
    with clinic_scope(lakeside.clinic):
        patient = with_photo(FIRST)
        bin_patient(by=BY, id=patient.pk, version=patient.version, reason="A test")
    kept = f"SELECT count(*) FROM {lakeside.clinic.schema_name}.patients_binnedpatient WHERE rows::text LIKE %s"
    written = f"%{FIRST.hex()[:80]}%"
    assert administer(kept, written) == [(1,)]
    purge_one(lakeside.clinic, patient.pk)
    with clinic_scope(lakeside.clinic):
        assert (BinnedPatient.objects.count(), PatientPhoto.objects.count()) == (0, 0)
    assert administer(kept, written) == [(0,)]


def test_photo_is_in_the_backup_and_comes_back(lake):
    with clinic_scope(lake.clinic):
        patient = with_photo(FIRST)
    lake.backup()
    with clinic_scope(lake.clinic):
        set_photo(by=BY, id=patient.pk, content=SECOND)
    lake.restore()
    with clinic_scope(row(lake.clinic)):
        assert photo_of(patient) == FIRST


def test_patient_has_one_photo_and_a_small_one(scope):
    patient = with_photo(FIRST)
    for content in (SECOND, b"a" * (LARGEST + 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            PatientPhoto.objects.create(patient=patient, content=content)
    remove_photo(by=BY, id=patient.pk)
    with pytest.raises(IntegrityError, match="patient_photo_is_small"), transaction.atomic():
        PatientPhoto.objects.create(patient=patient, content=b"a" * (LARGEST + 1))
