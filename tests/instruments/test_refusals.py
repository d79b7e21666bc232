"""Every refusal of the checker of instruments, each by a definition that is broken in that place and nowhere else."""

import ast
import sys
from pathlib import Path

import pytest

from clinic.instruments import consistency, parsing, reading
from clinic.instruments.files import importing
from clinic.instruments.files import spreadsheet as simple_layout
from clinic.instruments.files import toml as instrument_files
from clinic.instruments.files.fhir import options as fhir_options
from clinic.instruments.files.fhir import questionnaire as fhir_questionnaire
from clinic.instruments.items import checks as item_checks
from clinic.instruments.items import parsing as item_parsing
from clinic.instruments.pages import custom_forms as instrument_forms
from clinic.instruments.pages.custom_forms import ImportForm, InstrumentForm
from clinic.instruments.texts import parsing as parsing_texts
from tests.instruments import test_refused_files as files
from tests.instruments.broken import GONE, SOUND, changed, faults, options, row
from tests.instruments.broken_definitions import FIT, MARKS, READ, SAME
from tests.instruments.broken_files import crowded

TABLE = [*READ, *FIT, *MARKS]
FILES = (fhir_options, fhir_questionnaire, importing, instrument_files, simple_layout)
CHECKER = (consistency, instrument_forms, item_checks, item_parsing, parsing, parsing_texts, reading, *FILES)
# How the checker says that something is refused.
SAYING = {"Fault", "note", "Refused", "NotUsable", "BrokenFile", "Faults", "add_error"}
LISTS = {"problems", "faults"}
# Tables whose names are free, so that no entry is strange.
FREE = {"options", "translations", "items", "when"}
LONGEST = {
    "id": 60,
    "title": 150,
    "name": 500,
    "instruction": 2000,
    "source": 2000,
    "licence": 6000,
    "note": 6000,
    "asked.caution": 2000,
    "scoring.pattern": 500,
    "options.often.0.text": 500,
    "items.0.code": 20,
    "items.0.text": 2000,
    "items.0.hint": 2000,
    "items.6.asked_if.conditions.0.item": 20,
    "items.3.measure.unit": 40,
    "items.3.measure.ucum": 40,
    "sections.0.title": 2000,
    "subscales.0.code": 20,
    "subscales.0.title": 200,
    "bands.0.word": 60,
    "alerts.0.code": 60,
    "alerts.0.text": 500,
    "alerts.0.item": 20,
    "alerts.1.band": 60,
    "change.source": 2000,
    "displays.0.text": 2000,
    "displays.0.before": 20,
    "exchange.url": 500,
    "exchange.version": 500,
    "exchange.codes.0.code": 500,
    "exchange.codes.0.system": 500,
    "exchange.items.1.link_id": 500,
    "exchange.others.0.link_id": 500,
    "exchange.others.0.type": 20,
    "exchange.others.0.text": 2000,
    "translations.de.title": 200,
    "translations.de.instruction": 2000,
    "translations.de.source": 2000,
    "translations.de.items.1": 2000,
    "translations.de.options.Answer 1": 2000,
}
MOST = {
    "items": 200,
    "sections": 200,
    "subscales": 200,
    "bands": 30,
    "cutoffs": 30,
    "alerts": 30,
    "options.often": 30,
    "items.2.options": 30,
    "items.6.asked_if.conditions": 10,
    "items.3.measure.points": 30,
    "items.4.measure.tables": 30,
    "displays": 200,
    "exchange.codes": 30,
    "exchange.items.1.options": 30,
    "exchange.others": 400,
}


def present(path):
    try:
        changed({path: GONE})
    except KeyError:
        return False
    return True


def nearest(path, allowed):
    """The sound definition with what is still allowed at a path."""
    return SOUND if allowed is SAME or (allowed is GONE and not present(path)) else changed({path: allowed})


def place(path):
    """The path in words. The items of translations and of other programs are a table, whose names are codes."""
    steps = path.split(".")
    table = steps[0] in ("translations", "exchange") and "items" in steps
    coded = steps.index("items") + 1 if table else -1
    found = [int(step) if step.isdigit() and number != coded else step for number, step in enumerate(steps)]
    return str(reading.Fault(tuple(found), "")).rstrip(": ")


def tables(data=SOUND, path=()):
    """The dotted paths of all tables of a definition whose names are given."""
    if isinstance(data, dict) and not (path and path[-1] in FREE and path[-1] != "items") and path[-1:] != ("items",):
        yield ".".join(path)
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, part in inner:
        yield from tables(part, (*path, str(name)))


def test_sound_definition_is_accepted():
    assert faults(SOUND) == []


@pytest.mark.parametrize(("path", "allowed", "refused", "said"), TABLE)
def test_nearest_definition_that_is_allowed_is_accepted_and_the_nearest_that_is_not_refused(
    path, allowed, refused, said
):
    assert (faults(nearest(path, allowed)), faults(changed({path: refused}))) == ([], said.split("|"))


@pytest.mark.parametrize(("path", "longest"), LONGEST.items())
def test_text_is_one_line_of_its_length_at_most(path, longest):
    said = f"This must be one line of at most {longest} characters."
    assert [text for text in faults(changed({path: "x" * longest})) if said in text] == []
    assert faults(changed({path: "x" * (longest + 1)})) == [f"{place(path)}: {said}"]


@pytest.mark.parametrize(("path", "most"), MOST.items())
def test_list_is_no_longer_than_it_may_be(path, most):
    said = f"{place(path)}: This must be a list of at most {most}."
    found = [said in faults(changed({path: [{}] * count})) for count in (most, most + 1)]
    assert found == [False, True]


