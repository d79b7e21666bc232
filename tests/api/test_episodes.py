"""Episodes of treatment in the API."""

from datetime import date

import pytest
from django.test import Client

from clinic.access import Role
from clinic.assessments.episodes.actions import end_episode, start_episode
from clinic.assessments.models import Episode
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.api.test_lists import faults, queries
from tests.api.test_schema import errors
from tests.world import Writer, make_patient

BY = Writer("test", "Clara Clinician")
LIST = "/api/v1/episodes/"
NOBODY = "5eed0000-0000-4000-8000-00000000dead"  # named by a test, so the same in each process


@pytest.fixture
def treated(riverside):
    """A patient with an episode that ended and an open one, and somebody else with one."""
    with clinic_scope(riverside.clinic):
        patient, other = make_patient(), make_patient()
        first = start_episode(by=BY, patient=patient, started_on=date(2025, 3, 1))
        end = {"ended_on": date(2025, 9, 14), "end_reason": "other", "end_words": "Found work elsewhere"}
        first = end_episode(by=BY, id=first.pk, version=1, **end)
        second = start_episode(by=BY, patient=patient, started_on=date(2026, 1, 5))
        start_episode(by=BY, patient=other, started_on=date(2026, 1, 6))
    return patient, first, second


def test_episodes_of_a_patient_are_listed_as_documented(client, treated):
    patient, first, second = treated
    found = client.get(f"{LIST}?patient={patient.pk}").json()
    assert errors("EpisodeList", found) == []
    assert found["meta"]["pagination"] == {"count": 2, "next": None, "previous": None}
    moments = [row.pop("created_at") for row in found["results"]]
    about = {"__typename": "Episode", "patient": str(patient.pk), "started_by": "Clara Clinician"}
    assert (len(set(moments)), found["results"]) == (2, [
        {
            **about, "id": str(first.pk), "started_on": "2025-03-01", "ended_on": "2025-09-14", "end_reason": "other",
            "end_words": "Found work elsewhere", "ended_by": "Clara Clinician", "version": 2,
        },
        {
            **about, "id": str(second.pk), "started_on": "2026-01-05", "ended_on": None, "end_reason": None,
            "end_words": "", "ended_by": "", "version": 1,
        },
    ])  # fmt: skip


def test_one_episode_is_answered_as_documented(client, treated):
    found = client.get(f"{LIST}{treated[2].pk}/").json()
    assert (errors("EpisodeAnswer", found), found["results"]["started_on"]) == ([], "2026-01-05")


def test_pages_lead_to_each_other(client, treated):
    first = client.get(f"{LIST}?patient={treated[0].pk}&page_size=1").json()
    last = client.get(first["meta"]["pagination"]["next"]).json()
    assert [row["started_on"] for page in (first, last) for row in page["results"]] == ["2025-03-01", "2026-01-05"]


@pytest.mark.parametrize("query", ["", "?patient=", "?patient=nobody", f"?patient={NOBODY}", "?patient=%00"])
def test_list_wants_a_patient_of_the_clinic(client, treated, query):
    answer = client.get(LIST + query)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["patient"])


def test_parameters_that_are_not_understood_are_named(client, treated):
    cases = [(name, "1") for name in ("ordering", "search", "archived", "user", "started_on", "after", "count")]
    assert faults(client, f"{LIST}?patient={treated[0].pk}", []) == []
    assert faults(client, f"{LIST}{treated[1].pk}/", [*cases, ("page", "1"), ("patient", "1")]) == [
        (name, [name]) for name, _ in [*cases, ("page", "1"), ("patient", "1")]
    ]
    refused = {name: client.get(LIST, {"patient": treated[0].pk, name: value}) for name, value in cases}
    assert {name: list(answer.json()["error"]["fields"]) for name, answer in refused.items()} == {
        name: [name] for name, _ in cases
    }


def test_patient_given_twice_is_refused(client, treated):
    answer = client.get(f"{LIST}?patient={treated[0].pk}&patient={treated[0].pk}")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["patient"])


def test_episodes_of_another_clinic_are_not_there(client, treated, hillside):
    with clinic_scope(hillside.clinic):
        patient = make_patient()
        theirs = start_episode(by=BY, patient=patient, started_on=date(2026, 1, 5))
    assert client.get(f"{LIST}{theirs.pk}/").status_code == 404
    assert client.get(f"{LIST}?patient={patient.pk}").status_code == 400


@pytest.mark.parametrize("path", ["", "one"])
def test_nothing_is_written_here(client, treated, path):
    address = f"{LIST}{treated[1].pk}/" if path else f"{LIST}?patient={treated[0].pk}"
    assert [send(client, method, address, {}).status_code for method in ("post", "put", "patch", "delete")] == [405] * 4


def test_who_may_read_assessments_may_read_these(riverside, sign_in, program, treated):
    path = f"{LIST}{treated[1].pk}/"
    found = {str(role): sign_in(riverside.users[role]).get(path).status_code for role in Role}
    assert found == {"owner": 200, "clinician": 200, "front_desk": 403, "auditor": 200}
    assert (program(riverside, write=False).get(path).status_code, Client().get(path).status_code) == (200, 401)


def test_many_rows_cost_the_queries_of_one(client, riverside, treated):
    patient, about = treated[0], {"end_reason": "completed", "created_by_id": "test", "ended_by_id": "test"}
    two = queries(client, f"{LIST}?patient={patient.pk}")
    with clinic_scope(riverside.clinic):
        Episode.objects.bulk_create(
            Episode(patient=patient, started_on=date(year, 1, 1), ended_on=date(year, 2, 1), **about)
            for year in range(2000, 2020)
        )
    assert queries(client, f"{LIST}?patient={patient.pk}") == two
