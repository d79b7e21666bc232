"""The lines that people type for the parts of a simple questionnaire, read and written.

question  Did you wake up rested? (reversed)
option    0 Never
band      5-9 Mild (mild)
alert     9 from 1 severe: Ask about thoughts of suicide.
"""

import re
from typing import Any

from clinic.instruments.files.spreadsheet import number_of
from clinic.instruments.reading import NO_SEVERITY
from clinic.text.numbers import MINUS

POINTS = rf"[-{MINUS}]?\d{{1,5}}(?:[.,]\d{{1,2}})?"
OPTION = re.compile(rf"([-{MINUS}]?\d{{1,4}}(?:[.,]\d{{1,2}})?)\s+(\S.*)", re.ASCII)
BAND = re.compile(rf"({POINTS})(?:\s*(?:-|–|to)\s*({POINTS}))?\s+(\S.*)", re.ASCII)
SEVERITIES: dict[str, int | str] = {
    NO_SEVERITY: NO_SEVERITY, "minimal": 0, "mild": 1, "moderate": 2, "high": 3, "severe": 4,
}  # fmt: skip
SEVERITY = re.compile(rf"\s*\(({'|'.join(SEVERITIES)})\)$", re.IGNORECASE)
RAISED = [word for word in SEVERITIES if word != NO_SEVERITY]
ALERT = re.compile(rf"(\S{{1,20}}) from ({POINTS})(?: ({'|'.join(RAISED)}))?\s*:\s*(\S.*)", re.IGNORECASE)
REVERSED = "(reversed)"
STRONGEST = 4


def word_of(severity: int | str) -> str:
    return next(word for word, value in SEVERITIES.items() if value == severity)


def question_of(line: str, number: int) -> dict[str, Any]:
    text = line.removesuffix(REVERSED).strip()
    return {"code": str(number), "text": text, "options": "options", "reversed": text != line}


def option_of(line: str) -> dict[str, Any] | None:
    read = OPTION.fullmatch(line)
    return {"points": number_of(read[1]), "text": read[2]} if read else None


def band_of(line: str) -> dict[str, Any] | None:
    """The band of a line; without a `severity` if the line does not end with one."""
    if (read := BAND.fullmatch(line)) is None:
        return None
    band: dict[str, Any] = {"from": number_of(read[1]), "to": number_of(read[2] or read[1]), "word": read[3]}
    if (named := SEVERITY.search(read[3])) and (word := read[3][: named.start()]):
        band |= {"word": word, "severity": SEVERITIES[named[1].lower()]}
    return band


def with_severities(bands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The bands with a severity each: those whose line says none lie evenly between minimal and severe."""
    last = max(len(bands) - 1, 1)
    return [{"severity": round(number * STRONGEST / last), **band} for number, band in enumerate(bands)]


def alert_of(line: str) -> dict[str, Any] | None:
    if (read := ALERT.fullmatch(line)) is None:
        return None
    severity = SEVERITIES[(read[3] or "severe").lower()]
    code = f"item-{read[1].lower()}"
    return {"code": code, "item": read[1], "at_least": number_of(read[2]), "severity": severity, "text": read[4]}


def question_line(item: dict[str, Any]) -> str:
    return f"{item['text']} {REVERSED}" if item.get("reversed") else str(item["text"])


def option_line(option: dict[str, Any]) -> str:
    return f"{option['points']} {option['text']}"


def band_line(band: dict[str, Any]) -> str:
    totals = f"{band['from']}" if band["from"] == band["to"] else f"{band['from']} to {band['to']}"
    return f"{totals} {band['word']} ({word_of(band['severity'])})"


def alert_line(alert: dict[str, Any]) -> str:
    return f"{alert['item']} from {alert['at_least']} {word_of(alert['severity'])}: {alert['text']}"
