"""Practitioners in the API: whom an integration can name as `user`; and the list of endpoints."""

import pytest
from django.test import Client

from clinic.access import Role
from clinic.api.documentation import docs
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.api.test_lists import BAD_PARAMETERS, faults, queries
from tests.api.test_schema import errors

INDEX, LIST, PATIENTS = "/api/v1/", "/api/v1/practitioners/", "/api/v1/patients/"
# A user of this clinic's lists only.
OF_OTHERS = ("user",)


@pytest.fixture
def people(riverside) -> dict[str, str]:
    """The ids of Riverside's practitioners by their first names; Bo left."""
    with clinic_scope(riverside.clinic):
        Practitioner.objects.create(pk="11111111-1111-4111-8111-111111111111", display_name="José-Ángel O'Brien")
        Practitioner.objects.filter(display_name="Bo Both").update(is_active=False)
        return {each.display_name.split()[0]: str(each.pk) for each in Practitioner.objects.all()}


def names(client: Client, query: str = "") -> list[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200, response.content
    return [row["name"].split()[0] for row in response.json()["results"]]


def test_list_has_who_can_be_chosen_by_name_as_documented(client, people):
    found = client.get(LIST).json()
    assert errors("PractitionerList", found) == []
    assert found["results"] == [
        {"__typename": "Practitioner", "id": people["Clara"], "name": "Clara Clinician", "active": True},
        {"__typename": "Practitioner", "id": people["José-Ángel"], "name": "José-Ángel O'Brien", "active": True},
        {"__typename": "Practitioner", "id": people["Olive"], "name": "Olive Owner", "active": True},
    ]
    assert found["meta"]["pagination"] == {"count": 3, "next": None, "previous": None}


def test_id_from_the_list_registers_a_patient(client, people, patient_body):
    user = client.get(f"{LIST}?search=clara").json()["results"][0]["id"]
    made = send(client, "post", PATIENTS, patient_body(user=user))
    assert (made.status_code, made.json()["results"]["user"]) == (201, people["Clara"])


QUERIES = [
    ("?search=jose", ["José-Ángel"]),
    ("?search=BRIEN angel", ["José-Ángel"]),
    ("?search=o", ["José-Ángel", "Olive"]),
    ("?search=cla zzz", []),
    ("?search=%25", []),
    ("?search=-", []),
    ("?search=jose - angel", ["José-Ángel"]),
    ("?search=", ["Clara", "José-Ángel", "Olive"]),
    ("?ordering=name", ["Clara", "José-Ángel", "Olive"]),
    ("?ordering=-name", ["Olive", "José-Ángel", "Clara"]),
    ("?archived=all", ["Bo", "Clara", "José-Ángel", "Olive"]),
    ("?archived=only", ["Bo"]),
    ("?archived=all&search=b", ["Bo", "José-Ángel"]),
    ("?page_size=2&page=2", ["Olive"]),
]


def test_practitioners_are_found(client, people):
    assert [(query, names(client, query)) for query, _ in QUERIES] == QUERIES


def test_pages_lead_to_each_other(client, people):
    first = client.get(f"{LIST}?page_size=2&ordering=-name").json()
    last = client.get(first["meta"]["pagination"]["next"]).json()
    back = client.get(last["meta"]["pagination"]["previous"]).json()
    assert [row["name"] for row in last["results"]] == ["Clara Clinician"]
    assert (back["results"], last["meta"]["pagination"]["next"]) == (first["results"], None)


def test_one_practitioner_is_answered_as_documented(client, people):
    found = client.get(f"{LIST}{people['Clara']}/").json()
    assert (errors("PractitionerAnswer", found), found["results"]["name"]) == ([], "Clara Clinician")


def test_who_left_is_found_with_archived_only(client, people):
    address = f"{LIST}{people['Bo']}/"
    assert client.get(address).status_code == 404
    found = client.get(f"{address}?archived=all").json()
    assert (errors("PractitionerAnswer", found), found["results"]["active"]) == ([], False)


def test_parameters_that_are_not_understood_are_named(person):
    cases = [(name, value) for name, value in BAD_PARAMETERS if name not in OF_OTHERS]
    cases += [(name, "1") for name in ("user", "gender", "name", "active")]
    assert faults(person, LIST, cases) == [(name, [name or "body"]) for name, _ in cases]


def test_one_practitioner_takes_no_parameters_of_lists(client, people):
    cases = [(name, "1") for name in ("page", "ordering", "search", "active")]
    assert faults(client, f"{LIST}{people['Clara']}/", cases) == [(name, [name]) for name, _ in cases]


def test_practitioners_of_another_clinic_are_not_there(client, people, hillside):
    theirs = str(hillside.clinician.pk)
    assert client.get(f"{LIST}{theirs}/").status_code == 404
    assert theirs not in [row["id"] for row in client.get(f"{LIST}?archived=all").json()["results"]]


@pytest.mark.parametrize("path", [INDEX, LIST, f"{LIST}11111111-1111-4111-8111-111111111111/"])
def test_nothing_is_written_here(client, people, path):
    found = [send(client, method, path, {}).status_code for method in ("post", "put", "patch", "delete")]
    assert found == [405] * 4


@pytest.mark.parametrize("path", [INDEX, LIST])
def test_who_may_read_patients_may_read_this(riverside, sign_in, program, path):
    found = [sign_in(riverside.users[role]).get(path).status_code for role in Role]
    found.append(program(riverside, write=False).get(path).status_code)
    assert (found, Client().get(path).status_code) == ([200] * 5, 401)


def test_fifty_rows_cost_the_queries_of_one(client, riverside):
    one = queries(client, f"{LIST}?page_size=100")
    with clinic_scope(riverside.clinic):
        Practitioner.objects.bulk_create(
            Practitioner(pk=f"22222222-2222-4222-8222-{number:012}", display_name=f"Nora {number}")
            for number in range(49)
        )
    assert queries(client, f"{LIST}?page_size=100") == one


POSTED = ("patients/match", "patients/bulk", "assessments/bulk")


def test_index_lists_every_endpoint_as_documented(client):
    found = client.get(INDEX).json()
    assert errors("EndpointList", found) == []
    assert {(row["__typename"], row["name"], row["url"]) for row in found["results"]} == {
        ("Endpoint", name, f"http://testserver/api/v1/{name}/")
        for name in (
            "alerts", "assessments", "assessments/bulk", "changes", "docs", "episodes", "exports", "instruments", "me",
            "patients", "patients/bulk", "patients/match", "practitioners", "requests", "schedules", "schema", "trail",
            "webhooks",
        )
    }  # fmt: skip
    assert [row["description"] for row in found["results"] if not row["description"]] == []
    assert found["meta"]["pagination"] == {"count": 18, "next": None, "previous": None}


def test_every_endpoint_that_is_listed_is_there(client):
    """Episodes and links are those of a patient, whom the address must name; some are for posting alone.

    Trail and webhooks take permissions that a clinician and this program have not, and files one that a clinician has.
    """
    found = {row["name"]: client.get(row["url"]).status_code for row in client.get(INDEX).json()["results"]}
    assert found == {**dict.fromkeys(found, 200), "episodes": 400, "requests": 400, **dict.fromkeys(POSTED, 405)} | {
        "trail": 403, "webhooks": 403, "exports": 403 if "HTTP_AUTHORIZATION" in client.defaults else 200,
    }  # fmt: skip


def test_index_has_every_path_of_the_document_that_is_a_list(client):
    lists = {path for path in docs.document()["paths"] if path.startswith(INDEX) and "{" not in path} - {INDEX}
    listed = {row["url"].removeprefix("http://testserver") for row in client.get(INDEX).json()["results"]}
    assert listed - lists == {f"{INDEX}docs/", f"{INDEX}schema/"}
    assert lists - listed == set()


def test_index_has_pages(client):
    found = client.get(f"{INDEX}?page_size=4&page=2").json()
    assert ([row["name"] for row in found["results"]], found["meta"]["pagination"]["count"]) == (
        ["docs", "episodes", "exports", "instruments"],
        18,
    )


@pytest.mark.parametrize(
    "query", ["?search=a", "?page=0", "?page=9", "?page_size=1000", "?ordering=name", "?page=1&page=1"]
)
def test_index_refuses_what_it_does_not_know(client, query):
    assert client.get(INDEX + query).status_code == (404 if query == "?page=9" else 400)
