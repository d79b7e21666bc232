"""Identifiers that others gave a person, as they are typed: one a line, "NHS number: 943 476 5919".

What stands before the colon is the system: one of those below, whose numbers are checked as their authority publishes
it, or whatever the clinic calls it. They are kept as text, "NHS number: 9434765919", one a line.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from django.core.exceptions import ValidationError

from clinic.text.signs import plain

LINES = re.compile(r"[\n;]+")
SIGNS = re.compile(r"[^0-9A-Za-z]+")
LONGEST_SYSTEM, LONGEST_VALUE, MOST = 60, 60, 12
FINNISH_SIGNS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


class Identifier(NamedTuple):
    system: str
    value: str


def _eleven(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11


def is_nhs_number(value: str) -> bool:
    """Ten digits, the last by modulus 11: NHS Data Model and Dictionary, "NHS Number"."""
    if not re.fullmatch(r"\d{10}", value, re.ASCII):
        return False
    check = (11 - _eleven(value[:9], (10, 9, 8, 7, 6, 5, 4, 3, 2))) % 11
    return check != 10 and check == int(value[9])


def is_personnummer(value: str) -> bool:
    """Ten or twelve digits, the last by Luhn over the ten: Skatteverket, SKV 704."""
    if not re.fullmatch(r"(\d{2})?\d{10}", value, re.ASCII):
        return False
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(value[-10:])]
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def is_fodselsnummer(value: str) -> bool:
    """Eleven digits, the last two by modulus 11: Skatteetaten, "Fødselsnummer"."""
    if not re.fullmatch(r"\d{11}", value, re.ASCII):
        return False
    first = _eleven(value, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1))
    return first == 0 and _eleven(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) == 0


def is_cpr_number(value: str) -> bool:
    """Ten digits; since 2007 numbers are given that no check digit holds: CPR-kontoret, "Personnummeret i CPR"."""
    return re.fullmatch(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d{6}", value, re.ASCII) is not None


def is_henkilotunnus(value: str) -> bool:
    """Six digits, a sign of the century that is no part of it, three digits and a sign by modulus 31: DVV."""
    found = re.fullmatch(r"(\d{6})[A-FU-Y]?(\d{3})([0-9A-Y])", value, re.ASCII)
    return found is not None and FINNISH_SIGNS[int(found[1] + found[2]) % 31] == found[3]


def is_bsn(value: str) -> bool:
    """Nine digits by the test of eleven: Rijksdienst voor Identiteitsgegevens, "Logisch ontwerp BSN"."""
    if not re.fullmatch(r"\d{9}", value, re.ASCII) or value == "000000000":
        return False
    return _eleven(value, (9, 8, 7, 6, 5, 4, 3, 2, -1)) == 0


Check = Callable[[str], bool]
# National numbers by what they are called; besides them any system that a clinic names, such as a hospital's.
NATIONAL: dict[str, Check] = {
    "NHS number": is_nhs_number,
    "Personnummer": is_personnummer,
    "Fødselsnummer": is_fodselsnummer,
    "CPR number": is_cpr_number,
    "Henkilötunnus": is_henkilotunnus,
    "BSN": is_bsn,
}
BY_KEY = {name.casefold(): name for name in NATIONAL} | {"nhs": "NHS number", "cpr": "CPR number"}


def read_identifier(system: str, value: str) -> Identifier:
    """One identifier in plain signs; raises ValidationError for a national number that is none."""
    system, value = plain(system), " ".join(plain(value).split())
    if not system or len(system) > LONGEST_SYSTEM or not any(sign.isalnum() for sign in system):
        raise ValidationError("Write whose number it is before a colon, such as “NHS number: 943 476 5919”.")
    if set(system + value) & {";", "\n"} or ": " in f"{system} " or ":" in value:
        raise ValidationError("Leave out colons and semicolons in a number: they stand between numbers.")
    if not any(sign.isalnum() for sign in value) or len(value) > LONGEST_VALUE:
        raise ValidationError(f"Write the number behind “{system}:”, of {LONGEST_VALUE} signs at most.")
    if (name := BY_KEY.get(system.casefold())) is None:
        return Identifier(system, value)
    simple = SIGNS.sub("", value).upper()
    if not NATIONAL[name](simple):
        raise ValidationError(f"{value} is no {name}. Look for a digit that is wrong, missing or exchanged.")
    return Identifier(name, simple)


def read_identifiers(text: str) -> str:
    """The lines of a text, each read, none twice; raises ValidationError."""
    found = []
    for line in LINES.split(text):
        if line.strip():
            system, colon, value = line.rpartition(":") if line.count(":") > 1 else line.partition(":")
            found.append(read_identifier(system if colon else "", value if colon else line))
    return kept(found)


def kept(found: list[Identifier]) -> str:
    """Identifiers as they are stored; raises ValidationError for more than a record takes."""
    if len(found) > MOST:
        raise ValidationError(f"A record takes {MOST} identifiers.")
    return "\n".join(dict.fromkeys(f"{each.system}: {each.value}" for each in found))


def parsed(stored: str) -> list[Identifier]:
    """Identifiers as they are stored, told apart."""
    return [Identifier(*line.split(": ", 1)) for line in stored.split("\n") if ": " in line]


def compared(stored: str) -> tuple[str, ...]:
    """Each with its system, without signs: what two records of one person have alike."""
    return tuple(f"x {each.system} {SIGNS.sub('', each.value)}" for each in parsed(stored))
