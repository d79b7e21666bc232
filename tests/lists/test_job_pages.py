"""The pages of a job: how far it is, whose it is, what was lost, what can be taken back."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clinic.audit.models import AuditEvent
from clinic.lists import running as jobs
from clinic.lists.models import ItemState, Job, JobItem, JobPart, JobState
from clinic.lists.tasks import run_job
from clinic.tenancy.scope import clinic_scope
from clinic.ui.logs import formatter
from tests.world import make_patient

PERMISSION = {"query": "", "value": "", "permission": "patients.edit", "columns": []}


@pytest.fixture
def make(riverside):
    def made(**fields) -> Job:
        with clinic_scope(riverside.clinic):
            return Job.objects.create(**{
                "list": "patients", "label": "Archive 5 patients", "work": "clinic.patients.bulk.archive",
                "undo_work": "clinic.patients.bulk.undo_archive", "by_id": str(riverside.clinician.pk),
                "by_name": "Clara", "parameters": PERMISSION, **fields,
            })  # fmt: skip

    return made


def page(client, job) -> str:
    answer = client.get(f"/work/{job.pk}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def reread(riverside, job) -> Job:
    with clinic_scope(riverside.clinic):
        return Job.objects.get(pk=job.pk)


def test_progress_counts_rows_whatever_became_of_them(client, make):
    shown = page(client, make(state=JobState.RUNNING, total=10, changed=4, unchanged=2, failed=1))
    assert ("7 of 10 rows done." in shown, 'max="10" value="7"' in shown) == (True, True)


LOST = timedelta(minutes=1, seconds=5)


@pytest.mark.parametrize(
    ("state", "ago", "lost"),
    [
        (JobState.RUNNING, LOST, True),
        (JobState.WAITING, LOST, True),
        (JobState.RUNNING, timedelta(seconds=50), False),
        (JobState.DONE, LOST, False),
        (JobState.STOPPED, LOST, False),
    ],
)
def test_job_is_called_lost_while_it_is_open_and_nobody_has_been_at_it(client, make, state, ago, lost):
    job = make(state=state, touched_at=timezone.now() - ago)
    assert ("Nothing has happened for a minute" in page(client, job), job.looks_lost) == (lost, lost)


@pytest.mark.parametrize(("count", "named"), [(1, True), (jobs.MOST_NAMED, True), (jobs.MOST_NAMED + 1, False)])
def test_few_who_were_changed_are_named(client, riverside, make, count, named):
    job = make(state=JobState.DONE, changed=count, total=count + 1, unchanged=1)
    with clinic_scope(riverside.clinic):
        same = make_patient(full_name="Same Asbefore", family_name="Asbefore")
        changed = [make_patient(full_name=f"Pat {chr(97 + at)}q", family_name="") for at in range(count)]
        states = [(same, ItemState.UNCHANGED), *((each, ItemState.CHANGED) for each in changed)]
        JobItem.objects.bulk_create(JobItem(job=job, record_id=each.pk, state=state) for each, state in states)
    shown = page(client, job)
    assert [f'href="/patients/{each.pk}/"><bdi>{each.display_name}</bdi>' in shown for each in changed] == [
        named
    ] * count
    if named:
        assert re.findall(r"<bdi>(Pat \w+)</bdi>", shown) == [each.display_name for each in changed]
    assert ("Asbefore" in shown, "Could not be changed" in shown, "As they were already" in shown) == (
        False,
        False,
        True,
    )
    with clinic_scope(riverside.clinic):
        assert AuditEvent.objects.filter(action="job.viewed", record_id=job.pk).exists() is named


def test_each_page_is_of_its_own_job(client, make):
    one, two = make(label="Archive one"), make(label="Archive two")
    assert ("Archive one" in page(client, one), "Archive two" in page(client, one)) == (True, False)
    assert "Archive two" in page(client, two)


def test_undo_is_offered_until_this_job_was_taken_back(client, make):
    done, other = make(state=JobState.DONE, changed=2), make(state=JobState.DONE, changed=2)
    make(label="Undo", undoes=other, state=JobState.DONE)
    assert (f"/work/{done.pk}/undo/" in page(client, done), f"/work/{other.pk}/undo/" in page(client, other)) == (
        True,
        False,
    )


@pytest.mark.parametrize("what", ["undo", "continue", "cancel", "file"])
def test_who_may_no_longer_do_it_neither_undoes_nor_continues_nor_gets_the_file(client, make, riverside, what):
    job = make(state=JobState.DONE, changed=1, parameters={**PERMISSION, "permission": "clinic.manage"})
    answer = client.get(f"/work/{job.pk}/file/") if what == "file" else client.post(f"/work/{job.pk}/{what}/")
    assert (answer.status_code, reread(riverside, job).state) == (403, JobState.DONE)
    with clinic_scope(riverside.clinic):
        assert Job.objects.count() == 1


def test_continued_job_is_queued_again(client, make, riverside):
    job = make(state=JobState.RUNNING, touched_at=timezone.now() - LOST)
    before = DBTaskResult.objects.ready().count()
    client.post(f"/work/{job.pk}/continue/")
    assert (DBTaskResult.objects.ready().count() - before, reread(riverside, job).state) == (1, JobState.WAITING)


def test_claimed_job_is_running_and_touched(make, riverside):
    job = make(touched_at=timezone.now() - LOST)
    claimed = jobs.claim(riverside.clinic, str(job.pk))
    kept = reread(riverside, job)
    assert (claimed, kept.state, kept.looks_lost) == (job, JobState.RUNNING, False)


@pytest.mark.parametrize("id", ["00000000-0000-4000-8000-000000000001"])
def test_job_that_is_not_there_is_nothing_to_do(riverside, id):
    assert jobs.claim(riverside.clinic, id) is None
    assert run_job.func(clinic_id=str(riverside.clinic.pk), job_id=id) is None


def test_gathered_job_knows_its_rows_and_gathers_once(make, riverside, patients):
    from clinic.lists.reading.index_runs import Sql

    job = jobs.claim(riverside.clinic, str(make().pk))
    keys = Sql("SELECT unnest(%s::uuid[])", [patients.keys[:3]])
    for _ in range(2):
        jobs.gather(riverside.clinic, job, lambda: keys)
    with clinic_scope(riverside.clinic):
        assert (reread(riverside, job).total, JobItem.objects.filter(job=job).count()) == (3, 3)


def test_file_that_is_begun_again_is_new_and_shows_how_far_it_is(make, riverside):
    job = jobs.claim(riverside.clinic, str(make(work="clinic.patients.bulk.export_csv").pk))

    def pieces(broken):
        yield b"one", 1
        with clinic_scope(riverside.clinic):
            assert Job.objects.get(pk=job.pk).changed == 1
        if broken:
            raise ZeroDivisionError
        yield b"two", 2

    with pytest.raises(ZeroDivisionError):
        jobs.keep_file(riverside.clinic, job, "list.csv", pieces(broken=True))
    jobs.keep_file(riverside.clinic, job, "list.csv", pieces(broken=False))
    kept = reread(riverside, job)
    with clinic_scope(riverside.clinic):
        parts = [bytes(part.content) for part in JobPart.objects.filter(job=job).order_by("number")]
    assert (parts, kept.changed, kept.total, kept.file_name) == ([b"one", b"two"], 3, 3, "list.csv")


@pytest.mark.parametrize("count", [99, 100, 101])
def test_first_hundred_rows_that_failed_are_named(make, riverside, count):
    job = make(state=JobState.DONE, failed=count)
    with clinic_scope(riverside.clinic):
        JobItem.objects.bulk_create(
            JobItem(job=job, record_id=uuid4(), state=ItemState.FAILED, reason=f"Row {number}")
            for number in range(count)
        )
        named = list(jobs.reasons(job).values_list("reason", flat=True))
    assert named == [f"Row {number}" for number in range(min(count, 100))]


def test_rows_that_could_not_be_changed_have_their_names_and_one_that_is_gone_its_reason(client, make, riverside):
    job = make(state=JobState.DONE, failed=2)
    with clinic_scope(riverside.clinic):
        keys = [make_patient(full_name="Rita Refused", family_name="Refused").pk, uuid4()]
        for key in keys:
            JobItem.objects.create(
                job=job, record_id=key, state=ItemState.FAILED, reason="Something was changed since."
            )
    named = re.findall(r"<bdi>([^<]+)</bdi></a>: Something was changed since.", page(client, job))
    assert named == ["Refused, Rita", "Open the record"]


def test_question_before_all_rows_says_so_and_the_one_before_some_does_not(client, patients):
    def asked(**more) -> str:
        form = {"do": "archive", **more}
        return " ".join(client.post("/patients/bulk/", form).content.decode().split())

    everything = asked(scope="all")
    assert ('name="scope" value="all"' in everything, 'name="expected" value="12"' in everything) == (True, True)
    some = client.post("/patients/bulk/", {"do": "assign", "id": patients.keys[:2]}).content.decode()
    assert ('name="scope"' in some, re.findall(r'name="id"\s+value="([^"]+)"', some)) == (
        False,
        [str(key) for key in patients.keys[:2]],
    )


def test_file_of_a_job_is_its_own_to_the_last_piece(client, make, riverside):
    fields = {
        "state": JobState.DONE,
        "file_name": "list.csv",
        "parameters": {**PERMISSION, "permission": "patients.view"},
    }
    jobs_of_two = [make(**fields), make(**fields)]
    with clinic_scope(riverside.clinic):
        for job in jobs_of_two:
            for number in range(3):
                JobPart.objects.create(job=job, number=number, content=f"{job.pk} {number}\n".encode())
    for job in jobs_of_two:
        answer = client.get(f"/work/{job.pk}/file/")
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert (answer.status_code, lines) == (200, [f"{job.pk} {number}" for number in range(3)])


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("/patients/", "table"),
        ("/patients/", "filter-fields"),
        ("/patients/", "layout-form"),
        ("/patients/recent/", "recent"),
        ("/work/{job}/", "progress"),
        ("/lists/shortcuts/", "keys"),
        ("/lists/patients/views/", "views"),
    ],
)
def test_part_is_given_to_whoever_asks_for_it_by_its_name_and_the_page_to_everybody_else(client, make, address, part):
    address = address.format(job=make().pk)
    asked = [{"HX-Request": "true", "HX-Target": part}, {"HX-Request": "true", "HX-Target": "main"},
             {"HX-Request": "true"}, {"HX-Target": part}, {}]  # fmt: skip
    pages = [client.get(address, headers=headers).content.decode() for headers in asked]
    assert ["<html" in page for page in pages] == [False, True, True, True, True]


def test_trail_has_what_was_begun_continued_and_taken_back(client, patients, work, riverside):
    page = client.post("/patients/bulk/", {"do": "archive", "scope": "rows", "id": patients.keys[:3]})["Location"]
    asked = ["continue", "cancel", "cancel", "continue", "continue"]
    answers = [client.post(f"{page}{what}/").status_code for what in asked]
    work()
    answers += [client.post(f"{page}{what}/").status_code for what in ("continue", "cancel", "undo")]
    with clinic_scope(riverside.clinic):
        events = AuditEvent.objects.filter(record_type="job").order_by("pk")
        told = list(events.values_list("action", "actor_name", "changes"))
    assert answers == [409, 302, 409, 302, 409, 409, 409, 302]
    assert told == [
        ("job.begun", "Clara Clinician", {"list": "patients", "what": "Archive 3 patients", "rows": 3}),
        ("job.cancelled", "Clara Clinician", {"changed": 0}),
        ("job.continued", "Clara Clinician", {}),
        ("job.begun", "Clara Clinician", {"list": "patients", "what": "Undo: Archive 3 patients", "rows": 3}),
    ]


def fail(clinic, job) -> None:
    """Work that cannot be done, with a name in what it says."""
    raise ValueError("Marguerite")


def test_job_that_fails_says_so_to_whoever_began_it_and_in_the_log_where(client, make, riverside, caplog):
    job = make(work=f"{__name__}.fail")
    run_job.func(clinic_id=str(riverside.clinic.pk), job_id=str(job.pk))
    kept = reread(riverside, job)
    assert (kept.state, kept.message) == (
        JobState.STOPPED,
        "Something went wrong on our side, and the rest was left as it is.",
    )
    _, said = [json.loads(formatter().format(line)) for line in caplog.records if line.name == "clinic.job"]
    assert (said["event"], said["level"], said["clinic"], said["job"]) == (
        "job_failed",
        "error",
        str(riverside.clinic.pk),
        str(job.pk),
    )
    assert re.sub(r"\d+", "N", said["why"]) == "ValueError in fail, test_job_pages.py line N"
