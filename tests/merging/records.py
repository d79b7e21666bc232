"""Two records of one person with rows of every kind, and how they look."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from clinic.accounts.models import User
from clinic.assessments.episodes.actions import start_episode
from clinic.assessments.notes.actions import amend_note, write_note
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.assessments.selfreport.actions import IssuedRequest, create_request
from clinic.instruments.catalogue import find
from clinic.merging.actions import merge_patients
from clinic.merging.tables import PAIRS, TABLES
from clinic.merging.unmerging import Parted, unmerge_patient
from clinic.patients.actions import add_to_care_team
from clinic.patients.care.emergency import open_in_emergency
from clinic.patients.models import Patient
from clinic.patients.photos.actions import set_photo
from clinic.tenancy.models import Clinic
from clinic.tenancy.rows import row_of
from tests.patients.photos.drawn import BLUE, RED, jpeg
from tests.world import Writer, make_assessment, make_patient

BY = Writer()
WORKED_OUT = {"version", "updated_at"}


def scored(patient: Patient, day: date, points: int = 1) -> Any:
    """A completed PHQ-9."""
    answers = {str(code): points for code in range(1, 10)}
    about: dict[str, Any] = {"patient": patient, "user": patient.user, "language": "en", "date": day}
    return start_assessment(by=BY, definition=find("phq-9"), answers=answers, complete=True, **about).assessment


def link(clinic: Clinic, patient: Patient, instrument: str) -> IssuedRequest:
    about: dict[str, Any] = {"patient": patient, "user": patient.user, "language": "en"}
    return create_request(by=BY, clinic=clinic, id=uuid4(), definition=find(instrument), days=7, **about)


def note(patient: Patient) -> None:
    """A note that was amended."""
    about: dict[str, Any] = {"by": BY, "date": timezone.localdate(), "kind": "telephone"}
    written = write_note(patient=patient, text="Rang.", **about)
    amend_note(id=written.pk, version=1, reason="Misheard", text="Rang back.", **about)


def pair(clinic: Clinic, colleague: User) -> tuple[Patient, Patient]:
    """Both have everything that a patient can have only once, so that each kind of row is settled."""
    both = []
    for name, days in (("Anne Example", 30), ("Anna Example", 25)):
        patient = make_patient(full_name=name, family_name="Example", phone_number="", date_of_birth=date(1980, 3, 12))
        make_assessment(patient, name="Walk")
        scored(patient, timezone.localdate() - timedelta(days=days), points=2 if days == 30 else 3)
        set_schedule(by=BY, patient=patient, definition=find("phq-9"), every_days=14)
        start_episode(by=BY, patient=patient, started_on=timezone.localdate() - timedelta(days=days))
        note(patient)
        link(clinic, patient, "gad-7")
        add_to_care_team(by=BY, patient=patient, person_id=colleague.pk, name="Frank")
        set_photo(by=BY, id=patient.pk, content=jpeg(RED if days == 30 else BLUE))
        open_in_emergency(by=Writer(id=str(colleague.pk)), patient=patient, reason="Fell")
        both.append(Patient.objects.get(pk=patient.pk))
    return both[0], both[1]


def merge(survivor: Patient, other: Patient, *taken: str) -> Patient:
    versions = [Patient.objects.get(pk=patient.pk).version for patient in (survivor, other)]
    return merge_patients(
        by=BY, survivor_id=survivor.pk, other_id=other.pk, versions=(versions[0], versions[1]), taken=taken
    )


def unmerge(other_id: UUID, holder: UUID, **more: Any) -> Parted:
    version = Patient.objects.get(pk=holder).version
    return unmerge_patient(by=BY, other_id=other_id, version=version, **more)


def look(patient_id: UUID) -> dict[str, Any]:
    """Every row of a patient by table and key, without what counts writes."""
    own = {k: v for k, v in row_of(Patient.objects.get(pk=patient_id)).items() if k not in WORKED_OUT}
    found: dict[str, Any] = {"patient": own}
    for table in (table for table in TABLES if table not in PAIRS):
        drop = {*WORKED_OUT, "id"} if table.how == "work out" else WORKED_OUT
        rows = [row_of(row) for row in table.of(patient_id)]
        found[table.name] = sorted(
            ({k: v for k, v in row.items() if k not in drop} for row in rows),
            key=lambda row: str(sorted(row.items(), key=str)),
        )
    return found
