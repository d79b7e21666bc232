"""What columns of answers are called, and what that proposes; nothing is taken so without somebody seeing it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from clinic.imports.assessments.fields import (
    ANSWERED_BY,
    DATE,
    INSTRUMENT,
    ITEM,
    LABELS,
    OF_ITEM,
    PATIENT,
    TOGETHER,
    TOTAL,
    VALUE,
    VERSION,
    WORDS,
    targets,
)
from clinic.imports.assessments.instruments import Instruments, by_code, folded, known_instruments
from clinic.imports.fields import IGNORED, USER
from clinic.imports.files.opening import Choice
from clinic.imports.files.rows import Row
from clinic.imports.models import ColumnMemory, ImportBatch, Subject
from clinic.instruments.definitions import Definition

# Of our own files: for analysis (clinic/api/exports/columns.py), and of rows to correct.
OWN = {
    TOGETHER: "assessment",
    PATIENT: "patient",
    INSTRUMENT: "instrument",
    VERSION: "instrument_version",
    DATE: "date",
    ITEM: "item",
    VALUE: "value",
    WORDS: "text",
    USER: "user",
    ANSWERED_BY: "answered_by",
    IGNORED: "item_loinc, number, points, loinc, What is wrong",
}
# What people and other systems write: REDCap's record_id, the columns of an observation of OpenMRS's exports.
USUAL = {
    PATIENT: "Record number, Record, Patient number, Patient id, Chart number, MRN, record_id, study_id, "
    "Patient Identifier",
    DATE: "Date given, Date of assessment, Assessment date, Assessed, Assessed on, Answered on, authored, Obs Datetime",
    INSTRUMENT: "Questionnaire, Measure, Scale, Form, Assessment name",
    VERSION: "Version, Questionnaire version",
    TOTAL: "Total, Score, Total score, Sum, Sum score",
    USER: "Practitioner, Clinician, Therapist, Doctor, Provider",
    ANSWERED_BY: "Answered by, Who answered, Respondent, Informant, Completed by",
    ITEM: "Question, Item code, Question code, linkId, Concept",
    VALUE: "Answer, Response, Points, Obs Value",
    WORDS: "Answer text, Response text",
}
LONGEST = 200  # characters of a heading that is remembered


def known_headings() -> dict[str, str]:
    found: dict[str, str] = {}
    for source in (OWN, LABELS, USUAL):
        for name, headings in source.items():
            for heading in headings.split(", "):
                found.setdefault(folded(heading), name)
    return found


def proposing(batch: ImportBatch, headings: Sequence[str], rows: Iterable[Row]) -> dict[str, Any] | Choice:
    """What is kept of a file to be asked about its columns; or which questionnaire it is, where nothing says so."""
    known = known_headings()
    instruments = known_instruments()
    remembered = _remembered(headings, [])
    general = {heading: remembered.get(heading) or known.get(folded(heading), "") for heading in headings}
    if INSTRUMENT in general.values():
        place = list(general.values()).index(INSTRUMENT)
        used = _used(instruments, (row.cells[place] for row in rows if not row.fault))
    else:
        named = batch.answers.get(INSTRUMENT) or instruments.guessed(headings)
        if named not in instruments.newest:
            titles = sorted((each.title, each.id) for each in instruments.newest.values())
            return Choice(INSTRUMENT, [(id, title, []) for title, id in titles])
        batch.answers = {**batch.answers, INSTRUMENT: named}
        used = [named]
    return {"instruments": used, "proposed": _proposed(headings, instruments, used)}


def _used(instruments: Instruments, cells: Iterable[str]) -> list[str]:
    """The ids of the questionnaires that the first rows name."""
    found: dict[str, None] = {}
    for name in dict.fromkeys(cells):
        try:
            found[instruments.find(name).id] = None
        except ValidationError:
            continue  # a fault of that row, which the check names
    return list(found)


def _proposed(headings: Sequence[str], instruments: Instruments, ids: Sequence[str]) -> dict[str, str]:
    """What each heading proposes, each target once: what the clinic took it for last, the fields, then the items."""
    used = [instruments.newest[id] for id in ids]
    known, remembered = known_headings(), _remembered(headings, used)
    offered = {target.name for target in targets(used)} | {IGNORED}
    is_long = ITEM in (known.get(folded(heading)) for heading in headings)
    found: dict[str, str] = {}
    for heading in headings:
        target = (
            remembered.get(heading, "")
            or known.get(folded(heading), "")
            or ("" if is_long else _item(heading, instruments, used))
        )
        taken = target in found.values() and target != IGNORED
        found[heading] = "" if taken or target not in offered else target
    return found


def _item(heading: str, instruments: Instruments, used: Sequence[Definition]) -> str:
    """The item that a heading names; in a file of several questionnaires by its code alone, which fits each row's."""
    found = {item.code for definition in used if (item := instruments.item(definition, heading)) is not None}
    codes = found if len(used) == 1 else {code for code in found if folded(heading) in by_code(code)}
    return f"{OF_ITEM}{codes.pop()}" if len(codes) == 1 else ""


def _remembered(headings: Sequence[str], used: Sequence[Definition]) -> dict[str, str]:
    """What the clinic took columns of these headings for."""
    keys = {memory_key(heading, used, item=is_one): heading for heading in headings for is_one in (True, False)}
    rows = ColumnMemory.objects.filter(heading__in=list(keys)).values_list("heading", "target")
    return {keys[key]: target for key, target in rows}


def memory_key(heading: str, used: Sequence[Definition], *, item: bool) -> str:
    """The heading with what tells it from others of its name: every questionnaire has a first question."""
    before = used[0].id if item and len(used) == 1 else Subject.ASSESSMENTS.value
    return f"{before}: {heading}"[:LONGEST]
