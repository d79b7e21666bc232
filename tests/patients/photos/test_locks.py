"""Two who give one patient a photo at once, and one who does while the record is merged."""

import pytest

from clinic.patients.models import PatientPhoto
from clinic.patients.photos.actions import remove_photo, set_photo
from tests.merging.records import merge
from tests.patients.photos.drawn import BLUE, RED, jpeg
from tests.side_by_side import holds_lock, overlap
from tests.world import Writer, make_patient


@pytest.fixture
def patient(in_woodside):
    with in_woodside():
        return make_patient()


def give(patient, colour):
    return lambda: set_photo(by=Writer(), id=patient.pk, content=jpeg(colour))


def photos(in_woodside, patient):
    with in_woodside():
        return [bytes(photo.content) for photo in PatientPhoto.objects.filter(patient=patient.pk)]


@holds_lock("patients.photos.actions._photo_of")
def test_second_photo_takes_the_place_of_one_that_is_given_at_once(in_woodside, patient):
    both = overlap(in_woodside, give(patient, RED), give(patient, BLUE))
    assert (both.refusal, both.waited, photos(in_woodside, patient)) == ("", True, [jpeg(BLUE)])


def test_photo_that_is_given_while_it_is_removed_stays(in_woodside, patient):
    with in_woodside():
        give(patient, RED)()
    both = overlap(in_woodside, lambda: remove_photo(by=Writer(), id=patient.pk), give(patient, BLUE))
    assert (both.refusal, photos(in_woodside, patient)) == ("", [jpeg(BLUE)])


def test_photo_for_a_record_that_is_being_merged_is_refused(in_woodside, patient):
    with in_woodside():
        survivor = make_patient()
    both = overlap(in_woodside, lambda: merge(survivor, patient), give(patient, BLUE))
    assert (both.refusal, photos(in_woodside, survivor)) == ("DoesNotExist", [])
