"""Of a hidden patient whoever registers somebody alike learns that there is somebody, and no more."""

from datetime import date

import pytest

from clinic.patients.models import DuplicatePair, Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient

TYPED = {"full_name": "Kofi Adeyemii", "gender": "male", "date_of_birth": "27/5/1960", "phone_number": "020 7946 0463"}


@pytest.fixture
def hidden(restricted):
    with clinic_scope(restricted.clinic):
        return make_patient(
            full_name="Kofi Adeyemi", family_name="Adeyemi", gender="male", date_of_birth=date(1960, 5, 27),
            phone_number="+442079460463", record_number="HID-7", user=Practitioner.objects.get(pk=restricted.owner.pk),
        )  # fmt: skip


def test_hidden_patient_is_somebody_similar(restricted, sign_in, hidden):
    page = sign_in(restricted.clinician).post("/patients/similar/", TYPED).content.decode()
    secrets = ("HID-7", str(hidden.pk), "Adeyemi, Kofi", "telephone agrees")
    assert ("Somebody similar" in page, [text for text in secrets if text in page]) == (True, [])


def test_hidden_patient_is_asked_about_and_the_answer_registers(restricted, sign_in, hidden):
    client, form = sign_in(restricted.clinician), {**TYPED, "user": str(restricted.clinician.pk)}
    page = client.post("/patients/new/", form).content.decode()
    assert ("whom you do not see" in page, "HID-7" in page) == (True, False)
    assert client.post("/patients/new/", {**form, "someone_else": "unseen"}).status_code == 302


def test_pair_with_a_hidden_patient_is_on_the_list_of_who_sees_both(restricted, sign_in, hidden):
    form = {**TYPED, "user": str(restricted.clinician.pk), "someone_else": "unseen"}
    sign_in(restricted.clinician).post("/patients/new/", form)
    with clinic_scope(restricted.clinic):
        assert (DuplicatePair.objects.open().count(), Patient.objects.filter(match_keys=None).count()) == (1, 0)
    pages = [sign_in(user).get("/patients/duplicates/") for user in (restricted.clinician, restricted.owner)]
    assert ["HID-7" in page.content.decode() for page in pages] == [False, True]
