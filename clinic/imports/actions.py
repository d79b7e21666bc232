"""Bringing in a file of patients or of assessments, step by step: each a function that writes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NoReturn
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.access import Permission
from clinic.audit.actions import By, record
from clinic.imports.content import keep_content, opened_content
from clinic.imports.files.opening import Choice, kind_of, settled, table_of
from clinic.imports.files.rows import Row
from clinic.imports.headings import proposed, remember_targets
from clinic.imports.models import KEPT, ImportBatch, ImportFault, ImportPart, Stage, Subject
from clinic.lists.actions import begin_job
from clinic.tenancy.models import Clinic

WORK, OF_ASSESSMENTS = "clinic.imports.work", "clinic.imports.assessments.work"
STEPS = {
    Subject.PATIENTS: {
        Stage.CHECKING: ("Check of a file of patients", f"{WORK}.checking.check"),
        Stage.WRITING: ("Patients of a file", f"{WORK}.writing.write"),
        Stage.UNDOING: ("Taking a file of patients back", f"{WORK}.undoing.undo"),
    },
    Subject.ASSESSMENTS: {
        Stage.CHECKING: ("Check of a file of assessments", f"{OF_ASSESSMENTS}.checking.check"),
        Stage.WRITING: ("Assessments of a file", f"{OF_ASSESSMENTS}.writing.write"),
        Stage.UNDOING: ("Taking a file of assessments back", f"{OF_ASSESSMENTS}.undoing.undo"),
    },
}
# What it takes besides the permission to bring in files.
NEEDS: dict[str, list[str]] = {Subject.PATIENTS: [], Subject.ASSESSMENTS: [Permission.ASSESSMENTS_EDIT.value]}
SAMPLES = 3
FIRST = 200  # rows by which it is proposed what the columns are
# What the columns of a table are taken for, by its headings and first rows, or what is to be asked before.
Proposes = Callable[[ImportBatch, Sequence[str], Iterable[Row]], dict[str, Any] | Choice]


class NotNow(Exception):
    """The import is not, or no longer, where this can be done; the message is for whoever asked."""


def of_patients(batch: ImportBatch, headings: Sequence[str], rows: Iterable[Row]) -> dict[str, Any]:
    return {"proposed": proposed(headings)}


@transaction.atomic
def begin_import(
    *, by: By, clinic: Clinic, file_name: str, chunks: Iterable[bytes], said: Mapping[str, str] | None = None,
    about: Subject = Subject.PATIENTS, proposes: Proposes = of_patients,
) -> ImportBatch:  # fmt: skip
    """Keep a file that was sent, and find out how it is read; `said` decides where that is not certain.

    Raises TooLarge and Unreadable.
    """
    batch = ImportBatch(
        about=about, file_name=file_name[-200:], kind="", size=0, checksum="", by_id=by.id, by_name=by.name
    )
    batch.save(force_insert=True)
    survey = keep_content(batch, chunks)
    batch.kind, batch.size = kind_of(file_name, survey.head, about), survey.size
    batch.checksum, batch.facts = survey.digest.hexdigest(), survey.facts()
    _settle(clinic, batch, said or {}, proposes)
    batch.save()
    record("import.begun", batch, by=by, changes={"kind": batch.kind, "bytes": batch.size})
    return batch


def _settle(clinic: Clinic, batch: ImportBatch, said: Mapping[str, Any], proposes: Proposes) -> None:
    """Note how the file is read as far as that is known, and with all of it what its columns propose."""
    found = settled(opened_content(clinic, batch), batch.kind, batch.facts, {**batch.answers, **said})
    batch.answers = {**batch.answers, **said}
    if not isinstance(found, Choice):
        batch.answers |= found
        table = table_of(opened_content(clinic, batch), batch.kind, batch.answers)
        first = list(islice(table.rows, SAMPLES))
        found = proposes(batch, table.headings, chain(first, islice(table.rows, FIRST)))
    if isinstance(found, Choice):
        batch.facts = {**batch.facts, "choice": {"name": found.name, "options": found.options}}
        return
    samples = [[cell[:80] for cell in row.cells] for row in first]
    batch.facts = {name: value for name, value in batch.facts.items() if name != "choice"}
    batch.facts |= {"headings": table.headings, "samples": samples, **found}


@transaction.atomic
def answer_reading(
    *, by: By, clinic: Clinic, id: UUID, version: int, said: Mapping[str, str], proposes: Proposes = of_patients
) -> ImportBatch:
    """Note in which encoding, with which separator or from which sheet a file is read. Raises NotNow, Unreadable."""
    batch = _answerable(id, version)
    batch.answers.pop("columns", None)
    _settle(clinic, batch, said, proposes)
    _changed(batch)
    return batch


@transaction.atomic
def answer_columns(
    *, by: By, id: UUID, version: int, answers: Mapping[str, Any], memory: Mapping[str, str] | None = None
) -> ImportBatch:
    """Note what the columns are and mean, and have the file checked. Raises NotNow.

    `memory` is what is remembered of headings, where that is something else than the columns.
    """
    batch = _answerable(id, version)
    batch.answers = {**batch.answers, **answers}
    remember_targets(answers["columns"] if memory is None else memory)
    return _begin(batch, Stage.CHECKING, by)


@transaction.atomic
def settle_columns(batch: ImportBatch, answers: Mapping[str, Any]) -> None:
    """Note what the columns are, for whoever checks the file there and then."""
    batch.answers = {**batch.answers, **answers}
    batch.stage = Stage.CHECKING
    batch.save()


@transaction.atomic
def begin_check(*, by: By, id: UUID, version: int) -> ImportBatch:
    """Have a file checked again. Raises NotNow."""
    batch = _answerable(id, version)
    if "columns" not in batch.answers:
        _not_now("Say first what the columns are.")
    return _begin(batch, Stage.CHECKING, by)


@transaction.atomic
def begin_writing(*, by: By, id: UUID, version: int, whole: bool) -> ImportBatch:
    """Have a checked file brought in: `whole` or not at all, else its good rows. Raises NotNow."""
    batch = _answerable(id, version)
    if batch.stage != Stage.CHECKED or not batch.good:
        _not_now("There is nothing in this file that could be brought in. Check it again.")
    if whole and batch.faulty:
        _not_now("Something is wrong with some rows, so the file cannot be brought in whole.")
    batch.answers = {**batch.answers, "whole": whole}
    return _begin(batch, Stage.WRITING, by)


@transaction.atomic
def begin_undo(*, by: By, id: UUID, version: int) -> ImportBatch:
    """Have a file that was brought in taken back, as far as nobody has changed it since. Raises NotNow."""
    batch = _locked(id, version)
    if batch.stage != Stage.WRITTEN and not (batch.stage == Stage.WRITING and _is_over(batch)):
        _not_now("There is nothing to take back.")
    return _begin(batch, Stage.UNDOING, by)


def _begin(batch: ImportBatch, stage: Stage, by: By) -> ImportBatch:
    label, work = STEPS[Subject(batch.about)][stage]
    batch.stage = stage
    parameters: dict[str, Any] = {"permission": Permission.PATIENTS_IMPORT.value, "batch": str(batch.pk), "query": ""}
    parameters |= {"needs": NEEDS[batch.about]} if NEEDS[batch.about] else {}
    batch.job = begin_job(by=by, list=batch.about, label=label, work=work, parameters=parameters)
    _changed(batch)
    return batch


def _changed(batch: ImportBatch) -> None:
    batch.version += 1
    batch.save()


def _is_over(batch: ImportBatch) -> bool:
    return batch.job is None or not batch.job.is_open


def _answerable(id: UUID, version: int) -> ImportBatch:
    """The import, where nothing of it was written; a check that was stopped begins anew."""
    batch = _locked(id, version)
    if not batch.can_be_answered and not (batch.stage == Stage.CHECKING and _is_over(batch)):
        _not_now("This file is being worked at, or was brought in already.")
    return batch


def _locked(id: UUID, version: int) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update().get(pk=id)
    if batch.version != version:
        _not_now("Somebody did something with this file meanwhile. Look at it again.")
    return batch


def _not_now(message: str) -> NoReturn:
    raise NotNow(message)


@transaction.atomic
def remove_old_imports() -> None:
    """Remove the contents of files that are older than `KEPT`; the counts of what they brought stay."""
    old = ImportBatch.objects.filter(created_at__lt=timezone.now() - KEPT)
    ImportPart.objects.filter(batch__in=old).delete()
    ImportFault.objects.filter(batch__in=old).delete()
    old.exclude(facts={}).update(facts={}, found={})
