"""One answer: whether an item takes it, how it is kept as JSON, and how people read it."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from clinic.instruments.items.parts import DATE, NUMBER, ONE, SEVERAL, TEXT, YES_NO, Answer, Item
from clinic.instruments.reading import exact
from clinic.text.dates import written
from clinic.text.numbers import number_shown

LONGEST_TEXT = 2000
CONTROLS = ("Cc", "Cs")  # characters that no text has; joiners, which Persian and emoji need, are none of them
YES, NO = "Yes", "No"
SAID = {
    TEXT: f"must be text of at most {LONGEST_TEXT:,} characters.",
    DATE: "must be a date such as 2026-11-23.",
    YES_NO: "must be true or false.",
    SEVERAL: "must be a list of different answers of the item.",
}


def refusal(item: Item, answer: Answer) -> str:
    """Why an item cannot have this answer, as a sentence; else empty."""
    if item.kind == ONE:
        return _not_an_option(item, answer)
    if item.kind == NUMBER:
        return _not_measured(item, answer)
    takes = {TEXT: _is_text, DATE: _is_day, YES_NO: lambda _, found: isinstance(found, bool), SEVERAL: _are_options}
    return "" if takes[item.kind](item, answer) else f"The answer to item {item.code} {SAID[item.kind]}"


def _is_number(answer: Answer) -> bool:
    return type(answer) is int or type(answer) is Decimal


def _not_an_option(item: Item, answer: Answer) -> str:
    has_codes = any(option.code for option in item.options)
    if not _is_number(answer) and not (has_codes and isinstance(answer, str)):
        return f"The answer to item {item.code} must be a number{' or the code of an option' if has_codes else ''}."
    if answer in item.by_value:
        return ""
    if not isinstance(answer, int | Decimal):
        return f"Item {item.code} has no answer with the code “{str(answer)[:60]}”."
    shared = [option for option in item.options if option.points == answer]
    if shared:
        return f"Item {item.code} has {len(shared)} answers of {number_shown(answer)} points: name one by its code."
    return f"Item {item.code} has no answer of {number_shown(answer)} points."


def _not_measured(item: Item, answer: Answer) -> str:
    measure = item.measure
    if measure is None or isinstance(answer, str | tuple) or not _is_number(answer):
        return f"The answer to item {item.code} must be a number."
    if not measure.minimum <= answer <= measure.maximum:
        return f"Item {item.code} must lie between {number_shown(measure.minimum)} and {number_shown(measure.maximum)}."
    if answer.as_integer_ratio()[1] != 1 and answer != round(answer, measure.decimals):
        return f"Item {item.code} takes at most {measure.decimals} decimal places."
    return ""


def _is_text(item: Item, answer: Answer) -> bool:
    if not isinstance(answer, str) or not answer.strip() or len(answer) > LONGEST_TEXT:
        return False
    return all(letter in "\n\t" or unicodedata.category(letter) not in CONTROLS for letter in answer)


def _is_day(item: Item, answer: Answer) -> bool:
    return isinstance(answer, str) and _day(answer) is not None


def _day(text: str) -> date | None:
    """The day of YYYY-MM-DD, the only spelling that is stored."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _are_options(item: Item, answer: Answer) -> bool:
    if not isinstance(answer, tuple) or not answer or len(set(answer)) < len(answer):
        return False
    return all(each in item.by_value and not isinstance(each, bool) for each in answer)


def as_answer(value: Any) -> Answer | None:
    """JSON as an answer: a number exactly, a list as a tuple; None for what can be none."""
    if isinstance(value, str | bool):
        return value
    if isinstance(value, list):
        found = [each if isinstance(each, str) else exact(each) for each in value]
        return None if None in found else tuple(each for each in found if each is not None)
    return exact(value)


def as_stored(items: Mapping[str, Item], answers: Mapping[str, Answer | None]) -> dict[str, Answer | None]:
    """The answers as they are kept: options by their points, or by their codes where these tell them apart."""
    return {
        code: item.stored(answer) if answer is not None and (item := items.get(code)) is not None else answer
        for code, answer in answers.items()
    }


def words(item: Item, answer: Answer) -> str:
    """An answer as people read it; empty if the item has no such answer."""
    if isinstance(answer, bool):
        return (YES if answer else NO) if item.kind == YES_NO else ""
    if isinstance(answer, tuple):
        return "; ".join(item.text_of.get(each, "") for each in answer)
    if item.kind == ONE:
        return item.text_of.get(answer, "")
    if item.kind == NUMBER and item.measure is not None:
        return f"{number_shown(str(answer))} {item.measure.unit}".strip()
    day = _day(str(answer)) if item.kind == DATE else None
    return written(day) if day is not None else str(answer)
