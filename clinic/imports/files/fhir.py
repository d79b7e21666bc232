"""Patients of FHIR's bulk files (NDJSON, a resource a line) as rows of text, whose columns propose themselves.

Fields are those of FHIR R4 (hl7.org/fhir/R4/patient.html), which R5 has by the same names. What is read of them goes
the way of every other file: through the form's fields, with a preview, and into a file of errors.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from clinic.imports.files.rows import LONGEST_CELL, Row

HEADINGS = [
    "Record number", "Identifiers", "Full name", "Family name", "Preferred name", "Other names", "Gender",
    "Date of birth", "Phone number", "Second phone number", "E-mail", "Address", "Language", "Needs interpreter",
    "Next of kin", "Status",
]  # fmt: skip
OF_RECORD = "MR"  # the type of an identifier that is the clinic's own, by HL7's table 0203
SYSTEMS = {"https://fhir.nhs.uk/Id/nhs-number": "NHS number"}
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
NAMES = ("official", "usual", "", "temp", "anonymous")  # by use, the one that a record is called by first
PHONES = ("mobile", "home", "", "work", "temp")
ADDRESSES = ("home", "", "temp", "work", "billing")
COLONS = re.compile(r"[:;\s]+")
NO_TEXT = "This line has signs in it that are no text."
DEEPEST = "This line is too deep to be read."
UNWRITABLE = re.compile("[\0\ud800-\udfff]")


class Odd(Exception):
    """A field holds something else than FHIR has there."""


def patient_rows(lines: Iterator[str]) -> Iterator[Row]:
    """A row for each line that is not empty, numbered as the lines are; what is no patient has a fault."""
    for number, line in enumerate(lines, 1):
        if line := line.strip("\ufeff \t\r\n"):
            yield _row(number, line)


def _row(number: int, line: str) -> Row:
    try:
        resource = json.loads(line, parse_constant=no_number)
        cells = _cells(resource)
    except RecursionError:
        return Row(number, [], DEEPEST)
    except Odd as odd:
        return Row(number, [], UNWRITABLE.sub("", str(odd)))
    except ValueError as error:
        return Row(number, [], f"This line is no JSON: {error}."[:200])
    if any(map(UNWRITABLE.search, cells)):
        return Row(number, [UNWRITABLE.sub("", cell) for cell in cells], NO_TEXT)
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return Row(number, [cell[:LONGEST_CELL] for cell in cells], "A field of this line is too long.")
    return Row(number, cells)


def no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _cells(patient: Any) -> list[str]:
    """What the HEADINGS have of a resource; raises Odd."""
    if not isinstance(patient, dict) or patient.get("resourceType") != "Patient":
        kind = patient.get("resourceType") if isinstance(patient, dict) else None
        raise Odd(f"This line is no Patient, but {kind if isinstance(kind, str) else 'something else'}."[:200])
    names = _by_use(objects_of(patient, "name"), NAMES)
    called = next(iter(names), {})
    phones = [text_of(each, "value") for each in _by_use(_telecom(patient, "phone"), PHONES)]
    record, others = _identifiers(patient)
    return [
        record, others, _full_name(called), text_of(called, "family"), *_further_names(patient, called),
        text_of(patient, "gender"), _day(text_of(patient, "birthDate")), *[*phones, "", ""][:2],
        next((text_of(each, "value") for each in _telecom(patient, "email")), ""),
        _address(next(iter(_by_use(objects_of(patient, "address"), ADDRESSES)), {})), _language(patient),
        _interpreter(patient), "\n".join(filter(None, map(_contact, objects_of(patient, "contact")))), _status(patient),
    ]  # fmt: skip


def odd(name: str, value: Any) -> NoReturn:
    raise Odd(
        f"“{name}” holds something else than FHIR has there: {json.dumps(value, ensure_ascii=True, default=str)[:60]}"
    )


def objects_of(thing: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = thing.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        odd(name, value)
    return value


def object_of(thing: dict[str, Any], name: str) -> dict[str, Any]:
    value = thing.get(name) or {}
    return value if isinstance(value, dict) else odd(name, value)


def text_of(thing: dict[str, Any], name: str) -> str:
    value = thing.get(name)
    return "" if value is None else value.strip() if isinstance(value, str) else odd(name, value)


def _texts(thing: dict[str, Any], name: str) -> list[str]:
    """The texts of a list; one that is left out there is null."""
    value = thing.get(name) or []
    if not isinstance(value, list) or not all(each is None or isinstance(each, str) for each in value):
        odd(name, value)
    return [text for each in value if each and (text := each.strip())]


def _by_use(things: list[dict[str, Any]], uses: tuple[str, ...]) -> list[dict[str, Any]]:
    """Those of these uses, the first use first; what is old, or a maiden name, has another."""
    return [each for use in uses for each in things if text_of(each, "use") == use]


def _telecom(thing: dict[str, Any], system: str) -> list[dict[str, Any]]:
    return [each for each in objects_of(thing, "telecom") if text_of(each, "system") == system]


def _full_name(name: dict[str, Any]) -> str:
    family = text_of(name, "family")
    return " ".join([*_texts(name, "given"), *filter(None, [family]), *_texts(name, "suffix")]) or text_of(name, "text")


def _further_names(patient: dict[str, Any], called: dict[str, Any]) -> tuple[str, str]:
    """What they are called, and their other names."""
    others = [each for each in objects_of(patient, "name") if each is not called]
    nicknames = [_full_name(each) for each in others if text_of(each, "use") == "nickname"]
    rest = [name for each in others if text_of(each, "use") != "nickname" and (name := _full_name(each))]
    return next(iter(nicknames), ""), ", ".join(dict.fromkeys([*nicknames[1:], *rest]))


def _identifiers(patient: dict[str, Any]) -> tuple[str, str]:
    """The record number, and the identifiers of others, a line each."""
    record, lines = "", []
    for each in objects_of(patient, "identifier"):
        value, kind = text_of(each, "value"), object_of(each, "type")
        is_own = any(text_of(code, "code") == OF_RECORD for code in objects_of(kind, "coding"))
        if is_own and not record:
            record = value
        elif value and text_of(each, "use") != "old":
            lines.append(f"{system_of(each, kind)}: {value}")
    return record, "\n".join(lines)


def system_of(identifier: dict[str, Any], kind: dict[str, Any]) -> str:
    """Whose number it is, in words: as it is known, as the file says, or the end of the system's address."""
    uri = text_of(identifier, "system")
    said = text_of(kind, "text") or text_of(object_of(identifier, "assigner"), "display")
    words = COLONS.sub(" ", said or uri.rstrip("/").rpartition("/")[2]).strip()
    return SYSTEMS.get(uri) or words[:60] or "Identifier"


