"""Store a result on its assessment, and read it back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from clinic.assessments.models import Assessment
from clinic.instruments.catalogue import find_version
from clinic.instruments.definitions import Definition
from clinic.instruments.items.answers import as_answer, words
from clinic.instruments.items.conditions import asked_words
from clinic.instruments.items.parts import ONE, TEXT, Answer, Item, Number
from clinic.instruments.ranges import item_range
from clinic.instruments.reading import as_plain
from clinic.instruments.scoring import Result, score
from clinic.instruments.texts.surroundings import surroundings
from clinic.patients.models import Patient, age_on
from clinic.text.numbers import number_shown


def as_json(number: Number | None) -> int | float | None:
    """Convert a number of at most two decimal places for JSON; `exact` reads it back unchanged."""
    if number is None or isinstance(number, int):
        return number
    return int(number) if number == number.to_integral_value() else float(number)


def as_responses(stored: Mapping[str, Any]) -> dict[str, Answer]:
    """Convert stored responses to the answers that are scored."""
    return {code: answer for code, value in stored.items() if (answer := as_answer(value)) is not None}


def without_words(answers: Mapping[str, Any], definition: Definition | None) -> dict[str, Any]:
    """The answers but those that somebody put in their own words, and those to items that nobody knows."""
    items = definition.by_code if definition is not None else {}
    return {code: value for code, value in answers.items() if code in items and items[code].kind != TEXT}


class Person(NamedTuple):
    """The sex, and the age on the day of the assessment, that responses are scored by."""

    sex: str
    age: int | None


def person_now(patient: Patient, day: date) -> Person:
    """Sex and age by the patient's record. The age is None if the birth is not known or was after that day."""
    born = patient.date_of_birth
    return Person(patient.clinical_sex, age_on(born, day) if born is not None and born <= day else None)


def person_then(assessment: Assessment) -> Person:
    """Sex and age as stored with the assessment; by the patient's record if they are not known."""
    now = person_now(assessment.patient, assessment.date)
    return Person(assessment.sex, assessment.age) if assessment.sex else now


def score_responses(
    definition: Definition,
    responses: Mapping[str, Answer | None],
    person: Person,
    *,
    kept: Mapping[str, Answer],
) -> Result:
    """Score responses. Those to items that are not asked stay and do not count, which a note says.

    Sex decides who is asked, so that a new response of somebody else is refused, and one in `kept` stays.
    """
    aside = {
        item.code
        for item in definition.items
        if person.sex not in item.sexes and item.code in kept and responses.get(item.code) == kept[item.code]
    }
    counted = {code: value for code, value in responses.items() if code not in aside}
    result = score(definition, counted, sex=person.sex, age=person.age)
    reasons = dict.fromkeys(aside, f"it is not asked of {person.sex} patients")
    reasons |= {code: f"it is asked {asked_words(definition, code)}" for code in result.aside}
    notes = [
        f"Item {item.code} is answered and does not count: {reasons[item.code]}."
        for item in definition.items
        if item.code in reasons
    ]
    return replace(result, notes=(*result.notes, *notes))


def note_result(assessment: Assessment, responses: Mapping[str, Answer | None], result: Result, person: Person) -> None:
    """Set responses, result, sex and age on the assessment, without saving it."""
    assessment.sex, assessment.age = person
    assessment.answers = {code: as_plain(value) for code, value in responses.items() if value is not None}
    assessment.answered = result.answered
    assessment.score = _decimal(result.total)
    assessment.score_low, assessment.score_high = _decimal(result.low), _decimal(result.high)
    assessment.band = result.mark.word if result.mark is not None else ""
    assessment.severity = result.mark.severity if result.mark is not None else None
    assessment.results = _results(result)


def _decimal(number: Number | None) -> Decimal | None:
    """The number as the database returns it, so that the same score is no difference."""
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


class ResponseRow(NamedTuple):
    """One item of an assessment as people read it; `response` is empty without one.

    `points` are what the response adds, empty where it adds nothing. `before` is the response to it of an earlier
    assessment, and `raises` says that the response raised an alert.
    """

    code: str
    text: str
    response: str
    above: tuple[str, ...] = ()  # headings and texts that stand above it in the questionnaire
    points: str = ""
    before: str = ""
    raises: bool = False


def response_rows(assessment: Assessment) -> list[ResponseRow]:
    """The items that were asked and those that have an answer, in the words of the assessment's version."""
    definition = find_version(assessment.instrument, assessment.instrument_version)
    return rows_of(definition, assessment.answers, assessment.sex, assessment.age)


def rows_of(definition: Definition, stored: Mapping[str, Any], sex: str, age: int | None) -> list[ResponseRow]:
    """Describe stored responses in the words of a definition."""
    responses = as_responses(stored)
    values = definition.settled(responses)
    items = [
        item for item in definition.drawn(sex, responses) if item.code in responses or definition.is_asked(item, values)
    ]
    around = surroundings(definition, items)
    return [
        ResponseRow(
            item.code, item.text, _words(item, responses, age), around[item.code].texts, _points(item, values, age)
        )
        for item in items
    ]


def _points(item: Item, values: Mapping[str, Answer], age: int | None) -> str:
    """What the response adds, as the form has it; empty where it adds nothing, or where that is not known yet."""
    if item.source and age is not None and item.measure is not None:
        values = {**values, item.code: min(max(age, item.measure.minimum), item.measure.maximum)}
    tables_fit = any(table.fits(values) for table in item.tables)
    if not item.scored or item.code not in values or (item.kind != ONE and not tables_fit):
        return ""
    return number_shown(item_range(item, values)[0])


def _words(item: Item, responses: Mapping[str, Answer], age: int | None) -> str:
    value = age if item.source else responses.get(item.code)
    return "" if value is None else words(item, value)


def scored_by(assessment: Assessment) -> str:
    """Say by which sex and age the score was made, if the record now has others that count; else empty."""
    definition = find_version(assessment.instrument, assessment.instrument_version)
    now, found = person_now(assessment.patient, assessment.date), []
    if definition.by_sex and assessment.sex != now.sex:
        then = f"Scored by the rule for {assessment.sex} patients" if assessment.sex else _unknown("sex")
        found.append(f"{then}; the record now says {now.sex}.")
    if definition.by_age and assessment.age != now.age:
        then = f"Scored by the age of {assessment.age}" if assessment.age is not None else _unknown("age")
        found.append(f"{then}; the record now says {now.age}.")
    return " ".join(found)


def _unknown(what: str) -> str:
    return f"It is not known by which {what} this was scored"
