"""Files and forms that give no instrument, each beside the nearest that gives one."""

import shutil

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clinic.instruments.files.importing import LARGEST_UNPACKED, Refused, import_file
from clinic.instruments.files.toml import FOLDER, problems
from clinic.instruments.pages.custom_forms import ImportForm, InstrumentForm
from tests.instruments.broken_files import FILES, FORM, FORMS, rows, unpacked
from tests.instruments.broken_questionnaires import QUESTIONNAIRES

ABOUT = {"type": "mental_health", "answered_by": "patient", "licence_class": "free"}


def said(name, content):
    """What is said of a file: nothing of one that gives an instrument."""
    try:
        import_file(name, content, **ABOUT)
    except Refused as error:
        return error.messages
    return []


def book(tmp_path):
    """The example as a spreadsheet."""
    made = openpyxl.Workbook()
    for row in rows().decode().splitlines():
        made.active.append(row.split(";"))
    made.save(tmp_path / "a.xlsx")
    return (tmp_path / "a.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("name", "allowed", "refused", "messages"),
    [*FILES, *QUESTIONNAIRES],
    ids=[f"{case[0]} {case[-1][0]}" for case in [*FILES, *QUESTIONNAIRES]],
)
def test_nearest_file_that_is_allowed_is_accepted_and_the_nearest_that_is_not_refused(name, allowed, refused, messages):
    assert (said(name, allowed), said(name, refused)) == ([], messages)


def test_file_of_another_ending_is_refused():
    assert (said("a.csv", rows()), said("a.txt", rows())) == ([], ["The file must end in .json, .csv or .xlsx."])


def test_spreadsheet_is_unpacked_up_to_twenty_megabytes(tmp_path):
    made = book(tmp_path)
    largest, larger = unpacked(made, LARGEST_UNPACKED), unpacked(made, LARGEST_UNPACKED + 1)
    assert (said("a.xlsx", largest), said("a.xlsx", larger)) == ([], ["The file is too large when it is unpacked."])
    assert said("a.xlsx", made[:-30]) == ["The file is not a spreadsheet that can be read."]


@pytest.mark.parametrize("points", ["100000", "-100000"])
def test_points_of_the_layout_are_at_most_a_hundred_thousand(points):
    farther = points.replace("100000", "100000.5")
    row = [f"Row 7: “{farther}” is too large."]
    assert [message for message in said("a.csv", rows("2", farther)) if message in row] == row
    assert [message for message in said("a.csv", rows("2", points)) if "too large" in message] == []


def test_form_gives_an_instrument():
    form = InstrumentForm(FORM)
    assert form.is_valid(), form.errors
    bands = form.cleaned_data["imported"].data["bands"]
    assert [(band["from"], float(band["to"]), band["severity"]) for band in bands] == [(0, 1.4, 0), (1.5, 3, 4)]


@pytest.mark.parametrize(("field", "typed", "messages"), FORMS)
def test_form_names_what_it_cannot_use_beside_its_field(field, typed, messages):
    assert InstrumentForm({**FORM, field: typed}).errors == {field: messages}


def test_import_form_names_twenty_faults_at_most():
    content = "\n".join(f"none{number};x" for number in range(25)).encode()
    form = ImportForm(ABOUT, {"file": SimpleUploadedFile("a.csv", content)})
    assert form.errors == {"file": said("a.csv", content)[:20]}
    assert len(form.errors["file"]) == 20


def broken_toml(folder):
    """What is said of files in a folder that are no instruments, in the order of their names."""
    (folder / "a.v1.toml").write_bytes(b"\xff\xfe")
    (folder / "b.v1.toml").write_text('id = "b"\ntitle = B\n')
    shutil.copy(FOLDER / "gad-2.v1.toml", folder / "c.v1.toml")
    text = (FOLDER / "gad-7.v1.toml").read_text()
    (folder / "gad-7.v1.toml").write_text(text.replace("maximum = 21", "maximum = 22"))
    return problems(folder)


def test_broken_toml_files_are_named_with_their_lines(tmp_path):
    line = (FOLDER / "gad-7.v1.toml").read_text().splitlines().index("maximum = 21") + 1
    found = broken_toml(tmp_path)
    assert found[0] == "a.v1.toml:1: The file is not UTF-8 text."
    assert found[1].startswith("b.v1.toml:2: Invalid value")
    assert found[2] == "c.v1.toml:1: The file must be called gad-2.v1.toml."
    assert [said.partition(" ")[0] for said in found[3:]] == [f"gad-7.v1.toml:{line}:", "gad-7.v1.toml:95:"]
