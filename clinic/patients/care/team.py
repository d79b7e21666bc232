"""Who is in the care team of a patient, and who can be."""

from typing import NamedTuple
from uuid import UUID

from clinic.access import RESTRICTED_ROLES, Role
from clinic.patients.models import CareTeamMember, Patient
from clinic.staff.members import members_of, works_here
from clinic.tenancy.models import Clinic

LEFT = "Somebody who left"


class Colleague(NamedTuple):
    """Somebody in a care team, by the id of their user."""

    id: UUID
    name: str


def care_team(clinic: Clinic, patient: Patient) -> tuple[list[Colleague], list[Colleague]]:
    """Who is named for the patient, in the order in which they were; and who else can be, by name.

    Whoever sees all patients anyway, and the practitioner, need not be named.
    """
    members = [member for member in members_of(clinic) if works_here(member)]
    names = {member.user_id: str(member.user) for member in members}
    rows = CareTeamMember.objects.filter(patient=patient).order_by("created_at", "id")
    team = [Colleague(row.person_id, names.get(row.person_id, LEFT)) for row in rows]
    named = {patient.user_id, *(colleague.id for colleague in team)}
    others = [
        Colleague(member.user_id, names[member.user_id])
        for member in members
        if Role(member.role) in RESTRICTED_ROLES and member.user_id not in named
    ]
    return team, others
