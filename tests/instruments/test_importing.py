"""The clinic's own instruments: what files give, and what they are refused for."""

import csv
import io
import json
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.instruments.actions import custom_id
from clinic.instruments.files.importing import MOST_ROWS, Imported, Refused, example_rows, import_file
from clinic.instruments.parsing import definition_of
from clinic.instruments.scoring import score
from tests.instruments.broken_files import SHEET, crowded
from tests.sizes import times

ABOUT = {"type": "mental_health", "answered_by": "patient", "licence_class": "free"}
LOINC = "http://loinc.org"


def made(name, content):
    found = import_file(name, content if isinstance(content, bytes) else content.encode(), **ABOUT)
    return definition_of({**found.data, "id": "own-x", "version": "1"})


def refused(name, content):
    with pytest.raises(Refused) as error:
        made(name, content)
    return error.value.messages


def as_csv(rows, delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def as_xlsx(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def option(text, points):
    extension = [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": points}]
    return {"valueCoding": {"display": text, "extension": []}, "extension": extension}


def question(text, **more):
    return {"linkId": text, "type": "choice", "text": text, "answerOption": [option("No", 0), option("Yes", 2)], **more}


def questionnaire(*items, **more):
    return json.dumps({"resourceType": "Questionnaire", "title": "Mood", "status": "active", "item": items, **more})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sleep.csv", as_csv(example_rows())),
        ("sleep.CSV", "﻿" + as_csv(example_rows(), ";")),
        ("sleep.xlsx", as_xlsx(example_rows())),
    ],
)
def test_example_of_the_layout_is_an_instrument(name, content):
    definition = made(name, content)
    assert (definition.title, definition.score_range, [band.word for band in definition.bands]) == (
        *("Sleep, short", (0, 4), ["Good", "Poor"]),
    )
    assert score(definition, {"1": 2, "2": 2}).total == 4
    assert definition.by_code["2"].text_of == {2: "Never", 1: "Sometimes", 0: "Often"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("item,1,Did you lie awake?,often", "item,1,Did you lie awake?,oftn", "Row 8: items 1, options: There are no"),
        ("band,Poor,2,4,2", "band,Poor,2,5,2", "Row 11: bands 2, to: The last band must end at 4."),
        ("option,often,Never,0", "option,often,Never,none", "Row 5: “none” is not a number."),
        ("title,", "titel,", "Row 1: “titel” is none of: title"),
        ("rested?,often,reversed", "rested?,often,inverse", "Row 9: “inverse” is neither"),
        ("source,Made in this clinic", "#", "“source” is missing."),
    ],
)
def test_layout_is_refused_with_the_row_at_fault(old, new, message):
    text = as_csv(example_rows())
    assert old in text
    assert any(said.startswith(message) for said in refused("x.csv", text.replace(old, new)))


def test_files_that_are_none_are_refused():
    assert refused("x.pdf", b"x") == ["The file must end in .json, .csv or .xlsx."]
    assert refused("x.csv", b"\xff\xfe") == ["The file is not UTF-8 text. Save it as “CSV UTF-8”."]
    assert refused("x.xlsx", b"PK nothing") == ["The file is not a spreadsheet that can be read."]
    assert refused("x.json", b"{") == ["The file is not JSON that can be read."]
    assert refused("x.json", b"[" * 100_000) == ["The file is not JSON that can be read."]
    assert refused("x.json", b"NaN") == ["The file is not JSON that can be read."]
    assert refused("x.csv", "title,x\n" * (MOST_ROWS + 1)) == [f"The file has more than {MOST_ROWS} rows."]
    assert refused("x.csv", b"x" * 1_100_000) == ["The file is larger than one megabyte."]


def test_file_that_unpacks_to_too_much_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * (30 * 1024 * 1024))
    assert refused("x.xlsx", content.getvalue()) == ["The file is too large when it is unpacked."]


WIDE, LONG = b"<row>" + b"<c/>" * 16_384 + b"</row>", b"<row/>"


