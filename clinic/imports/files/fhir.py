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
DEEPEST = "This line is too deep to be read."
UNWRITABLE = re.compile("[\0\ud800-\udfff]")


class _Odd(Exception):
    """A field holds something else than FHIR has there."""


def patient_rows(lines: Iterator[str]) -> Iterator[Row]:
    """A row for each line that is not empty, numbered as the lines are; what is no patient has a fault."""
    for number, line in enumerate(lines, 1):
        if line := line.strip("\ufeff \t\r\n"):
            yield _row(number, line)


def _row(number: int, line: str) -> Row:
    try:
        resource = json.loads(line, parse_constant=_no_number)
        cells = _cells(resource)
    except RecursionError:
        return Row(number, [], DEEPEST)
    except _Odd as odd:
        return Row(number, [], UNWRITABLE.sub("", str(odd)))
    except ValueError as error:
        return Row(number, [], f"This line is no JSON: {error}."[:200])
    if any(map(UNWRITABLE.search, cells)):
        return Row(number, [UNWRITABLE.sub("", cell) for cell in cells], "This line has signs in it that are no text.")
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return Row(number, [cell[:LONGEST_CELL] for cell in cells], "A field of this line is too long.")
    return Row(number, cells)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _cells(patient: Any) -> list[str]:
    """What the HEADINGS have of a resource; raises _Odd."""
    if not isinstance(patient, dict) or patient.get("resourceType") != "Patient":
        kind = patient.get("resourceType") if isinstance(patient, dict) else None
        raise _Odd(f"This line is no Patient, but {kind if isinstance(kind, str) else 'something else'}."[:200])
    names = _by_use(_objects(patient, "name"), NAMES)
    called = next(iter(names), {})
    phones = [_text(each, "value") for each in _by_use(_telecom(patient, "phone"), PHONES)]
    record, others = _identifiers(patient)
    return [
        record, others, _full_name(called), _text(called, "family"), *_further_names(patient, called),
        _text(patient, "gender"), _day(_text(patient, "birthDate")), *[*phones, "", ""][:2],
        next((_text(each, "value") for each in _telecom(patient, "email")), ""),
        _address(next(iter(_by_use(_objects(patient, "address"), ADDRESSES)), {})), _language(patient),
        _interpreter(patient), "\n".join(filter(None, map(_contact, _objects(patient, "contact")))), _status(patient),
    ]  # fmt: skip


def _odd(name: str, value: Any) -> NoReturn:
    raise _Odd(f"“{name}” holds something else than FHIR has there: {json.dumps(value, ensure_ascii=True)[:60]}")


def _objects(thing: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = thing.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        _odd(name, value)
    return value


def _object(thing: dict[str, Any], name: str) -> dict[str, Any]:
    value = thing.get(name) or {}
    return value if isinstance(value, dict) else _odd(name, value)


def _text(thing: dict[str, Any], name: str) -> str:
    value = thing.get(name)
    return "" if value is None else value.strip() if isinstance(value, str) else _odd(name, value)


def _texts(thing: dict[str, Any], name: str) -> list[str]:
    """The texts of a list; one that is left out there is null."""
    value = thing.get(name) or []
    if not isinstance(value, list) or not all(each is None or isinstance(each, str) for each in value):
        _odd(name, value)
    return [text for each in value if each and (text := each.strip())]


def _by_use(things: list[dict[str, Any]], uses: tuple[str, ...]) -> list[dict[str, Any]]:
    """Those of these uses, the first use first; what is old, or a maiden name, has another."""
    return [each for use in uses for each in things if _text(each, "use") == use]


def _telecom(thing: dict[str, Any], system: str) -> list[dict[str, Any]]:
    return [each for each in _objects(thing, "telecom") if _text(each, "system") == system]


def _full_name(name: dict[str, Any]) -> str:
    family = _text(name, "family")
    return " ".join([*_texts(name, "given"), *filter(None, [family]), *_texts(name, "suffix")]) or _text(name, "text")


def _further_names(patient: dict[str, Any], called: dict[str, Any]) -> tuple[str, str]:
    """What they are called, and their other names."""
    others = [each for each in _objects(patient, "name") if each is not called]
    nicknames = [_full_name(each) for each in others if _text(each, "use") == "nickname"]
    rest = [name for each in others if _text(each, "use") != "nickname" and (name := _full_name(each))]
    return next(iter(nicknames), ""), ", ".join(dict.fromkeys([*nicknames[1:], *rest]))


def _identifiers(patient: dict[str, Any]) -> tuple[str, str]:
    """The record number, and the identifiers of others, a line each."""
    record, lines = "", []
    for each in _objects(patient, "identifier"):
        value, kind = _text(each, "value"), _object(each, "type")
        is_own = any(_text(code, "code") == OF_RECORD for code in _objects(kind, "coding"))
        if is_own and not record:
            record = value
        elif value and _text(each, "use") != "old":
            lines.append(f"{_system(each, kind)}: {value}")
    return record, "\n".join(lines)


def _system(identifier: dict[str, Any], kind: dict[str, Any]) -> str:
    """Whose number it is, in words: as it is known, as the file says, or the end of the system's address."""
    uri = _text(identifier, "system")
    said = _text(kind, "text") or _text(_object(identifier, "assigner"), "display")
    words = COLONS.sub(" ", said or uri.rstrip("/").rpartition("/")[2]).strip()
    return SYSTEMS.get(uri) or words[:60] or "Identifier"


def _day(text: str) -> str:
    """A month of a year as people write it; whole days and years are read as they are."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    return f"{found[2]}/{found[1]}" if found else text


def _address(address: dict[str, Any]) -> str:
    parts = [_text(address, name) for name in ("city", "district", "state", "postalCode", "country")]
    return "\n".join([*_texts(address, "line"), *filter(None, parts)]) or _text(address, "text")


def _language(patient: dict[str, Any]) -> str:
    """The language that is preferred, or the first: "de" of "de-CH"."""
    spoken = sorted(_objects(patient, "communication"), key=lambda each: each.get("preferred") is not True)
    codes = [_text(code, "code") for each in spoken for code in _objects(_object(each, "language"), "coding")]
    return next((code.partition("-")[0].lower() for code in codes if code), "")


def _interpreter(patient: dict[str, Any]) -> str:
    found = [each.get("valueBoolean") for each in _objects(patient, "extension") if _text(each, "url") == INTERPRETER]
    return "yes" if True in found else "no"


def _contact(contact: dict[str, Any]) -> str:
    """Who it is and how they are reached: "Ada Bell, mother, 020 7946 0018"."""
    relations = [_text(kind, "text") for kind in _objects(contact, "relationship")]
    reached = [_text(each, "value") for each in _objects(contact, "telecom")]
    return ", ".join(filter(None, [_full_name(_object(contact, "name")), *relations, *reached]))


def _status(patient: dict[str, Any]) -> str:
    return "deceased" if patient.get("deceasedBoolean") is True or patient.get("deceasedDateTime") else "active"
