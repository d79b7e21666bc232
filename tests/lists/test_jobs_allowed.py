"""A job goes on only while whoever began it may do such a thing."""

import pytest

from clinic.access import Role
from clinic.accounts.models import Membership, User
from clinic.lists import running as jobs
from clinic.lists.models import Job, JobState
from clinic.patients import bulk
from clinic.staff import actions as staff
from clinic.tenancy.scope import clinic_scope
from tests.lists.test_killed import begin, outcome, run
from tests.world import Writer

__all__ = ["begin"]  # a fixture
ENDED = "Whoever began this may not do it any more. What was left then stays as it is."


def members(world):
    return Membership.objects.using("owner").filter(user=world.clinician)


def change(world, job: Job, **fields) -> None:
    with clinic_scope(world.clinic):
        Job.objects.filter(pk=job.pk).update(**fields)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 2)


@pytest.fixture(autouse=True)
def _membership_again(woodside):
    yield
    members(woodside).exclude(clinic=woodside.clinic).delete()
    members(woodside).update(is_active=True, role="clinician")
    User.objects.using("owner").filter(pk=woodside.clinician.pk).update(is_active=True)


@pytest.mark.parametrize("fields", [{"is_active": False}, {"role": "front_desk"}, {"role": "auditor"}])
@pytest.mark.parametrize("work", ["archive", "export_csv"])
def test_job_stops_when_who_began_it_may_do_it_no_more(woodside, begin, fields, work):
    job = begin(work)
    change(woodside, job, parameters={**job.parameters, "permission": "assessments.edit"})
    members(woodside).update(**fields)
    run(woodside, job)
    found = outcome(woodside, job)
    assert (found["job"][:2], found["job"][3], found["file"]) == ((JobState.STOPPED, ENDED), 0, [])


def test_place_in_another_clinic_lets_no_job_go_on_here(woodside, lakeside, begin):
    job = begin("archive")
    members(woodside).filter(clinic=woodside.clinic).update(is_active=False)
    staff.add_member(clinic=lakeside.clinic, user=woodside.clinician, role=Role.OWNER, by=Writer())
    run(woodside, job)
    assert outcome(woodside, job)["job"][:2] == (JobState.STOPPED, ENDED)


def test_job_of_a_closed_account_stops(woodside, begin):
    job = begin("archive")
    User.objects.using("owner").filter(pk=woodside.clinician.pk).update(is_active=False)
    run(woodside, job)
    found = outcome(woodside, job)
    assert (found["job"][:2], found["job"][3]) == ((JobState.STOPPED, ENDED), 0)


def test_job_is_done_by_who_still_may(woodside, begin):
    job = begin("archive")
    members(woodside).update(role="front_desk")
    run(woodside, job)
    assert outcome(woodside, job)["job"][0] == JobState.DONE


def archive_and_leave(clinic, job) -> None:
    """As `bulk.archive`, and whoever began it leaves the clinic with the first batch."""

    def apply(job, items):
        outcomes = bulk._archive(job, items)
        Membership.objects.using("owner").filter(user=job.by_id, clinic=clinic.pk).update(is_active=False)
        return outcomes

    jobs.run_batches(clinic, job, apply)


def test_job_stops_at_the_batch_after_who_began_it_left(woodside, begin):
    job = begin("archive")
    change(woodside, job, work=f"{__name__}.archive_and_leave")
    run(woodside, job)
    found = outcome(woodside, job)
    assert found["job"][:2] == (JobState.STOPPED, ENDED)
    assert [archived for _, archived, _, _ in found["people"]] == [True, True, False]
