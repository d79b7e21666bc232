"""Make the demo clinics, once."""

import zlib
from random import Random

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from clinic.access import Actor, Role
from clinic.accounts.models import User
from clinic.demo.fill import fill_clinic
from clinic.demo.last_night import make_last_night
from clinic.demo.reports import keep_last_year
from clinic.instruments.actions import set_instrument_choices
from clinic.patients.models import Patient
from clinic.staff.actions import OPERATOR, add_member, create_clinic, create_user
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
PATIENTS, ASSESSMENTS = 140, 800


def sign_ins() -> list[str]:
    """The addresses with which the demo's people sign in."""
    return [f"{role}@{domain}" for domain in CLINICS.values() for role in ROLES] + [BOTH[0]]


def how_to_sign_in() -> str:
    """Say it in lines for a terminal."""
    addresses = "".join(f"\n  {address}" for address in sign_ins())
    return f"Sign in with any of these, password: {settings.DEMO_PASSWORD}{addresses}"


def make_demo() -> None:
    """Make two clinics with users, patients and assessments. What exists already stays as it is.

    Raises ImproperlyConfigured without a DEMO_PASSWORD.
    """
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
            if Patient.objects.exists():
                continue
            # A demo has no commercial purpose, and shows every instrument.
            set_instrument_choices(by=OPERATOR, licence_classes=["non-commercial"], hidden=[])
        seed = zlib.crc32(domain.encode())
        fill_clinic(clinic=clinic, patients=PATIENTS, assessments=ASSESSMENTS, seed=seed, by=OPERATOR)
        with clinic_scope(clinic):
            make_last_night(Random(domain), clinic)  # noqa: S311
            owner = users["owner"]
            keep_last_year(Actor(str(owner.pk), owner.name))


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


def _user(email: str, name: str) -> User:
    existing = User.objects.using("owner").filter(email=email).first()
    return existing or create_user(email=email, name=name, password=settings.DEMO_PASSWORD)
