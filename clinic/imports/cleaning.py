"""A row of a file as the values of a patient, read by the fields of the form itself."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError

from clinic.imports.codes import NO, YES, meaning_of
from clinic.imports.dates import in_one_order
from clinic.imports.fields import IGNORED, JOINED, NAME_PARTS, TAGS, USER, choice_fields, flags, form_fields
from clinic.imports.files.rows import Row
from clinic.lists.jobs.spreadsheets import FORMULA
from clinic.patients.dates import parse_birth_date
from clinic.patients.entry import read_together
from clinic.staff.models import NOBODY, NOBODY_YET
from clinic.staff.tags.words import UnknownTag, ids_of
from clinic.text.full_names import COMMA, filed_family_name

Read = Callable[[str], Any]
NAMES = ("full_name", "family_name", "preferred_name", "other_names", *NAME_PARTS)
# What spreadsheets show where they could not work a value out, in their files and in the CSV that they write.
NOT_WORKED_OUT = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|GETTING_DATA)")
NO_VALUE = "The spreadsheet has no value here. Have it work the cell out, or empty the cell, and save the file again."
NO_NAME = "A name has no “*” in it. Take out what is said beside the name."
CACHED = 50_000  # texts of a column that are read once: dates, codes, practitioners


class Fault(NamedTuple):
    """What is wrong with a cell, or with the row where there is no column."""

    column: str
    value: str
    message: str


class Cleaned(NamedTuple):
    """What a row says: the values of a patient, or what is wrong with it."""

    number: int
    values: dict[str, Any]
    faults: list[Fault]


def uncovered(cell: str) -> str:
    """A cell without the apostrophe that our own files put before what a spreadsheet takes for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def without_carets(name: str) -> str:
    """A name as messages between hospitals have it, "DOE^JANE^A^JR", as people would type it: "DOE, JANE A JR".

    Its parts are HL7's (data type XPN): family, given, further given names, suffix, prefix and what else there is.
    """
    if "^" not in name:
        return name
    family, *others = (part.strip() for part in name.split("^"))
    given = " ".join(part for part in others[:3] if part)
    return f"{family}, {given}" if family and given else family or given


def practitioner_key(name: str) -> str:
    return " ".join(name.split()).casefold()


def says_nobody(name: str) -> bool:
    """Whether a cell says of a patient that nobody is responsible yet, as our own files do; an empty one does not."""
    return practitioner_key(name) in (NOBODY, practitioner_key(NOBODY_YET))


