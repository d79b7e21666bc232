"""Emergency access: one hidden record, for an hour, with a reason and the password, seen by all and reviewed."""

from datetime import timedelta
from uuid import UUID

import pytest

from clinic.access import PERMISSIONS, Role
from clinic.audit.models import AuditEvent
from clinic.patients.care.emergency import open_in_emergency
from clinic.patients.models import EmergencyAccess, Patient
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.blanked import text_of
from tests.clock import in_one_zone
from tests.world import PASSWORD, make_patient

ROLES = (Role.CLINICIAN, Role.FRONT_DESK)
PAGE, REVIEWS = "/patients/emergency/", "/clinic/trail/emergency/"
WHO = {"who": "P-000041", "date_of_birth": "12 March 1961"}
ASKED = {**WHO, "reason": "Found <b>unconscious</b>", "password": PASSWORD}


@pytest.fixture
def hidden(restricted) -> Patient:
    with clinic_scope(restricted.clinic):
        make_patient(full_name="Olga Other", family_name="Other", user_id=restricted.owner.pk)
        return make_patient(
            full_name="Quendolyn Hid",
            family_name="Hid",
            record_number="P-000041",
            date_of_birth="1961-03-12",
            user_id=restricted.owner.pk,
        )


def accesses(world) -> list[EmergencyAccess]:
    with clinic_scope(world.clinic):
        return list(EmergencyAccess.objects.all())


def events(world) -> list[tuple]:
    with clinic_scope(world.clinic):
        rows = AuditEvent.objects.filter(record_type="emergencyaccess").order_by("id")
        return list(rows.values_list("action", "actor_name", "patient_id"))


@in_one_zone
@pytest.mark.clock(
    "clinic/patients/models/seen.py:seen_patients", "clinic/patients/care/emergency.py:open_in_emergency"
)
@pytest.mark.parametrize("who", ["P-000041", "quendolyn  HID"])
@pytest.mark.parametrize("role", ROLES)
def test_record_opens_for_an_hour_for_whoever_asked_and_no_other_does(clock, restricted, hidden, sign_in, role, who):
    Clinic.objects.filter(pk=restricted.clinic.pk).update(idle_minutes=60)
    client, path = sign_in(restricted.users[role]), f"/patients/{hidden.pk}/"
    others = [sign_in(restricted.users[each]) for each in ROLES if each != role]
    answer = client.post(PAGE, {**ASKED, "who": who})
    assert (answer.status_code, answer["Location"]) == (302, path)
    access = accesses(restricted)[0]
    assert (access.begun_at, access.ends_at) == (clock.moment, clock.moment + timedelta(minutes=60))
    assert events(restricted) == [("emergencyaccess.begun", restricted.users[role].name, hidden.pk)]
    assert [each.get(path).status_code for each in [client, *others]] == [200, 404]
    page = text_of(client.get("/patients/"))
    assert ("Hid, Quendolyn" in page, "Other, Olga" in page) == (True, False)
    found = {}
    for minutes in (59, 60):
        clock.traveller.move_to(access.begun_at + timedelta(minutes=minutes))
        found[minutes] = (client.get(path).status_code, "Hid, Quendolyn" in text_of(client.get("/patients/")))
    assert found == {59: (200, True), 60: (404, False)}


@pytest.mark.clock("clinic/patients/models/access.py:EmergencyAccessQuerySet.open")
def test_everybody_who_opens_the_record_meanwhile_reads_who_and_why(clock, restricted, hidden, sign_in):
    client, owner = sign_in(restricted.clinician), sign_in(restricted.owner)
    client.post(PAGE, ASKED)
    until = clock.local + timedelta(hours=1)
    said = f"<bdi>Clara Clinician</bdi> has emergency access until {until:%H:%M}: <bdi>Found &lt;b&gt;un"
    paths = [f"/patients/{hidden.pk}/{tab}" for tab in ("", "assessments/", "course/", "history/", "edit/", "alerts/")]
    found = {(path, user): text_of(user.get(path)) for path in paths for user in (client, owner)}
    assert [at for at, page in found.items() if said not in " ".join(page.split())] == []
    clock.traveller.move_to(clock.moment + timedelta(hours=1))
    assert "has emergency access" not in text_of(owner.get(paths[0]))
    assert len(found) == 12


