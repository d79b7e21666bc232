"""Files for analysis as work: who may take them, a worker that was killed, and how long they are kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.api.actions import disable_program
from clinic.api.exports import work as exports
from clinic.audit.models import AuditEvent
from clinic.lists import tasks
from clinic.lists.models import Job, JobPart, JobState
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import send
from tests.api.test_exports import EXPORTS, begun, files, lines, rows, taken, wide
from tests.api.test_fine_scopes import narrow
from tests.clock import in_one_zone
from tests.lists.conftest import work
from tests.restricted.conftest import restricted
from tests.world import Writer

__all__ = ["narrow", "restricted", "rows", "wide", "work"]  # fixtures
BY = Writer()


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 2)


def test_each_step_is_in_the_trail(wide, riverside, rows, work):
    export = begun(wide)
    work()
    taken(wide, export)
    with clinic_scope(riverside.clinic):
        events = AuditEvent.objects.filter(record_id=export["id"]).order_by("id")
        assert [event.action for event in events] == ["job.begun", "job.downloaded"]
        assert {event.actor_id[:7] for event in events} == {"client:"}


def test_file_is_for_who_may_still_see_what_is_in_it(wide, narrow, rows, work):
    export = begun(wide)
    work()
    path = f"{EXPORTS}{export['id']}/file/"
    assert narrow("analysis").get(path).status_code == 403
    other = narrow("export", "read", "alerts:read")
    assert other.get(path).status_code == 200


def test_other_clinics_export_is_not_there(wide, hillside, sign_in, rows, work):
    export = begun(wide)
    work()
    owner = sign_in(hillside.owner)
    assert [owner.get(f"{EXPORTS}{export['id']}/{end}").status_code for end in ("", "file/")] == [404, 404]


def test_file_that_is_not_made_or_not_kept_is_not_there(wide, riverside, rows, work):
    export = begun(wide)
    path = f"{EXPORTS}{export['id']}/"
    assert (wide.get(path).json()["results"]["file"], wide.get(f"{path}file/").status_code) == (None, 404)
    work()
    with clinic_scope(riverside.clinic):
        Job.objects.filter(pk=export["id"]).update(finished_at=timezone.now() - timedelta(days=8))
    told = wide.get(path).json()["results"]
    assert (told["state"], told["file"], wide.get(f"{path}file/").status_code) == ("done", None, 404)


def test_program_that_was_disabled_meanwhile_gets_no_file(narrow, riverside, rows, work):
    client = narrow("analysis")
    export = begun(client)
    with clinic_scope(riverside.clinic):
        by = Job.objects.get(pk=export["id"]).by_id
    disable_program(by=BY, clinic=riverside.clinic, id=int(by.removeprefix("client:")))
    work()
    with clinic_scope(riverside.clinic):
        job = Job.objects.get(pk=export["id"])
        assert (job.state, JobPart.objects.filter(job=job).count()) == (JobState.STOPPED, 0)


@in_one_zone
def test_person_confirms_before_beginning_and_taking(clock, riverside, sign_in, rows, work):
    client = sign_in(riverside.owner)
    export = begun(client)
    work()
    clock.move(minutes=11)
    for answer in (send(client, "post", EXPORTS, {"format": "csv"}), client.get(f"{EXPORTS}{export['id']}/file/")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "unconfirmed")


def test_person_who_sees_their_own_patients_takes_their_own(rows, restricted, sign_in, work):
    mine = [patient for patient in rows if patient.user_id == restricted.clinician.pk]
    client = sign_in(restricted.clinician)
    archive = files(client, work, tables=["patients"])
    assert {row["id"] for row in lines(archive, "patients.ndjson")} == {str(each.pk) for each in mine}


def test_owner_sees_exports_of_programs_among_the_work(wide, riverside, sign_in, rows, work):
    export = begun(wide)
    work()
    owner = sign_in(riverside.owner)
    assert "Files for analysis: patients, assessments, answers" in owner.get("/work/").content.decode()
    assert owner.get(f"/work/{export['id']}/").status_code == 200


def test_memory_does_not_grow_with_the_rows(wide, riverside, rows, work):
    """Each batch is a piece of its own: none holds more than it."""
    export = begun(wide, tables=["patients"])
    work()
    with clinic_scope(riverside.clinic):
        held = list(JobPart.objects.filter(job=export["id"]).order_by("number").values_list("rows", flat=True))
        assert (held, Patient.objects.count()) == ([2, 2, 1, 0], 5)


def test_worker_that_was_killed_leaves_a_whole_archive_to_the_next(wide, riverside, rows, monkeypatch, work):
    export, made = begun(wide), exports.Archive.pieces

    def killed(archive):
        pieces = made(archive)
        yield next(pieces)
        yield next(pieces)
        raise KeyboardInterrupt

    monkeypatch.setattr(exports.Archive, "pieces", killed)
    with pytest.raises(KeyboardInterrupt):
        work()
    monkeypatch.setattr(exports.Archive, "pieces", made)
    with clinic_scope(riverside.clinic):
        Job.objects.filter(pk=export["id"]).update(touched_at=timezone.now() - timedelta(minutes=2))
    tasks.run_job.call(clinic_id=str(riverside.clinic.pk), job_id=export["id"])
    archive = taken(wide, export)
    assert (archive.testzip(), len(lines(archive, "patients.ndjson"))) == (None, 5)


@pytest.mark.clock("clinic/api/exports/work.py:make_export", "clinic/api/objects/exports.py:is_kept")
def test_file_is_called_by_the_clinics_day_and_kept_for_a_week(clock, wide, rows, work):
    export = begun(wide, tables=["patients"])
    work()
    told = wide.get(f"{EXPORTS}{export['id']}/").json()["results"]
    file = wide.get(told["file"])
    assert file["Content-Disposition"] == f'attachment; filename="analysis-{clock.today.isoformat()}.zip"'