class Cleaner:
    """Reads the rows of one file, by what its columns were taken for.

    `people` are the practitioners by `practitioner_key`, `tags` the ids of the clinic's tags by `word_key`, both read
    before: rows are cleaned outside every clinic's scope. A practitioner whom nobody here is called is nobody's fault:
    the patient is given to whoever stands in the answers, or to nobody yet.
    """

    def __init__(
        self,
        headings: Sequence[str],
        answers: Mapping[str, Any],
        people: Mapping[str, UUID],
        tags: Mapping[str, int],
    ) -> None:
        self.headings, self.answers, self.people, self.tags = headings, answers, people, tags
        columns = answers["columns"]
        self.full_name: Read = form_fields()["full_name"].clean
        self.places: dict[str, list[int]] = {}
        for place, heading in enumerate(headings):
            if (target := columns.get(heading, "")) and target != IGNORED:
                self.places.setdefault(target, []).append(place)
        self.parts = [(name, self.places[name]) for name in NAME_PARTS if name in self.places]
        self.of_names = {headings[place] for name in NAMES for place in self.places.get(name, ())}
        self.readers = [
            (name, places[0], self._reader(name, headings[places[0]]))
            for name, places in self.places.items()
            if name not in NAME_PARTS and name not in JOINED and name not in flags()
        ]
        self.joined = [(name, self.places[name], form_fields()[name].clean) for name in JOINED if name in self.places]
        self.user = UUID(answers[USER]) if answers.get(USER) else None
        self.required = self._required()

    def _required(self) -> list[str]:
        """What the form asks for and the file does not have a column for; who is responsible is said for all."""
        named = {"full_name"} if self.parts else set()
        return [
            name
            for name, field in form_fields().items()
            if field.required and name not in self.places and name not in named and name not in self._said()
        ]

    def _said(self) -> set[str]:
        """What was said for all rows that say nothing."""
        return {USER, *(name for name in choice_fields() if self.answers.get("otherwise", {}).get(name))}

    def _reader(self, name: str, heading: str) -> Read:
        if name == "date_of_birth":
            return lru_cache(CACHED)(self._birth_date(heading))
        if name in choice_fields():
            return lru_cache(CACHED)(self._code(name, heading))
        if name == USER:
            return lru_cache(CACHED)(self._practitioner)
        if name == TAGS:
            return lru_cache(CACHED)(self._tags)
        if name == "full_name":
            return lambda text: self.full_name(without_carets(text))
        return form_fields()[name].clean

    def _practitioner(self, text: str) -> UUID | None:
        return None if says_nobody(text) else self.people.get(practitioner_key(text), self.user)

    def _tags(self, text: str) -> list[int]:
        try:
            return ids_of(text.split(","), self.tags)
        except UnknownTag as error:
            raise ValidationError(str(error)) from error

    def _birth_date(self, heading: str) -> Read:
        order = self.answers.get("orders", {}).get(heading, "day")
        serials = self.answers.get("serials", {}).get(heading) == "days"
        field = form_fields()["date_of_birth"]

        def read(text: str) -> Any:
            if not text.strip():
                return field.clean("")  # which says what is missing
            return parse_birth_date(in_one_order(text, order, serials=serials))

        return read

    def _code(self, name: str, heading: str) -> Read:
        said = self.answers.get("codes", {}).get(heading, {})
        otherwise = self.answers.get("otherwise", {}).get(name, "")

        def read(text: str) -> str:
            simple = text.strip()
            value = said.get(simple) or (meaning_of(name, simple) if simple else otherwise)
            return str(form_fields()[name].clean(value))

        return read

    def read(self, row: Row) -> Cleaned:
        """The values of one row; every fault of it, not only the first."""
        if row.fault:
            return Cleaned(row.number, {}, [Fault("", "", row.fault)])
        cells = [uncovered(cell) for cell in row.cells]
        values: dict[str, Any] = {}
        faults = list(self._refused(cells))
        refused = {fault.column for fault in faults}
        for name, place, read in self.readers:
            if self.headings[place] in refused:
                continue
            try:
                values[name] = read(cells[place])
            except ValidationError as error:
                faults.append(Fault(self.headings[place], cells[place], " ".join(error.messages)))
        self._join(cells, values, faults)
        if self.parts and "full_name" not in values and refused.isdisjoint(self.of_names):
            self._name(cells, values, faults)
        self._fill(cells, values, faults)
        if not faults:
            self._together(values, faults)
        return Cleaned(row.number, values, faults)

    def _refused(self, cells: Sequence[str]) -> Iterator[Fault]:
        """Cells that say nothing of the patient, whatever their column is."""
        for name, places in self.places.items():
            for place in places:
                if NOT_WORKED_OUT.fullmatch(cells[place]):
                    yield Fault(self.headings[place], cells[place], NO_VALUE)
                elif name in NAMES and "*" in cells[place]:
                    yield Fault(self.headings[place], cells[place], NO_NAME)

    def _join(self, cells: Sequence[str], values: dict[str, Any], faults: list[Fault]) -> None:
        for name, places, read in self.joined:
            text = "\n".join(cell for place in places if (cell := cells[place].strip()))
            try:
                values[name] = read(text)
            except ValidationError as error:
                faults.append(Fault(self.headings[places[0]], text, " ".join(error.messages)))

    def _name(self, cells: Sequence[str], values: dict[str, Any], faults: list[Fault]) -> None:
        """A full name from its parts: given, middle, family, suffix."""
        parts = {name: cells[places[0]].strip() for name, places in self.parts}
        suffix, family = parts.pop("name_suffix", ""), values.get("family_name", "")
        given = [COMMA.sub(" ", part) for part in parts.values()]
        name = " ".join(part for part in (*given, COMMA.sub(" ", family), COMMA.sub(" ", suffix)) if part)
        try:
            values["full_name"] = self.full_name(name)
        except ValidationError as error:
            faults.append(Fault(self.headings[self.parts[0][1][0]], name, " ".join(error.messages)))

    def _fill(self, cells: Sequence[str], values: dict[str, Any], faults: list[Fault]) -> None:
        """What several columns say together, and what stands for a column that is not there."""
        for name, otherwise in self.answers.get("otherwise", {}).items():
            if name not in self.places:
                values[name] = otherwise
        values.setdefault(USER, self.user)
        if born := values.pop("date_of_birth", None):
            values["date_of_birth"], values["date_of_birth_precision"] = born
        for name in flags():
            if name in self.places:
                self._flag(name, cells[self.places[name][0]], values, faults)
        called = values.get("preferred_name")
        if called and values.get("full_name", "").endswith(f" ({called})"):
            values["full_name"] = values["full_name"].removesuffix(f" ({called})")

    def _flag(self, name: str, cell: str, values: dict[str, Any], faults: list[Fault]) -> None:
        simple = cell.strip().lower()
        if simple not in (*YES, *NO):
            faults.append(Fault(self.headings[self.places[name][0]], cell, "Write yes or no."))
        elif name != "date_is_estimated":
            values[name] = simple in YES
        elif simple in YES and "date_of_birth" in values:
            values["date_of_birth_precision"] = _estimated(values["date_of_birth"], values["date_of_birth_precision"])

    def _together(self, values: dict[str, Any], faults: list[Fault]) -> None:
        try:
            found = read_together(values)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                column = self.headings[self.places[name][0]] if name in self.places else ""
                faults.append(Fault(column, "", " ".join(messages)))
            return
        values.clear()
        values.update(found)
        if not values.get("family_name"):
            values["family_name"] = filed_family_name(values["full_name"])


def _estimated(born: date, precision: str) -> str:
    """How well a date is known that is said to be an estimate, as the form reads it."""
    texts = {"exact": born.isoformat(), "month": f"{born.month}/{born.year}", "year": str(born.year)}
    return parse_birth_date(texts[precision], estimated=True)[1] if precision in texts else precision
