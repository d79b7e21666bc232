"""Files and jobs by the clinic's clock, in three zones and at the edges of a day."""

import pytest

from clinic.audit.models import AuditEvent
from clinic.lists import actions
from clinic.lists import running as jobs
from clinic.lists.models import LEASE, LOST_AFTER, Job, JobPart, JobState
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.world import Writer, make_patient


@pytest.fixture
def job(riverside) -> Job:
    """A job that waits; whoever wants it by a held clock asks for that first."""
    with clinic_scope(riverside.clinic):
        return Job.objects.create(list="patients", label="Archive", by_id="test", by_name="Test")


def trail(job: Job) -> list[tuple[str, str]]:
    return list(AuditEvent.objects.filter(record_id=job.pk).values_list("action", "actor_name"))


@pytest.mark.clock("clinic/lists/jobs/exports.py:file_name")
def test_file_is_named_after_the_clinics_day(clock, riverside, sign_in):
    answer = sign_in(riverside.clinician).get("/patients/?_export=csv")
    assert answer["Content-Disposition"] == f'attachment; filename="patients-{clock.today.isoformat()}.csv"'


@pytest.mark.clock("clinic/lists/jobs/exports.py:file_name", "clinic/lists/page/columns.py:local_day")
def test_files_of_page_and_worker_say_the_clinics_days(clock, riverside, sign_in, work):
    """Both write after the request's scope has ended: the one as it is streamed, the other in another process."""
    with clinic_scope(riverside.clinic):
        make_patient(full_name="Ann")
    client = sign_in(riverside.clinician)
    streamed = b"".join(client.get("/patients/?columns=name,created_at&_export=csv").streaming_content).decode()
    begin = {"do": "csv", "scope": "all", "query": "", "expected": "1", "shown_columns": "name,created_at"}
    client.post("/patients/bulk/", begin)
    work()
    with clinic_scope(riverside.clinic):
        job = Job.objects.get()
    kept = b"".join(client.get(f"/work/{job.pk}/file/").streaming_content).decode()
    assert (streamed, job.file_name) == (kept, f"patients-{clock.today.isoformat()}.csv")
    assert streamed.removeprefix("\ufeff").splitlines() == ["Name,Registered", f"Ann,{clock.today.isoformat()}"]


@pytest.mark.clock("clinic/lists/models.py:Job.created_on")
def test_job_is_begun_on_the_clinics_day(clock, riverside, sign_in):
    with clinic_scope(riverside.clinic):
        by = str(riverside.clinician.pk)
        kept = {"permission": "patients.edit"}
        job = Job.objects.create(
            list="patients", label="Archive", by_id=by, by_name="Clara", state="done", parameters=kept
        )
        assert (job.created_on, job.created_at, job.touched_at) == (clock.today, clock.moment, clock.moment)
    client = sign_in(riverside.clinician)
    row, page = (client.get(path).content.decode() for path in ("/work/", f"/work/{job.pk}/"))
    said = f'<span title="today">{clock.today:%-d %b %Y}</span>', f"Clara, {clock.local:%-d %b %Y, %H:%M}"
    assert (said[0] in row, said[1] in page) == (True, True)


@in_one_zone
@pytest.mark.clock("clinic/lists/models.py:Job.looks_lost")
def test_job_looks_lost_after_a_minute(clock, job):
    seen = []
    for _ in range(2):
        seen.append(job.looks_lost)
        clock.move(seconds=LOST_AFTER.total_seconds())
    assert (seen, job.looks_lost, LOST_AFTER.total_seconds()) == ([False, False], True, 60)


@in_one_zone
@pytest.mark.clock(
    "clinic/lists/running.py:claim",
    "clinic/lists/running.py:turn",
    "clinic/lists/running.py:_write",
    "clinic/lists/running.py:_end",
    "clinic/lists/running.py:hand_back",
    "clinic/lists/actions.py:continue_job",
    "clinic/lists/actions.py:cancel_job",
)
def test_job_notes_each_moment_that_somebody_was_at_it(clock, riverside, job):
    clinic = riverside.clinic

    def kept() -> Job:
        with clinic_scope(clinic):
            return Job.objects.get(pk=job.pk)

    def touched(do) -> bool:
        clock.move(minutes=1)
        do()
        return kept().touched_at == clock.moment

    def ended(do) -> bool:
        do()
        return kept().finished_at == clock.moment

    def act(action):
        with clinic_scope(clinic):
            action(by=Writer(), id=job.pk)

    claimed = []
    steps = [
        lambda: act(actions.continue_job),
        lambda: claimed.append(jobs.claim(clinic, str(job.pk))),
        lambda: jobs.run_batches(clinic, claimed[-1], lambda job, items: []),
        lambda: jobs.hand_back(clinic, claimed[-1]),
        lambda: claimed.append(jobs.claim(clinic, str(job.pk))),
    ]
    assert [touched(step) for step in steps] == [True] * 5
    assert ended(lambda: jobs.stop(clinic, claimed[-1], "Stopped.")) is True
    act(actions.continue_job)
    assert ended(lambda: act(actions.cancel_job)) is True


@in_one_zone
@pytest.mark.clock("clinic/lists/models.py:Job.is_leased")
def test_job_is_its_workers_for_half_a_minute(clock, riverside, job):
    claimed = jobs.claim(riverside.clinic, str(job.pk))
    seen = [claimed.is_leased]
    for seconds in (LEASE.total_seconds(), 1):
        clock.move(seconds=seconds)
        seen.append(claimed.is_leased)
    assert (seen, LEASE.total_seconds()) == ([True, True, False], 30)


@in_one_zone
@pytest.mark.clock("clinic/lists/actions.py:remove_old_files")
def test_file_is_kept_for_a_week(clock, riverside, job):
    with clinic_scope(riverside.clinic):
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=clock.moment)
        JobPart.objects.create(job=job, number=0, content=b"name")
        left = []
        for move in ({"days": 7}, {"seconds": 1}):
            clock.move(**move)
            actions.remove_old_files()
            left.append(JobPart.objects.filter(job=job).count())
        assert (left, trail(job)) == ([1, 0], [("job.file_removed", "Background work")])