def _day(text: str) -> str:
    """A month of a year as people write it; whole days and years are read as they are."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    return f"{found[2]}/{found[1]}" if found else text


def _address(address: dict[str, Any]) -> str:
    parts = [text_of(address, name) for name in ("city", "district", "state", "postalCode", "country")]
    return "\n".join([*_texts(address, "line"), *filter(None, parts)]) or text_of(address, "text")


def _language(patient: dict[str, Any]) -> str:
    """The language that is preferred, or the first: "de" of "de-CH"."""
    spoken = sorted(objects_of(patient, "communication"), key=lambda each: each.get("preferred") is not True)
    codes = [text_of(code, "code") for each in spoken for code in objects_of(object_of(each, "language"), "coding")]
    return next((code.partition("-")[0].lower() for code in codes if code), "")


def _interpreter(patient: dict[str, Any]) -> str:
    found = [
        each.get("valueBoolean") for each in objects_of(patient, "extension") if text_of(each, "url") == INTERPRETER
    ]
    return "yes" if True in found else "no"


def _contact(contact: dict[str, Any]) -> str:
    """Who it is and how they are reached: "Ada Bell, mother, 020 7946 0018"."""
    relations = [text_of(kind, "text") for kind in objects_of(contact, "relationship")]
    reached = [text_of(each, "value") for each in objects_of(contact, "telecom")]
    return ", ".join(filter(None, [_full_name(object_of(contact, "name")), *relations, *reached]))


def _status(patient: dict[str, Any]) -> str:
    return "deceased" if patient.get("deceasedBoolean") is True or patient.get("deceasedDateTime") else "active"