@pytest.mark.parametrize("called", [SHEET, "xl/worksheets/sheet.bin"])
@pytest.mark.parametrize(("row", "count"), [(WIDE, 280), (WIDE, 19), (LONG, 3_000_000), (LONG, 300_000)])
def test_small_file_of_very_many_cells_is_refused_before_they_are_read(monkeypatch, called, row, count):
    """Whatever its part is called: the workbook says which it is. Reading the cells of the first took 17 s."""
    monkeypatch.setattr(openpyxl, "load_workbook", None)
    content = crowded(as_xlsx(example_rows()), row, count, called)
    assert len(content) < 50_000
    assert refused("x.xlsx", content) == ["The file has more rows and cells than a questionnaire can have."]


def test_entities_in_a_spreadsheet_are_not_expanded():
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(example_rows()))) as old, zipfile.ZipFile(content, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            if part == SHEET:
                text = b'<!DOCTYPE x [<!ENTITY a "Sleep">]>' + text.replace(b"Sleep", b"&a;")
            new.writestr(part, text)
    assert refused("x.xlsx", content.getvalue()) == ["The file is not a spreadsheet that can be read."]


def test_questionnaire_is_an_instrument():
    asked = [question("Awake?", prefix="1."), question("Tired?", prefix="2.")]
    items = [
        {"type": "display", "linkId": "d", "text": "Read this"},
        {"type": "group", "linkId": "g", "text": "Sleep", "item": asked},
        question("Eating?", prefix="3.", code=[{"system": LOINC, "code": "44251-7"}]),
        {"type": "boolean", "linkId": "b", "text": "Was help needed?", "prefix": "4."},
        {"type": "decimal", "linkId": "t", "text": "Total", "readOnly": True},
    ]
    definition = made("mood.json", questionnaire(*items, copyright="Ours"))
    assert [item.code for item in definition.items] == ["1", "2", "3", "4"]
    assert [item.scored for item in definition.items] == [True, True, True, False]
    assert (definition.score_range, definition.licence, definition.by_code["3"].loinc) == ((0, 6), "Ours", "44251-7")
    assert [(section.title, section.items) for section in definition.sections] == [("Sleep", ("1", "2"))]


def test_questionnaire_without_points_is_not_scored():
    options = [{"valueCoding": {"display": text}} for text in ("Red", "Blue")]
    definition = made(
        "x.json", questionnaire({"type": "choice", "linkId": "1", "text": "Colour?", "answerOption": options})
    )
    assert (definition.score_range, score(definition, {"1": 1}).total) == (None, None)


def test_questionnaire_with_a_contained_value_set():
    concepts = [{"code": "a", "display": "No"}, {"code": "b", "display": "Yes"}]
    kept = [{"resourceType": "ValueSet", "id": "yn", "compose": {"include": [{"concept": concepts}]}}]
    item = {"type": "choice", "linkId": "1", "text": "Well?", "answerValueSet": "#yn"}
    definition = made("x.json", questionnaire(item, contained=kept))
    assert [option.text for option in definition.items[0].options] == ["No", "Yes"]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([{"type": "attachment", "linkId": "1", "text": "Tell me"}], "“Tell me” (1) is of the type “attachment”"),
        ([question("A?", enableWhen=[{"question": "x"}])], "“A?” depends on “x”, which is no choice of one answer"),
        ([question("A?", repeats=True)], "“A?” may be answered more than once, and its answers have points."),
        ([question("A?", answerOption=[])], "“A?” has no answers to choose from"),
        ([question("A?", item=[question("B?")])], "“A?” has questions under it, such as “B?”"),
        ([], "The Questionnaire has no question that can be used."),
        ([question("A?", answerOption=[option("No", 0), option("Yes", 0)])], "items 1, options 2, points: Two options"),
    ],
)
def test_questionnaire_that_cannot_be_used_says_why(items, message):
    assert refused("x.json", questionnaire(*items))[0].startswith(message)


@pytest.mark.parametrize("text", ["{}", "[]", "null", '"x"', '{"resourceType": "Patient"}'])
def test_json_that_is_no_questionnaire_is_refused(text):
    assert refused("x.json", text) == ["This is not a FHIR Questionnaire."]


