"""Questionnaires of a file beside the record: whose they are, what they come to, and what is there already."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError

from clinic.assessments.models import Assessment, AssessmentStatus
from clinic.assessments.of_patients import patients_by_any_key, patients_identified, patients_numbered
from clinic.assessments.questionnaire.bringing import Brought
from clinic.assessments.record import refusals
from clinic.assessments.record.results import person_now, score_responses
from clinic.imports.assessments import fields
from clinic.imports.assessments.questionnaires import Fault, Questionnaire
from clinic.instruments.definitions import Definition
from clinic.instruments.items.answers import as_stored
from clinic.instruments.reading import as_plain
from clinic.instruments.scoring import Result
from clinic.patients.models import Patient
from clinic.staff.models import Practitioner
from clinic.text.dates import written
from clinic.text.identifiers import read_identifier
from clinic.text.numbers import number_shown

KeyOf = Callable[[int], UUID]  # the key of what a row becomes
Same = dict[tuple[UUID, str, date], list[Assessment]]


class Compared(NamedTuple):
    """What the record says of some questionnaires: which can be brought in, and by their number why others cannot.

    `here` has those that are in the record already, with where.
    """

    good: list[tuple[Questionnaire, Brought]]
    here: dict[int, str]
    faulty: dict[int, list[Fault]]


def compared(rows: Sequence[Questionnaire], key_of: KeyOf) -> Compared:
    """Compare questionnaires that could be read, in the clinic's scope."""
    patients = _patients(row.patient for row in rows if row.patient)
    people = Practitioner.objects.in_bulk([row.user for row in rows if row.user])
    found = Compared([], {}, {})
    known: list[tuple[Questionnaire, Brought]] = []
    for row in rows:
        patient = patients.get(row.patient)
        if isinstance(patient, str):
            row.fault(fields.PATIENT, patient)
        if row.faults or not isinstance(patient, Patient) or row.definition is None or row.day is None:
            found.faulty[row.number] = row.faults
            continue
        user = people.get(row.user) if row.user else patient.user
        brought = Brought(
            key_of(row.number), row.definition, patient, user, row.day,
            as_stored(row.definition.by_code, row.answers), row.answered_by,
        )  # fmt: skip
        known.append((row, brought))
    same = _same(brought for _, brought in known)
    for row, brought in known:
        _check(row, brought)
        if not row.faults and (message := _here(row, brought, same)):
            found.here[row.number] = message
        elif row.faults:
            found.faulty[row.number] = row.faults
        else:
            found.good.append((row, brought))
    return found


def _patients(names: Iterable[str]) -> dict[str, Patient | str]:
    """By how a file names them the patients, or why nobody is meant."""
    wanted = list(dict.fromkeys(names))
    found: dict[str, Patient | str] = {}
    ids = {name: key for name in wanted if (key := _id(name)) is not None}
    by_id = patients_by_any_key(set(ids.values()))
    found |= {name: by_id[key] for name, key in ids.items() if key in by_id}
    identified = [name for name in wanted if name not in found and "|" in name]
    found |= {name: _identified(name) for name in identified}
    numbers = [name for name in wanted if name not in found]
    by_number = patients_numbered(numbers) if numbers else {}
    return found | {name: _one(by_number.get(name, []), "record number") for name in numbers}


def _id(name: str) -> UUID | None:
    try:
        return UUID(name) if len(name) == len(str(UUID(int=0))) else None
    except ValueError:
        return None


def _identified(name: str) -> Patient | str:
    system, _, value = name.partition("|")
    try:
        return _one(patients_identified(read_identifier(system, value)), "identifier")
    except ValidationError as error:
        return " ".join(error.messages)


def _one(patients: Sequence[Patient], what: str) -> Patient | str:
    if len(patients) > 1:
        return f"Several patients have, or had, this {what}."
    return patients[0] if patients else f"No patient here has this {what}."


def _check(row: Questionnaire, brought: Brought) -> None:
    """Note why the questionnaire cannot be recorded so, as completing it would refuse."""
    try:
        refusals.check_patient(brought.definition, brought.patient, brought.date)
        refusals.check_practitioner(brought.user)
    except refusals.NotForPatient as refusal:
        row.fault(fields.PATIENT, str(refusal))
        return
    person = person_now(brought.patient, brought.date)
    result = score_responses(brought.definition, brought.answers, person, kept={})
    for each in result.refusals:
        row.fault(fields.OF_ITEM + each.item, each.message)
    if not result.refusals:
        _check_total(row, brought.definition, result)


def _check_total(row: Questionnaire, definition: Definition, result: Result) -> None:
    try:
        refusals.check_result(definition, result, score=None, complete=True)
    except refusals.NothingAnswered as refusal:
        row.fault("", str(refusal))
        return
    if row.total is not None and row.total != result.total:
        said = number_shown(row.total)
        ours = f"no score: {result.summary}" if result.total is None else number_shown(result.total)
        row.fault(fields.TOTAL, f"The file says {said}, and its answers come to {ours}.")


def _same(rows: Iterable[Brought]) -> Same:
    """What the record has of the same patients, questionnaires and days, but for what was cancelled."""
    wanted = list(rows)
    if not wanted:
        return {}
    days = [row.date for row in wanted]
    found = Assessment.objects.exclude(status=AssessmentStatus.CANCELLED).filter(
        patient__in={row.patient.pk for row in wanted}, date__range=(min(days), max(days)),
        instrument__in={row.definition.id for row in wanted},
    )  # fmt: skip
    same: Same = {}
    for each in found.order_by("listed_at", "pk"):
        same.setdefault((each.patient_id, each.instrument, each.date), []).append(each)
    return same


def _here(row: Questionnaire, brought: Brought, same: Same) -> str:
    """Where the same questionnaire is in the record; one with other answers is a fault of the row."""
    others = same.get((brought.patient.pk, brought.definition.id, brought.date), [])
    answers = stored(brought)
    for each in others:
        if each.made and each.answers == answers:
            return f"Already here: {each.name} of {brought.patient.record_number}."
    if others:
        is_open = not any(each.made for each in others)
        state = "is begun and not finished" if is_open else "is here with other answers"
        title, day = brought.definition.title, written(brought.date)
        row.fault(fields.DATE, f"{title} of {day} {state}: {others[0].name} of {brought.patient.record_number}.")
    return ""


def stored(brought: Brought) -> dict[str, object]:
    """The answers as a record holds them."""
    return {code: as_plain(value) for code, value in brought.answers.items() if value is not None}