def test_entry_that_nothing_asks_for_is_refused_in_every_table():
    found = {path: faults(changed({f"{path}.extra".lstrip("."): 1})) for path in tables()}
    asked = {path: f"{place(path)}, extra" if path else "extra" for path in found}
    assert len(found) > 30
    assert found == {path: [f"{where}: There is no such entry here."] for path, where in asked.items()}


def deciding(*counts):
    """Items of so many answers, and for each a measure with a table for each answer."""
    data = {name: part for name, part in SOUND.items() if name in ("id", "version", "title", "name", "type")}
    data |= {"source": "x", "licence": "x", "licence_class": "free", "items": [], "scoring": {"maximum": 0}}
    for code, count in zip("abc", counts, strict=False):
        rows = [{"when": {code: points}, "points": [row(0, 9, 0)]} for points in range(count)]
        data["items"] += [
            {"code": code, "text": "Which?", "options": options(count), "scored": False},
            {"code": f"m-{code}", "text": "How much?", "measure": {"minimum": 0, "maximum": 9, "tables": rows}},
        ]
    return data


def for_some(least):
    """A question that is asked of women only, and adds so many points at least."""
    answers = [{"points": least, "text": "Seldom"}, {"points": 2, "text": "Often"}]
    item = {"code": "a", "text": "How often?", "options": answers, "sexes": ["female"]}
    return {**deciding(), "items": [item], "scoring": {"minimum": least, "maximum": 2}}


def test_total_of_somebody_who_is_not_asked_every_item_lies_in_the_range():
    said = "items: The total of {} patients, who are not asked every item, could be 0."
    assert (faults(for_some(0)), faults(for_some(1))) == (
        [],
        [said.format(sex) for sex in ("male", "other", "unknown")],
    )


def test_five_hundred_and_twelve_ways_to_decide_are_the_most():
    said = ["items: Too many answers decide how other items count."]
    assert (faults(deciding(8, 8, 8)), faults(deciding(19, 27))) == ([], said)


@pytest.mark.parametrize(
    ("most", "halved"),
    [
        (5, {"items.3.measure.points": [row(0, 49, 0), row(50, 98, 0.5), row(99, 99, 1)]}),
        (3, {"items.3.measure.points.1.points": 2, "scoring.multiply": 0.5}),
    ],
)
def test_bands_are_as_fine_as_the_totals(most, halved):
    """Of totals in halves, bands in whole numbers would leave some out, though both their ends are whole."""
    found = []
    for end, begin in ((1, 2), (1.4, 1.5)):
        bands = [{"from": 0, "to": end, "word": "Low", "severity": 1}]
        bands.append({"from": begin, "to": most, "word": "High", "severity": 2})
        found.append(faults(changed({"scoring.maximum": most, "bands": bands, "cutoffs": [], **halved})))
    assert found == [["bands 2, from: The band must begin at 1.1."], []]


def test_definition_that_is_no_table_is_refused():
    assert (faults([]), faults(SOUND)) == (["A definition is a table of names and values."], [])


def sites():
    """Every call by which the checker refuses something in words of its own: file, first and last line."""
    for module in CHECKER:
        for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            listed = name == "append" and getattr(node.func.value, "attr", getattr(node.func.value, "id", "")) in LISTS
            words = [part for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            if (name in SAYING or listed) and words:
                yield module.__file__, node.lineno, node.end_lineno


def refuse_everything(folder):
    """Run every broken definition, file and form of the tables."""
    for path, _, refused, _ in TABLE:
        faults(changed({path: refused}))
    for broken in ([], deciding(19, 27), for_some(1), changed({"extra": 1}), changed({"title": "x" * 151})):
        faults(broken)
    for name, _, refused, _ in [*files.FILES, *files.QUESTIONNAIRES]:
        files.said(name, refused)
    made = files.book(folder)
    files.said("a.txt", b"")
    files.said("a.xlsx", files.unpacked(made, files.LARGEST_UNPACKED + 1))
    files.said("a.xlsx", crowded(made, b"<row/>", 300_000))
    files.said("a.xlsx", made[:-30])
    files.said("a.csv", files.rows("2", "100001"))
    for field, typed, _ in files.FORMS:
        InstrumentForm({**files.FORM, field: typed}).is_valid()
    ImportForm({**files.ABOUT, "sent_file": "%"}).is_valid()
    ImportForm(files.ABOUT, {"file": files.SimpleUploadedFile("a.csv", b"x")}).is_valid()
    files.broken_toml(folder)


def lines_run(act):
    """The lines of the checker that run while something is done."""
    found = set()

    def note(code, line):
        found.add((code.co_filename, line))
        return sys.monitoring.DISABLE

    tool = sys.monitoring.OPTIMIZER_ID
    sys.monitoring.use_tool_id(tool, "refusals")
    try:
        sys.monitoring.register_callback(tool, sys.monitoring.events.LINE, note)
        sys.monitoring.restart_events()
        sys.monitoring.set_events(tool, sys.monitoring.events.LINE)
        act()
    finally:
        sys.monitoring.set_events(tool, 0)
        sys.monitoring.free_tool_id(tool)
    return found


def test_every_refusal_in_the_code_is_provoked_by_a_broken_file(tmp_path):
    found = lines_run(lambda: refuse_everything(tmp_path))
    places = set(sites())
    missed = [
        f"{Path(file).name}:{first}"
        for file, first, last in sorted(places)
        if not any((file, line) in found for line in range(first, last + 1))
    ]
    assert len(places) > 60
    assert missed == []
