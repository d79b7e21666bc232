"""Records as JSON to the letter: names, order, nulls, numbers and moments; the same in lists, alone and changed."""

import json
import re
from datetime import UTC, date, datetime

import pytest
from django.utils.timezone import override

from clinic.api.objects.patients import PatientSerializer
from clinic.assessments.alerts import actions as alert_actions
from clinic.assessments.models import Alert
from clinic.patients.models import BirthPrecision, Gender, Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import ANSWERS, SITTINGS, send
from tests.world import Writer, make_assessment, make_patient

PATIENTS = "/api/v1/patients/"
MOMENT = datetime(2026, 3, 1, 23, 59, 59, 120000, tzinfo=UTC)
ID = re.compile(r'"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"')
NOW = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"')


def letters(text: str) -> str:
    """What stands behind `results`, each id as ID and each moment as NOW."""
    return NOW.sub("NOW", ID.sub("ID", text.partition('"results":')[2][:-1]))


@pytest.fixture
def patients(riverside):
    with clinic_scope(riverside.clinic):
        return [
            make_patient(
                full_name='Zoë "Z" O\u2019Neill </script>', address="1 Road\nTown", phone_number="+442079460958",
                record_number="A-1",
            ),
            make_patient(date_of_birth_precision=BirthPrecision.YEAR, archived_at=MOMENT, gender=Gender.UNKNOWN),
            make_patient(second_phone_number="+34610110690", date_of_birth=date(1, 1, 1), version=7),
        ]  # fmt: skip


@pytest.fixture
def sittings(riverside, patient, sitting):
    """Free assessments and sittings, with what each can hold; the ids by a word for each."""
    ids = {
        "complete": sitting(complete=True)["id"],
        "open": sitting({"1": 3})["id"],
        "risky": sitting({**ANSWERS, "9": 3}, complete=True)["id"],
        "parts": sitting({str(item): item % 5 for item in range(1, 21)}, instrument="pcl-5", complete=True)["id"],
    }
    with clinic_scope(riverside.clinic):
        alert = Alert.objects.filter(assessment_id=ids["risky"]).first()
        alert_actions.acknowledge_alert(by=Writer(), id=alert.pk, note="Called; safe.")
        for score in (None, "7.5", 0, "-1.25"):
            questions = [] if score == 0 else [{"question": "?", "answer": ""}] * 2
            ids[f"free {score}"] = str(make_assessment(patient, score=score, questions=questions).pk)
    return ids


PATIENT = (
    '{"__typename":"Patient","id":ID,"user":ID,"practitioner":"Bo Both",'
    '"full_name":"Zoë \\"Z\\" O\u2019Neill </script>","family_name":"Number1","preferred_name":"",'
    '"other_names":"","gender":"female","sex":"",'
    '"date_of_birth":"1970-01-02","date_of_birth_precision":"exact","phone_number":"+442079460958",'
    '"phone_extension":"","second_phone_number":"","second_phone_extension":"","email":"",'
    '"address":"1 Road\\nTown","contact_by":"","language":"","needs_interpreter":false,"next_of_kin":"",'
    '"status":"active","status_on":null,"record_number":"A-1","identifiers":[],"tags":[],"latest_results":[],"archived_at":null,'
    '"created_at":NOW,"updated_at":NOW,"version":1}'
)
RISKY = (
    '{"__typename":"Assessment","id":ID,"patient":ID,"user":ID,"name":"PHQ-9 · 1 Mar 2026 (3)",'
    '"type":"mental_health","date":"2026-03-01","questions":[],"instrument":"phq-9","instrument_version":"2",'
    '"language":"en","status":"completed","answers":{"1":2,"2":2,"3":1,"4":1,"5":0,"6":1,"7":2,"8":2,"9":3},'
    '"score":14,"score_range":[14,14],"band":"Moderate","severity":2,"cutoff":"positive","pattern":null,'
    '"subscales":[],"answered":9,"asked":9,"summary":"9 of 9 answered, total 14","sex":"female","age":56,'
    '"alerts":[{"__typename":"RiskAlert","id":ID,"rule":"item-9","text":"PHQ-9, item 9, \u201cNearly every day\u201d: '
    "Thoughts of being better off dead or of self-harm. Assess the risk of suicide before the patient leaves."
    '","severity":4,"raised_at":NOW,"raised_by":"Clara Clinician","channel":"staff",'
    '"answered_by":"Clara Clinician","acknowledged_at":NOW,"acknowledged_by":"Test",'
    '"note":"Called; safe."}],"completed_at":NOW,"archived_at":null,"created_at":NOW,"updated_at":NOW,"version":1}'
)
FREE = (
    '{"__typename":"Assessment","id":ID,"patient":ID,"user":ID,"name":"Physical 6","type":"physical",'
    '"date":"2026-03-01","questions":[{"__typename":"Question","question":"?","answer":""},'
    '{"__typename":"Question","question":"?","answer":""}],"instrument":null,"instrument_version":null,"language":"",'
    '"status":"completed","answers":{},"score":7.5,"score_range":null,"band":null,"severity":null,"cutoff":null,'
    '"pattern":null,"subscales":[],"answered":0,"asked":0,"summary":"","sex":null,"age":null,"alerts":[],'
    '"completed_at":null,"archived_at":null,"created_at":NOW,"updated_at":NOW,"version":1}'
)
PART = (
    '{"__typename":"Subscale","code":"B","title":"Intrusion (cluster B)","score":10,"score_range":[10,10],"count":3,'
    '"met":true}'
)


def test_patient_to_the_letter(person, patients):
    assert letters(person.get(f"{PATIENTS}{patients[0].pk}/").content.decode()) == PATIENT


@pytest.mark.parametrize("client", ["session"], indirect=True)
def test_assessments_to_the_letter(client, sittings):
    told = {name: letters(client.get(f"{SITTINGS}{id}/").content.decode()) for name, id in sittings.items()}
    assert [told["risky"], told["free 7.5"]] == [RISKY, FREE]
    assert PART in told["parts"]


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "2026-03-01T23:59:59.120000Z"),
        ("Africa/Abidjan", "2026-03-01T23:59:59.120000Z"),
        ("Europe/Madrid", "2026-03-02T00:59:59.120000+01:00"),
        ("America/St_Johns", "2026-03-01T20:29:59.120000-03:30"),
    ],
)
def test_moments_are_told_in_the_time_zone(zone, text):
    with override(zone):
        assert PatientSerializer(Patient(user=Practitioner(), updated_at=MOMENT)).data["updated_at"] == text


@pytest.mark.parametrize("client", ["session"], indirect=True)
def test_record_is_the_same_in_a_list_alone_and_changed(client, patients, sittings):
    for address in (PATIENTS, SITTINGS):
        rows = client.get(address, {"archived": "all"}).json()["results"]
        alone = [client.get(f"{address}{row['id']}/?archived=all").json()["results"] for row in rows]
        assert json.dumps(rows) == json.dumps(alone)
        for row in (row for row in rows if row["archived_at"] is None):
            changed = send(client, "patch", f"{address}{row['id']}/", {"id": row["id"]}).json()["results"]
            assert json.dumps(changed) == json.dumps(row)


def test_alerts_of_a_page_are_those_of_each_sitting(person, sittings):
    page = person.get(SITTINGS).json()["results"]
    assert {row["id"]: len(row["alerts"]) for row in page if row["alerts"]} == {sittings["risky"]: 1}
