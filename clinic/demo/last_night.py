"""What happened last night in a demo clinic: links that patients answered or did not, a duplicate, something begun."""

from collections.abc import Iterator
from random import Random
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from clinic.assessments.models import AnswerRequest, Schedule
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.selfreport.actions import answer_request, create_request, note_opened, revoke_request
from clinic.demo.patterns import definitions, responses
from clinic.instruments.definitions import ENGLISH, Definition
from clinic.patients.actions import create_patient, update_patient
from clinic.patients.models import Patient
from clinic.staff.actions import OPERATOR
from clinic.staff.models import Practitioner
from clinic.staff.tags.actions import save_tag
from clinic.tenancy.models import Clinic

# What became of a link, how high the answers are, and for how many days it leads somewhere.
LINKS = (
    ("answered", 0.75, 14), ("answered", 0.5, 14), ("answered", 0.2, 14), ("begun", 0.5, 14), ("opened", 0, 14),
    ("made", 0, 14), ("made", 0, 14), ("revoked", 0, 14), ("made", 0, 0),
)  # fmt: skip
TAGS = {"Waiting list": "blue", "Group on Tuesday": "green", "Needs a lift": "amber"}
TAGGED, SHARE = 30, 0.25


def make_last_night(random: Random, clinic: Clinic) -> None:
    """Have patients of the active clinic do what patients do; the same for the same seed and clinic."""
    asked = _asked(Schedule.objects.asked().order_by("next_due_on", "id"))
    for (done, height, days), (patient, definition) in zip(LINKS, asked, strict=False):
        request = create_request(
            by=OPERATOR, clinic=clinic, id=UUID(int=random.getrandbits(128), version=4), patient=patient,
            user=patient.user, definition=definition, language=ENGLISH, days=days,
        ).request  # fmt: skip
        _do(random, done, request, definition, height)
    patient, definition = next(asked)
    begun = dict(list(responses(random, definition, 0.5))[:3])
    start_assessment(
        by=OPERATOR, definition=definition, patient=patient, user=patient.user, date=timezone.localdate(), answers=begun
    )
    _register_twice()
    _tag(random)


def _asked(schedules: QuerySet[Schedule]) -> Iterator[tuple[Patient, Definition]]:
    """Patients with the instrument that they are due for."""
    known = definitions()
    for schedule in schedules.select_related("patient__user"):
        yield schedule.patient, known[schedule.instrument]


def _do(random: Random, done: str, request: AnswerRequest, definition: Definition, height: float) -> None:
    given = list(responses(random, definition, height))
    if done == "answered":
        answer_request(id=request.pk, answers=dict(given), version=None, page=None, complete=True)
    elif done == "begun":
        answer_request(id=request.pk, answers=dict(given[: len(given) // 2]), version=None, page=None)
    elif done == "opened":
        note_opened(id=request.pk)
    elif done == "revoked":
        revoke_request(by=OPERATOR, id=request.pk)


def _register_twice() -> None:
    """Register somebody again with another practitioner, as front desks in a hurry do."""
    patient = Patient.objects.active().exclude(phone_number="").order_by("record_number")[0]
    other = Practitioner.objects.active().exclude(pk__in=[patient.user_id]).order_by("display_name")[0]
    create_patient(
        by=OPERATOR, user=other, full_name=patient.full_name, family_name=patient.family_name, gender=patient.gender,
        date_of_birth=patient.date_of_birth, date_of_birth_precision=patient.date_of_birth_precision,
        phone_number=patient.phone_number, record_number="",
    )  # fmt: skip


def _tag(random: Random) -> None:
    tags = [save_tag(by=OPERATOR, id=None, word=word, colour=colour).pk for word, colour in TAGS.items()]
    for patient in Patient.objects.active().order_by("record_number")[:TAGGED]:
        chosen = [tag for tag in tags if random.random() < SHARE]
        if chosen:
            update_patient(by=OPERATOR, id=patient.pk, version=patient.version, tags=chosen)
