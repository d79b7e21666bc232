"""The questionnaire form: an instrument's items with the chosen responses, and reading back what was posted.

The practitioner's screen, a patient's link and a shared device use the same form.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from clinic.instruments.definitions import ENGLISH, Definition, Item, Number, Option
from clinic.instruments.keys import keys_of
from clinic.instruments.texts.surroundings import Surroundings, surroundings

PREFIX = "answer-"
NUMBER = re.compile(r"-?\d{1,6}(?:[.,]\d{1,4})?", re.ASCII)


Responses = dict[str, Number | None]


@dataclass(frozen=True)
class Choice:
    """One option of an item. `key` is the key that chooses it (`clinic.instruments.keys`)."""

    value: str
    text: str
    key: str
    checked: bool


@dataclass(frozen=True)
class Question:
    """One item as the page shows it, with the headings and texts around it."""

    code: str
    number: int
    text: str
    hint: str
    around: Surroundings = field(default_factory=Surroundings)
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
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read_form(items: Iterable[Item], data: Mapping[str, str]) -> PostedForm:
    """Read the responses to these items from a posted form. Unknown fields are ignored."""
    posted = PostedForm()
    for item in items:
        text = unicodedata.normalize("NFKC", str(data.get(PREFIX + item.code, ""))).strip()
        posted.typed[item.code] = text
        if not text:
            posted.responses[item.code] = None
        elif (number := parse_number(text)) is not None:
            posted.responses[item.code] = number
        else:
            posted.errors[item.code] = "Write a number, such as 37 or 37.5."
    return posted


def parse_number(text: str) -> Number | None:
    """Read a number with a point or a comma; None for anything else."""
    if not NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return int(number) if number == number.to_integral_value() else number


def drawn_items(definition: Definition, sex: str, kept: Mapping[str, Number | None]) -> tuple[Item, ...]:
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


def how_whole(definition: Definition, sex: str, responses: Mapping[str, Number | None]) -> Whole:
    """Look for items that count, and that neither these responses nor the record answer."""
    codes = [item.code for item in definition.counted(sex) if not item.source]
    return Whole(len(codes), frozenset(code for code in codes if responses.get(code) is None))


def form_questions(
    definition: Definition,
    items: Iterable[Item],
    *,
    responses: Mapping[str, Number | None],
    language: str = ENGLISH,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Question]:
    """The questions of the form. `typed` goes before `responses`, so that nothing typed is lost."""
    translation = definition.translations.get(language)
    items = tuple(items)
    around = surroundings(definition, items)
    found = []
    for number, item in enumerate(items, start=1):
        value = (typed or {}).get(item.code) or _shown(responses.get(item.code))
        texts = translation.options if translation else {}
        found.append(
            Question(
                code=item.code,
                number=number,
                text=translation.items.get(item.code, item.text) if translation else item.text,
                hint=item.hint,
                around=around[item.code],
                choices=_choices(definition, item, value, texts),
                unit=item.measure.unit if item.measure else "",
                limits=f"{item.measure.minimum} to {item.measure.maximum}" if item.measure else "",
                value=value,
                error=(errors or {}).get(item.code, ""),
            )
        )
    return found


def _choices(definition: Definition, item: Item, value: str, texts: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(_shown(option.points), texts.get(option.text, option.text), key, _same(option, value))
        for option, key in zip(item.options, keys_of(definition, item), strict=True)
    )


def _same(option: Option, value: str) -> bool:
    return value != "" and value == _shown(option.points)


def _shown(number: Number | None) -> str:
    return "" if number is None else str(number)
