"""A clinic that is suspended, deleted, or out of service says so; everybody else works."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from clinic.access import Role
from clinic.accounts.sessions import CLINIC_KEY
from clinic.api.actions import create_api_client
from clinic.staff import actions as staff
from clinic.tenancy.models import Clinic, State
from tests.api.conftest import basic
from tests.conftest import signed_in
from tests.world import Writer

CLOSED = {
    "out_of_service": ({"out_of_service": True}, 503, "This clinic is being updated", "clinic_updating"),
    "suspended": ({"state": State.SUSPENDED}, 403, "This clinic is suspended", "clinic_suspended"),
    "both": ({"state": State.SUSPENDED, "out_of_service": True}, 403, "This clinic is suspended", "clinic_suspended"),
    "deleted": ({"deleted_at": datetime(2026, 3, 1, 12, tzinfo=UTC)}, 403, "This clinic was deleted", "clinic_deleted"),
}


@pytest.fixture(params=CLOSED)
def closed(request, lakeside):
    """A function that closes Lakeside, and what its people are to be answered."""
    fields, *answer = CLOSED[request.param]
    return lambda: Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(**fields), *answer


def test_page_of_a_closed_clinic_says_so(lakeside, closed):
    close, status, title, _ = closed
    client = signed_in(Client(), lakeside.clinician)
    assert client.get("/patients/").status_code == 200
    close()
    response = client.get("/patients/")
    assert (response.status_code, f"<h1>{title}</h1>" in "".join(response.content.decode().split("  "))
            .replace("\n", "")) == (status, True)  # fmt: skip


def test_what_was_typed_for_a_closed_clinic_is_kept(lakeside, closed):
    close, status, title, _ = closed
    client = signed_in(Client(), lakeside.clinician)
    close()
    response = client.post("/patients/new/", {"full_name": "Ana García", "clinic": str(lakeside.clinic.pk)})
    text = response.content.decode()
    assert (response.status_code, title in text, "Ana García" in text) == (status, True, True)


def test_programs_of_a_closed_clinic_get_the_envelope(lakeside, closed):
    close, status, _, code = closed
    api_client, secret = create_api_client(clinic=lakeside.clinic, name="Laboratory", can_write=True, by=Writer())
    header = basic(api_client.client_id, secret)
    answer = Client().post("/o/token/", {"grant_type": "client_credentials"}, headers={"Authorization": header})
    program = Client(headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    assert program.get("/api/v1/patients/").status_code == 200
    close()
    for response in (program.get("/api/v1/patients/"), program.post("/api/v1/patients/", {})):
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_deleted_clinic_says_until_when_it_can_be_brought_back(lakeside):
    deleted_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(deleted_at=deleted_at)
    page = signed_in(Client(), lakeside.clinician).get("/patients/").content.decode()
    assert "Until 31 Mar 2026, whoever looks after your clinics can bring it back." in page


def test_fenced_clinic_is_to_be_asked_again_later(lakeside):
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(out_of_service=True)
    assert signed_in(Client(), lakeside.clinician).get("/patients/")["Retry-After"] == "5"


def test_everybody_else_works(woodside, closed):
    closed[0]()
    assert signed_in(Client(), woodside.clinician).get("/patients/").status_code == 200


def test_member_of_another_clinic_can_work_there(lakeside, woodside, closed):
    close, status, _, _ = closed
    staff.add_member(clinic=woodside.clinic, user=lakeside.auditor, role=Role.AUDITOR, by=Writer())
    client = signed_in(Client(), lakeside.auditor)
    client.post("/accounts/switch/", {"clinic": str(lakeside.clinic.pk)})
    close()
    response = client.get("/patients/")
    assert (response.status_code, "Work in another clinic" in response.content.decode()) == (status, True)
    client.post("/accounts/switch/", {CLINIC_KEY: str(woodside.clinic.pk)})
    assert client.get("/patients/").status_code == 200


def test_opened_again_clinic_works_at_once(lakeside, closed):
    client = signed_in(Client(), lakeside.clinician)
    closed[0]()
    client.get("/patients/")
    opened = {"out_of_service": False, "state": State.ACTIVE, "deleted_at": None}
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(**opened)
    assert client.get("/patients/").status_code == 200