leaf = st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False).map(float) | st.text(max_size=20)
nested = st.text(max_size=8)
anything = st.recursive(leaf, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(nested, inner, max_size=4))
NAMES = ["linkId", "type", "text", "prefix", "code", "answerOption", "answerValueSet", "extension", "item", "repeats",
         "readOnly", "enableWhen", "valueCoding", "valueInteger", "valueString", "display", "system", "url",
         "valueDecimal"]  # fmt: skip
TYPES = st.sampled_from(["choice", "group", "boolean", "display", "decimal", "text", "coding"])


def parts(inner):
    """Tables of the names that Questionnaires have, with values that are right in kind or anything at all."""
    values = dict.fromkeys(NAMES, inner | leaf) | {"type": TYPES | leaf, "text": st.text(max_size=10)}
    return st.fixed_dictionaries({}, optional=values) | st.lists(inner, max_size=3)


like_one = st.recursive(leaf, parts, max_leaves=12)
near = st.fixed_dictionaries(
    {"resourceType": st.just("Questionnaire"), "item": st.lists(like_one, max_size=4) | anything},
    optional={"title": st.text(max_size=70) | anything, "contained": anything | st.lists(like_one, max_size=2)},
)


def gives_an_instrument_or_a_refusal(name, content):
    refusal = None
    try:
        found = import_file(name, content, **ABOUT)
    except Refused as error:
        refusal = error
    if refusal is None:
        assert isinstance(found, Imported)
        definition_of({**found.data, "id": "own-x", "version": "1"})
    else:
        assert refusal.messages
        assert all(refusal.messages)


def places(value, path=()):
    """Every path into nested data."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inner:
        yield from places(part, (*path, step))


def spoilt(value, path, other):
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = spoilt(value[path[0]], path[1:], other)
    return copy


def test_questionnaire_with_any_one_part_spoilt_gives_an_instrument_or_a_refusal():
    kept = [{"resourceType": "ValueSet", "id": "yn", "compose": {"include": [{"concept": [{"display": "No"}]}]}}]
    items = [
        {"type": "group", "linkId": "g", "text": "Sleep", "item": [question("Awake?", prefix="1.")]},
        {"type": "choice", "linkId": "c", "text": "Well?", "answerValueSet": "#yn"},
        question("Eating?", code=[{"system": LOINC, "code": "44251-7"}], extension=[{"url": "x"}]),
    ]
    whole = json.loads(questionnaire(*items, contained=kept, copyright="Ours", url="x"))
    assert len(list(places(whole))) > 50
    for path in places(whole):
        for other in (None, True, 0, -1, 1e300, 10**400, "", "\ud800", "x" * 5000, [], {}, [[]], [None], {"url": 1}):
            gives_an_instrument_or_a_refusal("x.json", json.dumps(spoilt(whole, path, other)).encode())


@settings(max_examples=times(600), deadline=None)
@given(anything | near)
def test_any_json_gives_an_instrument_or_a_refusal(value):
    gives_an_instrument_or_a_refusal("x.json", json.dumps(value).encode())


@settings(max_examples=times(300), deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["x.json", "x.csv", "x.xlsx"]))
def test_any_bytes_give_an_instrument_or_a_refusal(content, name):
    gives_an_instrument_or_a_refusal(name, content)


cells = st.sampled_from([cell for row in example_rows() for cell in row]) | st.text(max_size=8)


@settings(max_examples=times(400), deadline=None)
@given(st.lists(st.lists(cells, max_size=6), max_size=12))
def test_any_rows_give_an_instrument_or_a_refusal(rows):
    gives_an_instrument_or_a_refusal("x.csv", as_csv(rows).encode("utf-8", "replace"))


def test_ids_of_own_instruments_are_their_own():
    assert [custom_id(title) for title in ("Sleep, short", "PHQ-9", "  ÄÖ  x_y ")] == [
        *("own-sleep-short", "own-phq-9", "own-ao-x-y")
    ]
    assert custom_id("睡眠") != custom_id("気分")
