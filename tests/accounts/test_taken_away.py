"""Access that is taken away ends at once, on every kind of address, for whatever is open at that moment."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from clinic.access import Permission, Role
from clinic.accounts.models import ApiClient, Membership, Session, User
from clinic.api.actions import create_api_client
from clinic.assessments.models import Assessment
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.instruments.catalogue import find
from clinic.lists.models import Job, JobPart, JobState
from clinic.staff import actions as staff
from clinic.tenancy.models import Clinic, State
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import basic
from tests.conftest import signed_in
from tests.world import Writer, make_patient

HTMX = {"HX-Request": "true", "HX-Target": "table"}
PAGES = ("page", "record", "assessment", "export", "job", "file")


def patient_form(place: SimpleNamespace) -> dict[str, str]:
    return {
        "id": str(uuid4()),
        "clinic": str(place.world.clinic.pk),
        "full_name": f"{uuid4().hex[:8]} {uuid4().hex[8:16]}",  # nobody who is here already
        "gender": "female",
        "date_of_birth": "1961-03-12",
        "user": str(place.world.clinician.pk),
    }


def answer_form(place: SimpleNamespace) -> dict[str, str]:
    with clinic_scope(place.world.clinic):
        version = Assessment.objects.get(pk=place.sitting).version
    return {
        "id": str(place.sitting),
        "clinic": str(place.world.clinic.pk),
        "patient": str(place.patient),
        "instrument": "phq-9",
        "date": "1 March 2026",
        "version": str(version),
        "answer-1": "2",
    }


# Every kind of address, as it is asked; all of them work for a clinician and, if it is JSON, for a program that writes.
ASKED: dict[str, Callable[[Client, SimpleNamespace], object]] = {
    "page": lambda client, place: client.get("/patients/"),
    "fragment": lambda client, place: client.get("/patients/", headers=HTMX),
    "record": lambda client, place: client.get(f"/patients/{place.patient}/"),
    "assessment": lambda client, place: client.get(f"/assessments/{place.sitting}/"),
    "export": lambda client, place: client.get("/patients/?_export=csv"),
    "job": lambda client, place: client.get(f"/work/{place.job}/"),
    "file": lambda client, place: client.get(f"/work/{place.job}/file/"),
    "form": lambda client, place: client.post("/patients/new/", patient_form(place)),
    "autosave": lambda client, place: client.post(f"/assessments/{place.sitting}/answers/", answer_form(place)),
    "read": lambda client, place: client.get("/api/v1/patients/"),
    "write": lambda client, place: client.post(
        "/api/v1/patients/",
        {name: value for name, value in patient_form(place).items() if name != "clinic"},
        content_type="application/json",
        headers={"X-Clinic": str(place.world.clinic.pk)},
    ),
}
WORKS = dict.fromkeys(ASKED, 200) | {"form": 302, "write": 201}
SIGNED_OUT = dict.fromkeys(PAGES, 302) | {"fragment": 204, "form": 401, "autosave": 401, "read": 401, "write": 401}
NO_CLINIC = dict.fromkeys(PAGES, 302) | {"fragment": 204, "form": 302, "autosave": 302, "read": 403, "write": 403}


def answers(client: Client, place: SimpleNamespace, only: tuple[str, ...] = tuple(ASKED)) -> dict[str, int]:
    return {kind: ask(client, place).status_code for kind, ask in ASKED.items() if kind in only}


@pytest.fixture
def place(lakeside):
    """A committed clinic with a patient, an assessment, and a finished file of the clinician's."""
    with clinic_scope(lakeside.clinic):
        patient = make_patient(full_name="Ana García")
        sitting = start_assessment(
            by=Writer(), definition=find("phq-9"), patient=patient, date=timezone.localdate(), user=patient.user,
            answers={"1": 1},
        ).assessment  # fmt: skip
        job = Job.objects.create(
            list="assessments", label="Export", work="clinic.assessments.bulk.export_csv", state=JobState.DONE,
            file_name="assessments.csv", by_id=str(lakeside.clinician.pk), by_name="Clara", total=1, changed=1,
            parameters={"permission": Permission.ASSESSMENTS_VIEW.value},
        )  # fmt: skip
        JobPart.objects.create(job=job, number=0, content=b"name\r\nAna")
    return SimpleNamespace(world=lakeside, patient=patient.pk, sitting=sitting.pk, job=job.pk)


def owner(model):
    return model.objects.using("owner")


def other_password(place):
    user = owner(User).get(pk=place.world.clinician.pk)
    user.set_password("another long passphrase")
    user.save(using="owner")


FROM_A_PERSON = {
    "the account": (lambda place: owner(User).filter(pk=place.world.clinician.pk).update(is_active=False), SIGNED_OUT),
    "the session's time": (
        lambda place: owner(Session).filter(user=place.world.clinician).update(expire_date=timezone.now()),
        SIGNED_OUT,
    ),
    "the session": (lambda place: owner(Session).filter(user=place.world.clinician).delete(), SIGNED_OUT),
    "the password": (other_password, SIGNED_OUT),
    "the membership": (
        lambda place: owner(Membership).filter(user=place.world.clinician).update(is_active=False),
        NO_CLINIC,
    ),
    "membership, for good": (lambda place: owner(Membership).filter(user=place.world.clinician).delete(), NO_CLINIC),
    "a suspended clinic": (
        lambda place: owner(Clinic).filter(pk=place.world.clinic.pk).update(state=State.SUSPENDED),
        dict.fromkeys(ASKED, 403),
    ),
    "a deleted clinic": (
        lambda place: owner(Clinic).filter(pk=place.world.clinic.pk).update(deleted_at=timezone.now()),
        dict.fromkeys(ASKED, 403),
    ),
    "a clinic out of service": (
        lambda place: owner(Clinic).filter(pk=place.world.clinic.pk).update(out_of_service=True),
        dict.fromkeys(ASKED, 503),
    ),
}


