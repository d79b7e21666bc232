"""A name with a telephone or record number beside it, as people read both from one line: "maria garcia 07700"."""

import re

from clinic.lists.reading.index_runs import Sql, either
from clinic.patients.search.conditions import (
    CODE,
    IDENTIFIERS,
    NAME_WORDS,
    PHONE_DIGITS,
    RECORD,
    begins_code,
    contains,
    each_begins,
    equals,
    has_identifier,
)
from clinic.patients.search.typed import Typed, identifier, own_number, phone_end
from clinic.text.phones import parted
from clinic.text.signs import plain

# A name has no digit. A number has three, or says that it is a record's.
NAME, BETWEEN = r"(?P<name>[^\W\d_][^\d+]*?)", r"[\s()+./-]*"
NUMBER = rf"(?P<number>(?:p[ -]?\d|[+(]{{0,2}}\d{BETWEEN}\d{BETWEEN}\d)[\d\s()+./-]*)"
NAME_FIRST = re.compile(rf"{NAME}[\s,]+{NUMBER}(?P<more>\D.*)?", re.IGNORECASE)
NUMBER_FIRST = re.compile(rf"{NUMBER}[\s,]+{NAME}", re.IGNORECASE)


def numbered(text: str) -> tuple[str, str]:
    """The name and the number, told apart; empty texts where there are not both. An extension may stand behind."""
    simple = plain(text).strip()
    found = NAME_FIRST.fullmatch(simple) or NUMBER_FIRST.fullmatch(simple)
    if found is None or (found.re is NAME_FIRST and not _is_extension(found)):
        return "", ""
    return found["name"].strip(" ,"), found["number"].strip()


def _is_extension(found: re.Match[str]) -> bool:
    """Whether what stands behind the number is nothing, or its extension."""
    return not found["more"] or bool(parted(f"{found['number']}{found['more']}")[1])


def has_number(number: str, whole: str) -> Sql:
    """The patient has the number, by telephone or in the record; or has all that was typed in another number, or in
    the name."""
    typed = Typed.of(number)
    conditions = [contains(PHONE_DIGITS, end) for end in phone_end(typed)]
    conditions += [equals(RECORD, own) for own in own_number(typed)]
    conditions += [begins_code(CODE, text) for text in (number, whole)]
    conditions += [has_identifier(IDENTIFIERS, text) for text in identifier(Typed.of(whole))]
    return either([*conditions, each_begins(NAME_WORDS, " ".join(typed.words))])
