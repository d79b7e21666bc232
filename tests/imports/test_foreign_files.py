"""Files as others make them: headings in their language, names as messages have them, cells that say nothing."""

import io
from datetime import date

import pytest

from clinic.imports.cleaning import NO_NAME, NO_VALUE, Cleaner
from clinic.imports.codes import meaning_of
from clinic.imports.files.opening import kind_of, table_of
from clinic.imports.files.rows import Row, Unreadable
from clinic.imports.files.workbook import sheet_rows, sheets_of
from clinic.imports.headings import proposed, remember_targets
from clinic.tenancy.scope import clinic_scope
from clinic.text.dates import without_accents
from tests.imports.test_hostile import book, sheet_of, text_cell

PARTS = ["family_name", "given_name", "date_of_birth", "gender", "phone_number", "address", "address", "address"]
HEADINGS = {
    "German": "Nachname Vorname Geburtsdatum Geschlecht Telefon Straße PLZ Ort",
    "German, short": "Name Vorname Geboren_am Geschlecht Handy Anschrift Postleitzahl Wohnort",
    "French": "Nom Prénom Date_de_naissance Sexe Téléphone Adresse Code_postal Ville",
    "Spanish": "Apellidos Nombre Fecha_de_nacimiento Sexo Teléfono Dirección Código_postal Ciudad",
    "Italian": "Cognome Nome Data_di_nascita Sesso Telefono Indirizzo CAP Città",
    "Dutch": "Achternaam Voornaam Geboortedatum Geslacht Telefoon Straat Postcode Woonplaats",
    "Portuguese": "Apelido Nome Data_de_nascimento Género Telemóvel Rua Código_postal Cidade",
}
WORDS = {
    "female": "weiblich Féminin FEMME femenino mujer vrouw Femmina feminino",
    "male": "männlich Masculin homme masculino Hombre man maschio",
    "unknown": "unbekannt inconnu desconocido onbekend",
}
NOT_WORKED_OUT = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#CALC!"]


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def cleaned(**cells):
    """A row with a cell for each field, as the values of a patient or as faults."""
    row = {"full_name": "Ana Bell", "date_of_birth": "1961-03-12", "gender": "F"} | cells
    row = {name: cell for name, cell in row.items() if cell is not None}
    cleaner = Cleaner(list(row), {"columns": {name: name for name in row}}, {}, {})
    return cleaner.read(Row(2, list(row.values())))


@pytest.mark.parametrize("language", HEADINGS)
@pytest.mark.parametrize("how", [str, str.upper, without_accents], ids=["written", "in capitals", "without accents"])
def test_headings_of_a_language_propose_their_fields(scope, language, how):
    headings = [how(word.replace("_", " ")) for word in HEADINGS[language].split()]
    assert list(proposed(headings).values()) == PARTS


@pytest.mark.parametrize("word", ["Name", "Nom", "Naam", "Nombre", "Nome", "Nom complet"])
def test_name_without_parts_beside_it_is_a_full_name(scope, word):
    assert proposed([word, "DOB"]) == {word: "full_name", "DOB": "date_of_birth"}


def test_heading_that_was_taken_for_a_full_name_before_stays_one(scope):
    remember_targets({"Name": "full_name"})
    assert proposed(["Name", "Vorname"]) == {"Name": "full_name", "Vorname": "given_name"}


@pytest.mark.parametrize("value", WORDS)
def test_words_for_a_gender_are_known(value):
    assert [meaning_of("gender", word) for word in WORDS[value].split()] == [value] * len(WORDS[value].split())


@pytest.mark.parametrize(
    ("name", "full_name", "family_name"),
    [
        ("DOE^JANE^A", "JANE A DOE", "DOE"),
        ("Garcia Lopez^Maria^^Jr^Dr", "Maria Garcia Lopez Jr", "Garcia Lopez"),
        ("Sukarno^", "Sukarno", ""),
        ("^Sukarno", "Sukarno", ""),
    ],
)
def test_name_of_a_message_is_read_by_its_parts(name, full_name, family_name):
    values = cleaned(full_name=name).values
    assert (values["full_name"], values["family_name"]) == (full_name, family_name)


@pytest.mark.parametrize("field", ["full_name", "family_name", "preferred_name", "other_names"])
def test_what_is_said_beside_a_name_is_no_part_of_it(field):
    (fault,) = cleaned(**{field: "Jane *DECEASED* Doe"}).faults
    assert (fault.column, fault.value, fault.message) == (field, "Jane *DECEASED* Doe", NO_NAME)


