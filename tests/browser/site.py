"""A clinic that looks like one: its people, a hundred patients, their assessments."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from clinic.access import Role
from clinic.accounts.models import User
from clinic.assessments.models import Assessment
from clinic.demo.fill import fill_clinic
from clinic.patients.actions import create_patient
from clinic.patients.models import Patient
from clinic.staff import actions as staff
from clinic.tenancy.scope import clinic_scope
from tests.world import World, Writer, dropped_at_end, make_user, make_world

CALLED = {
    Role.OWNER: "Ruth Okafor",
    Role.CLINICIAN: "Clara Jensen",
    Role.FRONT_DESK: "Fred Moss",
    Role.AUDITOR: "Ada Wells",
}


@dataclass(frozen=True)
class Site:
    """`both` works in both clinics, `nobody` in none; `fresh` was never assessed, `away` is archived."""

    world: World
    other: World
    both: User
    nobody: User
    patient: Patient
    fresh: Patient
    away: Patient
    assessment: Assessment


@contextmanager
def make_site() -> Iterator[Site]:
    with (
        dropped_at_end(make_world("Lakeside Practice", "lakeside.test", CALLED)) as world,
        dropped_at_end(make_world("Harbour Clinic", "harbour.test")) as other,
    ):
        both = make_user("both@lakeside.test", "Bea Novak")
        nobody = make_user("nobody@lakeside.test", "Noa Levi")
        for clinic in (world.clinic, other.clinic):
            staff.add_member(clinic=clinic, user=both, role=Role.CLINICIAN, by=Writer())
        fill_clinic(clinic=world.clinic, patients=110, assessments=300, seed=4, by=Writer())
        with clinic_scope(world.clinic):
            free = Assessment.objects.active().filter(instrument="", patient__archived_at=None)
            assessment = free.select_related("patient__user").order_by("pk")[0]
            fresh = create_patient(
                by=Writer(),
                user=assessment.patient.user,
                full_name="Ana Beatriz García López",
                family_name="García López",
                gender="female",
                date_of_birth=date(1991, 6, 17),
                phone_number="+442079460017",
                address="12 Mill Lane\nRiverton\nRI4 4XX",
                record_number="",
            )
            away = Patient.objects.archived().order_by("record_number")[0]
        yield Site(world, other, both, nobody, assessment.patient, fresh, away, assessment)
