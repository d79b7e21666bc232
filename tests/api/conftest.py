"""Both ways into the API: a person's session, and a program's token."""

from base64 import b64encode
from collections.abc import Callable
from importlib.util import find_spec
from uuid import uuid4

import pytest
from django.test import Client

from clinic.api.actions import create_api_client
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.browser.outside import FOLDER
from tests.world import World, Writer, make_assessment, make_patient

collect_ignore = [] if FOLDER.is_dir() else ["test_outside_answers.py"]
collect_ignore += [] if find_spec("pyarrow") else ["test_parquet.py"]


class Credentials(dict[tuple[str, bool], tuple[str, str]]):
    """The id and secret of API clients, by a clinic's name and whether they may write; made when first asked for."""

    def __missing__(self, key: tuple[str, bool]) -> tuple[str, str]:
        name, write = key
        clinic = Clinic.objects.get(name=name)
        client, secret = create_api_client(clinic=clinic, name=f"Laboratory {write}", can_write=write, by=Writer())
        self[key] = client.client_id, secret
        return self[key]


@pytest.fixture
def credentials(db: None) -> Credentials:
    return Credentials()


def basic(name: str, secret: str) -> str:
    return "Basic " + b64encode(f"{name}:{secret}".encode()).decode()


@pytest.fixture
def program(db: None, credentials: Credentials) -> Callable[..., Client]:
    """A function that gives a new client with a token for a clinic, fetched as programs do."""

    def made(world: World, *, write: bool = True) -> Client:
        header = basic(*credentials[world.clinic.name, write])
        form = {"grant_type": "client_credentials"}
        answer = Client().post("/o/token/", form, headers={"Authorization": header})
        assert answer.status_code == 200, answer.content
        return Client(headers={"Authorization": f"Bearer {answer.json()['access_token']}"})

    return made


@pytest.fixture(params=["session", "token"])
def client(request, riverside, sign_in, program) -> Client:
    """Riverside's clinician, and a program that may write there."""
    return sign_in(riverside.clinician) if request.param == "session" else program(riverside)


@pytest.fixture
def person(riverside, sign_in) -> Client:
    return sign_in(riverside.clinician)


@pytest.fixture
def patient_body(riverside):
    """What registers a patient; a new name each time."""
    return lambda **fields: {
        "user": str(riverside.clinician.pk),
        "full_name": f"Ana García {uuid4().hex[:6]}",
        "gender": "female",
        "date_of_birth": "1961-03-12",
        **fields,
    }


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Ana García López", family_name="García López")


@pytest.fixture
def assessment(riverside, patient):
    with clinic_scope(riverside.clinic):
        return make_assessment(patient, name="Physical")


@pytest.fixture
def assessment_body(riverside, patient):
    return lambda **fields: {
        "patient": str(patient.pk),
        "user": str(riverside.clinician.pk),
        "type": "physical",
        "date": "2026-03-01",
        **fields,
    }


SITTINGS = "/api/v1/assessments/"
ANSWERS = {"1": 2, "2": 2, "3": 1, "4": 1, "5": 0, "6": 1, "7": 2, "8": 2, "9": 0}


def send(client: Client, method: str, path: str, body: object = None, **headers: str):
    """Send `body` as JSON; text and bytes go as they are."""
    return getattr(client, method)(path, body, content_type="application/json", headers=headers)


@pytest.fixture
def body(patient):
    """What the issue's contract sends: no type, no practitioner."""
    return lambda answers=ANSWERS, **fields: {
        "patient": str(patient.pk),
        "instrument": "phq-9",
        "date": "2026-03-01",
        "answers": answers,
        **fields,
    }


@pytest.fixture
def sitting(client, body):
    """A function that makes a sitting and gives it as it was answered."""

    def made(answers=ANSWERS, **fields):
        response = send(client, "post", SITTINGS, body(answers, **fields))
        assert response.status_code == 201, response.content
        return response.json()["results"]

    return made