@pytest.mark.parametrize("taken", FROM_A_PERSON)
def test_open_session_ends_with_what_is_taken_away(place, taken):
    client = signed_in(Client(), place.world.clinician)
    assert answers(client, place) == WORKS
    take, expected = FROM_A_PERSON[taken]
    take(place)
    assert answers(client, place) == expected


# What is left of `WORKS` under another role, which is given while the session is open.
ROLES = {
    Role.OWNER: WORKS,
    Role.FRONT_DESK: WORKS | {"assessment": 403, "autosave": 403, "export": 403, "job": 403, "file": 403},
    Role.AUDITOR: WORKS | {"form": 403, "write": 403, "autosave": 403},
}


@pytest.mark.parametrize("role", ROLES)
def test_other_role_counts_at_once(place, role):
    client = signed_in(Client(), place.world.clinician)
    assert answers(client, place) == WORKS
    owner(Membership).filter(user=place.world.clinician).update(role=role)
    assert answers(client, place) == ROLES[role]


def test_clinic_that_is_left_is_closed_and_the_other_one_stays_open(place, woodside):
    staff.add_member(clinic=woodside.clinic, user=place.world.clinician, role=Role.AUDITOR, by=Writer())
    client = signed_in(Client(), place.world.clinician)
    client.post("/accounts/switch/", {"clinic": str(place.world.clinic.pk)})
    assert answers(client, place) == WORKS
    owner(Membership).filter(user=place.world.clinician, clinic=place.world.clinic).delete()
    found = answers(client, place)
    kept = ("page", "fragment", "export", "read")  # the other clinic's own lists
    assert found == dict.fromkeys(ASKED, 404) | dict.fromkeys(kept, 200) | dict.fromkeys(
        ("form", "autosave", "write"), 409
    )


PROGRAM = ("read", "write")


@pytest.fixture
def program(place):
    """A client that reads and writes, with its token."""
    client, secret = create_api_client(clinic=place.world.clinic, name="Laboratory", can_write=True, by=Writer())
    place.client = client.pk

    def ask() -> int:
        header = basic(client.client_id, secret)
        form = {"grant_type": "client_credentials"}
        return Client().post("/o/token/", form, headers={"Authorization": header}).status_code

    place.ask_for_token = ask
    header = basic(client.client_id, secret)
    answer = Client().post("/o/token/", {"grant_type": "client_credentials"}, headers={"Authorization": header})
    return Client(headers={"Authorization": f"Bearer {answer.json()['access_token']}"})


FROM_A_PROGRAM = {
    "writing": (lambda place: owner(ApiClient).filter(pk=place.client).update(can_write=False), (200, 403, 200)),
    "the token's scope": (lambda place: owner(AccessToken).update(scope="read"), (200, 403, 200)),
    "every scope": (lambda place: owner(AccessToken).update(scope=""), (403, 403, 200)),
    "the token's time": (lambda place: owner(AccessToken).update(expires=timezone.now()), (401, 401, 200)),
    "the token": (lambda place: owner(AccessToken).all().delete(), (401, 401, 200)),
    "the client": (lambda place: owner(ApiClient).filter(pk=place.client).delete(), (401, 401, 401)),
    "a suspended clinic": (
        lambda place: owner(Clinic).filter(pk=place.world.clinic.pk).update(state=State.SUSPENDED),
        (403, 403, 200),
    ),
    "a clinic out of service": (
        lambda place: owner(Clinic).filter(pk=place.world.clinic.pk).update(out_of_service=True),
        (503, 503, 200),
    ),
}


@pytest.mark.parametrize("taken", FROM_A_PROGRAM)
def test_token_that_is_out_ends_with_what_is_taken_away(place, program, taken):
    """Reading, writing, and asking for another token, which is no way round: it opens no more than the one before."""
    assert (answers(program, place, PROGRAM), place.ask_for_token()) == ({"read": 200, "write": 201}, 200)
    take, (read, write, token) = FROM_A_PROGRAM[taken]
    take(place)
    assert (answers(program, place, PROGRAM), place.ask_for_token()) == ({"read": read, "write": write}, token)


def test_token_opens_nothing_but_the_api(place, program):
    """No page, fragment, form, file or setting, whatever its scope; nor one with a session beside it."""
    signed = signed_in(Client(), place.world.owner)
    signed.defaults["HTTP_AUTHORIZATION"] = program.defaults["HTTP_AUTHORIZATION"]
    pages = tuple(kind for kind in ASKED if kind not in PROGRAM)
    expected = dict.fromkeys(pages, 403)
    assert (answers(program, place, pages), answers(signed, place, pages)) == (expected, expected)


def test_session_that_runs_out_is_gone_to_the_second(place):
    client = signed_in(Client(), place.world.clinician)
    rows = owner(Session).filter(user=place.world.clinician)
    rows.update(expire_date=timezone.now() + timedelta(seconds=60))
    assert client.get("/patients/").status_code == 200
    rows.update(expire_date=timezone.now() - timedelta(milliseconds=1))
    assert client.get("/patients/").status_code == 302
