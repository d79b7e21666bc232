"""Make a definition of plain data. docs/instruments.md describes the data."""

import re
from typing import Any

from clinic.instruments import definitions as parts
from clinic.instruments.change import Change
from clinic.instruments.consistency import check
from clinic.instruments.definitions import Definition
from clinic.instruments.items import parsing as parsing_items
from clinic.instruments.items.parsing import LONGEST, MOST_ITEMS, MOST_ROWS, loinc
from clinic.instruments.items.parts import SEXES
from clinic.instruments.reading import Fault, Faults, Reader
from clinic.instruments.texts import parsing as parsing_texts

TYPES = ("cognitive_status", "physical", "mental_health", "functional_ability", "social_support", "other")
LICENCE_CLASSES = ("free", "non-commercial")
ANSWERED_BY = ("patient", "clinician")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
VERSION = re.compile(r"[1-9]\d{0,3}")
FORMS = {ID: "small letters, digits and single hyphens", VERSION: "a whole number from 1 on"}
LONGEST_TITLE, LONGEST_NOTE = 150, 6000


def definition_of(data: Any) -> Definition:
    """Make and check the definition; raises Faults with everything that is wrong."""
    definition = read_definition(data)
    if faults := check(definition):
        raise Faults(faults)
    return definition


def read_definition(data: Any) -> Definition:
    """Make the definition of stored data, without checks: a stricter check must not remove what patients answered."""
    if not isinstance(data, dict):
        raise Faults([Fault((), "A definition is a table of names and values.")])
    faults: list[Fault] = []
    reader = Reader(data, (), faults)
    definition = _definition(reader)
    if faults:
        raise Faults(faults)
    return definition


def _definition(reader: Reader) -> Definition:
    sets = parsing_items.option_sets(reader.table("options"))
    definition = Definition(
        **_identity(reader),
        **_rule(reader.table("scoring")),
        **_asked(reader.table("asked")),
        **_loinc_codes(reader.table("loinc")),
        **_follow_up(reader.table("follow_up")),
        items=tuple(parsing_items.item(row, sets) for row in reader.rows("items", MOST_ITEMS)),
        sections=tuple(_section(row) for row in reader.rows("sections", MOST_ITEMS)),
        subscales=tuple(_subscale(row) for row in reader.rows("subscales", MOST_ITEMS)),
        bands=tuple(_band(row) for row in reader.rows("bands", MOST_ROWS)),
        cutoffs=tuple(_cutoff(row) for row in reader.rows("cutoffs", MOST_ROWS)),
        alerts=tuple(_alert(row) for row in reader.rows("alerts", MOST_ROWS)),
        change=_change(reader.table("change")),
        translations=parsing_texts.translations(reader.table("translations")),
        displays=tuple(parsing_texts.displays(reader.rows("displays", MOST_ITEMS))),
        exchange=parsing_texts.exchange(reader.table("exchange")),
    )
    reader.close()
    return definition


def _identity(reader: Reader) -> dict[str, Any]:
    return {
        "id": _pattern(reader, "id", ID),
        "version": _pattern(reader, "version", VERSION),
        "title": reader.text("title", longest=LONGEST_TITLE),
        "name": reader.text("name", longest=500),
        "type": reader.choice("type", TYPES),
        "answered_by": reader.choice("answered_by", ANSWERED_BY, "clinician"),
        "instruction": reader.text("instruction", required=False, longest=LONGEST),
        "source": reader.text("source", longest=LONGEST),
        "licence": reader.text("licence", longest=LONGEST_NOTE),
        "licence_class": reader.choice("licence_class", LICENCE_CLASSES),
        "note": reader.text("note", required=False, longest=LONGEST_NOTE),
        "variant_of": _pattern(reader, "variant_of", ID, required=False),
        "countries": reader.texts("countries"),
    }


def _rule(reader: Reader) -> dict[str, Any]:
    values = {
        "rule": reader.choice("rule", ("sum", "none"), "sum"),
        "low": reader.number("minimum", 0),
        "high": reader.number("maximum", 0),
        "multiply": reader.number("multiply", 1),
        "pattern": reader.text("pattern", required=False),
    }
    reader.close()
    return values


def _asked(reader: Reader) -> dict[str, Any]:
    values = {
        "youngest": reader.optional_whole("youngest", 0, 130),
        "oldest": reader.optional_whole("oldest", 0, 130),
        "sexes": reader.texts("sexes", SEXES) or SEXES,
        "caution": reader.text("caution", required=False, longest=LONGEST),
    }
    reader.close()
    return values


def _follow_up(reader: Reader) -> dict[str, Any]:
    values = {"follow_up": _pattern(reader, "positive", ID, required=False)}
    reader.close()
    return values


def _loinc_codes(reader: Reader) -> dict[str, Any]:
    values = {"panel_loinc": loinc(reader, "panel"), "total_loinc": loinc(reader, "total")}
    reader.close()
    return values


def _pattern(reader: Reader, name: str, pattern: re.Pattern[str], *, required: bool = True) -> str:
    value = reader.text(name, required=required, longest=60)
    if value and not pattern.fullmatch(value):
        reader.note(name, f"“{value}” is not as it must be: {FORMS[pattern]}.")
    return value


def _section(row: Reader) -> parts.Section:
    part = parts.Section(
        row.text("title", longest=LONGEST),
        row.texts("items"),
        row.choice("counts", ("sum", "highest"), "sum") == "highest",
    )
    row.close()
    return part


def _subscale(row: Reader) -> parts.Subscale:
    part = parts.Subscale(
        code=row.text("code", longest=20),
        title=row.text("title", longest=200),
        items=row.texts("items"),
        at_least=row.optional_number("at_least"),
        needs=row.whole("needs", 0, MOST_ITEMS, 0),
        positive_from=row.optional_number("positive_from"),
    )
    row.close()
    return part


def _band(row: Reader) -> parts.Band:
    part = parts.Band(
        low=row.number("from"),
        high=row.number("to"),
        word=row.text("word", longest=60),
        severity=row.severity("severity"),
        sex=row.choice("sex", ("", *parts.RULED_SEXES), ""),
        peak=row.optional_number("any_item"),
    )
    row.close()
    return part


def _cutoff(row: Reader) -> parts.Cutoff:
    part = parts.Cutoff(
        positive_from=row.number("positive_from"),
        uncertain_from=row.optional_number("uncertain_from"),
        sex=row.choice("sex", ("", *parts.RULED_SEXES), ""),
    )
    row.close()
    return part


def _alert(row: Reader) -> parts.AlertRule:
    part = parts.AlertRule(
        code=_pattern(row, "code", ID),
        text=row.text("text"),
        severity=row.whole("severity", 0, 4),
        item=row.text("item", required=False, longest=20),
        at_least=row.number("at_least", 0),
        band=row.text("band", required=False, longest=60),
        peak=row.optional_number("any_item"),
    )
    row.close()
    return part


def _change(reader: Reader) -> Change:
    part = Change(
        case_from=reader.optional_number("case_from"),
        remission_below=reader.optional_number("remission_below"),
        reliable=reader.optional_number("reliable"),
        source=reader.text("source", required=False, longest=LONGEST),
    )
    reader.close()
    return part
