"""What is asked about again: people, programs, settings, and files of whole lists."""

import pytest
from django.test import Client

from clinic.access import Permission
from clinic.accounts.models import Session
from clinic.lists.pages import lists
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.accounts.test_factors import AGAIN
from tests.clock import in_one_zone
from tests.test_url_walk import views
from tests.world import PASSWORD

NEW = "/clinic/people/new/"
ONE = "9d2817d5-45a3-46b2-b618-f6d02f351f58"
FORM = {"email": "nora@example.org", "role": "clinician"}
ASKED = {Permission.PEOPLE_MANAGE, Permission.CLIENTS_MANAGE, Permission.WEBHOOKS_MANAGE}
# Pages that show who is there and change nothing.
SHOWN = {
    "clinic/people/", "clinic/people/roles/", "clinic/programs/", "clinic/webhooks/",
    "clinic/webhooks/<uuid:pk>/deliveries/", "clinic/webhooks/<uuid:pk>/deliveries/<uuid:delivery>/again/",
}  # fmt: skip
FILES = [
    "/patients/?q=per&_export=csv",
    "/assessments/?_export=xlsx",
    "/worklists/due/?_export=csv",
    "/worklists/alerts/?_export=csv",
    "/reviews/?_export=csv",
    "/clinic/trail/?_export=csv",
    "/outcomes/?part=caseload&_export=csv",
]


@pytest.fixture
def late(clock, riverside, sign_in):
    """An owner who signed in ten minutes ago."""
    client = sign_in(riverside.owner)
    clock.move(minutes=10)
    return client


def confirm(client, then: str):
    return client.post(AGAIN, {"password": PASSWORD, "next": then})


def test_every_page_of_people_and_programs_is_asked_about():
    of_people = {path: view for path, view in views() if getattr(view, "required_permission", None) in ASKED}
    marked = {path for path, view in of_people.items() if getattr(view, "needs_confirmation", False)}
    assert (set(of_people) - marked, len(marked) > 10) == (SHOWN, True)


@in_one_zone
@pytest.mark.parametrize("path", [NEW, "/clinic/programs/new/", "/clinic/settings/"])
def test_page_is_reached_after_confirming(late, path):
    led = late.get(path)
    assert (led.status_code, led["Location"]) == (302, f"{AGAIN}?next={path.replace('/', '%2F')}")
    assert (confirm(late, path)["Location"], late.get(path).status_code) == (path, 200)


@in_one_zone
@pytest.mark.parametrize(
    ("method", "path"),
    [("post", ""), ("get", f"{ONE}/"), ("put", f"{ONE}/"), ("delete", f"{ONE}/"), ("post", f"{ONE}/rotate/")],
)
def test_webhooks_are_asked_about_by_the_api_too(late, method, path):
    answer = late.generic(method.upper(), f"/api/v1/webhooks/{path}", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "unconfirmed")
    confirm(late, "/")
    again = late.generic(method.upper(), f"/api/v1/webhooks/{path}", "{}", content_type="application/json")
    assert again.status_code == (404 if path else 400)


@in_one_zone
def test_session_of_who_confirms_goes_on_under_another_key(late, riverside):
    """And lasts no longer by that; a wrong password changes nothing."""
    assert late.get("/patients/").status_code == 200
    key, row = late.cookies["sessionid"].value, Session.objects.get(user=riverside.owner)
    assert late.post(AGAIN, {"password": "wrong"}).status_code == 200
    assert late.cookies["sessionid"].value == key
    confirm(late, NEW)
    new = Session.objects.get(user=riverside.owner)
    assert (new.pk == row.pk, new.ends_at == row.ends_at, late.get(NEW).status_code) == (False, True, 200)
    stranger = Client()
    stranger.cookies["sessionid"] = key
    assert stranger.get("/patients/").status_code == 302


@in_one_zone
def test_what_was_typed_is_kept_and_can_be_sent_again(late, mailoutbox):
    kept = late.post(NEW, FORM)
    assert (kept.status_code, "nora@example.org" in kept.content.decode(), mailoutbox) == (403, True, [])
    confirm(late, "/")
    assert (late.post(NEW, FORM).status_code, len(mailoutbox)) == (302, 1)


@in_one_zone
def test_nobody_loses_a_role_to_a_browser_left_open(late, riverside):
    page = f"/clinic/people/{riverside.clinician.pk}/"
    assert late.post(page, {"role": "auditor", "reason": "x"}).status_code == 403
    with clinic_scope(riverside.clinic):
        assert Practitioner.objects.filter(pk=riverside.clinician.pk).exists()
    assert "Clinician" in late.get("/clinic/people/").content.decode()


@in_one_zone
@pytest.mark.parametrize("path", FILES)
def test_file_of_a_list_leads_back_to_the_list(late, path):
    led = late.get(path)
    back = path.partition("_export")[0].rstrip("?&")
    assert led.status_code == 302
    assert (led["Location"].partition("?")[0], "_export" in led["Location"]) == (AGAIN, False)
    assert "choose Download again" in late.get(led["Location"]).content.decode()
    assert confirm(late, back)["Location"] == back
    assert (late.get(path).status_code, late.get(path).headers["Content-Disposition"][:10]) == (200, "attachment")


@in_one_zone
def test_file_of_a_kept_report_is_asked_about(late):
    new = "/outcomes/kept/new/?instrument=phq-9&from=2026-01-01&to=2026-06-30"
    address = late.post(new, {"title": "Spring"})["Location"]
    led = late.get(f"{address}?_export=csv")
    assert (led.status_code, led["Location"].partition("?")[0]) == (302, AGAIN)
    assert confirm(late, address)["Location"] == address
    assert late.get(f"{address}?_export=csv").status_code == 200


def test_every_list_with_a_file_is_among_these():
    with_file = {bulk.list_url for bulk in lists().values()} | {"/clinic/trail/", "/outcomes/"}
    assert with_file == {path.partition("?")[0] for path in FILES}
