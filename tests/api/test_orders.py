"""Orders of both directions, which no index gives."""

from uuid import UUID

import pytest

from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.api.test_lists import PATIENTS, walked
from tests.world import make_patient


@pytest.mark.parametrize("order", ["gender,-record_number", "-gender,record_number", "practitioner,-record_number"])
def test_order_of_both_directions_is_read_by_the_numbers_of_pages(client, riverside, order):
    """PostgreSQL sorts the whole list for it, so that no page begins at a row."""
    with clinic_scope(riverside.clinic):
        user = Practitioner.objects.get(pk=riverside.owner.pk)
        for number in range(1, 8):
            gender = ("male", "female")[number % 2]
            make_patient(pk=UUID(int=number), gender=gender, record_number=f"T-{number}", user=user)
    whole = walked(client, f"{PATIENTS}?ordering={order}&page_size=100")
    assert len(whole) == 7
    for size in (1, 2, 3):
        assert walked(client, f"{PATIENTS}?ordering={order}&page_size={size}") == whole
    refused = client.get(PATIENTS, {"ordering": order, "after": str(UUID(int=3))})
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["after"])
