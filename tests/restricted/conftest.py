"""A clinic that shows patients only to who cares for them."""

import pytest

from clinic.lists import tasks
from clinic.tenancy.models import Clinic
from tests.world import World


@pytest.fixture
def restricted(riverside) -> World:
    """Riverside, where the clinician and the front desk see only patients of their own."""
    Clinic.objects.filter(pk=riverside.clinic.pk).update(restricts_patients=True)
    riverside.clinic.restricts_patients = True
    yield riverside
    riverside.clinic.restricts_patients = False


@pytest.fixture
def work():
    """Lets the worker do what is queued."""

    def work():
        while (taken := tasks.take("test")) is not None:
            tasks.do(taken)

    return work
