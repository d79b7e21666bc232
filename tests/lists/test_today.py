"""Files and jobs by the clinic's clock, in three zones and at the edges of a day."""

import pytest

from clinic.lists import actions
from clinic.lists.models import LOST_AFTER, Job
from clinic.lists.running import claim, finish, touch
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.world import Writer, make_patient


@pytest.fixture
def job(riverside) -> Job:
    """A job that waits; whoever wants it by a held clock asks for that first."""
    with clinic_scope(riverside.clinic):
        return Job.objects.create(list="patients", label="Archive", by_id="test", by_name="Test")


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
        job = Job.objects.create(list="patients", label="Archive", by_id=by, by_name="Clara", state="done")
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
    "clinic/lists/running.py:touch",
    "clinic/lists/running.py:_end",
    "clinic/lists/actions.py:continue_job",
)
def test_job_notes_each_moment_that_somebody_was_at_it(clock, riverside, job):
    def touched(do) -> bool:
        clock.move(minutes=1)
        do()
        with clinic_scope(riverside.clinic):
            return Job.objects.get(pk=job.pk).touched_at == clock.moment

    def go_on():
        with clinic_scope(riverside.clinic):
            actions.continue_job(by=Writer(), id=job.pk)

    def be_at_it():
        with clinic_scope(riverside.clinic):
            touch(job)

    assert [touched(go_on), touched(lambda: claim(riverside.clinic, str(job.pk))), touched(be_at_it)] == [True] * 3
    finish(riverside.clinic, job)
    with clinic_scope(riverside.clinic):
        assert Job.objects.get(pk=job.pk).finished_at == clock.moment
