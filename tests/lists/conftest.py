"""A clinic with a few patients, somebody signed in, and the worker."""

from types import SimpleNamespace

import pytest
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def work():
    """Lets the worker do what is queued; without its loop, which closes the connection that a test runs in."""
    worker = Worker(
        queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id="test", excluded_queue_names=[],
    )  # fmt: skip

    def work():
        while (queued := DBTaskResult.objects.ready().first()) is not None:
            queued.claim("test")
            worker.run_task(queued)

    return work


@pytest.fixture
def patients(riverside):
    """Twelve patients, five of them male: `keys` by name, `scope()` for looking."""
    with clinic_scope(riverside.clinic):
        made = [
            make_patient(
                full_name=f"Person Number{n:02}", family_name=f"Number{n:02}", gender="male" if n < 5 else "female"
            )
            for n in range(12)
        ]
    return SimpleNamespace(
        made=made,
        keys=[patient.pk for patient in made],
        male=[patient.pk for patient in made if patient.gender == "male"],
        scope=lambda: clinic_scope(riverside.clinic),
    )
