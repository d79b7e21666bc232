"""Signing in, and the clinic of a request."""

import io
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.accounts.models import Membership, Session, User
from clinic.accounts.sessions import stored_key
from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.queued import work_off
from tests.world import PASSWORD, make_patient


def patient_count(world) -> int:
    with clinic_scope(world.clinic):
        return Patient.objects.count()


def test_stranger_is_sent_to_sign_in_and_back(riverside):
    response = Client().get("/patients/?q=ana")
    assert (response.status_code, response["Location"]) == (
        302,
        "/accounts/login/?next=%2Fpatients%2F%3Fq%3Dana",
    )


def test_htmx_request_of_a_stranger_is_sent_as_a_whole_page(riverside):
    response = Client().get("/patients/", headers={"HX-Request": "true", "HX-Target": "table"})
    assert (response.status_code, response["HX-Redirect"]) == (204, "/accounts/login/?next=%2Fpatients%2F")


def test_wrong_password_is_refused_beside_the_form(riverside):
    response = Client().post("/accounts/login/", {"login": riverside.owner.email, "password": "wrong"})
    assert response.status_code == 200
    assert "not correct" in response.content.decode()


def test_after_many_wrong_passwords_the_right_one_is_refused_too(riverside):
    tried = ["wrong"] * 5 + [PASSWORD]
    answers = [Client().post("/accounts/login/", {"login": riverside.owner.email, "password": each}) for each in tried]
    said = [f'value="{riverside.owner.email}"' in answer.content.decode() for answer in answers]
    assert ([answer.status_code for answer in answers], said) == ([200] * 5 + [429], [True] * 6)
    assert "Too many wrong passwords. Wait 5 minutes, or sign in" in answers[-1].content.decode()


def test_browser_that_signs_out_is_told_to_forget_what_it_was_shown(riverside, sign_in):
    client = sign_in(riverside.owner)
    asked, out = client.get("/accounts/logout/"), client.post("/accounts/logout/")
    headers = [answer.headers.get("Clear-Site-Data") for answer in (asked, out)]
    assert (out.status_code, headers) == (302, [None, '"cache", "storage"'])


def test_nobody_can_sign_up(riverside):
    assert Client().get("/accounts/signup/").status_code == 404


def test_session_row_names_the_user_and_the_clinic(both, hillside, sign_in):
    client = sign_in(both)
    client.post("/accounts/switch/", {"clinic": str(hillside.clinic.pk)})
    row = Session.objects.get(session_key=stored_key(client.cookies["sessionid"].value))
    assert (row.user_id, row.clinic_id) == (both.pk, hillside.clinic.pk)


def test_request_is_resolved_by_one_query(riverside, sign_in):
    client = sign_in(riverside.clinician)
    with CaptureQueriesContext(connection) as captured:
        client.get("/patients/")
    public = [query["sql"] for query in captured.captured_queries if "accounts_session" in query["sql"]]
    assert len(public) == 1


def test_user_of_one_clinic_works_in_it_at_once(riverside, sign_in):
    response = sign_in(riverside.clinician).get("/patients/")
    assert (response.status_code, response.wsgi_request.clinic.pk) == (200, riverside.clinic.pk)


def test_user_of_no_clinic_gets_a_page_that_says_so(nobody, sign_in):
    client = sign_in(nobody)
    assert client.get("/patients/")["Location"] == "/accounts/no-clinic/"
    response = client.get("/accounts/no-clinic/")
    assert response.status_code == 403
    assert "clinic" in response.content.decode()


def test_user_of_two_clinics_chooses_first(both, sign_in):
    response = sign_in(both).get("/patients/")
    assert response["Location"] == "/accounts/choose/?next=%2Fpatients%2F"


def test_ways_in_lead_to_the_clinic_or_to_its_choice_or_to_where_it_is_said_that_there_is_none(
    riverside, both, nobody, sign_in
):
    ways = {
        user: [
            sign_in(user).get(path).headers.get("Location")
            for path in ("/", "/accounts/choose/", "/accounts/no-clinic/")
        ]
        for user in (riverside.clinician, both, nobody)
    }
    assert ways == {
        riverside.clinician: [None, None, "/"],
        both: ["/accounts/choose/?next=%2F", None, "/"],
        nobody: ["/accounts/no-clinic/", "/accounts/no-clinic/", None],
    }


def test_clinics_to_choose_from_come_by_name(both, sign_in):
    page = sign_in(both).get("/accounts/choose/").content.decode()
    assert re.findall(r"</svg>\s+(\w+)\s+</span>\s*</strong>", page) == ["Hillside", "Riverside"]


def test_user_of_two_clinics_switches(both, riverside, hillside, sign_in):
    for world, name in ((riverside, "Rita River"), (hillside, "Hal Hill")):
        with clinic_scope(world.clinic):
            make_patient(full_name=name, family_name="")
    client = sign_in(both)
    seen = []
    for world in (riverside, hillside):
        client.post("/accounts/switch/", {"clinic": str(world.clinic.pk)})
        page = client.get("/patients/").content.decode()
        seen.append(("Rita River" in page, "Hal Hill" in page))
    assert seen == [(True, False), (False, True)]


def test_switching_to_a_foreign_clinic_is_refused(riverside, hillside, sign_in):
    client = sign_in(riverside.owner)
    assert client.post("/accounts/switch/", {"clinic": str(hillside.clinic.pk)}).status_code == 403
    assert client.get("/patients/").wsgi_request.clinic.pk == riverside.clinic.pk


