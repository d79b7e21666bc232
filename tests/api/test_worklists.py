"""Alerts, schedules and links of patients, by programs and by sessions."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from clinic.assessments.models import AnswerRequest, Schedule
from clinic.assessments.models.alerts import Alert
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import ANSWERS, SITTINGS, send
from tests.api.test_schema import errors
from tests.world import make_patient

ALERTS, SCHEDULES, REQUESTS = "/api/v1/alerts/", "/api/v1/schedules/", "/api/v1/requests/"
PACE = {"instrument": "phq-9", "every": 2, "every_unit": "weeks"}


@pytest.fixture
def alert(client, sitting):
    """The open alert of a PHQ-9 whose last question was answered with 1."""
    sitting({**ANSWERS, "9": 1}, complete=True)
    [found] = client.get(ALERTS).json()["results"]
    return found


def problems(response) -> tuple[int, list[str]]:
    return response.status_code, sorted(response.json()["error"]["fields"])


def actions_in_trail(riverside, kind: str) -> list[str]:
    with clinic_scope(riverside.clinic):
        rows = AuditEvent.objects.filter(record_type=kind, is_reading=False).order_by("id")
        return list(rows.values_list("action", flat=True))


def test_alerts_are_listed_as_documented(client, alert, patient):
    listed, one = client.get(ALERTS).json(), client.get(f"{ALERTS}{alert['id']}/").json()
    assert (errors("AlertList", listed), errors("AlertAnswer", one), one["results"]) == ([], [], alert)
    assert (alert["__typename"], alert["patient"], alert["points"]) == ("Alert", str(patient.pk), 1)
    counts = {query: client.get(f"{ALERTS}?{query}").json()["meta"]["pagination"]["count"] for query in (
        f"patient={patient.pk}", "state=all", "ordering=severity,-raised_at", "search=garcia", "search=nobody",
    )}  # fmt: skip
    assert list(counts.values()) == [1, 1, 1, 1, 0]


def test_alert_is_acknowledged_with_a_note_once(client, alert, riverside):
    address = f"{ALERTS}{alert['id']}/acknowledge/"
    assert problems(send(client, "post", address, {})) == (400, ["note"])
    assert problems(send(client, "post", address, {"note": " "})) == (400, ["note"])
    assert problems(send(client, "post", address, {"note": "Called", "by": "x"})) == (400, ["by"])
    closed = [send(client, "post", address, {"note": "Called.", "points": 1}) for _ in range(2)]
    assert [each.status_code for each in closed] == [200, 200]
    assert (errors("AlertAnswer", closed[0].json()), closed[0].json()["results"]["note"]) == ([], "Called.")
    assert actions_in_trail(riverside, "riskalert").count("alert.acknowledged") == 1
    assert client.get(ALERTS).json()["results"] == []
    assert client.get(f"{ALERTS}{alert['id']}/").json()["results"]["acknowledged_at"] is not None


def test_alert_that_somebody_else_closed_is_refused_and_keeps_their_note(client, alert, riverside):
    with clinic_scope(riverside.clinic):
        Alert.objects.update(
            acknowledged_at=timezone.now(), acknowledged_by_id="other", acknowledged_by_name="Olive", note="Seen"
        )
    response = send(client, "post", f"{ALERTS}{alert['id']}/acknowledge/", {"note": "Called."})
    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")
    assert client.get(f"{ALERTS}{alert['id']}/").json()["results"]["note"] == "Seen"


def test_note_about_a_better_answer_than_came_since_is_refused(client, alert):
    address = f"{ALERTS}{alert['id']}/acknowledge/"
    response = send(client, "post", address, {"note": "Called.", "points": 0.5})
    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")
    assert client.get(ALERTS).json()["results"] == [alert]


def test_schedule_is_set_listed_and_ended(client, patient, riverside):
    made = send(client, "post", SCHEDULES, {**PACE, "patient": str(patient.pk), "then_every": 3, "then_unit": "months"})
    found = made.json()["results"]
    assert (made.status_code, errors("ScheduleAnswer", made.json())) == (201, [])
    assert made["Location"].endswith(f"{SCHEDULES}{found['id']}/")
    assert (found["every"], found["then_every"], found["then_unit"]) == (2, 3, "months")
    listed = client.get(f"{SCHEDULES}?patient={patient.pk}").json()
    assert (errors("ScheduleList", listed), listed["results"]) == ([], [found])
    assert [client.get(f"{SCHEDULES}?when={when}").json()["meta"]["pagination"]["count"] for when in (
        "overdue", "week", "all",
    )] == [0, 1, 1]  # fmt: skip
    ended = send(client, "post", f"{SCHEDULES}{found['id']}/end/", None)
    assert (ended.status_code, ended.json()["results"]["ended_on"] is None) == (200, False)
    assert client.get(f"{SCHEDULES}?when=all").json()["results"] == []
    assert client.get(f"{SCHEDULES}{found['id']}/").status_code == 200
    assert actions_in_trail(riverside, Schedule.trail_name) == ["plan.made", "plan.ended"]


BAD_SCHEDULES = [
    ({"instrument": "nothing"}, ["instrument"]), ({"every": 0}, ["every"]), ({"every": "2"}, ["every"]),
    ({"every": 11, "every_unit": "years"}, ["every"]), ({"every_unit": "moons"}, ["every_unit"]),
    ({"then_every": 3}, ["then_unit"]), ({"patient": str(uuid4())}, ["patient"]),
    ({"starts_on": "soon"}, ["starts_on"]),
    ({"instrument": "news2", "then_every": 3, "then_unit": "months"}, ["then_every"]),
]  # fmt: skip


def test_bad_schedule_is_refused_by_its_field(client, patient):
    found = [problems(send(client, "post", SCHEDULES, {**PACE, "patient": str(patient.pk), **bad}))
             for bad, _ in BAD_SCHEDULES]  # fmt: skip
    assert found == [(400, fields) for _, fields in BAD_SCHEDULES]


def asked(client: Client, patient, **fields):
    body = {"patient": str(patient.pk), "instrument": "phq-9", "days": 7, **fields}
    return send(client, "post", REQUESTS, body)


def test_link_is_shown_once_and_opens(client, patient, riverside):
    id = str(uuid4())
    made, again = asked(client, patient, id=id), asked(client, patient, id=id)
    found = made.json()["results"]
    assert (made.status_code, errors("RequestAnswer", made.json()), found["id"]) == (201, [], id)
    assert (found["state"], found["asks_for"], found["code"]) == ("sent", "date_of_birth", None)
    assert Client().get(found["link"], follow=True).status_code == 200
    assert (again.status_code, again.json()["results"]) == (201, {**found, "link": None, "state": "sent"})
    listed = client.get(f"{REQUESTS}?patient={patient.pk}").json()
    assert (errors("RequestList", listed), [row["link"] for row in listed["results"]]) == ([], [None])
    assert client.get(f"{REQUESTS}{id}/").json()["results"]["link"] is None
    assert actions_in_trail(riverside, "answerrequest")[0] == "request.created"


def test_link_is_withdrawn_and_renewed(client, patient):
    first = asked(client, patient).json()["results"]
    renewed = send(client, "post", f"{REQUESTS}{first['id']}/renew/", {"id": str(uuid4())})
    second = renewed.json()["results"]
    assert (renewed.status_code, errors("RequestAnswer", renewed.json())) == (201, [])
    assert second["link"] not in (None, first["link"])
    states = {row["id"]: row["state"] for row in client.get(f"{REQUESTS}?patient={patient.pk}").json()["results"]}
    assert states == {first["id"]: "revoked", second["id"]: "sent"}
    ended = send(client, "post", f"{REQUESTS}{second['id']}/withdraw/", None)
    assert (ended.status_code, ended.json()["results"]["state"]) == (200, "revoked")
    assert Client().get(second["link"], follow=True).status_code in (404, 410)
    late = asked(client, patient, id=second["id"], days=8)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "id_taken")


def test_link_without_a_date_of_birth_comes_with_a_code(client, riverside):
    with clinic_scope(riverside.clinic):
        patient = make_patient(date_of_birth=None, date_of_birth_precision="unknown")
    found = asked(client, patient).json()["results"]
    assert (found["asks_for"], len(found["code"])) == ("code", 6)


BAD_LINKS = [
    ({"instrument": "news2"}, ["instrument"]), ({"instrument": "nothing"}, ["instrument"]), ({"days": 0}, ["days"]),
    ({"days": 91}, ["days"]), ({"language": "tlh"}, ["language"]), ({"id": "x"}, ["id"]), ({"note": 1}, ["note"]),
    ({"user": str(uuid4())}, ["user"]),
]  # fmt: skip


def test_bad_link_is_refused_by_its_field(client, patient):
    found = [problems(asked(client, patient, **bad)) for bad, _ in BAD_LINKS]
    assert found == [(400, fields) for _, fields in BAD_LINKS]


def test_link_that_expired_says_so(client, patient, riverside):
    id = asked(client, patient).json()["results"]["id"]
    with clinic_scope(riverside.clinic):
        AnswerRequest.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert client.get(f"{REQUESTS}{id}/").json()["results"]["state"] == "expired"


def test_program_that_only_reads_writes_none_of_it(program, riverside, patient):
    client = program(riverside, write=False)
    bodies = {SCHEDULES: {**PACE, "patient": str(patient.pk)}, REQUESTS: {"patient": str(patient.pk)}}
    assert [send(client, "post", path, body).status_code for path, body in bodies.items()] == [403, 403]


def test_alert_of_another_clinic_is_not_there(client, alert, hillside, sign_in):
    other = sign_in(hillside.clinician)
    address = f"{ALERTS}{alert['id']}/"
    assert other.get(address).status_code == 404
    assert send(other, "post", f"{address}acknowledge/", {"note": "x"}).status_code == 404
    assert send(other, "post", SITTINGS, {"patient": alert["patient"]}).status_code == 400
