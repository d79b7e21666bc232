"""The rows of a file as questionnaires: one row each, or one row an answer, those of one questionnaire together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError

from clinic.assessments.questionnaire.form import parse_number
from clinic.assessments.record.dates import check_assessment_date
from clinic.imports.assessments import fields
from clinic.imports.assessments.cells import Cells
from clinic.imports.assessments.instruments import Instruments, is_other_part, is_total
from clinic.imports.cleaning import CACHED, practitioner_key, says_nobody, uncovered
from clinic.imports.dates import in_one_order
from clinic.imports.fields import IGNORED, USER
from clinic.imports.files.rows import Row
from clinic.instruments.definitions import Definition
from clinic.instruments.items.parts import SEVERAL, Answer, Item
from clinic.text.dates import parse_date
from clinic.text.signs import plain


class Fault(NamedTuple):
    """What is wrong with a cell of a row, or with the row where there is no column."""

    row: int
    column: str
    value: str
    message: str


class Cell(NamedTuple):
    """Where an answer stands."""

    row: int
    column: str
    text: str


@dataclass
class Questionnaire:
    """What some rows say together; `cells` has where each field and, by its item, each answer stands."""

    rows: tuple[int, ...]
    patient: str = ""
    definition: Definition | None = None
    day: date | None = None
    user: UUID | None = None
    answered_by: str = ""
    total: Decimal | int | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.rows[0]

    def fault(self, name: str, message: str) -> None:
        """Note what is wrong with a field or, by its code behind `item-`, with an answer."""
        cell = self.cells.get(name) or Cell(self.number, "", "")
        self.faults.append(Fault(*cell, message))


class Reader:
    """Reads the questionnaires of one file, by what its columns were taken for.

    `people` are the practitioners by `practitioner_key` and by their ids, read before: rows are read outside every
    clinic's scope. Whom nobody here is called is nobody's fault: the patient's own practitioner stands for them.
    """

    def __init__(
        self, headings: Sequence[str], answers: Mapping[str, Any], instruments: Instruments, people: Mapping[str, UUID]
    ) -> None:
        self.headings, self.answers, self.instruments, self.people = headings, answers, instruments, people
        columns = answers["columns"]
        taken = [(place, columns.get(heading, "")) for place, heading in enumerate(headings)]
        self.places = {target: place for place, target in taken if target and target != IGNORED}
        self.items = [(target.removeprefix(fields.OF_ITEM), place) for place, target in taken if fields.is_item(target)]
        self.cells = Cells()
        self.read_day = lru_cache(CACHED)(self._day)

    def over(self, rows: Iterator[Row]) -> Iterator[Questionnaire]:
        if fields.ITEM not in self.places:
            yield from (self._read([row]) for row in rows)
            return
        for _, together in groupby(rows, self._key):
            yield self._read(list(together))

    def _key(self, row: Row) -> tuple[str, ...]:
        """What rows of one questionnaire have alike."""
        names = (fields.TOGETHER, fields.PATIENT, fields.INSTRUMENT, fields.VERSION, fields.DATE)
        return (*(self._text(row, name) for name in names), str(row.number) if row.fault else "")

    def _text(self, row: Row, name: str) -> str:
        place = self.places.get(name)
        return "" if place is None or place >= len(row.cells) else uncovered(row.cells[place]).strip()

    def _read(self, rows: list[Row]) -> Questionnaire:
        found = Questionnaire(tuple(dict.fromkeys(row.number for row in rows)))
        found.faults += [Fault(row.number, "", "", row.fault) for row in rows if row.fault]
        if found.faults:
            return found
        for name in fields.LABELS:
            self._note(found, rows, name)
        self._whose(found)
        self._when(found)
        self._about(found)
        if found.definition is not None:
            if fields.ITEM in self.places:
                self._long(found, found.definition, rows)
            else:
                self._wide(found, found.definition, rows[0])
        return found

    def _note(self, found: Questionnaire, rows: Sequence[Row], name: str) -> None:
        """The first cell that says something of a field."""
        if (place := self.places.get(name)) is not None:
            texts = ((row.number, self._text(row, name)) for row in rows)
            number, text = next((each for each in texts if each[1]), (found.number, ""))
            found.cells[name] = Cell(number, self.headings[place], text)

    def _said(self, found: Questionnaire, name: str) -> str:
        return found.cells[name].text if name in found.cells else ""

    def _whose(self, found: Questionnaire) -> None:
        found.patient = plain(self._said(found, fields.PATIENT))
        if not found.patient:
            found.fault(
                fields.PATIENT, "Write the patient's record number, or an identifier as “NHS number|943 476 5919”."
            )

    def _when(self, found: Questionnaire) -> None:
        try:
            found.day = self.read_day(self._said(found, fields.DATE))
        except ValidationError as error:
            found.fault(fields.DATE, " ".join(error.messages))

    def _day(self, text: str) -> date:
        if not text:
            raise ValidationError("Write the day on which it was given.")
        heading = self.headings[self.places[fields.DATE]] if fields.DATE in self.places else ""
        order = self.answers.get("orders", {}).get(heading, "day")
        serials = self.answers.get("serials", {}).get(heading) == "days"
        return check_assessment_date(parse_date(in_one_order(text, order, serials=serials)))

    def _about(self, found: Questionnaire) -> None:
        """The questionnaire, who answered, whose it is, and the total that is compared."""
        name = self._said(found, fields.INSTRUMENT) or self.answers.get(fields.INSTRUMENT, "")
        try:
            found.definition = self.instruments.find(name, self._said(found, fields.VERSION))
        except ValidationError as error:
            found.fault(fields.INSTRUMENT, " ".join(error.messages))
        found.answered_by = self._said(found, fields.ANSWERED_BY)[:200]
        called = self._said(found, USER)
        said = self.answers.get(USER, "")
        found.user = None if says_nobody(called) else self.people.get(practitioner_key(called))
        found.user = found.user or (UUID(said) if said else None)
        if text := self._said(found, fields.TOTAL):
            found.total = parse_number(plain(text))
            if found.total is None:
                found.fault(fields.TOTAL, "Write a number.")

    def _wide(self, found: Questionnaire, definition: Definition, row: Row) -> None:
        for code, place in self.items:
            text = uncovered(row.cells[place]).strip()
            found.cells[fields.OF_ITEM + code] = Cell(row.number, self.headings[place], text)
            if text:
                self._answer(found, definition, definition.by_code.get(code), code, text)

    def _long(self, found: Questionnaire, definition: Definition, rows: Sequence[Row]) -> None:
        heading = self.headings[self.places[fields.VALUE]]
        for row in rows:
            name, text, words = (self._text(row, each) for each in (fields.ITEM, fields.VALUE, fields.WORDS))
            if not name or not (text or words) or is_other_part(definition, name):
                continue
            item = self.instruments.item(definition, name)
            code = item.code if item is not None else name
            if item is None and is_total(definition, name):
                found.cells[fields.TOTAL], found.total = Cell(row.number, heading, text), parse_number(plain(text))
                continue
            again = fields.OF_ITEM + code in found.cells and item is not None and item.kind != SEVERAL
            found.cells[fields.OF_ITEM + code] = Cell(row.number, heading, text or words)
            if again:
                found.fault(fields.OF_ITEM + code, f"Item {code} is answered by another row of this questionnaire.")
            else:
                self._answer(found, definition, item, code, text, words)

    def _answer(
        self, found: Questionnaire, definition: Definition, item: Item | None, code: str, text: str, words: str = ""
    ) -> None:
        if item is None:
            found.fault(fields.OF_ITEM + code, f"{definition.title} has no item {code[:40]}.")
            return
        try:
            answer = self.cells.read(definition, item, text, words)
        except ValidationError as error:
            found.fault(fields.OF_ITEM + code, " ".join(error.messages))
            return
        before = found.answers.get(item.code)
        found.answers[item.code] = (
            (*before, *answer) if isinstance(before, tuple) and isinstance(answer, tuple) else answer
        )
