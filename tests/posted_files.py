"""Files of patients and of assessments, and the forms about them, at every stage in which something can be said."""

from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from clinic.imports.actions import begin_import, of_patients, settle_columns
from clinic.imports.assessments.headings import proposing
from clinic.imports.models import ImportBatch, ImportFault, Subject
from clinic.lists.models import Job, JobState
from clinic.patients.models import Patient
from tests.world import World, Writer

PEOPLE = b"Name,Born,Gender\nAna Bell,1961,F\n"
ANSWERS = "Record number,Date,phq9_1,phq9_2\n{},2026-03-01,1,1\n"
Posted = tuple[str, dict[str, Any]]  # the address and the form


def files(world: World, patient: Patient) -> dict[str, Any]:
    """The files of each kind: by turns asked about, checked, brought in, at work and stopped."""
    people = batches(world, Subject.PATIENTS, b"Name;a,Born;b\nAna,1\n", PEOPLE)
    text = ANSWERS.format(patient.record_number).encode()
    answered = batches(world, Subject.ASSESSMENTS, b"Record;a,Date;b\nAna,1\n", text)
    return {"batches": people, "batch": people[1], "answered": answered, "answers": answered[1]}


def batches(world: World, about: Subject, unclear: bytes, clear: bytes) -> list[ImportBatch]:
    """A file whose separator is asked about, one that is checked, one brought in, one at work, one stopped."""
    is_people = about == Subject.PATIENTS
    said = {"about": about, "proposes": of_patients if is_people else proposing}
    made = [
        begin_import(by=Writer(), clinic=world.clinic, file_name="f.csv", chunks=[text], **said)
        for text in (unclear, *[clear] * 4)
    ]
    _, checked, written, running, stopped = made
    settle_columns(checked, {"columns": checked.facts["proposed"], "user": str(world.clinician.pk)})
    ImportFault.objects.create(batch=checked, row=2, message="Wrong.")
    work = "clinic.imports.work" if is_people else "clinic.imports.assessments.work"
    for batch, stage in ((checked, "checked"), (written, "written"), (running, "writing"), (stopped, "writing")):
        job = {"by_id": str(world.owner.pk), "list": about.value, "work": f"{work}.writing.write"}
        job |= {"parameters": {"permission": "patients.import", "batch": str(batch.pk)}, "label": "File"}
        batch.job = Job.objects.create(**job, state=JobState.STOPPED if batch is stopped else JobState.WAITING)
        batch.stage, batch.good, batch.created = stage, 1, 1
        batch.save()
    return made


def of_files(at: SimpleNamespace) -> dict[str, Posted]:
    names = {"column-0": "full_name", "column-1": "date_of_birth", "column-2": "gender", "user": at.world.clinician.pk}
    answers = {"column-0": "patient", "column-1": "date", "column-2": "item-1", "column-3": "item-2"}
    text = ANSWERS.format(at.patient.record_number).encode()
    return {
        **of_kind("patients/import/", at.batches, PEOPLE, names),
        **of_kind("assessments/import/", at.answered, text, answers),
    }


def of_kind(start: str, batches: list[ImportBatch], content: bytes, columns: dict[str, Any]) -> dict[str, Posted]:
    asked, checked, written, running, stopped = (f"/{start}{row.pk}/" for row in batches)
    one = f"{start}<uuid:pk>/"
    return {
        start: (f"/{start}", {"file": SimpleUploadedFile("f.csv", content)}),
        f"{one}read/": (f"{asked}read/", {"value": ";", "version": 1}),
        f"{one}columns/": (f"{checked}columns/", {**columns, "version": 1}),
        f"{one}check/": (f"{checked}check/", {"version": 1}),
        f"{one}write/": (f"{checked}write/", {"do": "good", "version": 1}),
        f"{one}undo/": (f"{written}undo/", {"version": 1}),
        f"{one}cancel/": (f"{running}cancel/", {}),
        f"{one}continue/": (f"{stopped}continue/", {}),
    }
