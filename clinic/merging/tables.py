"""How the rows of each table go along when two records are merged: one declaration a table that names a patient.

Foreign keys are found in the database's catalogue, ids without a key by the names of their columns:
`tests/merging/test_tables.py` fails for a table that is not declared here. Whatever is forgotten all the same is
refused by the database, since the merged row leaves `patients_patient` and nothing may refer to what is not there.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clinic.assessments.models import Alert, AnswerRequest, Assessment, ContactNote, Course, Episode, Schedule
from clinic.patients.models import (
    CareTeamMember,
    DuplicatePair,
    EmergencyAccess,
    LatestResult,
    ListMember,
    MergedPatient,
    Patient,
    PatientPhoto,
)
from clinic.tenancy.records import ClinicModel


class How(StrEnum):
    MOVE = "move"  # to the survivor
    UNLESS_TAKEN = "move unless taken"  # what would be there twice is renamed, ended or kept in the journal
    WORK_OUT = "work out"  # removed, and worked out again from what moved; of pairs see pairs.py
    KEEP = "keep"  # stays with the id of the merged record, as it was written


@dataclass(frozen=True)
class Table:
    """The rows of one model. `made_at` is when a row was made, so that what was added after a merge can be told.

    `noun` and `nouns` are what people call one and several; without them the preview does not count them.
    """

    model: type[ClinicModel]
    how: How
    noun: str = ""
    nouns: str = ""
    made_at: str = ""
    column: str = "patient_id"

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def of(self, patient_id: Any) -> Any:
        return self.model._base_manager.filter(**{self.column: patient_id})

    def by_key(self, keys: Any) -> Any:
        return self.model._base_manager.filter(pk__in=keys)


ASSESSMENTS = Table(Assessment, How.UNLESS_TAKEN, "assessment", "assessments", "created_at")
SCHEDULES = Table(Schedule, How.UNLESS_TAKEN, "schedule", "schedules", "created_at")
EPISODES = Table(Episode, How.UNLESS_TAKEN, "episode", "episodes", "created_at")
REQUESTS = Table(AnswerRequest, How.UNLESS_TAKEN, "link", "links", "created_at")
ALERTS = Table(Alert, How.MOVE, "alert", "alerts", "raised_at")
NOTES = Table(ContactNote, How.MOVE, "note", "notes", "created_at")
CARE_TEAM = Table(
    CareTeamMember, How.UNLESS_TAKEN, "colleague in the care team", "colleagues in the care team", "created_at"
)
LISTS = Table(ListMember, How.UNLESS_TAKEN, "list that they are on", "lists that they are on", "added_at")
PHOTOS = Table(PatientPhoto, How.UNLESS_TAKEN, "photo", "photos", "added_at")
EMERGENCIES = Table(EmergencyAccess, How.MOVE, "emergency access", "emergency accesses", "begun_at")
RESULTS = Table(LatestResult, How.WORK_OUT)
COURSES = Table(Course, How.WORK_OUT)
PAIRS = tuple(Table(DuplicatePair, How.WORK_OUT, column=column) for column in ("first_id", "second_id"))
MERGED = Table(
    MergedPatient, How.MOVE, "record merged earlier", "records merged earlier", "merged_at", column="into_id"
)
# In the order in which rows are locked and moved: as every other action locks them, the patient's own row last.
TABLES = (
    REQUESTS,
    ASSESSMENTS,
    ALERTS,
    SCHEDULES,
    EPISODES,
    NOTES,
    CARE_TEAM,
    LISTS,
    PHOTOS,
    EMERGENCIES,
    MERGED,
    RESULTS,
    COURSES,
    *PAIRS,
)
LOCKED_FIRST = (REQUESTS, ASSESSMENTS, ALERTS)
PATIENTS = Patient._meta.db_table
# Columns that hold the id of a patient without a key, each with why it stays as it is.
SOFT: dict[tuple[str, str], str] = {
    ("audit_auditevent", "patient_id"): "the trail is never written again; its readers ask for merged ids too",
    ("audit_auditevent", "record_id"): "the trail is never written again; its readers ask for merged ids too",
    ("audit_pendingsearch", "patient_id"): "goes to the trail within seconds, as it was searched",
    ("lists_jobitem", "record_id"): "work on a record that is not there ends as failed, and says so",
    ("assessments_snooze", "record_id"): "of a schedule, an assessment or a request, which go along with their patient",
    ("webhooks_delivery", "record_id"): "other systems were told of that record, and are told of its merging",
    ("imports_importedrecord", "record_id"): "the file brought that record; taking it back says that it was changed",
    ("merging_mergerecord", "survivor_id"): "the journal",
    ("merging_mergerecord", "other_id"): "the journal",
}
