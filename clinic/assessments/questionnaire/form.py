"""What was posted with the questionnaire form, and how much of it is answered.

The practitioner's screen, a patient's link and a shared device use the same form.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.http import QueryDict

from clinic.instruments.definitions import Definition
from clinic.instruments.items.answers import NO, YES
from clinic.instruments.items.parts import DATE, NUMBER, ONE, SEVERAL, TEXT, YES_NO, Answer, Item, Number
from clinic.instruments.questions import PREFIX
from clinic.text.dates import parse_date

FIGURES = re.compile(r"-?\d{1,6}(?:[.,]\d{1,4})?", re.ASCII)


Responses = dict[str, Answer | None]


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
