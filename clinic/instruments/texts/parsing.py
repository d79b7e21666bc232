"""Make the texts of a definition, and what other programs call its parts, of plain data."""

import re
from collections.abc import Iterator

from clinic.instruments.reading import Fault, Path, Reader
from clinic.instruments.texts import parts

LANGUAGE = re.compile(r"(?!en$)[a-z]{2,3}(?:-[a-z0-9]{2,6})?")
KINDS = ("coding", "integer", "string", "boolean")
MOST, MOST_CODES, LONGEST, LONGEST_CODE = 400, 30, 2000, 500


def translations(reader: Reader) -> dict[str, parts.Translation]:
    found = {}
    for language in reader.data:
        one = reader.table(language)
        if not LANGUAGE.fullmatch(language):
            one.note(None, f"“{language}” is not the code of another language than English, such as de or pt-br.")
        found[language] = parts.Translation(
            language=language,
            title=one.text("title", longest=200),
            instruction=one.text("instruction", required=False, longest=LONGEST),
            items=_texts(one.table("items")),
            options=_texts(one.table("options")),
            source=one.text("source", longest=LONGEST),
        )
        one.close()
    return found


def _texts(reader: Reader) -> dict[str, str]:
    return {name: reader.text(name, longest=LONGEST) for name in reader.data}


def displays(rows: list[Reader]) -> Iterator[parts.Display]:
    for row in rows:
        yield parts.Display(
            text=row.text("text", longest=LONGEST),
            before=row.text("before", required=False, longest=20),
            above_heading=row.flag("above_heading", default=False),
        )
        row.close()


def exchange(reader: Reader) -> parts.Exchange:
    items = reader.table("items")
    found = parts.Exchange(
        url=reader.text("url", required=False),
        version=reader.text("version", required=False),
        codes=_codes(reader, "codes"),
        items={code: _exchange_item(items.table(code)) for code in items.data},
        others=tuple(_other_part(row) for row in reader.rows("others", MOST)),
        notes=_notes(reader),
    )
    reader.close()
    return found


def _notes(reader: Reader) -> tuple[str, ...]:
    """The notes, each a sentence."""
    notes = reader.texts("notes")
    for index, note in enumerate(notes):
        if len(note) > LONGEST or not note.isprintable():
            path: Path = (*reader.path, "notes", index)
            reader.faults.append(Fault(path, f"This must be one line of at most {LONGEST} characters."))
    return notes


def _exchange_item(row: Reader) -> parts.ExchangeItem:
    part = parts.ExchangeItem(row.text("link_id", required=False), _codes(row, "codes"), _codes(row, "options"))
    row.close()
    return part


def _other_part(row: Reader) -> parts.OtherPart:
    part = parts.OtherPart(
        link_id=row.text("link_id", required=False),
        type=row.text("type", longest=20),
        text=row.text("text", required=False, longest=LONGEST),
        codes=_codes(row, "codes"),
    )
    row.close()
    return part


def _codes(reader: Reader, name: str) -> tuple[parts.Code, ...]:
    found = []
    for row in reader.rows(name, MOST_CODES):
        code = row.text("code", required=False, longest=LONGEST_CODE)
        system = row.text("system", required=False, longest=LONGEST_CODE)
        found.append(parts.Code(code, system, row.choice("kind", KINDS, "coding")))
        row.close()
    return tuple(found)
