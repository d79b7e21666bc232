"""Make the items of a definition of plain data."""

import re
from dataclasses import replace

from clinic.instruments.items import parts
from clinic.instruments.items.parts import KINDS, NUMBER, ONE, OPERATORS, SEXES, WITH_POINTS, Answer
from clinic.instruments.reading import Reader, exact
from clinic.text.numbers import number_shown

LOINC = re.compile(r"\d{1,7}-\d|LA\d{1,6}-\d")
MOST_ITEMS, MOST_OPTIONS, MOST_ROWS, MOST_CONDITIONS, LONGEST, LONGEST_CODE = 200, 30, 30, 10, 2000, 200


def loinc(reader: Reader, name: str = "loinc") -> str:
    value = reader.text(name, required=False, longest=12)
    if value and not LOINC.fullmatch(value):
        reader.note(name, f"“{value}” is not a LOINC code.")
    return value


def option_sets(reader: Reader) -> dict[str, tuple[parts.Option, ...]]:
    found = {}
    for name in reader.data:
        found[name] = _options(reader, name)
    return found


def _options(reader: Reader, name: str) -> tuple[parts.Option, ...]:
    found: list[parts.Option] = []
    rows = reader.rows(name, MOST_OPTIONS)
    for row in rows:
        option = parts.Option(
            row.number("points"),
            row.text("text"),
            loinc(row),
            row.text("code", required=False, longest=LONGEST_CODE),
        )
        if option.code and any(option.code == other.code for other in found):
            row.note("code", "Two options have the same code.")
        if any(option.text == other.text for other in found):
            row.note("text", "Two options have the same text.")
        found.append(option)
        row.close()
    _tell_apart(rows, found)
    return tuple(found)


def _tell_apart(rows: list[Reader], options: list[parts.Option]) -> None:
    """Note options with equal points where one has no code, so that nobody could say which was chosen."""
    if all(option.code for option in options):
        return
    read = [
        (row, option) for row, option in zip(rows, options, strict=True) if exact(row.data.get("points")) is not None
    ]
    for index, (row, option) in enumerate(read):
        if any(option.points == other.points for _, other in read[:index]):
            row.note(
                "points",
                f"Two options have {number_shown(option.points)} points, so that they do not say which was chosen.",
            )


def item(row: Reader, sets: dict[str, tuple[parts.Option, ...]]) -> parts.Item:
    kind = row.choice("kind", KINDS, NUMBER if row.has("measure") else ONE)
    part = parts.Item(
        code=row.text("code", longest=20),
        text=row.text("text", longest=LONGEST),
        kind=kind,
        options=_reversed(row, _item_options(row, sets)),
        measure=_measure(row.table("measure")) if row.has("measure") else None,
        scored=row.flag("scored", default=kind in WITH_POINTS),
        weight=row.number("weight", 1),
        sexes=row.texts("sexes", SEXES) or SEXES,
        source=row.choice("source", ("", "age"), ""),
        hint=row.text("hint", required=False, longest=LONGEST),
        loinc=loinc(row),
        asked_if=_asked_if(row.table("asked_if")) if row.has("asked_if") else None,
    )
    row.close()
    return part


def _asked_if(reader: Reader) -> parts.AskedIf:
    part = parts.AskedIf(
        conditions=tuple(_condition(row) for row in reader.rows("conditions", MOST_CONDITIONS)),
        anyone=reader.choice("behaviour", ("all", "any"), "all") == "any",
        counts_as=reader.optional_number("counts_as"),
    )
    reader.close()
    return part


def _condition(row: Reader) -> parts.Condition:
    part = parts.Condition(row.text("item", longest=20), row.choice("operator", OPERATORS), _answer(row, "answer"))
    row.close()
    return part


def _answer(row: Reader, name: str) -> Answer:
    """An answer as it is named in a file: points, a code, or true and false."""
    if not row.has(name):
        row.note(None, f"“{name}” is missing.")
        return 0
    value = row.data[name]
    if isinstance(value, str | bool):
        return value
    if (number := exact(value)) is None:
        row.note(name, "This must be the points or the code of an answer, or true or false.")
    return number or 0


def _item_options(row: Reader, sets: dict[str, tuple[parts.Option, ...]]) -> tuple[parts.Option, ...]:
    if not row.has("options"):
        return ()
    if isinstance(row.data["options"], list):
        return _options(row, "options")
    name = row.text("options")
    if name and name not in sets:
        row.note("options", f"There are no options called “{name}”.")
    return sets.get(name, ())


def _reversed(row: Reader, options: tuple[parts.Option, ...]) -> tuple[parts.Option, ...]:
    """The options with reversed points, if the item says so: the highest counts as the lowest."""
    if not row.flag("reversed", default=False) or not options:
        return options
    ends = min(option.points for option in options) + max(option.points for option in options)
    return tuple(replace(option, points=ends - option.points) for option in options)


def _measure(reader: Reader) -> parts.Measure:
    tables = tuple(_table(row) for row in reader.rows("tables", MOST_ROWS))
    rows = _table_rows(reader, "points")
    part = parts.Measure(
        unit=reader.text("unit", required=False, longest=40),
        ucum=reader.text("ucum", required=False, longest=40),
        minimum=reader.number("minimum"),
        maximum=reader.number("maximum"),
        decimals=reader.whole("decimals", 0, 2, 0),
        tables=(*((parts.Table(rows),) if rows else ()), *tables),
    )
    reader.close()
    return part


def _table(row: Reader) -> parts.Table:
    when = row.table("when")
    answers = {code: exact(value) for code, value in when.data.items()}
    for code, value in answers.items():
        if value is None:
            when.note(code, "This must be the points of an answer.")
    part = parts.Table(_table_rows(row, "points"), {code: value or 0 for code, value in answers.items()})
    row.close()
    return part


def _table_rows(reader: Reader, name: str) -> tuple[parts.Row, ...]:
    found = []
    for row in reader.rows(name, MOST_ROWS):
        found.append(parts.Row(row.number("from"), row.number("to"), row.number("points")))
        row.close()
    return tuple(found)
