"""The questionnaire form: an instrument's items with the chosen responses, and reading back what was posted.

The practitioner's screen, a patient's link and a shared device use the same form.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from clinic.instruments.definitions import ENGLISH, Definition
from clinic.instruments.items.answers import NO, YES, words
from clinic.instruments.items.conditions import asked_words
from clinic.instruments.items.parts import DATE, NUMBER, ONE, SEVERAL, TEXT, YES_NO, Answer, Item, Number
from clinic.instruments.keys import LETTERS, keys_of
from clinic.instruments.texts.surroundings import Surroundings, surroundings
from clinic.text.dates import parse_date

PREFIX = "answer-"
FIGURES = re.compile(r"-?\d{1,6}(?:[.,]\d{1,4})?", re.ASCII)


Responses = dict[str, Answer | None]


@dataclass(frozen=True)
class Choice:
    """One option of an item. `key` is the key that chooses it (`clinic.instruments.keys`)."""

    value: str
    text: str
    key: str
    checked: bool


@dataclass(frozen=True)
class Shown:
    """When a question is asked: in words, and for the script of the page the fields and values that meet it."""

    words: str
    any: bool
    conditions: tuple[dict[str, Any], ...]

    @property
    def rule(self) -> str:
        return json.dumps({"any": self.any, "conditions": self.conditions})


@dataclass(frozen=True)
class Question:
    """One item as the page shows it, with the headings and texts around it."""

    code: str
    number: int
    text: str
    hint: str
    kind: str
    around: Surroundings = field(default_factory=Surroundings)
    shown: Shown | None = None
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    limits: str = ""
    value: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        return PREFIX + self.code


@dataclass
class PostedForm:
    """What a form held: responses by item (None where nothing is chosen), the typed texts, and errors by item."""

    responses: Responses = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read_form(definition: Definition, items: Iterable[Item], data: QueryDict) -> PostedForm:
    """Read the responses to these items from a posted form. Unknown fields are ignored.

    What cannot be read is no error where the item is not asked: its field is hidden, and nobody could mend it.
    """
    posted = PostedForm()
    for item in items:
        typed = [text for each in data.getlist(PREFIX + item.code) if (text := _clean(item, each))]
        posted.typed[item.code] = typed
        try:
            posted.responses[item.code] = _answer(item, typed) if typed else None
        except ValidationError as error:
            posted.errors[item.code] = " ".join(error.messages)
    values = definition.settled(posted.responses)
    posted.errors = {
        code: said for code, said in posted.errors.items() if definition.is_asked(definition.by_code[code], values)
    }
    return posted


def _clean(item: Item, text: str) -> str:
    return str(item.stored(text)) if item.kind == TEXT else unicodedata.normalize("NFKC", text).strip()


def _answer(item: Item, typed: list[str]) -> Answer:
    """The answer that was typed or chosen; raises ValidationError where it cannot be read."""
    text = typed[-1]
    if item.kind == SEVERAL:
        return tuple(_option(item, each) for each in dict.fromkeys(typed))
    if item.kind == ONE:
        return _option(item, text)
    if item.kind == DATE:
        return parse_date(text).isoformat()
    if item.kind == YES_NO and text in (YES, NO):
        return text == YES
    if item.kind == TEXT:
        return text
    number = parse_number(text) if item.kind == NUMBER else None
    if number is None:
        raise ValidationError("Write a number, such as 37 or 37.5." if item.kind == NUMBER else "Choose yes or no.")
    return number


def _option(item: Item, text: str) -> Number | str:
    """What is stored for a chosen option; points that no option has are refused where responses are scored."""
    found = next((value for value in item.by_value if str(value) == text), None)
    number = parse_number(text) if found is None else None
    if isinstance(found, int | Decimal | str):
        return found
    if number is None:
        raise ValidationError("Choose one of the answers.")
    return number


def parse_number(text: str) -> Number | None:
    """Read a number with a point or a comma; None for anything else."""
    if not FIGURES.fullmatch(text):
        return None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return int(number) if number == number.to_integral_value() else number


def drawn_items(definition: Definition, sex: str, kept: Mapping[str, Answer | None]) -> tuple[Item, ...]:
    """The items that a patient of that sex is asked, and any other that has a response.

    Nobody is asked what the record knows, such as the age.
    """
    return tuple(item for item in definition.drawn(sex, kept) if not item.source)


@dataclass(frozen=True)
class Whole:
    """How much of what counts is answered. `open` has the codes of the items that are not."""

    asked: int
    open: frozenset[str] = frozenset()

    @property
    def answered(self) -> int:
        return self.asked - len(self.open)

    @property
    def in_part(self) -> bool:
        """Whether somebody must say that it is to be finished so. Without any answer it cannot be finished at all."""
        return bool(self.open) and self.answered > 0

    def completed_by(self, button: str) -> bool:
        """Whether the button completes the questionnaire. With items open only "incomplete" does."""
        return button == "incomplete" or (button == "complete" and not self.in_part)


def how_whole(definition: Definition, sex: str, responses: Mapping[str, Answer | None]) -> Whole:
    """Look for items that count and are asked, and that neither these responses nor the record answer."""
    codes = [item.code for item in definition.counted(sex, responses) if not item.source]
    return Whole(len(codes), frozenset(code for code in codes if responses.get(code) is None))


def form_questions(
    definition: Definition,
    items: Iterable[Item],
    *,
    responses: Mapping[str, Answer | None],
    language: str = ENGLISH,
    typed: Mapping[str, list[str]] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Question]:
    """The questions of the form. `typed` goes before `responses`, so that nothing typed is lost."""
    translation = definition.translations.get(language)
    items = tuple(items)
    numbers = {item.code: number for number, item in enumerate(items, start=1)}
    around = surroundings(definition, items)
    found = []
    for item in items:
        values = (typed or {}).get(item.code) or typed_as(item, responses.get(item.code))
        texts = translation.options if translation else {}
        found.append(
            Question(
                code=item.code,
                number=numbers[item.code],
                text=translation.items.get(item.code, item.text) if translation else item.text,
                hint=item.hint,
                kind=item.kind,
                around=around[item.code],
                shown=_shown(definition, item, numbers, texts),
                choices=_choices(definition, item, values, texts),
                unit=item.measure.unit if item.measure else "",
                limits=f"{item.measure.minimum} to {item.measure.maximum}" if item.measure else "",
                value=values[-1] if values else "",
                error=(errors or {}).get(item.code, ""),
            )
        )
    return found


def typed_as(item: Item, answer: Answer | None) -> list[str]:
    """An answer as its fields hold it."""
    if answer is None:
        return []
    if isinstance(answer, tuple):
        return [str(each) for each in answer]
    return [words(item, answer) if item.kind in (DATE, YES_NO) else str(answer)]


def _shown(definition: Definition, item: Item, numbers: Mapping[str, int], texts: Mapping[str, str]) -> Shown | None:
    if item.asked_if is None:
        return None
    said = asked_words(definition, item.code, numbers=numbers, texts=texts)
    conditions = tuple(
        {
            "name": PREFIX + each.item,
            "values": sorted(
                text for answer in each.answers for text in typed_as(definition.by_code[each.item], answer)
            ),
            "without": each.without,
        }
        for each in definition.asking[item.code]
    )
    return Shown(said[:1].upper() + said[1:], item.asked_if.anyone, conditions)


def _choices(definition: Definition, item: Item, values: list[str], texts: Mapping[str, str]) -> tuple[Choice, ...]:
    if item.kind == YES_NO:
        return tuple(Choice(text, text, key, text in values) for text, key in zip((YES, NO), LETTERS, strict=False))
    keys = keys_of(definition, item) if item.kind == ONE else [""] * len(item.options)
    return tuple(
        Choice(str(value), texts.get(option.text, option.text), key, str(value) in values)
        for (value, option), key in zip(item.by_value.items(), keys, strict=True)
    )
