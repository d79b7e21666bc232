"""What is not certain about a file is asked, and what is certain is not."""

import pytest

from clinic.imports.files.csv_rows import possible_separators
from clinic.imports.files.encodings import Survey, possible_encodings
from clinic.imports.models import Stage
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.imports.sending import batch_of, checked, columns, faults, key_of, sent, work, written

HEAD = "Full name,Date of birth,Gender"


def encodings(content: bytes) -> list[str]:
    survey = Survey()
    for at in range(0, len(content), 7):
        survey.look(content[at : at + 7])
    return possible_encodings(survey.head, survey.facts())


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"Ana", "utf-8"),
        ("José".encode(), "utf-8"),
        ("José".encode("utf-8-sig"), "utf-8-sig"),
        ("José,1961".encode("utf-16"), "utf-16"),
        ("José,1961".encode("utf-16-le"), "utf-16-le"),
        ("José,1961".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_encoding_is_found_where_it_is_certain(content, encoding):
    assert encodings(content) == [encoding]


def test_older_encodings_are_asked_about():
    assert encodings("José Řehoř".encode("cp1250"))[:2] == ["cp1252", "cp1250"]


@pytest.mark.parametrize(
    ("head", "separators"),
    [
        ("name,born\nAna,1961\n", [","]),
        ("name;born\nBell, Ana;1961\n", [";"]),
        ("name\tborn\nAna\t1961\n", ["\t"]),
        ("name|born\nAna|1961\n", ["|"]),
        ("name\nAna\n", [","]),
        ("sep=;\nname,born\nAna,1961\n", [";"]),
        ("name,a;born,b\nAna,1;1961,2\n", [",", ";"]),
    ],
)
def test_separator_is_found_where_it_is_certain(head, separators):
    assert possible_separators(head, is_whole=True) == separators


def test_encoding_that_is_not_certain_is_asked_with_names_both_ways(riverside, owner):
    key = key_of(sent(owner, f"{HEAD}\nZoë Bell,1961,F\n".encode("cp1252")))
    page = owner.get(f"/patients/import/{key}/").content.decode()
    assert ("Zoë Bell" in page, "ZoÎ Bell" in page) == (True, True)
    form = {"value": "cp1252", "version": batch_of(riverside, key).version}
    assert owner.post(f"/patients/import/{key}/read/", form).status_code == 302
    assert owner.post(f"/patients/import/{key}/columns/", columns(riverside, key)).status_code == 302
    batch = work(riverside, key)
    assert "Bell, Zoë" in owner.get(f"/patients/import/{batch.pk}/").content.decode()


def born_of(world) -> list[str]:
    with clinic_scope(world.clinic):
        return [str(born) for born in Patient.objects.order_by("full_name").values_list("date_of_birth", flat=True)]


@pytest.mark.parametrize(("order", "born"), [("day", "1980-04-03"), ("month", "1980-03-04")])
def test_order_of_figures_is_asked_and_followed(riverside, owner, order, born):
    batch = checked(owner, riverside, f"{HEAD}\nAna Bell,03/04/1980,F\n")
    page = owner.get(f"/patients/import/{batch.pk}/").content.decode()
    assert (batch.stage, "03/04/1980 is 3 April 1980 or 4 March 1980" in page) == (Stage.ASKING, True)
    said = columns(riverside, str(batch.pk), **{"question-0": order})
    assert owner.post(f"/patients/import/{batch.pk}/columns/", said).status_code == 302
    written(owner, riverside, work(riverside, str(batch.pk)))
    assert born_of(riverside) == [born]


def test_order_that_the_column_shows_is_not_asked(riverside, owner):
    text = f"{HEAD}\nAna Bell,03/04/1980,F\nBea Bell,03/25/1980,F\n"
    batch = checked(owner, riverside, text)
    written(owner, riverside, batch)
    assert born_of(riverside) == ["1980-03-04", "1980-03-25"]


def test_serial_numbers_and_figures_as_codes_are_asked(riverside, owner):
    batch = checked(owner, riverside, f"{HEAD}\nAna Bell,22352,1\nBea Bell,1962,2\n")
    assert [question["what"] for question in batch.found["questions"]] == ["serials", "codes"]
    answers = {"question-0": "days", "question-1-0": "male", "question-1-1": "female"}
    said = columns(riverside, str(batch.pk), **answers)
    assert owner.post(f"/patients/import/{batch.pk}/columns/", said).status_code == 302
    written(owner, riverside, work(riverside, str(batch.pk)))
    with clinic_scope(riverside.clinic):
        found = list(Patient.objects.order_by("full_name").values_list("gender", flat=True))
    assert (born_of(riverside), found) == (["1961-03-12", "1962-01-01"], ["male", "female"])


def test_every_fault_of_a_row_is_said_and_corrected_rows_go_in(riverside, owner):
    text = f"{HEAD},Mobile\nAna Bell,31/2/1961,F,\n.,12/3/1961,F,12\nBea Bell,1962,F,\n"
    batch = checked(owner, riverside, text)
    assert [(row, column) for row, column, _ in faults(riverside, batch)] == [
        (2, "Date of birth"),
        (3, "Full name"),
        (3, "Mobile"),
    ]
    response = owner.get(f"/patients/import/{batch.pk}/errors/")
    rows = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert (len(rows), "There is no such day" in rows[1], rows[0].endswith(",What is wrong")) == (3, True, True)
    assert written(owner, riverside, batch, "good").created == 1
    corrected = "\n".join(rows).replace("31/2/1961", "28/2/1961").replace("\n.,", "\nCara Bell,").replace(",12,", ",,")
    again = checked(owner, riverside, corrected)
    assert (faults(riverside, again), written(owner, riverside, again).created) == ([], 2)


def test_same_row_twice_and_same_name_twice_are_told_apart(riverside, owner):
    text = f"{HEAD}\nAna Bell,1961,F\nAna Bell,1961,F\nana bell,1970,F\n"
    batch = checked(owner, riverside, text)
    assert (batch.good, batch.here, batch.faulty) == (1, 1, 1)
    assert [row for row, _, _ in faults(riverside, batch)] == [4]


def test_column_is_remembered_by_its_heading(riverside, owner):
    text = "Wer,Date of birth,Gender\nAna Bell,1961,F\n"
    checked(owner, riverside, text, **{"column-0": "full_name"})
    key = key_of(sent(owner, text))
    assert batch_of(riverside, key).facts["proposed"]["Wer"] == "full_name"


def test_columns_without_a_name_are_refused_with_what_was_chosen(riverside, owner):
    key = key_of(sent(owner, "Wer,Date of birth,Gender\nAna Bell,1961,F\n"))
    response = owner.post(f"/patients/import/{key}/columns/", columns(riverside, key))
    page = response.content.decode()
    assert (response.status_code, "Say which column is the full name" in page) == (422, True)


def test_answer_to_a_page_that_is_old_is_refused(riverside, owner):
    batch = checked(owner, riverside, f"{HEAD}\nAna Bell,1961,F\n")
    response = owner.post(f"/patients/import/{batch.pk}/write/", {"do": "all", "version": batch.version - 1})
    assert response.status_code == 409
