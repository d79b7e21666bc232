"""Amending sittings, conflicts and risk alerts through the API."""

from clinic.assessments.models import AssessmentRevision
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import ANSWERS
from tests.api.test_questionnaires import LIST, change, fields_of
from tests.world import make_patient


def test_completed_sitting_changes_only_with_a_reason(client, sitting):
    made = sitting(complete=True)
    response = change(client, made, answers={"1": 0})
    assert fields_of(response) == (400, {"reason": ["Say why, in at most 500 characters."]})
    assert client.get(f"{LIST}{made['id']}/").json()["results"] == made


def test_amending_keeps_the_original(client, sitting, riverside):
    made = sitting(complete=True)
    amended = change(client, made, answers={"1": 0}, reason="Read from the wrong line").json()["results"]
    assert (amended["status"], amended["score"], amended["band"], amended["version"]) == ("amended", 9, "Mild", 2)
    with clinic_scope(riverside.clinic):
        revision = AssessmentRevision.objects.get(assessment=made["id"])
        assert (revision.reason, revision.before["answers"], revision.before["score"]) == (
            *("Read from the wrong line", ANSWERS, "11.00"),
        )
        event = AuditEvent.objects.filter(record_id=made["id"], is_reading=False).order_by("-pk").first()
        assert (event.action, event.changes["reason"]) == ("assessment.amended", [None, "Read from the wrong line"])


def test_completing_again_changes_nothing(client, sitting):
    made = sitting(complete=True)
    assert change(client, made, complete=True).json()["results"] == made


def test_name_and_practitioner_change_without_a_reason(client, sitting, riverside):
    made = sitting(complete=True)
    changed = change(client, made, name="First", user=str(riverside.owner.pk)).json()["results"]
    assert (changed["name"], changed["status"]) == ("First", "completed")


def test_patient_and_instrument_stay(client, sitting, riverside):
    made = sitting()
    with clinic_scope(riverside.clinic):
        other = make_patient()
    assert fields_of(change(client, made, patient=str(other.pk)))[0] == 400
    assert fields_of(change(client, made, instrument="gad-7"))[1] == {
        "instrument": ["An assessment keeps its instrument."]
    }


def test_stale_draft_is_a_conflict(client, sitting):
    made = sitting({"1": 1})
    change(client, made, answers={"2": 1})
    response = change(client, made, answers={"2": 3}, version=1)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")
    assert response.json()["error"]["current"]["answers"] == {"1": 1, "2": 1}


def test_item_nine_alerts_at_once_from_a_draft(client, sitting, riverside):
    made = sitting({"9": 1})
    (alert,) = made["alerts"]
    assert (alert["rule"], alert["severity"], alert["acknowledged_at"]) == ("item-9", 4, None)
    assert alert["text"].startswith("PHQ-9, item 9, “Several days”: Thoughts of being better off dead")
    with clinic_scope(riverside.clinic):
        assert AuditEvent.objects.filter(action="alert.raised", record_id=alert["id"]).count() == 1


def test_alert_stays_when_the_answer_is_taken_back(client, sitting):
    made = sitting({"9": 1})
    changed = change(client, made, answers={"9": 0}).json()["results"]
    assert [alert["id"] for alert in changed["alerts"]] == [made["alerts"][0]["id"]]


def test_open_alert_follows_the_answer_up_and_is_not_doubled(client, sitting):
    made = sitting({"9": 1})
    for points in (3, 2):
        changed = change(client, made, answers={"9": points}).json()["results"]
    (alert,) = changed["alerts"]
    assert "“Nearly every day”" in alert["text"]
