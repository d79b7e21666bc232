"""The forms of the bin, of lists picked by hand, of photos, tags, kept reports and webhooks, as they would be sent."""

from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinic.access import Actor
from clinic.api.endpoints.exports import WORK
from clinic.assessments.notes.actions import write_note
from clinic.assessments.reports.actions import keep_report
from clinic.assessments.reports.report import Report
from clinic.binning.actions import bin_patient
from clinic.lists.models import JobState
from clinic.patients.hand_picked.actions import make_list
from clinic.patients.models import Patient
from clinic.patients.photos.actions import set_photo
from clinic.staff.tags.actions import save_tag
from tests.patients.photos.drawn import GREEN, jpeg
from tests.posted_webhooks import of_webhooks, webhooks
from tests.typed import sent_by
from tests.world import World, Writer, ahead, make_patient

BY = Writer()
CONTACT = {"date": "1 March 2026", "kind": "telephone", "text": "Called back."}
# What makes a job one that made files for analysis.
MADE = {"permission": "lists.export", "format": "csv", "tables": ["patients"], "names": False, "number": 0}
REPORT: dict[str, Any] = {"title": "Spring", "query": "instrument=phq-9", "counts_everybody": True}
REPORT["report"] = Report(facts=[], parts=[])
OF_EXPORT = {"work": WORK, "state": JobState.DONE, "parameters": MADE}


def people(world: World, patient: Patient) -> dict[str, Any]:
    """Somebody in the bin, a list, a tag, a kept report, a webhook, and a note and the photo of a patient."""
    mistake = make_patient()
    return {
        "binned": bin_patient(by=BY, id=mistake.pk, version=mistake.version, reason="A test"),
        "hand_picked": make_list(by=Actor(str(world.owner.pk), "Olive"), name="Study B", is_shared=True),
        "report": keep_report(by=Actor(str(world.owner.pk), "Olive"), **REPORT),
        "tag": save_tag(by=BY, id=None, word="Interpreter", colour="blue"),
        "note": write_note(by=BY, patient=patient, date=ahead(-1), kind="visit", text="Came by."),
        "photo": set_photo(by=BY, id=patient.pk, content=jpeg()),
        **webhooks(),
    }


def archiving(world: World) -> dict[str, Any]:
    """The values of a job that archived somebody."""
    job: dict[str, Any] = {"list": "patients", "label": "Archive", "by_id": str(world.owner.pk), "changed": 1}
    job |= {"work": "clinic.patients.bulk.archive", "undo_work": "clinic.patients.bulk.undo_archive"}
    return job | {"parameters": {"permission": "patients.edit"}, "state": JobState.DONE}


def of_people(at: SimpleNamespace, owner: Client) -> dict[str, tuple[str, dict[str, Any]]]:
    into, one = f"/patients/{at.other.pk}/bin/", f"/patients/lists/{at.hand_picked.pk}/"
    tag, note = f"/clinic/tags/{at.tag.pk}/", f"/notes/{at.note.pk}/"
    return {
        "patients/bin/<uuid:pk>/restore/": (f"/patients/bin/{at.binned.pk}/restore/", {}),
        "patients/<uuid:pk>/bin/": (into, {**sent_by(owner.get(into).content.decode()), "reason": "A test"}),
        "patients/lists/": ("/patients/lists/", {"name": "Calls of the week"}),
        "patients/lists/<uuid:pk>/": (one, {"name": "Study C", "is_shared": "on"}),
        "patients/lists/<uuid:pk>/remove/": (f"{one}remove/", {}),
        "patients/<uuid:pk>/lists/": (f"/patients/{at.patient.pk}/lists/", {
            "list": at.hand_picked.pk, "do": "put_on",
        }),
        "patients/<uuid:pk>/photo/change/": (f"/patients/{at.patient.pk}/photo/change/", {
            "photo": SimpleUploadedFile("p.jpg", jpeg(GREEN)),
        }),
        "patients/<uuid:pk>/photo/remove/": (f"/patients/{at.patient.pk}/photo/remove/", {}),
        "patients/<uuid:pk>/notes/new/": (f"/patients/{at.patient.pk}/notes/new/", CONTACT),
        "notes/<uuid:pk>/amend/": (f"{note}amend/", {**CONTACT, "version": 1, "reason": "Misheard"}),
        "notes/<uuid:pk>/strike-out/": (f"{note}strike-out/", {"version": 1, "reason": "Of another"}),
        "clinic/tags/": ("/clinic/tags/", {"word": "Carer", "colour": "green"}),
        "clinic/tags/<int:pk>/": (tag, {"word": "Interpreter needed", "colour": "teal"}),
        "outcomes/kept/new/": ("/outcomes/kept/new/", {"title": "Summer"}),
        "outcomes/kept/<uuid:pk>/remove/": (f"/outcomes/kept/{at.report.pk}/remove/", {}),
        "clinic/tags/<int:pk>/remove/": (f"{tag}remove/", {}),
        **of_webhooks(at),
    }  # fmt: skip
