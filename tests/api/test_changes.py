"""What changed: in the order of commits, each once, whatever commits late, and over a restore."""

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from clinic.api import filters
from clinic.assessments.record.actions import archive_assessment
from clinic.audit.seals import seal_trail
from clinic.patients.actions import archive_patient, update_patient
from clinic.patients.models import Patient
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.sealing import seals
from tests.side_by_side import overlap
from tests.world import Writer, make_assessment, make_patient

pytestmark = seals
CHANGES, PATIENTS, ASSESSMENTS = "/api/v1/changes/", "/api/v1/patients/", "/api/v1/assessments/"
BY = Writer()


def seal(world):
    with clinic_scope(world.clinic):
        seal_trail()


def asked(client, **query):
    answer = client.get(f"{CHANGES}?{urlencode(query)}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def told(answer):
    return [(row["kind"], row["id"], row["action"]) for row in answer["results"]]


def every_change(client, after, size=3):
    """What came after a cursor, page by page, and the cursor to go on from."""
    found = []
    while True:
        answer = asked(client, after=after, page_size=size)
        found, after = found + told(answer), answer["meta"]["pagination"]["after"]
        if answer["meta"]["pagination"]["next"] is None:
            return found, after


def now(client):
    return asked(client, after="now")["meta"]["pagination"]["after"]


@pytest.fixture
def changed(riverside):
    """A patient registered, renamed and archived by actions, whose changes are sealed."""

    def made():
        with clinic_scope(riverside.clinic):
            patient = Patient.objects.get(pk=make_patient().pk)
            update_patient(by=BY, id=patient.pk, version=None, full_name=f"Changed {uuid4().hex[:6]}")
            archive_patient(by=BY, id=patient.pk)
        seal(riverside)
        return str(patient.pk)

    return made


def test_changes_come_in_their_order_and_each_once(client, riverside, changed):
    seal(riverside)
    after = now(client)
    made = [changed() for _ in range(3)]
    found, after = every_change(client, after)
    assert found == [("Patient", id, action) for id in made for action in ("changed", "archived")]
    assert every_change(client, after)[0] == []


def test_pages_of_changes_lead_to_the_next(client, riverside, changed):
    seal(riverside)
    after = now(client)
    changed()
    first = asked(client, after=after, page_size=1)
    second = client.get(first["meta"]["pagination"]["next"]).json()
    assert [told(each)[0][2] for each in (first, second)] == ["changed", "archived"]


def test_changes_that_nobody_sealed_are_not_told_yet(client, riverside):
    seal(riverside)
    after = now(client)
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        archive_patient(by=BY, id=patient.pk)
    before = every_change(client, after)
    seal(riverside)
    assert (before[0], len(every_change(client, after)[0])) == ([], 1)


def test_reading_is_no_change(client, riverside, patient):
    seal(riverside)
    after = now(client)
    client.get(f"{PATIENTS}{patient.pk}/")
    seal(riverside)
    assert every_change(client, after)[0] == []


def test_changes_of_what_somebody_may_not_see_are_not_told(riverside, sign_in, patient):
    desk, clinician = sign_in(riverside.front_desk), sign_in(riverside.clinician)
    seal(riverside)
    after = now(desk)
    with clinic_scope(riverside.clinic):
        archive_assessment(by=BY, id=make_assessment(patient).pk)
        archive_patient(by=BY, id=patient.pk)
    seal(riverside)
    kinds = [[kind for kind, _, _ in every_change(each, after)[0]] for each in (desk, clinician)]
    assert kinds == [["Patient"], ["Assessment", "Patient"]]


def test_changes_of_hidden_patients_are_not_told(riverside, sign_in, changed):
    clinician = sign_in(riverside.clinician)
    seal(riverside)
    after = now(clinician)
    hidden = changed()
    with clinic_scope(riverside.clinic):
        Patient.objects.filter(pk=hidden).update(user_id=riverside.owner.pk)
    whole = len(every_change(clinician, after)[0])
    Clinic.objects.filter(pk=riverside.clinic.pk).update(restricts_patients=True)
    assert (whole, every_change(clinician, after)[0]) == (2, [])


@pytest.mark.parametrize("after", ["", "x", "then", "\0", "1"])
def test_cursor_that_nobody_made_is_refused(client, after):
    answer = client.get(CHANGES, {"after": after})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["after"])
    assert ("from `after` as it was given" in answer.json()["error"]["fields"]["after"][0]) == bool(after)


def test_cursor_of_a_list_is_none_of_changes(client, riverside):
    with clinic_scope(riverside.clinic):
        for _ in range(3):
            make_patient()
    cursor = client.get(f"{PATIENTS}?page_size=1").json()["meta"]["pagination"]["next"].rpartition("cursor=")[2]
    assert client.get(f"{CHANGES}?after={cursor}").status_code == 400


def test_cursor_of_another_clinic_is_refused(riverside, hillside, sign_in):
    after = now(sign_in(hillside.clinician))
    assert sign_in(riverside.clinician).get(CHANGES, {"after": after}).status_code == 400


