"""Two at once on one job or view: what comes out is what comes of one after the other."""

from functools import partial

import pytest

from clinic.access import Actor
from clinic.lists import actions
from clinic.lists import running as jobs
from clinic.lists.models import Job, JobState, SavedView
from tests.side_by_side import holds_lock, overlap, trail


@pytest.fixture
def by(woodside):
    return Actor(str(woodside.clinician.pk), "Clara")


@pytest.fixture
def make(in_woodside, by):
    def made(**fields) -> Job:
        with in_woodside():
            return Job.objects.create(
                list="patients", label="Archive", work="clinic.patients.bulk.archive",
                undo_work="clinic.patients.bulk.undo_archive", by_id=by.id, by_name=by.name, **fields,
            )  # fmt: skip

    return made


def end(job):
    """As `jobs.finish` does, within the transaction of the pair."""
    return lambda: Job.objects.filter(pk=job.pk).update(state=JobState.DONE)


def reread(in_woodside, job):
    with in_woodside():
        return Job.objects.values_list("state", "token").get(pk=job.pk)


@holds_lock("lists.running.claim")
@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING])
def test_job_that_somebody_is_at_is_not_claimed(in_woodside, woodside, make, state):
    """However long the transaction lasts, and whatever the lease says; nobody waits for it."""
    job = make(state=state, touched_at="2026-01-01T00:00Z")
    both = overlap(in_woodside, end(job), partial(jobs.claim, woodside.clinic, str(job.pk)))
    assert (both.waited, both.refusal, reread(in_woodside, job)) == (False, "Leased", (JobState.DONE, 0))


@holds_lock("lists.actions.continue_job")
def test_job_that_ends_meanwhile_is_not_begun_again(in_woodside, by, make):
    job = make(state=JobState.STOPPED)
    both = overlap(in_woodside, end(job), partial(actions.continue_job, by=by, id=job.pk))
    assert (both.refusal, reread(in_woodside, job), trail(in_woodside, job)) == ("NoContinue", (JobState.DONE, 0), [])


@holds_lock("lists.actions.continue_job")
def test_job_is_continued_once_by_two(in_woodside, by, make):
    job = make(state=JobState.STOPPED)
    again = partial(actions.continue_job, by=by, id=job.pk)
    assert overlap(in_woodside, again, again).refusal == "NoContinue"
    assert trail(in_woodside, job) == ["job.continued"]


@holds_lock("lists.actions.cancel_job")
def test_job_that_ends_meanwhile_is_not_cancelled(in_woodside, by, make):
    job = make(state=JobState.RUNNING)
    both = overlap(in_woodside, end(job), partial(actions.cancel_job, by=by, id=job.pk))
    assert (both.refusal, reread(in_woodside, job), trail(in_woodside, job)) == ("NoCancel", (JobState.DONE, 0), [])


@holds_lock("lists.actions.undo_job")
def test_job_is_taken_back_once_by_two(in_woodside, by, make):
    job = make(state=JobState.DONE, changed=1)
    undo = partial(actions.undo_job, by=by, id=job.pk)
    assert overlap(in_woodside, undo, undo).refusal == "NoUndo"
    with in_woodside():
        assert Job.objects.filter(undoes=job).count() == 1


@holds_lock("lists.actions._own_view")
def test_view_that_is_removed_meanwhile_is_not_there(in_woodside, by):
    with in_woodside():
        view = actions.save_view(by=by, list="patients", name="Mine", query="", is_shared=False)
    remove = partial(actions.remove_view, by=by, id=view.pk, owns_clinic=False)
    change = partial(actions.change_view, by=by, id=view.pk, owns_clinic=False, name="Ours")
    assert overlap(in_woodside, remove, change).refusal == "DoesNotExist"
    with in_woodside():
        assert list(SavedView.objects.filter(pk=view.pk)) == []
