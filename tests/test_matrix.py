"""Who asks x what is asked for x how: another clinic's records, sessions that are over, files of lists.

Each role at each address is in `test_permissions.py`, a program at each endpoint in `api/test_every_endpoint.py`.
"""

from uuid import uuid4

import pytest
from django.db.models import Model
from django.test import Client

from clinic.access import READING_ROLES, Role
from clinic.accounts.models import Session
from clinic.lists.pages import lists
from tests import posted
from tests.blanked import blanked
from tests.test_permissions import ALERTS, EXPORT, MAY, READ, SEE, TAKES
from tests.test_url_walk import address, clinic_routes

# What each list with a file takes to be seen; its file takes `EXPORT` besides.
LISTS = {
    "/patients/": SEE,
    "/assessments/": READ,
    "/worklists/alerts/": ALERTS,
    "/worklists/due/": READ,
    "/reviews/": READ,
}
KEYED = sorted(route for route in TAKES if "<uuid:pk>" in route)
# Whose id an address has, by how it begins; the longest that fits counts.
OF = {
    "patients/": "patient",
    "patients/duplicates/": "pair",
    "patients/import/": "batch",
    "assessments/import/": "answers",
    "patients/bin/": "binned",
    "patients/lists/": "hand_picked",
    "outcomes/kept/": "report",
    "notes/": "note",
    "reviews/": "free started finished",
    "assessments/": "free started finished",
    "episodes/": "episode",
    "plans/": "schedule",
    "requests/": "request",
    "worklists/alerts/": "alert",
    "worklists/today/": "schedule request free started finished",
    "work/": "job stopped waiting",
    "views/": "view",
    "clinic/people/": "colleague",
    "clinic/people/invitations/": "invited",
    "clinic/trail/patients/": "patient",
    "clinic/trail/emergency/": "emergency",
    "api/v1/patients/": "patient",
    "api/v1/assessments/": "free finished",
    "api/v1/episodes/": "episode",
    "api/v1/alerts/": "alert",
    "api/v1/schedules/": "schedule",
    "api/v1/requests/": "request",
    "api/v1/practitioners/": "colleague",
    "api/v1/webhooks/": "webhook",
    "clinic/webhooks/": "webhook",
    "api/v1/exports/": "export",
}


@pytest.fixture
def foreign(hillside) -> dict[str, str]:
    """The id of a record of each kind of the other clinic."""
    made = {**vars(posted.records(hillside)), "colleague": hillside.clinician}
    return {name: str(record.pk) for name, record in made.items() if isinstance(record, Model)}


def names_of(route: str) -> list[str]:
    return OF[max((start for start in OF if route.startswith(start)), key=len)].split()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
@pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
def test_other_clinics_record_is_answered_as_one_that_never_was(riverside, foreign, sign_in, method, headers):
    client, wrong, never = sign_in(riverside.owner), {}, str(uuid4())
    ask = getattr(client, method)
    for route in KEYED:
        answer = ask(address(route, never), headers=headers)
        expected = answer.status_code, blanked(answer, never)
        for name in names_of(route):
            answer = ask(address(route, foreign[name]), headers=headers)
            if (answer.status_code, blanked(answer, foreign[name])) != expected or answer.status_code < 300:
                wrong[route, name] = answer.status_code
    assert (wrong, len(KEYED) > 50) == ({}, True)


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_session_that_is_over_is_a_stranger_everywhere(riverside, sign_in, method):
    client, key, routes = sign_in(riverside.owner), uuid4(), clinic_routes()
    assert client.get("/patients/").status_code == 200
    Session.objects.filter(user=riverside.owner.pk).delete()
    both = client, Client()
    found = {route: {getattr(each, method)(address(route, key)).status_code for each in both} for route in routes}
    assert {route: codes for route, codes in found.items() if codes not in ({302}, {401})} == {}


def test_lists_with_a_file_are_these():
    assert sorted(each.list_url for each in lists().values()) == sorted(LISTS)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("form", ["", "csv", "xlsx"])
def test_file_of_a_list_is_for_who_may_see_the_list_and_take_it_away(riverside, sign_in, role, form):
    client, may = sign_in(riverside.users[role]), MAY[role]
    found = {path: client.get(path, {"_export": form} if form else {}) for path in LISTS}
    expected = {path: 200 if takes in may and (not form or EXPORT in may) else 403 for path, takes in LISTS.items()}
    assert {path: answer.status_code for path, answer in found.items()} == expected
    kinds = {"": "text/html", "csv": "text/csv", "xlsx": "application/vnd.openxmlformats"}
    given = [answer["Content-Type"].startswith(kinds[form]) for answer in found.values() if answer.status_code == 200]
    assert given == [True] * sum(code == 200 for code in expected.values())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_file_of_all_that_match_is_begun_by_who_may_take_it_away(riverside, sign_in, role, form):
    client, may = sign_in(riverside.users[role]), MAY[role]
    takes = {"/patients/bulk/": SEE, "/assessments/bulk/": READ}
    found = {path: client.post(path, {"do": form, "scope": "all"}).status_code != 403 for path in takes}
    begins = {path: {each, EXPORT} <= may and role not in READING_ROLES for path, each in takes.items()}
    assert found == begins
