"""Work on many rows: exactly those that were said, by the real worker, with a way back."""

from uuid import uuid4

import pytest
from django_tasks_db.models import DBTaskResult

from clinic.audit.models import AuditEvent
from clinic.lists.models import Job
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope

BULK = "/patients/bulk/"


@pytest.fixture
def archived(patients):
    """The keys of the archived patients now."""

    def look():
        with patients.scope():
            return set(Patient.objects.archived().values_list("pk", flat=True))

    return look


def job(world) -> Job:
    with clinic_scope(world.clinic):
        return Job.objects.order_by("-created_at").first()


def test_ticked_rows_and_no_others_are_archived(client, patients, work, archived):
    client.post(BULK, {"do": "archive", "scope": "rows", "id": patients.keys[:3]})
    work()
    assert archived() == set(patients.keys[:3])


def test_nothing_happens_before_the_worker_came(client, patients, archived):
    client.post(BULK, {"do": "archive", "scope": "rows", "id": patients.keys[:3]})
    assert archived() == set()


def test_all_that_match_asks_first_and_says_how_many(client, patients, work, archived):
    answer = client.post(BULK, {"do": "archive", "scope": "all", "query": "gender=male", "id": patients.keys[:1]})
    assert (answer.status_code, "Archive 5 patients" in answer.content.decode()) == (200, True)
    work()
    assert archived() == set()


def test_all_that_match_is_exactly_what_matches(client, patients, work, archived):
    client.post(BULK, {"do": "archive", "scope": "all", "query": "gender=male&page=2&sort=-age", "expected": "5"})
    work()
    assert archived() == set(patients.male)


def test_all_of_a_search_is_exactly_what_was_found(client, patients, work, archived):
    client.post(
        BULK, {"do": "archive", "scope": "all", "query": f"q={patients.made[7].record_number}", "expected": "1"}
    )
    work()
    assert archived() == {patients.keys[7]}


def test_list_that_changed_before_the_button_is_shown_again(client, patients, work, archived):
    answer = client.post(BULK, {"do": "archive", "scope": "all", "query": "gender=male", "expected": "4"})
    assert "changed since you looked" in answer.content.decode()
    work()
    assert archived() == set()


def test_nothing_is_offered_to_be_done_with_nobody(client, patients):
    form = {"do": "archive", "scope": "all", "query": "q=zzzzzz", "expected": "4"}
    page = client.post(BULK, form).content.decode()
    assert ("Now 0 patients match" in page, "Archive 0 patients</button>" in page) == (True, False)
    assert "There are no patients to do it with." in page


def test_list_that_changed_before_the_worker_came_is_left_alone(client, patients, work, archived, riverside):
    client.post(BULK, {"do": "archive", "scope": "all", "query": "gender=male", "expected": "5"})
    with patients.scope():
        Patient.objects.filter(pk=patients.keys[9]).update(gender="male")
    work()
    assert (archived(), job(riverside).state) == (set(), "stopped")
    page = client.get(f"/work/{job(riverside).pk}/").content.decode()
    assert "6 match now, not 5" in page


def test_each_row_leaves_a_record_in_the_trail(client, patients, work, riverside):
    client.post(BULK, {"do": "archive", "scope": "rows", "id": patients.keys[:3]})
    work()
    with patients.scope():
        events = AuditEvent.objects.filter(action="patient.archived")
        who = str(riverside.clinician.pk), "Clara Clinician", "patient"
        assert set(events.values_list("record_id", "actor_id", "actor_name", "record_type")) == {
            (key, *who) for key in patients.keys[:3]
        }


def test_summary_counts_what_was_archived_already(client, patients, work, riverside):
    client.post(f"/patients/{patients.keys[0]}/archive/")
    client.post(BULK, {"do": "archive", "scope": "rows", "id": [*patients.keys[:3], str(uuid4())]})
    work()
    done = job(riverside)
    assert (done.changed, done.unchanged, done.failed, done.state) == (2, 1, 1, "done")


def test_undo_brings_back_what_the_job_archived_and_nothing_else(client, patients, work, archived, riverside):
    client.post(f"/patients/{patients.keys[0]}/archive/")
    client.post(BULK, {"do": "archive", "scope": "rows", "id": patients.keys[:3]})
    work()
    client.post(f"/work/{job(riverside).pk}/undo/")
    work()
    assert archived() == {patients.keys[0]}


def test_undo_leaves_alone_what_was_changed_since(client, patients, work, archived, riverside):
    client.post(BULK, {"do": "archive", "scope": "rows", "id": patients.keys[:2]})
    work()
    begun = job(riverside)
    client.post(f"/patients/{patients.keys[0]}/restore/")
    client.post(f"/patients/{patients.keys[0]}/archive/")
    client.post(f"/work/{begun.pk}/undo/")
    work()
    assert (archived(), job(riverside).failed) == ({patients.keys[0]}, 1)


