"""Answers as JSON, a line each: FHIR's QuestionnaireResponses, or rows of our own files for analysis.

Either comes as rows of one answer each, with the headings that our own files have, so that it goes the way of every
other file: columns that propose themselves, a preview, and a file of errors. Rows of one response have its line's
number. Fields are those of FHIR R4 (hl7.org/fhir/R4/questionnaireresponse.html), which R5 has by the same names.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from clinic.imports.files import fhir
from clinic.imports.files.fhir import Odd
from clinic.imports.files.rows import LONGEST_CELL, Row

HEADINGS = [
    "assessment", "patient", "instrument", "instrument_version", "date", "item", "value", "text", "user", "answered_by",
]  # fmt: skip
DONE = ("completed", "amended")
PEOPLE = ("Practitioner", "PractitionerRole")
TEXTS = ("valueString", "valueDate", "valueDateTime", "valueTime", "valueUri")


def answer_rows(lines: Iterator[str]) -> Iterator[Row]:
    """The rows of each line that is not empty; a line that is neither kind has a fault."""
    for number, line in enumerate(lines, 1):
        if line := line.strip("\ufeff \t\r\n"):
            yield from _rows(number, line)


def _rows(number: int, line: str) -> list[Row]:
    try:
        found = _cells(json.loads(line, parse_constant=fhir.no_number, parse_float=Decimal), number)
    except RecursionError:
        return [Row(number, [], fhir.DEEPEST)]
    except Odd as odd:
        return [Row(number, [], fhir.UNWRITABLE.sub("", str(odd)))]
    except ValueError as error:
        return [Row(number, [], f"This line is no JSON: {error}."[:200])]
    return [_row(number, cells) for cells in found]


def _row(number: int, cells: list[str]) -> Row:
    if any(map(fhir.UNWRITABLE.search, cells)):
        return Row(number, [fhir.UNWRITABLE.sub("", cell) for cell in cells], fhir.NO_TEXT)
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return Row(number, [cell[:LONGEST_CELL] for cell in cells], "A field of this line is too long.")
    return Row(number, cells)


def _cells(line: Any, number: int) -> list[list[str]]:
    """What the HEADINGS have of each answer; raises Odd."""
    if not isinstance(line, dict):
        raise Odd("This line is no QuestionnaireResponse.")
    if "resourceType" not in line and {"item", "value"} <= set(line):
        return [[_plain(name, line.get(name)) for name in HEADINGS]]
    kind = line.get("resourceType")
    if kind != "QuestionnaireResponse":
        raise Odd(f"This line is no QuestionnaireResponse, but {kind if isinstance(kind, str) else 'something else'}.")
    if (status := fhir.text_of(line, "status")) not in DONE:
        raise Odd(f"Only what is completed is brought in; this is “{status}”.")
    url, _, version = fhir.text_of(line, "questionnaire").partition("|")
    whose = [fhir.text_of(line, "id") or f"line {number}", _patient(line), url, version, fhir.text_of(line, "authored")]
    about = [_practitioner(fhir.object_of(line, "author")), _source(fhir.object_of(line, "source"))]
    return [[*whose, *answer, *about] for answer in _answers(line) or [["", "", ""]]]


def _plain(name: str, value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | Decimal) else fhir.odd(name, value)


def _patient(line: dict[str, Any]) -> str:
    """The record number, an identifier as "system|value", or the id that a reference ends with."""
    subject = fhir.object_of(line, "subject")
    given = fhir.object_of(subject, "identifier")
    if value := fhir.text_of(given, "value"):
        kind = fhir.object_of(given, "type")
        is_own = any(fhir.text_of(code, "code") == fhir.OF_RECORD for code in fhir.objects_of(kind, "coding"))
        return value if is_own else f"{fhir.system_of(given, kind)}|{value}"
    return _end(subject)


def _end(reference: dict[str, Any]) -> str:
    return fhir.text_of(reference, "reference").rpartition("/")[2].removeprefix("urn:uuid:")


def _practitioner(author: dict[str, Any]) -> str:
    is_one = fhir.text_of(author, "reference").split("/")[-2:-1]
    return (fhir.text_of(author, "display") or _end(author)) if set(is_one) & set(PEOPLE) else ""


def _source(source: dict[str, Any]) -> str:
    return fhir.text_of(source, "display") or "".join(fhir.text_of(source, "reference").split("/")[-2:-1])


def _answers(part: dict[str, Any]) -> list[list[str]]:
    """The linkId, the value and its words of each answer, those of items inside of others too."""
    found = []
    for item in fhir.objects_of(part, "item"):
        for answer in fhir.objects_of(item, "answer"):
            found.append([fhir.text_of(item, "linkId"), *_value(answer)])
            found += _answers(answer)
        found += _answers(item)
    return found


def _value(answer: dict[str, Any]) -> tuple[str, str]:
    if "valueCoding" in answer:
        coding = fhir.object_of(answer, "valueCoding")
        return fhir.text_of(coding, "code"), fhir.text_of(coding, "display")
    if "valueQuantity" in answer:
        return _plain("valueQuantity", fhir.object_of(answer, "valueQuantity").get("value")), ""
    for name in (*TEXTS, "valueBoolean", "valueInteger", "valueDecimal"):
        if name in answer:
            return _plain(name, answer[name]), ""
    raise Odd(f"An answer has none of the values that are read: {', '.join(answer)}"[:200])
