"""Make the demo clinics, once."""

from datetime import timedelta
from random import Random

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from clinic.access import Role
from clinic.accounts.models import User
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.record.actions import create_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.demo.assessments import answered_over_time, invented_assessment
from clinic.demo.people import people
from clinic.instruments.actions import set_instrument_choices
from clinic.instruments.files.toml import newest, shipped
from clinic.patients.actions import archive_patient, create_patient
from clinic.patients.models import Patient
from clinic.staff.actions import OPERATOR, add_member, create_clinic, create_user
from clinic.staff.models import Practitioner
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope

CLINICS = {"Riverside": "riverside.test", "Hillside": "hillside.test"}
PEOPLE = {
    "Riverside": {
        "owner": "Ruth Okafor",
        "clinician": "Clara Jensen",
        "frontdesk": "Fred Moss",
        "auditor": "Ada Wells",
    },
    "Hillside": {
        "owner": "Hugo Laurent",
        "clinician": "Maya Shah",
        "frontdesk": "Tess Byrne",
        "auditor": "Iain Muir",
    },
}
ROLES = {
    "owner": Role.OWNER,
    "clinician": Role.CLINICIAN,
    "frontdesk": Role.FRONT_DESK,
    "auditor": Role.AUDITOR,
}
BOTH = ("both@example.test", "Bea Novak")
PATIENTS = 120
MEASURED = 24


def sign_ins() -> list[str]:
    """The addresses with which the demo's people sign in."""
    return [f"{role}@{domain}" for domain in CLINICS.values() for role in ROLES] + [BOTH[0]]


def make_demo() -> None:
    """Make two clinics with users, patients and assessments. What exists already stays as it is.

    Raises ImproperlyConfigured in production mode, or without a DEMO_PASSWORD.
    """
    if settings.PRODUCTION:
        raise ImproperlyConfigured("The demo has a public password and is refused in production mode.")
    if not settings.DEMO_PASSWORD:
        raise ImproperlyConfigured("Set DEMO_PASSWORD: what the demo's people sign in with.")
    for name, domain in CLINICS.items():
        users = {role: _user(f"{role}@{domain}", PEOPLE[name][role]) for role in ROLES}
        clinic = Clinic.objects.using("owner").filter(name=name).first()
        if clinic is None:
            clinic = create_clinic(name=name, owner=users["owner"], by=OPERATOR)
        for role, user in users.items():
            add_member(clinic=clinic, user=user, role=ROLES[role], by=OPERATOR)
        add_member(clinic=clinic, user=_user(*BOTH), role=Role.CLINICIAN, by=OPERATOR)
        with clinic_scope(clinic):
            if not Patient.objects.exists():
                # A demo has no commercial purpose, and shows every instrument.
                set_instrument_choices(by=OPERATOR, licence_classes=["non-commercial"], hidden=[])
                register_patients(Random(domain), PATIENTS)  # noqa: S311
                measure_patients(Random(domain), MEASURED)  # noqa: S311


def demo_is_there() -> bool:
    """Whether `make_demo` has nothing left to do."""
    clinics = list(Clinic.objects.filter(name__in=CLINICS))
    if len(clinics) < len(CLINICS) or User.objects.filter(email__in=sign_ins()).count() < len(sign_ins()):
        return False
    for clinic in clinics:
        with clinic_scope(clinic):
            if not Patient.objects.exists():
                return False
    return True


def register_patients(random: Random, count: int) -> None:
    """Make invented patients and assessments in the active clinic; the same for the same seed and day."""
    today = timezone.localdate()
    practitioners = list(Practitioner.objects.active())
    for number, person in enumerate(people(random, count, today=today)):
        patient = create_patient(
            by=OPERATOR,
            user=random.choice(practitioners),
            full_name=person.full_name,
            family_name=person.family_name,
            gender=person.gender,
            date_of_birth=person.date_of_birth,
            date_of_birth_precision=person.precision,
            phone_number=person.phone_number,
            address=person.address,
            record_number="",
        )
        for _ in range(random.choice((0, 1, 2, 2, 3, 4, 6))):
            made = invented_assessment(random)
            day = max(today - timedelta(days=random.randrange(900)), person.date_of_birth)
            create_assessment(
                by=OPERATOR, patient=patient, user=patient.user, name="", type=made.type, date=day,
                questions=made.questions, score=made.score,
            )  # fmt: skip
        if number % 29 == 28:
            archive_patient(by=OPERATOR, id=patient.pk)


def measure_patients(random: Random, count: int) -> None:
    """Have some patients answer questionnaires over time, with a schedule to answer them again."""
    today = timezone.localdate()
    # Whoever answers has been of age since the first time, some months ago.
    adults = Patient.objects.active().aged(19, 90, today=today).select_related("user").order_by("record_number")
    for number, patient in enumerate(adults[:count]):
        definition = newest(shipped())["phq-9" if number % 3 else "gad-7"]
        for day, answers in answered_over_time(random, definition, today):
            start_assessment(
                by=OPERATOR, definition=definition, patient=patient, user=patient.user, date=day, answers=answers,
                complete=True,
            )  # fmt: skip
        if number % 2:
            begun = today - timedelta(days=random.randrange(120))
            then = 90 if definition.change.remission_below else None
            set_schedule(
                by=OPERATOR, patient=patient, definition=definition, every_days=14, then_every_days=then,
                starts_on=begun,
            )  # fmt: skip


def _user(email: str, name: str) -> User:
    existing = User.objects.using("owner").filter(email=email).first()
    return existing or create_user(email=email, name=name, password=settings.DEMO_PASSWORD)
