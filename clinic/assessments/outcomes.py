"""How a score is kept with its sitting, and read back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from clinic.assessments.catalogue import find_version
from clinic.assessments.definitions import Definition, Item, Number
from clinic.assessments.models import Assessment
from clinic.assessments.reading import exact
from clinic.assessments.scoring import Result, score
from clinic.patients.models import Patient, age_on


def as_json(number: Number | None) -> int | float | None:
    """A number of at most two decimal places as JSON holds it; reading it back by `exact` gives the same."""
    if number is None or isinstance(number, int):
        return number
    return int(number) if number == number.to_integral_value() else float(number)


def as_answers(stored: Mapping[str, int | float]) -> dict[str, Number]:
    """Answers as they are scored, from those that are stored."""
    return {code: number for code, value in stored.items() if (number := exact(value)) is not None}


def scored(definition: Definition, answers: Mapping[str, Number | None], *, patient: Patient, day: date) -> Result:
    """What the patient's answers of that day come to."""
    return score(definition, answers, sex=patient.gender, age=age_on(patient.date_of_birth, day))


def note_result(assessment: Assessment, answers: Mapping[str, Number | None], result: Result) -> None:
    """Put answers and result onto the sitting; nothing is saved."""
    assessment.answers = {code: kept for code, value in answers.items() if (kept := as_json(value)) is not None}
    assessment.answered = result.answered
    assessment.score = _decimal(result.total)
    assessment.score_low, assessment.score_high = _decimal(result.low), _decimal(result.high)
    assessment.band = result.band.word if result.band is not None else ""
    assessment.severity = result.severity
    assessment.results = _results(result)


def _decimal(number: Number | None) -> Decimal | None:
    """The number as the database gives it back, so that the same score is no difference."""
    return None if number is None else Decimal(number).quantize(Decimal("0.01"))


def _results(result: Result) -> dict[str, Any]:
    return {
        "asked": result.asked,
        "cutoff": result.cutoff,
        "pattern": result.pattern,
        "subscales": [
            {
                "code": scale.code,
                "title": scale.title,
                "score": as_json(scale.total),
                "score_range": [as_json(scale.low), as_json(scale.high)],
                "count": scale.count,
                "met": scale.met,
            }
            for scale in result.subscales
        ],
        "notes": list(result.notes),
        "summary": result.summary,
    }


class AnsweredRow(NamedTuple):
    """One item of a sitting as people read it; `answer` is empty where there is none."""

    code: str
    text: str
    answer: str


def answered_rows(assessment: Assessment) -> list[AnsweredRow]:
    """The items that the patient was asked, with their answers in words, of the version that the sitting follows."""
    definition = find_version(assessment.instrument, assessment.instrument_version)
    return rows_of(definition, assessment.answers, assessment.patient.gender)


def rows_of(definition: Definition, stored: Mapping[str, int | float], sex: str) -> list[AnsweredRow]:
    """The same of answers as they are stored."""
    answers = as_answers(stored)
    return [AnsweredRow(item.code, item.text, _words(item, answers)) for item in definition.asked(sex)]


def _words(item: Item, answers: Mapping[str, Number]) -> str:
    value = answers.get(item.code)
    if value is None:
        return ""
    return item.text_of.get(value, "") if item.measure is None else f"{value} {item.measure.unit}".strip()