def test_second_undo_is_refused(client, patients, work, riverside):
    client.post(BULK, {"do": "archive", "scope": "rows", "id": patients.keys[:2]})
    work()
    begun = job(riverside)
    client.post(f"/work/{begun.pk}/undo/")
    work()
    assert client.post(f"/work/{begun.pk}/undo/").status_code == 409


def test_practitioner_is_asked_for_then_assigned_and_given_back(client, patients, work, riverside):
    asked = client.post(BULK, {"do": "assign", "scope": "rows", "id": patients.keys[:2]})
    assert "Who takes over?" in asked.content.decode()
    with patients.scope():
        before = patients.made[0].user_id
        other = Practitioner.objects.active().exclude(pk=before).first().pk
    client.post(BULK, {"do": "assign", "scope": "rows", "id": patients.keys[:2], "value": other})
    work()
    with patients.scope():
        assert set(Patient.objects.filter(user=other).values_list("pk", flat=True)) == set(patients.keys[:2])
    client.post(f"/work/{job(riverside).pk}/undo/")
    work()
    with patients.scope():
        assert Patient.objects.filter(user=other).count() == 0


def test_name_that_the_practitioner_has_already_is_named_and_left(client, patients, work, riverside):
    with patients.scope():
        other = Practitioner.objects.active().exclude(pk=patients.made[0].user_id).first()
        Patient.objects.filter(pk=patients.keys[1]).update(user=other, full_name="Person Number00")
    client.post(BULK, {"do": "assign", "scope": "rows", "id": patients.keys[:1], "value": other.pk})
    work()
    page = client.get(f"/work/{job(riverside).pk}/").content.decode()
    assert "already has a patient of this name" in page


BAD = [
    {"do": "nonsense", "id": ["x"]},
    {"do": "archive"},
    {"do": "archive", "id": ["not-a-key"]},
    {"do": "archive", "scope": "all", "query": "gender=nonsense"},
    {"do": "archive", "scope": "all", "query": "q=a%00b"},
    {"do": "assign", "id": [str(uuid4())], "value": "nobody"},
    {"do": "archive", "id": [str(uuid4()) for _ in range(1001)]},
]


@pytest.mark.parametrize("data", BAD)
def test_odd_request_is_400_and_begins_nothing(client, patients, riverside, data):
    assert (client.post(BULK, data).status_code, job(riverside)) == (400, None)


def test_role_that_may_not_archive_is_refused(patients, riverside, sign_in):
    answer = sign_in(riverside.auditor).post(BULK, {"do": "archive", "id": patients.keys[:1]})
    assert (answer.status_code, job(riverside)) == (403, None)


def test_job_is_its_beginners_and_the_owners(client, patients, riverside, sign_in):
    client.post(BULK, {"do": "archive", "id": patients.keys[:1]})
    address = f"/work/{job(riverside).pk}/"
    seen = [sign_in(user).get(address).status_code for user in (riverside.owner, riverside.front_desk)]
    assert (client.get(address).status_code, seen) == (200, [200, 404])


def test_rows_of_another_clinic_are_out_of_reach(client, patients, work, riverside, hillside):
    from tests.world import make_patient

    with clinic_scope(hillside.clinic):
        foreign = make_patient(full_name="Hilda Hill")
    client.post(BULK, {"do": "archive", "id": [foreign.pk]})
    work()
    with clinic_scope(hillside.clinic):
        assert Patient.objects.archived().count() == 0
    assert job(riverside).failed == 1


def test_lost_job_is_continued_where_it_was(client, patients, work, archived, riverside):
    client.post(BULK, {"do": "archive", "id": patients.keys[:3]})
    with patients.scope():
        Job.objects.update(state="running", touched_at="2026-01-01T00:00Z")
    DBTaskResult.objects.all().delete()  # as in a clinic that was restored, or after somebody emptied the queue
    client.post(f"/work/{job(riverside).pk}/continue/")
    work()
    assert (archived(), job(riverside).state) == (set(patients.keys[:3]), "done")


def test_error_of_a_job_is_told_without_what_it_was_about(client, patients, work, riverside, capfd, settings):
    client.post(BULK, {"do": "assign", "id": patients.keys[:1], "value": riverside.clinician.pk})
    with patients.scope():
        Job.objects.update(
            parameters={"query": "", "value": "Secretname", "permission": "patients.edit", "columns": []}
        )
    work()
    done = job(riverside)
    assert (done.state, "Secretname" in done.message, "Secretname" in capfd.readouterr().err) == (
        "stopped",
        False,
        False,
    )