@in_one_zone
@pytest.mark.clock("clinic/patients/care/emergency.py:end_emergency")
def test_whoever_has_seen_enough_ends_it(clock, restricted, hidden, sign_in):
    client, desk = sign_in(restricted.clinician), sign_in(restricted.front_desk)
    path = f"/patients/{hidden.pk}/"
    client.post(PAGE, ASKED)
    assert [("End it now" in text_of(each.get(path))) for each in (client, sign_in(restricted.owner))] == [True, False]
    desk.post(f"{path}emergency/end/")
    assert client.get(path).status_code == 200
    clock.move(minutes=4)
    assert client.post(f"{path}emergency/end/")["Location"] == "/patients/"
    assert client.get(path).status_code == 404
    assert events(restricted)[-1] == ("emergencyaccess.ended", "Clara Clinician", hidden.pk)
    assert (len(events(restricted)), accesses(restricted)[0].ends_at) == (2, clock.moment)


def test_look_that_finds_nobody_is_an_event(restricted, hidden, sign_in):
    sign_in(restricted.clinician).post(PAGE, {**ASKED, "who": "P-000042"})
    assert events(restricted) == [("emergencyaccess.missed", "Clara Clinician", None)]
    with clinic_scope(restricted.clinic):
        assert AuditEvent.objects.get(action="emergencyaccess.missed").changes == {"who": [None, "P-000042"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"who": "P-000042"}, "Not exactly one record has this"),
        ({"date_of_birth": "13 March 1961"}, "Not exactly one record has this"),
        ({"who": "Quendolyn"}, "Not exactly one record has this"),
        ({"who": ""}, "Write the record number or the full name."),
        ({"who": "a\0b"}, "Null characters are not allowed."),
        ({"date_of_birth": "soon"}, "not a date"),
        ({"date_of_birth": ""}, "Write the date of birth."),
        ({"reason": " "}, "Write why you need this record."),
        ({"reason": "x" * 501}, "at most 500 characters"),
        ({"password": "not it"}, "This is not your password."),
        ({"password": ""}, "Write your password."),
    ],
)
def test_what_is_missing_or_wrong_opens_nothing_and_keeps_what_was_typed(restricted, hidden, sign_in, change, said):
    client = sign_in(restricted.clinician)
    answer = client.post(PAGE, {**ASKED, **change})
    page = text_of(answer)
    assert (answer.status_code, said in page, accesses(restricted)) == (422, True, [])
    typed = {**ASKED, **change}
    assert (PASSWORD in page, "Hid, Quendolyn" in page) == (False, False)
    assert ("unconscious" in page) is ("unconscious" in typed["reason"])
    assert client.get(f"/patients/{hidden.pk}/").status_code == 404


def test_two_of_one_name_and_day_are_told_apart_by_their_numbers_only(restricted, hidden, sign_in):
    with clinic_scope(restricted.clinic):
        make_patient(full_name="Quendolyn Hid", date_of_birth="1961-03-12", user_id=restricted.clinician.pk)
    client = sign_in(restricted.clinician)
    assert client.post(PAGE, {**ASKED, "who": "Quendolyn Hid"}).status_code == 422
    assert client.post(PAGE, ASKED).status_code == 302


def test_wrong_people_can_be_tried_ten_times_an_hour(restricted, hidden, sign_in):
    client = sign_in(restricted.clinician)
    found = [client.post(PAGE, {**ASKED, "who": f"P-{n:06}"}).status_code for n in range(11)]
    assert (found, client.post(PAGE, ASKED).status_code, accesses(restricted)) == ([422] * 10 + [429], 429, [])


def test_it_gives_no_more_than_the_role_may(restricted, hidden, sign_in):
    desk = sign_in(restricted.front_desk)
    desk.post(PAGE, ASKED)
    paths = [f"/patients/{hidden.pk}/{tab}" for tab in ("", "edit/", "assessments/", "course/", "alerts/")]
    assert [desk.get(path).status_code for path in paths] == [200, 200, 403, 403, 403]
    assert PERMISSIONS[Role.FRONT_DESK] == {"patients.view", "patients.edit"}