def test_part_of_a_name_is_refused_alike():
    (fault,) = cleaned(full_name=None, given_name="*Jane", family_name="Doe").faults
    assert (fault.column, fault.message) == ("given_name", NO_NAME)


@pytest.mark.parametrize("error", NOT_WORKED_OUT)
@pytest.mark.parametrize("field", ["full_name", "date_of_birth", "gender", "phone_number", "address", "next_of_kin"])
def test_cell_without_a_value_is_at_fault_once(field, error):
    (fault,) = cleaned(**{field: error}).faults
    assert (fault.column, fault.value, fault.message) == (field, error, NO_VALUE)


def test_every_other_fault_of_the_row_is_told_too():
    faults = cleaned(full_name="#N/A", date_of_birth="31 February 1961", phone_number="12").faults
    assert {fault.column for fault in faults} == {"full_name", "date_of_birth", "phone_number"}


def cells_of(cells: str) -> list[str]:
    file = book(sheet_of(f"<row>{cells}</row>"))
    ((_, found, fault),) = sheet_rows(io.BytesIO(file), sheets_of(io.BytesIO(file))[0])
    assert fault == ""
    return list(found)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (text_cell("A1", "12 High St_x000D_\nTown"), "12 High St\nTown"),
        ('<c r="A1" t="str"><v>one_x0009_two</v></c>', "one\ttwo"),
        (text_cell("A1", "a_x005F_x000D_b"), "a_x000D_b"),
        (text_cell("A1", "snake_x_case"), "snake_x_case"),
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1"><f>B1&amp;C1</f></c>', "#CALC!"),
        ('<c r="A1"><f>B1&amp;C1</f><v></v></c>', "#CALC!"),
        ('<c r="A1" t="str"><f>B1&amp;C1</f><v>Ana Bell</v></c>', "Ana Bell"),
        ('<c r="A1"><f>B1+1</f><v>7</v></c>', "7"),
    ],
)
def test_cell_of_a_spreadsheet_is_what_it_shows(cell, shown):
    assert cells_of(cell) == [shown]


def test_formula_that_shows_nothing_is_an_empty_cell():
    assert cells_of(f'<c r="A1" t="str"><f>IF(1,"")</f><v></v></c>{text_cell("B1", "b")}') == ["", "b"]


@pytest.mark.parametrize(
    ("number", "day"),
    [(1, date(1900, 1, 1)), (59, date(1900, 2, 28)), (61, date(1900, 3, 1)), (22351, date(1961, 3, 11))],
)
def test_day_is_the_one_that_spreadsheets_show(number, day):
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    file = book(sheet_of(f'<row><c r="A1" s="1"><v>{number}</v></c></row>'), **{"xl/styles.xml": styles})
    ((_, found, _),) = sheet_rows(io.BytesIO(file), sheets_of(io.BytesIO(file))[0])
    assert list(found) == [day.isoformat()]


@pytest.mark.parametrize("name", ["people.xlsx", "people.csv"])
def test_file_with_a_password_is_told_from_a_damaged_one(name):
    with pytest.raises(Unreadable, match="has a password, or is of an older kind"):
        kind_of(name, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


HEAD, ROW = "Name,Born,Gender", "Ana Bell,1961-03-12,F"


@pytest.mark.parametrize(
    ("lines", "headings", "rows"),
    [
        (["Our patients,,", "Printed 1 March 2026,,", "", HEAD, ROW], HEAD.split(","), [5]),
        (["Our patients", HEAD, ROW], HEAD.split(","), [3]),
        ([HEAD, ROW], HEAD.split(","), [2]),
        ([HEAD, "Ana Bell,,", ROW], HEAD.split(","), [2, 3]),
        (["Name", "Ana Bell", "Ben Cole"], ["Name"], [2, 3]),
        (["Name", *["Ana Bell"] * 20], ["Name"], list(range(2, 22))),
        (["Name"], ["Name"], []),
    ],
)
def test_titles_above_the_headings_are_passed_over(lines, headings, rows):
    answers = {"encoding": "utf-8", "separator": ","}
    table = table_of(io.BytesIO("\n".join(lines).encode()), "csv", answers)
    assert (table.headings, [row.number for row in table.rows if not row.fault]) == (headings, rows)


def test_row_that_is_wider_than_the_headings_is_at_fault():
    table = table_of(io.BytesIO(b"Name\nBell,Ana\nCole,Ben\n"), "csv", {"encoding": "utf-8", "separator": ","})
    assert (table.headings, [bool(row.fault) for row in table.rows]) == (["Name"], [True, True])
