"""A practitioner, a patient, and the link that one makes for the other."""

from datetime import date
from uuid import uuid4

import pytest

from clinic.assessments.models import Alert, AnswerRequest
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.assessments.by_link import SECRET, link_in
from tests.world import make_patient


@pytest.fixture
def practitioner(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(
            full_name=SECRET, family_name="Secretname", gender="female", date_of_birth=date(1980, 3, 12)
        )


@pytest.fixture
def make_link(practitioner, patient):
    """A function that asks the patient and gives the path of the link, as the page shows it."""

    def make(instrument="phq-9", days=7, id=None) -> str:
        form = {"id": id or uuid4(), "instrument": instrument, "days": days}
        return link_in(practitioner.post(f"/patients/{patient.pk}/requests/", form, follow=True))

    return make


@pytest.fixture
def link(make_link):
    return make_link()


@pytest.fixture
def kept(riverside):
    """The newest row of a model, as it is kept."""

    def read(model=AnswerRequest):
        with clinic_scope(riverside.clinic):
            order = "-created_at" if model is not Alert else "-raised_at"
            rows = model.objects.order_by(order)
            return (rows.select_related("assessment", "patient") if model is AnswerRequest else rows).first()

    return read


@pytest.fixture
def events(riverside):
    def read() -> list[tuple[str, str]]:
        with clinic_scope(riverside.clinic):
            rows = AuditEvent.objects.order_by("pk").values_list("action", "actor_name")
            return [row for row in rows if row[0].startswith(("request.", "handover."))]

    return read