def test_change_that_commits_late_is_told_late_and_once(lakeside):
    """One change begins before another and ends after it was sealed and read: the reader's cursor has not passed it."""
    with clinic_scope(lakeside.clinic):
        early, late = (make_patient(full_name=name) for name in ("Ellis Early", "Lee Late"))
    seal(lakeside)
    reader = signed_in(Client(), lakeside.owner)
    after = now(reader)

    def meanwhile():
        with clinic_scope(lakeside.clinic):
            archive_patient(by=BY, id=early.pk)
        seal(lakeside)
        return every_change(signed_in(Client(), lakeside.owner), after)

    def begin():
        archive_patient(by=BY, id=late.pk)

    both = overlap(lambda: clinic_scope(lakeside.clinic), begin, meanwhile, alone=True)
    seal(lakeside)
    found, reached = both.second
    assert ([id for _, id, _ in found], [id for _, id, _ in every_change(reader, reached)[0]]) == (
        [str(early.pk)],
        [str(late.pk)],
    )


def test_cursor_of_before_a_restore_goes_on_after_it(lakeside, tmp_path, settings):
    settings.TRAIL_HEADS, file = tmp_path / "heads", tmp_path / "lakeside.zip"
    reader = signed_in(Client(), lakeside.owner)
    with clinic_scope(lakeside.clinic):
        patient = make_patient()
    seal(lakeside)
    call_command("backup_clinic", lakeside.clinic.name, str(file))
    with clinic_scope(lakeside.clinic):
        archive_patient(by=BY, id=patient.pk)
    seal(lakeside)
    after = now(reader)
    call_command("restore_clinic", lakeside.clinic.name, str(file))
    lakeside.clinic.schema_name = Clinic.objects.get(pk=lakeside.clinic.pk).schema_name
    with clinic_scope(lakeside.clinic):
        archive_patient(by=BY, id=patient.pk)
    seal(lakeside)
    found, _ = every_change(signed_in(Client(), lakeside.owner), after)
    expected = [("Clinic", str(lakeside.clinic.pk), "restored"), ("Patient", str(patient.pk), "archived")]
    assert found == expected


def since(client, path, moment, **more):
    answer = client.get(path, {"updated_since": moment, **more})
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


@pytest.mark.parametrize("path", [PATIENTS, ASSESSMENTS])
def test_what_was_updated_since_comes_with_the_archived_in_the_order_of_change(client, riverside, path):
    made = [make_in(riverside, path) for _ in range(3)]
    model = type(made[0])
    with clinic_scope(riverside.clinic):
        for hours, record in zip((3, 1, 2), made, strict=True):
            moment = datetime.fromisoformat("2001-01-01T00:00:00Z") + timedelta(hours=hours)
            model.objects.filter(pk=record.pk).update(updated_at=moment, archived_at=moment if hours == 2 else None)
        model.objects.exclude(pk__in=[each.pk for each in made]).update(updated_at="2000-01-01T00:00:00Z")
    rows = [UUID(row["id"]) for row in since(client, path, "2001-01-01T00:30:00Z")]
    assert rows == [made[1].pk, made[2].pk, made[0].pk]
    assert [UUID(row["id"]) for row in since(client, path, "2001-01-01T03:11:00+00:00")] == []


def make_in(world, path):
    with clinic_scope(world.clinic):
        return make_patient() if path == PATIENTS else make_assessment(make_patient(), name=uuid4().hex)


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-03-01", "2026-03-01T09:30:00", "2026-13-01T09:30:00Z", "\0"])
def test_moments_that_are_none_are_refused(client, moment):
    answer = client.get(PATIENTS, {"updated_since": moment})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["updated_since"])


def test_earliest_moment_of_all_is_taken(client, patient):
    assert len(since(client, PATIENTS, "0001-01-02T00:00:00Z")) == 1


def synchronised(lakeside):
    """What two readings by `updated_since` got, of two changes of which the earlier committed later."""
    with clinic_scope(lakeside.clinic):
        early, late = make_patient(full_name="Lee Late"), make_patient(full_name="Ellis Early")
        Patient.objects.update(updated_at="2000-01-01T00:00:00Z")

    def meanwhile():
        with clinic_scope(lakeside.clinic):
            archive_patient(by=BY, id=late.pk)
        return since(signed_in(Client(), lakeside.owner), PATIENTS, "2001-01-01T00:00:00Z")

    def begin():
        archive_patient(by=BY, id=early.pk)

    both = overlap(lambda: clinic_scope(lakeside.clinic), begin, meanwhile, alone=True)
    again = since(signed_in(Client(), lakeside.owner), PATIENTS, both.second[-1]["updated_at"])
    return {row["id"] for row in [*both.second, *again]} == {str(early.pk), str(late.pk)}


def test_change_that_commits_late_is_read_by_the_moment_of_the_last(lakeside):
    assert synchronised(lakeside)


def test_change_that_commits_late_is_lost_where_nothing_is_read_twice(lakeside, monkeypatch):
    """The negative control: `updated_since` to the letter."""
    monkeypatch.setattr(filters, "SAVING_TAKES", timedelta(0))
    assert not synchronised(lakeside)
