"""Files that give no instrument, beside the nearest that give one: Questionnaires, spreadsheets, forms and TOML."""

import io
import json
import zipfile

from clinic.instruments.files.importing import example_rows

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
SHEET = "xl/worksheets/sheet1.xml"


def option(text, points):
    return {"valueCoding": {"display": text}, "extension": [{"url": ORDINAL, "valueDecimal": points}]}


def question(text, **more):
    return {"linkId": text, "type": "choice", "text": text, "answerOption": [option("No", 0), option("Yes", 1)], **more}


def questions(count):
    return [question(f"Question {number}") for number in range(count)]


def questionnaire(*items, **more):
    return json.dumps({"resourceType": "Questionnaire", "title": "Mood", "item": items, **more}).encode()


def nested(depth):
    """A question in as many groups, one in the other."""
    item = question("Deep?")
    for number in range(depth):
        item = {"linkId": f"g{number}", "type": "group", "text": f"Group {number}", "item": [item]}
    return questionnaire(item)


def rows(old="", new=""):
    """The example of the layout, with one cell changed."""
    cells = [[new if cell == old else cell for cell in row] for row in example_rows()]
    return "\n".join(";".join(row) for row in cells).encode()


def padded(size):
    """The example as a file of so many bytes, with comments."""
    comments = b"\n#" + b"x" * 998
    return (rows() + comments * (size // len(comments) + 1))[:size]


def counted(count):
    """The example and comments, so many rows."""
    return rows() + b"\n#" * (count - len(list(example_rows())))


def unpacked(book, size):
    """The spreadsheet with an unread part, so that all of it is so many bytes when it is unpacked."""
    content = io.BytesIO(book)
    with zipfile.ZipFile(content) as packed:
        rest = size - sum(part.file_size for part in packed.infolist())
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/unread.bin", b"\0" * rest)
    return content.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def crowded(book, row, count, called=SHEET):
    """The spreadsheet with so many rows of this text before its own; `called` is the name of the part."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            text = old.read(part).replace(b"sheet1.xml", called.rpartition("/")[2].encode())
            rows = b"<sheetData>" + row * count
            new.writestr(*((called, text.replace(b"<sheetData>", rows)) if part == SHEET else (part, text)))
    return content.getvalue()


EMPTY_GROUP = {"linkId": "g", "type": "group", "text": "More", "item": []}
KINDS = "title, name, instruction, source, licence, note, option, item, band, alert"
# Name, a file that is accepted, one that is refused, and what is said.
FILES = [
    ("a.csv", padded(1024 * 1024), padded(1024 * 1024 + 1), ["The file is larger than one megabyte."]),
    ("a.CSV", rows(), b"\xff", ["The file is not UTF-8 text. Save it as “CSV UTF-8”."]),
    ("a.csv", counted(2000), counted(2001), ["The file has more than 2000 rows."]),
    ("a.csv", rows(), b"title;" + b"x" * 131_073, ["The file is not CSV that can be read."]),
    ("a.csv", rows("band", "BAND"), rows("band", "bands"),
     [f"Row {row}: “bands” is none of: {KINDS}." for row in (10, 11)]),
    ("a.csv", rows("reversed", "REVERSED"), rows("reversed", "turned"),
     ["Row 9: “turned” is neither “reversed” nor “not scored”.", "Row 11: bands 2, to: The last band must end at 2."]),
    ("a.csv", rows("0", "0,0"), rows("0", "none"), [f"Row {row}: “none” is not a number." for row in (5, 10, 10)]),
    ("a.json", questionnaire(question("A?")), b"{", ["The file is not JSON that can be read."]),
    ("a.json", questionnaire(question("A?")), b'{"resourceType": NaN}', ["The file is not JSON that can be read."]),
]  # fmt: skip
FORM = {
    "title": "Sleep",
    "questions": "Awake?\nRested? (reversed)",
    "options": "0 Never\n1,5 Often",
    "source": "Us",
    "bands": "0-1.4 Good\n1,5 to 3 Poor",
    "type": "other",
    "answered_by": "patient",
    "licence_class": "free",
    "licence": "Ours",
    "instruction": "In the last week:",
}
# A field of the form, what is refused in it, and what is said beside it.
FORMS = [
    ("options", "Never\n1 Often", ["“Never” does not begin with points, such as 0."]),
    ("options", "12345 Never\n1 Often", ["“12345 Never” does not begin with points, such as 0."]),
    ("bands", "Good 0-1\n1.5-3 Poor", ["“Good 0-1” does not begin with a range, such as 0-4."]),
    ("bands", "0-1 Good\n2-3 Poor", ["The band must begin at 1.1."]),
    ("bands", "0-1.4 Good\n1.5-2 Poor", ["The last band must end at 3."]),
    ("positive_from", "many", ["Write a number, such as 10."]),
    ("alerts", "Ask", ["“Ask” is not as it must be: 9 from 1 severe: what to do."]),
    ("youngest", "131", ["Ensure this value is less than or equal to 130."]),
]
