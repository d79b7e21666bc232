"""The trail by API: what its page shows, narrowed, walked to its end, and read by whoever may."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.audit.seals import digest, seal_trail
from clinic.audit.verification import verify_trail
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.api.test_bad_input import check
from tests.api.test_fine_scopes import narrow  # noqa: F401  # a fixture
from tests.api.test_schema import errors
from tests.sealing import seals

TRAIL, PATIENTS = "/api/v1/trail/", "/api/v1/patients/"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
OURS = {"X-Request-Id": "lab-42", "Traceparent": PARENT}


@pytest.fixture
def owner(riverside, sign_in):
    return sign_in(riverside.owner)


@pytest.fixture
def registered(program, riverside, patient_body):
    """A patient whom a program registered and read, under an id and a trace of its own."""
    client = program(riverside)
    made = send(client, "post", PATIENTS, patient_body(full_name="Ana Gil", family_name="Gil"), **OURS).json()[
        "results"
    ]
    assert client.get(f"{PATIENTS}{made['id']}/", headers=OURS).status_code == 200
    assert client.get(f"{PATIENTS}?search=gil", headers=OURS).status_code == 200
    return made


def read(client, **parameters) -> list[dict]:
    answer = client.get(TRAIL, parameters)
    assert answer.status_code == 200, answer.content
    assert errors("EventList", answer.json()) == []
    return answer.json()["results"]


def test_trail_tells_who_did_what_to_whom_by_which_request(owner, registered):
    searched, viewed, created = (event for event in read(owner) if event["request_id"] == "lab-42")
    told = [(event["action"], event["patient"], event["patient_name"]) for event in (searched, viewed, created)]
    assert told == [
        ("patients.searched", None, None),
        ("patient.viewed", registered["id"], "Gil, Ana"),
        ("patient.created", registered["id"], "Gil, Ana"),
    ]
    for event in (searched, viewed, created):
        assert (event["trace_id"], event["by"][:7], event["by_name"]) == (TRACE, "client:", "Laboratory True")
    assert (created["what"], created["reading"], viewed["reading"]) == ("Made: patient", False, True)
    assert ("full_name" in created["changed"], viewed["changed"]) == (True, [])
    assert searched["details"] == "by the API; 1 row; search gil"
    assert "1961-03-12" not in str((created, viewed))


def test_page_of_the_trail_shows_request_and_trace(owner, registered):
    shown = owner.get("/clinic/trail/").content.decode()
    assert f"lab-42 trace {TRACE}" in shown


def test_reading_the_trail_is_in_the_trail(owner, riverside):
    read(owner, kind="changes")
    with clinic_scope(riverside.clinic):
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.changes["query"], event.is_reading) == ("trail.listed", {"kind": ["changes"]}, True)


def test_trail_is_narrowed_as_on_the_page(owner, riverside, registered):
    program, patient = read(owner, patient=registered["id"])[0]["by"], registered["id"]
    found = {
        name: {event["action"] for event in read(owner, **given)}
        for name, given in {
            "of the program": {"who": program}, "of the patient": {"patient": patient},
            "what it changed": {"who": program, "kind": "changes"}, "of nobody": {"who": str(uuid4())},
            "of none": {"patient": str(uuid4())},
            "tomorrow": {"since": (timezone.localdate() + timedelta(days=1)).isoformat()},
            "until yesterday": {"until": (timezone.localdate() - timedelta(days=1)).isoformat()},
            "today": {"who": program, "since": timezone.localdate().isoformat()},
        }.items()
    }  # fmt: skip
    of_patient, token = {"patient.viewed", "patient.created"}, "api_client.token_issued"
    everything = {*of_patient, "patients.searched", token}
    assert found == {
        "of the program": everything, "of the patient": of_patient, "what it changed": {"patient.created", token},
        "of nobody": set(), "of none": set(), "tomorrow": set(), "until yesterday": set(), "today": everything,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("who", "\0"), ("who", "x" * 65), ("patient", "nobody"), ("kind", "gossip"), ("since", "1 March 2026"),
        ("until", "2026-02-30"), ("ordering", "actor_name"), ("after", "9d2817d5-45a3-46b2-b618-f6d02f351f58"),
        ("before", "1"), ("q", "gil"),
        ("page_size", "101"), ("cursor", "abc"), ("fields", "values"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_of_the_trail_is_refused_by_name(owner, name, value):
    assert list(check(owner.get(TRAIL, {name: value}), 400)) == [name]


def test_walk_through_the_trail_has_each_event_once_though_walking_adds_some(owner, riverside, registered):
    with clinic_scope(riverside.clinic):
        there = set(AuditEvent.objects.values_list("id", flat=True))
    address, found = f"{TRAIL}?page_size=3", []
    while address:
        answer = owner.get(address).json()
        found += [event["id"] for event in answer["results"]]
        address = answer["meta"]["pagination"]["next"]
    assert (len(found), set(found) >= there) == (len(set(found)), True)


def test_programs_read_the_trail_by_a_scope_of_its_own(narrow, riverside, registered):  # noqa: F811  # the fixture
    without, beside = narrow("trail:read"), narrow("trail:read", "patients:read")
    names = {event["patient_name"] for event in read(without, patient=registered["id"])}
    details = {event["details"] for event in read(without, patient=registered["id"])}
    assert (names, details) == ({None}, {None})
    assert {event["patient_name"] for event in read(beside, patient=registered["id"])} == {"Gil, Ana"}
    assert [without.get(path).status_code for path in (PATIENTS, "/api/v1/assessments/")] == [403, 403]
    assert narrow("patients:read").get(TRAIL).status_code == 403


@seals
def test_trace_is_sealed_with_its_event(riverside, registered):
    with clinic_scope(riverside.clinic):
        seal_trail()
        event = AuditEvent.objects.filter(trace_id=TRACE).latest("id")
        before = AuditEvent.objects.filter(number=(event.number or 0) - 1).first()
        proof = bytes(before.digest) if before else b""
        assert bytes(event.digest) == digest(proof, event)
        event.trace_id = "0" * 31 + "1"
        assert bytes(event.digest) not in (digest(proof, event), digest(proof, event, traced=False))
        assert list(verify_trail(riverside.clinic.pk)) == []


@pytest.mark.parametrize("given", ["00-nothing-01", f"00-{'0' * 32}-b7ad6b7169203331-01", f"ff-{TRACE}-x"])
def test_what_is_no_trace_is_not_kept(owner, riverside, given):
    owner.get(PATIENTS, headers={"Traceparent": given})
    with clinic_scope(riverside.clinic):
        assert AuditEvent.objects.latest("id").trace_id == ""
