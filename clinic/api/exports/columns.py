"""What files for analysis hold: a table of patients, one of assessments, one of answers, each column declared once.

A column that names somebody, or holds what people wrote in their own words, is left out without the permission to see
patients; ids stay, so that the tables fit together.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from clinic.access import Permission
from clinic.assessments.models import Assessment
from clinic.assessments.record.results import as_json, as_responses, without_words
from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import NUMBER as MEASURED
from clinic.instruments.items.parts import Answer, Item
from clinic.patients.models import Patient

TEXT, NUMBER, WHOLE, YES_NO, DAY, MOMENT = "text", "number", "integer", "boolean", "date", "date-time"


@dataclass(frozen=True)
class Column:
    """A column; `names` says that it is left out where nobody may be named."""

    name: str
    kind: str
    description: str
    value: Callable[[Any], Any]
    names: bool = False


class AnswerRow(NamedTuple):
    """One answer; a question with several options chosen has a row for each."""

    assessment: str
    patient: str
    date: date
    instrument: str | None
    instrument_version: str | None
    item: str
    item_loinc: str | None
    question: str | None
    value: str
    number: int | float | None
    points: int | float | None
    text: str | None
    loinc: str | None


def column(name: str, kind: str, description: str, source: str = "", *, names: bool = False) -> Column:
    return Column(name, kind, description, attrgetter(source or name), names)


def text(name: str, description: str, source: str = "", *, names: bool = False) -> Column:
    """Text, null where there is none."""
    read = attrgetter(source or name)
    return Column(name, TEXT, description, lambda record: str(read(record) or "") or None, names)


def number(name: str, description: str) -> Column:
    read: Callable[[Any], Decimal | None] = attrgetter(name)
    return Column(name, NUMBER, description, lambda record: as_json(read(record)))


TIMES = (
    column("archived_at", MOMENT, "When it was archived; null on the lists."),
    column("created_at", MOMENT, "When it was recorded."),
    column("updated_at", MOMENT, "When it was changed last."),
    column("version", WHOLE, "Goes up with each change."),
)
PATIENTS = (
    text("id", "The patient's id, the same in every file.", "pk"),
    text("user", "The id of the responsible practitioner.", "user_id"),
    text("record_number", "The clinic's own number.", names=True),
    text("full_name", "The whole name.", names=True),
    text("family_name", "How the record is filed.", names=True),
    text("preferred_name", "What they like to be called.", names=True),
    text("other_names", "Maiden names, aliases.", names=True),
    text("gender", "female, male, other or unknown."),
    text("sex", "For scoring, where it is not the gender."),
    column("date_of_birth", DAY, "The day, or the first one of a month or a year.", names=True),
    Column("year_of_birth", WHOLE, "The year of birth.", lambda each: each.date_of_birth and each.date_of_birth.year),
    text("date_of_birth_precision", "How well the date of birth is known."),
    text("phone_number", "In the form E.164.", names=True),
    text("email", "The address of mail.", names=True),
    text("address", "Where they live.", names=True),
    text("identifiers", "Numbers that others gave them, one a line.", names=True),
    text("language", "The language that they speak, by its code."),
    column("needs_interpreter", YES_NO, "Whether somebody has to interpret."),
    text("status", "active, discharged or deceased."),
    column("status_on", DAY, "Since when, where it is not active."),
    *TIMES,
)
ASSESSMENTS = (
    text("id", "The assessment's id.", "pk"),
    text("patient", "Whose it is.", "patient_id"),
    text("user", "The id of the practitioner.", "user_id"),
    text("name", "What it was called.", names=True),
    text("type", "What kind of assessment it is."),
    column("date", DAY, "The day of the assessment."),
    text("instrument", "The instrument's id; null for a free assessment."),
    text("instrument_version", "Its version; see the instruments below."),
    text("language", "In which it was answered."),
    text("status", "planned, in_progress, completed, amended or cancelled."),
    number("score", "The score; null while it is open."),
    number("score_low", "The least that the total can be."),
    number("score_high", "The most that the total can be."),
    text("band", "The severity band that is certain."),
    column("severity", WHOLE, "Of the band, from 0 to 4."),
    text("cutoff", "positive, negative, uncertain, or null."),
    column("answered", WHOLE, "How many items have an answer, of those that count."),
    column("asked", WHOLE, "How many items count."),
    text("sex", "By whose rule it was scored."),
    column("age", WHOLE, "In years on the day of the assessment."),
    column("completed_at", MOMENT, "When it was completed."),
    *TIMES,
)
ANSWERS = (
    text("assessment", "The assessment's id; its rows replace all that a copy has of it."),
    text("patient", "Whose it is."),
    column("date", DAY, "The day of the assessment."),
    text("instrument", "The instrument's id; null for a free question."),
    text("instrument_version", "Its version."),
    text("item", "The item's code, see the instruments below; of a free question its place, from 1."),
    text("item_loinc", "The item's LOINC code; null where there is no verified one."),
    text("question", "A free question as it was asked.", names=True),
    text("value", "What is stored: points, a code, a number, a day, true or false, or text."),
    column("number", NUMBER, "What was measured; null for anything else."),
    column("points", NUMBER, "The points of the chosen option."),
    text("text", "The chosen option in words."),
    text("loinc", "The LOINC code of the chosen option."),
)


@dataclass(frozen=True)
class Table:
    """A table of a file; `about` is what the trail calls the records whose rows it has."""

    name: str
    about: str
    description: str
    columns: tuple[Column, ...]
    needs: frozenset[Permission]

    def shown(self, *, names: bool) -> list[Column]:
        return [each for each in self.columns if names or not each.names]


SCORES = frozenset({Permission.ASSESSMENTS_VIEW})
TABLES = {
    table.name: table
    for table in (
        Table("patients", "patient", "One row a patient.", PATIENTS, frozenset()),
        Table(
            "assessments", "assessment", "One row an assessment, archived and cancelled ones too.", ASSESSMENTS, SCORES
        ),
        Table("answers", "assessment", "One row an answer.", ANSWERS, SCORES | {Permission.ANSWERS_VIEW}),
    )
}
MODELS: dict[str, Any] = {"patient": Patient, "assessment": Assessment}


def allowed_tables(permissions: Iterable[str]) -> list[str]:
    """The tables that somebody of these permissions may take, in their order."""
    return [name for name, table in TABLES.items() if table.needs <= set(permissions)]


def answer_rows(assessment: Assessment, definition: Definition | None, *, names: bool) -> list[AnswerRow]:
    """The answers of an assessment; what somebody wrote in their own words only where people may be named."""
    if not assessment.instrument:
        return _free(assessment) if names else []
    found = []
    told = assessment.answers if names else without_words(assessment.answers, definition)
    for code, answer in as_responses(told).items():
        item = definition.by_code.get(code) if definition is not None else None
        found += [_row(assessment, code, item, each) for each in (answer if isinstance(answer, tuple) else [answer])]
    return found


def _row(assessment: Assessment, code: str, item: Item | None, answer: Answer) -> AnswerRow:
    option = item.by_value.get(answer) if item is not None and item.options else None
    is_number = isinstance(answer, int | Decimal) and not isinstance(answer, bool)
    return AnswerRow(
        *_whose(assessment),
        instrument=assessment.instrument,
        instrument_version=assessment.instrument_version,
        item=code,
        item_loinc=item.loinc if item is not None else None,
        question=None,
        value=str(answer).lower() if isinstance(answer, bool) else str(answer),
        number=as_json(Decimal(str(answer))) if is_number and item is not None and item.kind == MEASURED else None,
        points=as_json(option.points) if option is not None else None,
        text=option.text if option is not None else None,
        loinc=option.loinc if option is not None else None,
    )


def _free(assessment: Assessment) -> list[AnswerRow]:
    return [
        AnswerRow(
            *_whose(assessment), None, None, str(at), None, each["question"], each["answer"], None, None, None, None
        )
        for at, each in enumerate(assessment.questions, 1)
    ]


def _whose(assessment: Assessment) -> tuple[str, str, date]:
    return str(assessment.pk), str(assessment.patient_id), assessment.date
