"""Finding people and pages from everywhere: who is found as in the list of patients, pages as far as somebody may."""

import re
from datetime import date

import pytest
from django.urls import resolve

from clinic.access import PERMISSIONS, Role
from clinic.audit.models import AuditEvent
from clinic.patients.actions import archive_patient
from clinic.patients.finding.views import PEOPLE
from clinic.patients.finding.ways import WAYS, needs_of, ways_to
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.world import Writer, make_patient

HTMX = {"HX-Request": "true", "HX-Target": "found"}


def find(client, text, **headers):
    return client.get("/find/", {"q": text}, headers=headers)


def found(page):
    """The addresses and the texts of what is found."""
    part = page.partition('id="found"')[2].partition("</main>")[0]
    return [(url, " ".join(re.sub("<[^>]*>", " ", text).split())) for url, text in
            re.findall(r'<a href="([^"]+)">(.*?)</a>', part, re.S)]  # fmt: skip


def test_people_are_found_with_what_tells_them_apart(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        named = {"full_name": "Fiona Found", "family_name": "Found"}
        one = make_patient(**named, user_id=riverside.clinician.pk, date_of_birth=date(1961, 3, 12))
        other = make_patient(**named, user_id=riverside.owner.pk, date_of_birth=date(1990, 1, 2))
        archive_patient(by=Writer(), id=make_patient(full_name="Fiona Former", family_name="Former").pk)
    page = find(sign_in(riverside.front_desk), "fiona").content.decode()
    people = [each for each in found(page) if each[0].startswith("/patients/")]
    assert sorted(people) == sorted(
        (f"/patients/{each.pk}/", f"Found, Fiona {each.birth_date_text}, {each.record_number}") for each in (one, other)
    )


def test_more_people_than_fit_are_a_link_to_the_list(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        for number in range(PEOPLE + 1):
            make_patient(full_name=f"Manny Many{number}", family_name=f"Many{number}")
    urls = [url for url, _ in found(find(sign_in(riverside.front_desk), "manny").content.decode())]
    assert (len(urls), urls[-1]) == (PEOPLE + 1, "/patients/?q=manny")


@pytest.mark.parametrize(
    ("text", "labels"),
    [("overd", ["Due"]), ("REG pat", ["Register a patient"]), ("pass", ["Your account"]), ("zzz", []), ("ue", [])],
)
def test_pages_are_found_by_the_beginnings_of_words(text, labels):
    assert [link.label for link in ways_to(text, PERMISSIONS[Role.OWNER])] == labels


@pytest.mark.parametrize("role", Role)
def test_every_page_that_is_found_opens_for_whoever_finds_it(riverside, sign_in, role):
    client = sign_in(riverside.users[role])
    urls = [url for url, _ in found(find(client, "").content.decode())]
    expected = [way for way in WAYS if PERMISSIONS[role] >= needs_of(way)]
    answers = {url: client.get(url).status_code for url in urls}
    assert (len(urls), {url: code for url, code in answers.items() if code not in (200, 302)}) == (len(expected), {})


def test_nobody_finds_a_page_that_is_refused_to_them():
    refused = {role: [way.view for way in WAYS if not PERMISSIONS[role] >= needs_of(way)] for role in Role}
    assert refused[Role.OWNER] == []
    assert ("trail:list" in refused[Role.CLINICIAN], "outcomes:page" in refused[Role.FRONT_DESK]) == (True, True)
    assert resolve("/find/").func.required_permission == "patients.view"


@pytest.mark.parametrize("text", ["x" * 201, "a\0b"])
def test_text_that_cannot_be_searched_is_refused_and_kept(riverside, sign_in, text):
    answer = find(sign_in(riverside.front_desk), text)
    page = answer.content.decode()
    assert (answer.status_code, 'role="alert"' in page, text.replace("\0", "")[:1] in page) == (400, True, True)


def test_nothing_is_found_in_words(riverside, sign_in):
    page = find(sign_in(riverside.front_desk), "qqqxx").content.decode()
    assert ("Nobody and nothing is found." in page, found(page)) == (True, [])


def test_results_are_a_fragment_and_the_dialog_another(riverside, sign_in):
    client = sign_in(riverside.front_desk)
    part = find(client, "due", **HTMX).content.decode().lstrip()
    dialog = find(client, "", **{**HTMX, "HX-Target": "finder"}).content.decode().lstrip()
    assert (part.startswith('<div id="found" data-q="due"'), dialog.startswith("<dialog")) == (True, True)


@in_one_zone
def test_search_leaves_what_a_search_in_the_list_leaves(clock, riverside, sign_in):
    client = sign_in(riverside.front_desk)
    with clinic_scope(riverside.clinic):
        patient = make_patient(full_name="Fiona Found", family_name="Found")
    for typed in ("f", "fi", "fiona"):
        find(client, typed, **HTMX)
    client.get(f"/patients/{patient.pk}/")
    with clinic_scope(riverside.clinic):
        rows = AuditEvent.objects.filter(is_reading=True).order_by("pk").values_list("action", "changes__query__q")
        assert list(rows) == [("patients.searched", ["fiona"]), ("patient.viewed", None)]
