"""A clinic with a few patients, somebody signed in, and the worker."""

from types import SimpleNamespace

import pytest

from clinic.lists import tasks
from clinic.tenancy.scope import clinic_scope
from tests.world import make_patient


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def work():
    """Lets the worker do what is queued; without its loop, which closes the connection that a test runs in."""

    def work():
        while (taken := tasks.take("test")) is not None:
            tasks.do(taken)

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
