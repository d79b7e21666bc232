"""The page on which a photo is changed, the photo itself, and where it is shown."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from clinic.access import Role
from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient, PatientPhoto
from clinic.patients.photos.actions import set_photo
from clinic.patients.photos.forms import MOST_BYTES, TOO_LARGE
from clinic.patients.photos.pictures import NO_PICTURE, TOO_MANY_PIXELS
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from clinic.ui.errors import TOO_LARGE_MESSAGE
from clinic.ui.kept import MOST_READ
from tests.clock import in_one_zone
from tests.merging.records import merge
from tests.patients.photos.drawn import BLUE, GREEN, RED, encoded, jpeg, near, opened
from tests.patients.photos.test_pictures import WRONG, png_of
from tests.world import Writer, make_patient

BY = Writer()
NOT_CACHED = {"no-store", "private"}


@pytest.fixture
def patient(riverside) -> Patient:
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Ana García")


@pytest.fixture
def shown(riverside, patient) -> Patient:
    """A patient with a red photo."""
    with clinic_scope(riverside.clinic):
        set_photo(by=BY, id=patient.pk, content=jpeg(RED))
    return patient


def at(patient: Patient, step: str = "") -> str:
    return f"/patients/{patient.pk}/photo/{step}"


def send(client: Client, patient: Patient, content: bytes = b"", name: str = "me.jpg"):
    return client.post(at(patient, "change/"), {"photo": SimpleUploadedFile(name, content or jpeg(GREEN))})


def kept(world, patient: Patient) -> list[bytes]:
    with clinic_scope(world.clinic):
        return [bytes(photo.content) for photo in PatientPhoto.objects.filter(patient=patient)]


def trail(world, patient: Patient) -> list[str]:
    with clinic_scope(world.clinic):
        rows = AuditEvent.objects.filter(patient_id=patient.pk).order_by("pk")
        return list(rows.values_list("action", flat=True))


def pictures(page: str) -> list[str]:
    """What the page shows of photos: where from, and what it says instead."""
    return re.findall(r'<img class="photo"\s+src="([^"]+)"\s+width="320"\s+height="320"\s+alt="([^"]*)"', page)


def test_photo_is_kept_small_and_said_so(riverside, patient, sign_in):
    client = sign_in(riverside.front_desk)
    answer = send(client, patient, jpeg(GREEN, side=900))
    assert (answer.status_code, answer["Location"]) == (302, f"/patients/{patient.pk}/details/")
    assert "Photo saved." in client.get(answer["Location"]).content.decode()
    picture = opened(client.get(at(patient)).content)
    assert (picture.format, picture.size, near(picture, (9, 9))) == ("JPEG", (320, 320), GREEN)


def test_photo_is_in_the_banner_with_words_for_it_and_no_other_patients_is(riverside, shown, sign_in):
    client = sign_in(riverside.clinician)
    with clinic_scope(riverside.clinic):
        other, key = make_patient(), PatientPhoto.objects.get().pk
    for page in ("", "details/", "edit/", "history/", "assessments/", "course/", "timeline/", "lists/"):
        found = pictures(client.get(f"/patients/{shown.pk}/{page}").content.decode())
        assert (page, found) == (page, [(f"{at(shown)}?of={key}", "Photo of Ana García")])
        assert (page, "<img" in client.get(f"/patients/{other.pk}/{page}").content.decode()) == (page, False)


def test_photo_is_answered_so_that_nobody_keeps_or_runs_it(riverside, shown, sign_in):
    answer = sign_in(riverside.auditor).get(at(shown))
    assert {part.strip() for part in answer["Cache-Control"].split(",")} >= NOT_CACHED
    assert {name: answer[name] for name in (
        "Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Cross-Origin-Resource-Policy",
    )} == {
        "Content-Type": "image/jpeg",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip


def test_patient_without_a_photo_has_none_to_ask_for(riverside, patient, sign_in):
    assert sign_in(riverside.owner).get(at(patient)).status_code == 404


def test_another_photo_takes_the_place_of_the_first(riverside, shown, sign_in):
    send(sign_in(riverside.clinician), shown, jpeg(BLUE))
    [content] = kept(riverside, shown)
    assert near(opened(content), (9, 9)) == BLUE


def test_photo_is_removed_for_good_and_once(riverside, shown, sign_in):
    client = sign_in(riverside.clinician)
    words = []
    for _ in range(2):
        answer = client.post(at(shown, "remove/"))
        words += re.findall("Photo removed|no photo any more", client.get(answer["Location"]).content.decode())
    assert (kept(riverside, shown), words, client.get(at(shown)).status_code) == (
        [], ["Photo removed", "no photo any more"], 404,
    )  # fmt: skip
    assert trail(riverside, shown).count("photo.removed") == 1


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG.keys())
def test_file_that_is_no_picture_is_refused_in_words_beside_the_field(riverside, shown, sign_in, content):
    before = kept(riverside, shown)
    answer = send(sign_in(riverside.clinician), shown, content or b"\0")
    assert (answer.status_code, answer.content.decode().count(NO_PICTURE) > 0) == (422, True)
    assert kept(riverside, shown) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (png_of(60_000, 60_000), TOO_MANY_PIXELS),
        (jpeg() + b"\0" * MOST_BYTES, TOO_LARGE),
    ],
)
def test_file_of_too_much_is_refused_in_words(riverside, patient, sign_in, content, said):
    answer = send(sign_in(riverside.clinician), patient, content)
    assert (answer.status_code, said in answer.content.decode(), kept(riverside, patient)) == (422, True, [])


@pytest.mark.parametrize(("data", "said"), [({}, "Choose a file."), ({"photo": ""}, "Choose a file.")])
def test_form_without_a_file_asks_for_one(riverside, patient, sign_in, data, said):
    answer = sign_in(riverside.clinician).post(at(patient, "change/"), data)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_empty_file_is_called_empty(riverside, patient, sign_in):
    answer = sign_in(riverside.clinician).post(at(patient, "change/"), {"photo": SimpleUploadedFile("me.jpg", b"")})
    assert (answer.status_code, "The file is empty." in answer.content.decode()) == (422, True)


class Unread(BytesIO):
    """A body that must not be read."""

    def read(self, *args):
        raise AssertionError("The body was read.")


@pytest.mark.parametrize(
    ("role", "length", "status", "said"),
    [
        (Role.CLINICIAN, 11 * 1024**2 + 1, 413, "A photo may hold 10 megabytes at most."),
        (Role.AUDITOR, 5 * 1024**2, 413, TOO_LARGE_MESSAGE),
    ],
)
def test_body_is_refused_by_its_length_unread(riverside, patient, sign_in, role, length, status, said):
    client = sign_in(riverside.users[role])
    form = {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": "multipart/form-data; boundary=b", "wsgi.input": Unread()}
    answer = client.post(at(patient, "change/"), **form)
    assert (answer.status_code, said in answer.content.decode()) == (status, True)


def test_photo_of_more_than_a_form_may_have_is_taken(riverside, patient, sign_in):
    large = encoded(Image.effect_noise((2000, 2000), 100).convert("RGB"), "PNG")
    answer = send(sign_in(riverside.front_desk), patient, large)
    assert (len(large) > MOST_READ, answer.status_code, len(kept(riverside, patient))) == (True, 302, 1)


def test_who_only_reads_sees_the_photo_and_no_way_to_change_it(riverside, shown, sign_in):
    client = sign_in(riverside.auditor)
    assert (client.get(at(shown)).status_code, send(client, shown).status_code) == (200, 403)
    assert (client.post(at(shown, "remove/")).status_code, len(kept(riverside, shown))) == (403, 1)
    assert "photo/change/" not in client.get(f"/patients/{shown.pk}/details/").content.decode()


@pytest.mark.parametrize("step", ["", "change/"])
def test_photo_of_a_patient_who_is_not_seen_is_as_if_there_were_none(riverside, shown, sign_in, step):
    """Byte for byte what is answered where a patient never was."""
    with clinic_scope(riverside.clinic):
        Patient.objects.filter(pk=shown.pk).update(user=riverside.owner.pk)
        gone = make_patient()
    Clinic.objects.filter(pk=riverside.clinic.pk).update(restricts_patients=True)
    client = sign_in(riverside.clinician)
    never = at(shown, step).replace(str(shown.pk), "11111111-1111-4111-8111-111111111111")
    found = {address: client.get(address, headers={"X-Request-Id": "same"}) for address in (at(shown, step), never)}
    pages = {blank(answer.content) for answer in found.values()}
    assert ([answer.status_code for answer in found.values()], len(pages)) == ([404, 404], 1)
    assert (client.get(at(gone)).status_code, client.post(at(shown, "remove/")).status_code) == (404, 404)
    assert len(kept(riverside, shown)) == 1


def blank(page: bytes) -> bytes:
    """A page without what is another in each answer: the nonce, tokens and the seconds that are left."""
    return re.sub(rb'(nonce=|Token": |value=|data-seconds=)"[^"]*"', b"", page)


def test_photo_of_another_clinic_is_not_there(riverside, hillside, shown, sign_in):
    client = sign_in(hillside.owner)
    assert [client.get(at(shown)).status_code, send(client, shown).status_code] == [404, 404]


def test_change_is_one_event_that_says_no_more_than_which(riverside, patient, sign_in):
    client = sign_in(riverside.clinician)
    send(client, patient)
    send(client, patient, jpeg(BLUE))
    with clinic_scope(riverside.clinic):
        events = list(AuditEvent.objects.filter(patient_id=patient.pk, is_reading=False).order_by("pk"))
        key = str(PatientPhoto.objects.get().pk)
    assert [event.action for event in events] == ["photo.changed", "photo.changed"]
    first = str(events[0].record_id)
    assert [event.changes for event in events] == [{"photo": [None, first]}, {"photo": [first, key]}]
    page = sign_in(riverside.owner).get(f"/clinic/trail/patients/{patient.pk}/").content.decode()
    assert page.count("Changed a patient&#x27;s photo") == 2


def test_same_photo_again_changes_nothing(riverside, patient, sign_in):
    client = sign_in(riverside.clinician)
    for _ in range(2):
        assert send(client, patient).status_code == 302
    assert (trail(riverside, patient).count("photo.changed"), len(kept(riverside, patient))) == (1, 1)


@in_one_zone
@pytest.mark.clock("clinic/audit/queries.py:was_shown")
def test_photo_of_a_page_that_was_just_opened_leaves_no_event_of_its_own(clock, riverside, shown, sign_in):
    client = sign_in(riverside.clinician)
    client.get(f"/patients/{shown.pk}/details/")
    clock.move(seconds=59)
    assert client.get(at(shown)).status_code == 200
    assert trail(riverside, shown) == ["photo.changed", "patient.viewed"]
    clock.move(seconds=2)
    client.get(at(shown))
    assert trail(riverside, shown) == ["photo.changed", "patient.viewed", "photo.viewed"]


def test_photo_that_is_asked_for_by_itself_is_read_by_who_asks(riverside, shown, sign_in):
    """Neither what somebody else opened nor what was changed of the patient stands for it."""
    sign_in(riverside.owner).get(f"/patients/{shown.pk}/details/")
    client = sign_in(riverside.clinician)
    client.post(f"/patients/{shown.pk}/archive/")
    client.get(at(shown))
    client.get(at(shown))
    assert trail(riverside, shown)[-2:] == ["patient.archived", "photo.viewed"]


def test_lists_ask_nothing_of_photos(riverside, shown, sign_in):
    client, asked = sign_in(riverside.clinician), []
    for address in ("/patients/", "/patients/?q=ana", "/assessments/", f"/patients/{shown.pk}/details/"):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        asked.append(sum("patients_patientphoto" in query["sql"] for query in seen.captured_queries))
    assert asked == [0, 0, 0, 1]


def test_merging_page_shows_both_photos_and_says_which_stays(riverside, shown, sign_in):
    with clinic_scope(riverside.clinic):
        other = make_patient()
        set_photo(by=BY, id=other.pk, content=jpeg(BLUE))
    page = sign_in(riverside.clinician).get(f"/patients/{shown.pk}/merge/?other={other.pk}").content.decode()
    found = [src.partition("?")[0] for src, _ in pictures(page)]
    assert found == [at(shown), at(shown), at(other)]
    assert f"A photo: the one of {shown.record_number} stays, the other is set aside." in page


def test_address_of_a_merged_records_photo_leads_to_the_survivors(riverside, shown, sign_in):
    with clinic_scope(riverside.clinic):
        survivor = make_patient()
        merge(survivor, shown)
    client = sign_in(riverside.clinician)
    answer = client.get(at(shown))
    assert (answer.status_code, answer["Location"]) == (302, at(survivor))
    assert near(opened(client.get(at(survivor)).content), (9, 9)) == RED
