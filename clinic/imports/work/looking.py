"""The first reading of a file: what its columns hold that is not certain, before any row is read as a patient."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from clinic.imports.cleaning import practitioner_key, says_nobody, uncovered
from clinic.imports.codes import MOST, meaning_of
from clinic.imports.dates import DateColumn, read_both
from clinic.imports.fields import USER, choice_fields, must_say
from clinic.imports.files.rows import Row

MOST_TEXTS = 50_000  # of a column of dates, that are looked at once
MOST_NAMED = 20  # practitioners whom nobody is called, named on the page


class Found(NamedTuple):
    """What a file's columns hold: by heading the dates, the codes, and the practitioners nobody is called."""

    dates: dict[str, DateColumn]
    codes: dict[str, list[str]]
    strangers: list[str]


class Look:
    """Looks at the rows as they come by."""

    def __init__(self, headings: Sequence[str], columns: Mapping[str, str], people: Mapping[str, Any]) -> None:
        self.people = people
        taken = [(place, heading, columns.get(heading, "")) for place, heading in enumerate(headings)]
        self.dates = {place: (heading, DateColumn()) for place, heading, name in taken if name == "date_of_birth"}
        self.codes: dict[int, tuple[str, list[str]]] = {
            place: (heading, []) for place, heading, name in taken if name in choice_fields()
        }
        self.users = [place for place, _, name in taken if name == USER]
        self.strangers: list[str] = []
        self.texts: set[str] = set()

    @property
    def is_needed(self) -> bool:
        return bool(self.dates or self.codes or self.users)

    def over(self, rows: Iterator[Row]) -> Iterator[int]:
        """Go through the rows; gives the number of each, so that whoever drives this can rest between two."""
        for row in rows:
            if not row.fault:
                self._row(row)
            yield row.number

    def _row(self, row: Row) -> None:
        for place, (_, column) in self.dates.items():
            self._date(column, row.cells[place])
        for place, (_, codes) in self.codes.items():
            text = uncovered(row.cells[place]).strip()
            if text not in codes and len(codes) <= MOST:
                codes.append(text)
        for place in self.users:
            self._user(row.cells[place])

    def _date(self, column: DateColumn, text: str) -> None:
        if text in self.texts:
            return
        if len(self.texts) >= MOST_TEXTS:
            self.texts.clear()
        self.texts.add(text)
        column.look(text)

    def _user(self, text: str) -> None:
        name = " ".join(text.split())
        known = says_nobody(name) or practitioner_key(name) in self.people
        if name and not known and name not in self.strangers[:MOST_NAMED]:
            self.strangers[MOST_NAMED:] = []
            self.strangers.append(name)

    def found(self) -> Found:
        return Found(dict(self.dates.values()), dict(self.codes.values()), self.strangers)


def orders_of(found: Found, answers: Mapping[str, Any]) -> dict[str, str]:
    """The order of the figures in each column of dates, where it is known."""
    said = answers.get("orders", {})
    orders = {heading: column.order(said.get(heading, "")) for heading, column in found.dates.items()}
    return {heading: order for heading, order in orders.items() if order}


def questions_of(found: Found, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is still to be asked before the rows can be read, as the page shows it."""
    asked: list[dict[str, Any]] = []
    orders = orders_of(found, answers)
    for heading, column in found.dates.items():
        if heading not in orders:
            examples = [{"text": text, **read_both(text)} for text in column.either]
            asked.append({"what": "orders", "heading": heading, "examples": examples})
        if column.serials and heading not in answers.get("serials", {}):
            asked.append({"what": "serials", "heading": heading, "examples": [{"text": t} for t in column.serials]})
    columns = answers["columns"]
    for heading, codes in found.codes.items():
        asked += _of_codes(heading, columns[heading], codes, answers)
    return asked


def _of_codes(heading: str, name: str, codes: Sequence[str], answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The codes of a column, where one of them is not certain: those with their meanings besides."""
    said = answers.get("codes", {}).get(heading, {})
    meanings = {code: said.get(code) or meaning_of(name, code) for code in codes if code}
    if len(codes) > MOST:
        return []  # which is no column of codes: every row says so
    if "" in codes and must_say(name) and not answers.get("otherwise", {}).get(name):
        meanings[""] = said.get("", "")
    if all(meanings.values()):
        return []
    examples = [{"text": code, "value": value} for code, value in meanings.items()]
    return [{"what": "codes", "heading": heading, "name": name, "examples": examples}]