@pytest.mark.parametrize(
    ("target", "led"),
    [
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("nonsense", "/"),
        ("patients:list", "/"),
        ("patients/", "/"),
        ("", "/"),
        ("/patients/?q=ana", "/patients/?q=ana"),
    ],
)
def test_switching_leads_to_an_address_of_ours_and_nowhere_else(both, riverside, sign_in, target, led):
    data = {"clinic": str(riverside.clinic.pk), "next": target}
    assert sign_in(both).post("/accounts/switch/", data)["Location"] == led


def test_inactive_membership_opens_nothing(lakeside):
    client = signed_in(Client(), lakeside.auditor)
    Membership.objects.using("owner").filter(user=lakeside.auditor).update(is_active=False)
    assert client.get("/patients/")["Location"] == "/accounts/no-clinic/"


def test_changed_password_ends_other_sessions(riverside, sign_in):
    client = sign_in(riverside.owner)
    User.objects.get(pk=riverside.owner.pk).change_password("another long passphrase")
    assert client.get("/patients/")["Location"].startswith("/accounts/login/")


FORM = {
    "full_name": "Ana Wrong-Clinic",
    "gender": "female",
    "date_of_birth": "1961",
    "phone_number": "",
    "address": "",
}


def test_write_from_another_clinics_page_is_refused_and_keeps_what_was_typed(both, riverside, hillside, sign_in):
    client = sign_in(both)
    client.post("/accounts/switch/", {"clinic": str(hillside.clinic.pk)})
    data = {**FORM, "user": str(both.pk), "clinic": str(riverside.clinic.pk)}
    response = client.post("/patients/new/", data)
    page = response.content.decode()
    assert response.status_code == 409
    assert ("Ana Wrong-Clinic" in page, "Switch to Riverside and save" in page) == (True, True)
    assert (patient_count(riverside), patient_count(hillside)) == (0, 0)


def test_kept_write_can_be_saved_in_its_own_clinic(both, riverside, hillside, sign_in):
    client = sign_in(both)
    client.post("/accounts/switch/", {"clinic": str(hillside.clinic.pk)})
    key = str(riverside.clinic.pk)
    client.post("/patients/new/", {**FORM, "user": str(both.pk), "clinic": key, "_switch_clinic": key})
    assert (patient_count(riverside), patient_count(hillside)) == (1, 0)


def test_kept_write_cannot_be_sent_to_a_foreign_clinic(riverside, hillside, sign_in):
    key = str(hillside.clinic.pk)
    data = {**FORM, "user": str(riverside.owner.pk), "clinic": key, "_switch_clinic": key}
    assert sign_in(riverside.owner).post("/patients/new/", data).status_code == 409
    assert (patient_count(riverside), patient_count(hillside)) == (0, 0)


def test_kept_write_is_saved_in_no_clinic_that_its_button_does_not_name(both, riverside, hillside, sign_in):
    client = sign_in(both)
    client.post("/accounts/switch/", {"clinic": str(hillside.clinic.pk)})
    data = {**FORM, "user": str(both.pk), "clinic": str(riverside.clinic.pk)}
    named = [client.post("/patients/new/", {**data, "_switch_clinic": key}) for key in ("", str(hillside.clinic.pk))]
    assert [answer.status_code for answer in named] == [409, 409]
    assert (patient_count(riverside), patient_count(hillside)) == (0, 0)


def test_fragment_for_another_clinics_page_reloads_the_page(both, riverside, hillside, sign_in):
    client = sign_in(both)
    client.post("/accounts/switch/", {"clinic": str(hillside.clinic.pk)})
    headers = {"HX-Request": "true", "HX-Target": "table", "X-Clinic": str(riverside.clinic.pk)}
    response = client.get("/patients/", headers=headers)
    assert (response.status_code, response["HX-Refresh"], response.content) == (409, "true", b"")


def test_write_after_signing_out_keeps_what_was_typed(riverside):
    response = Client().post("/patients/new/", {**FORM, "clinic": str(riverside.clinic.pk)})
    page = response.content.decode()
    assert response.status_code == 401
    assert ("Ana Wrong-Clinic" in page, "Send again" in page) == (True, True)


def test_stale_form_token_from_our_own_page_keeps_what_was_typed(riverside):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/patients/new/", FORM, headers={"Sec-Fetch-Site": "same-origin"})
    assert response.status_code == 403
    assert "Ana Wrong-Clinic" in response.content.decode()


def test_foreign_form_is_refused_without_a_button(riverside):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/patients/new/", FORM, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert "Ana Wrong-Clinic" not in response.content.decode()


def test_failed_request_writes_nothing_to_the_trail(riverside, sign_in):
    sign_in(riverside.owner).post("/patients/new/", {**FORM, "date_of_birth": "tomorrow"})
    with clinic_scope(riverside.clinic):
        assert AuditEvent.objects.filter(action="patient.created").count() == 0


def test_clearing_removes_sessions_that_have_run_out_only(lakeside):
    alive, gone = signed_in(Client(), lakeside.owner), signed_in(Client(), lakeside.clinician)
    row = Session.objects.filter(session_key=stored_key(gone.cookies["sessionid"].value))
    row.update(expire_date=timezone.now() - timedelta(minutes=1))
    call_command("clear_sessions", stdout=io.StringIO())
    assert (row.exists(), alive.get("/patients/").status_code) == (False, 200)


def test_password_is_reset_by_mail(riverside, mailoutbox):
    client = Client()
    client.post("/accounts/password/reset/", {"email": riverside.owner.email})
    work_off()
    link = re.search(r"/accounts/password/reset/key/\S+", mailoutbox[0].body)[0]
    form = client.get(link, follow=True)
    path = form.redirect_chain[-1][0]
    chosen = "a wholly different passphrase"
    assert client.post(path, {"password1": chosen, "password2": chosen}).status_code == 302
    answer = Client().post("/accounts/login/", {"login": riverside.owner.email, "password": chosen})
    assert answer.status_code == 302
