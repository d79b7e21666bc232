"""Work on many patients at once, which the worker does: archiving, assigning, and taking both back."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from clinic.access import Permission
from clinic.lists.jobs.bulk import BulkList
from clinic.lists.jobs.exports import keep_export
from clinic.lists.models import ItemState, Job, JobItem
from clinic.lists.page.bulk_action import BulkAction
from clinic.lists.running import ItemResult, gather, gather_undo, run_batches
from clinic.patients import actions
from clinic.patients.filters import PatientFilter
from clinic.patients.models import Patient, PatientList, with_latest_results
from clinic.patients.tables import PatientTable
from clinic.staff.models import NOBODY, NOBODY_YET, Practitioner, Tag
from clinic.tenancy.models import Clinic

GONE = "This patient is no longer here."
TAKEN = "The practitioner already has a patient of this name."
LATER = "Something was changed since."
UNDO_CHANGE = "clinic.patients.many.changing.undo"
NO_TAG = "The clinic has no tag yet. Whoever looks after the clinic adds tags in its settings."
NO_LIST = "There is no list yet. Make one under Patients, Lists."


def practitioners(person: str) -> list[tuple[str, str]]:
    rows = Practitioner.objects.active().values_list("pk", "display_name")
    return [*((str(pk), name) for pk, name in rows), (NOBODY, NOBODY_YET)]


def tags(person: str) -> list[tuple[str, str]]:
    return [(str(pk), word) for pk, word in Tag.objects.values_list("pk", "word")]


def lists(person: str) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in PatientList.objects.open_to(person).values_list("pk", "name")]


def patients() -> "QuerySet[Patient]":
    return with_latest_results(Patient.objects.select_related("user"))


PATIENTS = BulkList(
    key="patients",
    noun="patient",
    noun_plural="patients",
    list_url="/patients/",
    record_view="patients:detail",
    rows=patients,
    table_class=PatientTable,
    sort="name",
    filterset_class=PatientFilter,
    permission=Permission.PATIENTS_VIEW,
    actions=(
        BulkAction(
            "archive",
            "Archive",
            "Archive {count}",
            "clinic.patients.bulk.archive",
            Permission.PATIENTS_EDIT,
            undo_work="clinic.patients.bulk.undo_archive",
        ),
        BulkAction(
            "assign",
            "Assign practitioner",
            "Assign {count} to a practitioner",
            "clinic.patients.bulk.assign",
            Permission.PATIENTS_EDIT,
            undo_work="clinic.patients.bulk.undo_assign",
            question="Who takes over?",
            choices=practitioners,
        ),
        BulkAction(
            "tag",
            "Tag",
            "Tag {count}",
            "clinic.patients.many.changing.tag",
            Permission.PATIENTS_EDIT,
            undo_work=UNDO_CHANGE,
            question="Which tag?",
            choices=tags,
            without=NO_TAG,
        ),
        BulkAction(
            "untag",
            "Take off a tag",
            "Take a tag off {count}",
            "clinic.patients.many.changing.untag",
            Permission.PATIENTS_EDIT,
            undo_work=UNDO_CHANGE,
            question="Which tag?",
            choices=tags,
            without=NO_TAG,
        ),
        BulkAction(
            "put_on",
            "Put on a list",
            "Put {count} on a list",
            "clinic.patients.many.listing.put_on",
            Permission.PATIENTS_VIEW,
            undo_work="clinic.patients.many.listing.undo_put_on",
            question="Which list?",
            choices=lists,
            without=NO_LIST,
        ),
        BulkAction(
            "take_off",
            "Take off a list",
            "Take {count} off a list",
            "clinic.patients.many.listing.take_off",
            Permission.PATIENTS_VIEW,
            undo_work="clinic.patients.many.listing.undo_take_off",
            question="Which list?",
            choices=lists,
            without=NO_LIST,
        ),
        BulkAction(
            "discharge",
            "Discharge",
            "Discharge {count}",
            "clinic.patients.many.changing.discharge",
            Permission.PATIENTS_EDIT,
            undo_work=UNDO_CHANGE,
        ),
        BulkAction(
            "csv",
            "Export as CSV",
            "Export {count} as CSV",
            "clinic.patients.bulk.export_csv",
            Permission.LISTS_EXPORT,
        ),
        BulkAction(
            "xlsx",
            "Export as XLSX",
            "Export {count} as XLSX",
            "clinic.patients.bulk.export_xlsx",
            Permission.LISTS_EXPORT,
        ),
    ),
)


def archive(clinic: Clinic, job: Job) -> None:
    gather(clinic, job, lambda: PATIENTS.matching(job))
    run_batches(clinic, job, _archive)


def undo_archive(clinic: Clinic, job: Job) -> None:
    gather_undo(clinic, job)
    run_batches(clinic, job, _restore)


def assign(clinic: Clinic, job: Job) -> None:
    gather(clinic, job, lambda: PATIENTS.matching(job))
    run_batches(clinic, job, _assign)


def undo_assign(clinic: Clinic, job: Job) -> None:
    gather_undo(clinic, job)
    run_batches(clinic, job, _give_back)


def export_csv(clinic: Clinic, job: Job) -> None:
    keep_export(clinic, job, PATIENTS, "csv")


def export_xlsx(clinic: Clinic, job: Job) -> None:
    keep_export(clinic, job, PATIENTS, "xlsx")


def _archive(job: Job, items: Sequence[JobItem]) -> list[ItemResult]:
    return _set_archived(job, items, archived=True)


def _restore(job: Job, items: Sequence[JobItem]) -> list[ItemResult]:
    return _set_archived(job, items, archived=False)


def _set_archived(job: Job, items: Sequence[JobItem], *, archived: bool) -> list[ItemResult]:
    """Taking an archiving back leaves alone what was changed after it."""
    versions = {item.record_id: item.version for item in items}
    found = actions.set_many_archived(by=job.by, versions=versions, archived=archived)
    results = []
    for item in items:
        result = found.get(item.record_id)
        if result is None:
            results.append(ItemResult(item.record_id, ItemState.FAILED, reason=GONE))
        elif result.changed:
            results.append(ItemResult(item.record_id, ItemState.CHANGED, version=result.version))
        elif item.version not in (None, result.version):
            results.append(ItemResult(item.record_id, ItemState.FAILED, reason=LATER))
        else:
            results.append(ItemResult(item.record_id, ItemState.UNCHANGED))
    return results


def _assign(job: Job, items: Sequence[JobItem]) -> list[ItemResult]:
    user = job.parameters["value"]
    return [_give(job, item, None if user == NOBODY else UUID(user)) for item in items]


def _give_back(job: Job, items: Sequence[JobItem]) -> list[ItemResult]:
    before = [(item, (item.before or {})["user"]) for item in items]
    return [_give(job, item, user and UUID(user)) for item, user in before]


def _give(job: Job, item: JobItem, user: UUID | None) -> ItemResult:
    """Assign one patient; a name that the practitioner has already, and what changed meanwhile, is left as it is."""
    key = item.record_id
    patient = Patient.objects.filter(pk=key).first()
    if patient is None:
        return ItemResult(key, ItemState.FAILED, reason=GONE)
    if patient.user_id == user:
        return ItemResult(key, ItemState.UNCHANGED)
    try:
        changed = actions.update_patient(by=job.by, id=key, version=item.version or patient.version, user_id=user)
    except actions.Changed:
        return ItemResult(key, ItemState.FAILED, reason=LATER)
    except actions.NameTaken:
        return ItemResult(key, ItemState.FAILED, reason=TAKEN)
    return ItemResult(
        key, ItemState.CHANGED, before={"user": patient.user_id and str(patient.user_id)}, version=changed.version
    )
