"""A cell as the answer to an item: a code, points, or the words of an option, in whatever language it is published."""

import re
from collections import defaultdict

from django.core.exceptions import ValidationError

from clinic.assessments.questionnaire.form import parse_number
from clinic.imports.assessments.instruments import folded
from clinic.imports.codes import NO, YES
from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import DATE, NUMBER, ONE, SEVERAL, TEXT, YES_NO, Answer, Item, Number
from clinic.text.dates import parse_date
from clinic.text.numbers import plain as number_text
from clinic.text.signs import plain

BETWEEN = re.compile(r"\s*[;|\n]\s*")  # between the options of a question that takes several
CODED = re.compile(r"(\S{1,20})\s*[=:–-]\s+(.+)", re.DOTALL)  # "2 = More than half the days", as exports write
MOST_NAMED = 12

Options = dict[str, set[Number | str]]


class Cells:
    """Reads the cells of one file, whose instruments' options are put together once."""

    def __init__(self) -> None:
        self.known: dict[tuple[tuple[str, str], str], Options] = {}

    def read(self, definition: Definition, item: Item, text: str, words: str = "") -> Answer:
        """The answer that a cell is; `words` say it where the cell has a code that is not known here.

        Raises ValidationError for what is none. Whether the item takes the answer is for the scoring to say.
        """
        simple = text.strip() if item.kind == TEXT else plain(text)
        if item.kind == ONE:
            return _option(item, self._options(definition, item), simple, words.strip())
        if item.kind == SEVERAL:
            options = self._options(definition, item)
            named = [simple] if folded(simple) in options else filter(None, BETWEEN.split(text.strip()))
            return tuple(dict.fromkeys(_option(item, options, each, words) for each in named))
        if item.kind == YES_NO:
            return _yes_or_no(simple)
        if item.kind == NUMBER:
            return _number(item, simple)
        return parse_date(simple).isoformat() if item.kind == DATE else simple

    def _options(self, definition: Definition, item: Item) -> Options:
        key = (definition.key, item.code)
        if key not in self.known:
            self.known[key] = _options(definition, item)
        return self.known[key]


def _number(item: Item, text: str) -> Number:
    unit = item.measure.unit if item.measure is not None else ""
    number = parse_number(text.removesuffix(unit).strip() if unit else text)
    if number is None:
        raise ValidationError("Write a number, such as 37 or 37.5.")
    return number


def _yes_or_no(text: str) -> bool:
    if text.lower() not in (*YES, *filter(None, NO)):
        raise ValidationError("Write yes or no.")
    return text.lower() in YES


def _option(item: Item, options: Options, text: str, words: str) -> Number | str:
    found = _named(options, text)
    if not found and (pair := CODED.fullmatch(text)):
        found = _named(options, pair[1]) & _named(options, pair[2])
    if not found and words and parse_number(text) is None:
        found = _named(options, words)
    if len(found) == 1:
        return next(iter(found))
    if found:
        raise ValidationError(f"Several answers of item {item.code} have this code or these points: write it in words.")
    known = [f"{number_text(option.points)} ({option.text})" for option in item.options]
    more = ", …" if len(known) > MOST_NAMED else ""
    raise ValidationError(f"Item {item.code} has no such answer. It takes {', '.join(known[:MOST_NAMED])}{more}.")


def _named(options: Options, text: str) -> set[Number | str]:
    """The options that a text names. A number may be written with decimals: 2.0 is 2."""
    number = parse_number(text)
    return options.get(text if number is None else number_text(number), set()) or options.get(folded(text), set())


def _options(definition: Definition, item: Item) -> Options:
    """What is stored for each option, by its points, codes and words."""
    found: Options = defaultdict(set)
    exchanged = definition.exchange.items.get(item.code)
    for place, (value, option) in enumerate(item.by_value.items()):
        if isinstance(value, bool | tuple):
            continue
        others = [exchanged.options[place].code] if exchanged is not None and place < len(exchanged.options) else []
        words = [each.options.get(option.text, "") for each in definition.translations.values()]
        for name in filter(None, [option.code, option.loinc, *others]):
            found[name].add(value)
        for name in filter(None, [option.text, *words, option.loinc, *others]):
            found[folded(name)].add(value)
        found[number_text(option.points)].add(value)
    return found