def test_patient_who_is_seen_anyway_is_opened_without_it(restricted, hidden, sign_in):
    with clinic_scope(restricted.clinic):
        Patient.objects.filter(pk=hidden.pk).update(user=restricted.clinician.pk)
    answer = sign_in(restricted.clinician).post(PAGE, ASKED)
    assert (answer["Location"], accesses(restricted)) == (f"/patients/{hidden.pk}/", [])


def test_who_sees_everybody_is_led_to_the_list(restricted, hidden, sign_in):
    owner = sign_in(restricted.owner)
    assert [owner.get(PAGE)["Location"], owner.post(PAGE, ASKED)["Location"]] == ["/patients/"] * 2
    assert (sign_in(restricted.auditor).post(PAGE, ASKED).status_code, accesses(restricted)) == (403, [])
    Clinic.objects.filter(pk=restricted.clinic.pk).update(restricts_patients=False)
    clinician = sign_in(restricted.clinician)
    assert clinician.get(PAGE)["Location"] == "/patients/"
    assert [PAGE in text_of(each.get("/patients/")) for each in (owner, clinician)] == [False, False]


def test_way_to_it_stands_in_the_menu_of_whoever_is_restricted(restricted, sign_in):
    assert PAGE in text_of(sign_in(restricted.front_desk).get("/patients/"))


@pytest.fixture
def opened(restricted, hidden, sign_in) -> EmergencyAccess:
    sign_in(restricted.clinician).post(PAGE, ASKED)
    return accesses(restricted)[0]


@in_one_zone
@pytest.mark.clock(
    "clinic/patients/models/access.py:EmergencyAccess.is_open",
    "clinic/patients/care/emergency.py:review_emergency_access",
)
@pytest.mark.parametrize("role", [Role.OWNER, Role.AUDITOR])
def test_access_is_reviewed_once_with_a_note(clock, restricted, opened, sign_in, role):
    reviewer, path = sign_in(restricted.users[role]), f"{REVIEWS}{opened.pk}/review/"
    assert "Emergency access (1 to review)" in " ".join(text_of(reviewer.get("/clinic/trail/")).split())
    page = text_of(reviewer.get(REVIEWS))
    assert ("Hid, Quendolyn" in page, "Clara Clinician" in page, "still open" in page) == (True, True, True)
    assert reviewer.post(path, {"note": "Asked her: <i>right</i>."}).status_code == 302
    assert accesses(restricted)[0].reviewed_at == clock.moment
    page = " ".join(text_of(reviewer.get(REVIEWS)).split())
    assert ("Asked her: &lt;i&gt;right&lt;/i&gt;." in page, "Mark as reviewed" in page) == (True, False)
    again = reviewer.post(path, {"note": "Second <thoughts>"})
    assert (again.status_code, "reviewed this already" in text_of(again)) == (409, True)
    assert "Second &lt;thoughts&gt;" in text_of(again)
    assert [event[0] for event in events(restricted)] == ["emergencyaccess.begun", "emergencyaccess.reviewed"]


@pytest.mark.parametrize("note", ["", "  ", "x" * 2001, "a\0b"])
def test_review_needs_a_note(restricted, opened, sign_in, note):
    answer = sign_in(restricted.owner).post(f"{REVIEWS}{opened.pk}/review/", {"note": note})
    assert (answer.status_code, 'class="field-error"' in text_of(answer)) == (422, True)
    assert accesses(restricted)[0].reviewed_at is None


def test_nobody_reviews_their_own(restricted, hidden, sign_in):
    """As whoever became an owner since."""
    with clinic_scope(restricted.clinic):
        own = open_in_emergency(by=Owner(str(restricted.owner.pk)), patient=hidden, reason="Fell")
    answer = sign_in(restricted.owner).post(f"{REVIEWS}{own.pk}/review/", {"note": "Fine"})
    assert (answer.status_code, "Nobody reviews their own" in text_of(answer)) == (409, True)


def test_review_of_what_never_was_is_not_found(restricted, opened, sign_in):
    answer = sign_in(restricted.owner).post(f"{REVIEWS}{UUID(int=7)}/review/", {"note": "Fine"})
    assert answer.status_code == 404


class Owner:
    name = "Olive Owner"

    def __init__(self, id: str) -> None:
        self.id = id
