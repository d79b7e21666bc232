"""What is typed into the box, by its shape: who is found, in which order, and why."""

import string
from datetime import date

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from clinic.lists.reading import listing
from clinic.patients import actions
from clinic.patients.models import NameWord, Patient
from clinic.patients.search.conditions import key_of
from clinic.patients.search.grades import RunMaker
from clinic.tenancy.scope import clinic_scope
from tests.filled import searched
from tests.world import Writer, make_patient


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield riverside


def patient(name: str, family: str | None = None, **fields) -> Patient:
    return make_patient(full_name=name, family_name=name.split()[-1] if family is None else family, **fields)


def names(text: str) -> list[str]:
    return [record.full_name for record in searched(text).first(25).records]


def reasons(text: str) -> list[tuple[str, str]]:
    found = searched(text).first(25)
    return list(zip((record.full_name for record in found.records), found.reasons, strict=True))


def test_tiers_come_in_order_exact_family_given_elsewhere_inside_similar(scope):
    expected = ["Zed Mar", "Ada Marsh", "Mar Zed", "Marta Abel", "Ana Mar Abel", "Bo Lamar", "Zed Par"]
    for name in reversed(expected):
        patient(name)
    assert names("mar") == expected


@pytest.mark.parametrize("text", ["ana garcia", "GARCÍA ana", "gar an", "an gar", "ana maria", "mar an", "lopez maria"])
def test_parts_of_names_in_any_order(scope, text):
    patient("Ana María García López", "García López")
    assert names(text) == ["Ana María García López"]


@pytest.mark.parametrize(
    ("name", "family", "text"),
    [
        ("Ωmega Σοφία Παπαδοπούλου", "Παπαδοπούλου", "παπαδ σοφια"),
        ("ΙΩΑΝΝΗΣ ΒΛΑΧΟΣ", "ΒΛΑΧΟΣ", "ιωαννης"),
        ("أحمد إبراهيم", "إبراهيم", "احمد ابرا"),
        ("שָׁלוֹם לוי", "לוי", "שלום"),
        ("Фёдор Соловьёв", "Соловьёв", "федор солов"),
        ("王芳", "王", "王"),
        ("王芳", "王", "王芳"),
        ("김민준", "김", "김민"),
        ("Søren Ægir Łukasz Straße", "Straße", "soren aegir lukasz strasse"),
        ("Siobhán O’Brien-Smith", "O’Brien-Smith", "obrien"),
        ("Siobhán O’Brien-Smith", "O’Brien-Smith", "o'brien smi"),
        ("Siobhán O’Brien-Smith", "O’Brien-Smith", "smith siob"),
        ("Jean-Luc Picard", "Picard", "luc"),
        ("José Ángel", "", "angel"),
        ("Suharto", "", "SUHA"),
        ("María del Carmen de la Cruz y Soto", "de la Cruz y Soto", "carmen"),
        ("María del Carmen de la Cruz y Soto", "de la Cruz y Soto", "cruz"),
        ("María del Carmen de la Cruz y Soto", "de la Cruz y Soto", "soto"),
        ("Ana Bell", "Someone Else", "someone bell"),
    ],
)
def test_name_of_any_kind_is_found(scope, name, family, text):
    patient("Zed Other")
    patient(name, family)
    assert names(text) == [name]


@pytest.mark.parametrize(
    "text", ["gonzalex", "gonzlez", "gonnzalez", "gnozalez", "honzalez", "gonzales ana", "ana ognzalez"]
)
def test_one_wrong_letter_is_forgiven_and_said(scope, text):
    patient("Ana González")
    assert reasons(text) == [("Ana González", "similar to gonzalez")]


def test_wrong_letter_in_another_script_is_forgiven(scope):
    patient("Мария Соловьёва")
    found = [("Мария Соловьёва", "similar to соловьева")]
    assert (reasons("салавьева"), reasons("саловьева")) == ([], found)


def test_similar_names_are_left_out_where_enough_match(scope):
    for number in range(5):
        patient(f"Ana{number} Marsh")
    patient("Bo Harsh")
    assert "Bo Harsh" not in names("marsh")


@pytest.mark.parametrize(
    "text",
    ["07700 900123", "+44 7700 900123", "0044 7700 900123", "+44 (0)7700-900123", "7700 900 123", "900123", "0123",
     "07700", "+4477", "447700", "00900", "7700.900.123"],
)  # fmt: skip
def test_phone_in_any_spelling_or_part(scope, text):
    patient("Ana Bell", phone_number="+447700900123", record_number="X-1")
    patient("Bo Bell", phone_number="+34612345678", record_number="X-2")
    assert reasons(text) == [("Ana Bell", "phone")]


def test_second_phone_is_found_and_said(scope):
    patient("Ana Bell", second_phone_number="+447700900123")
    assert reasons("900123") == [("Ana Bell", "second phone")]


@pytest.mark.parametrize(
    "text",
    ["12/3/1961", "12.03.1961", "12-3-1961", "12 3 1961", "1961-03-12", "1961/3/12", "12 March 1961", "12 mar 61",
     "March 12, 1961", "12th of March 1961", "12/3/61", "19610312", "12031961", "3/1961", "March 1961", "1961"],
)  # fmt: skip
def test_date_of_birth_in_the_usual_spellings(scope, text):
    patient("Ana Bell", date_of_birth=date(1961, 3, 12))
    patient("Bo Bell", date_of_birth=date(1962, 3, 12))
    assert reasons(text) == [("Ana Bell", "born")]


def test_month_before_day_is_read_where_only_that_is_a_date(scope):
    patient("Ana Bell", date_of_birth=date(1961, 3, 25))
    assert names("3/25/1961") == ["Ana Bell"]


@pytest.mark.parametrize(
    "text",
    ["ana bell 07700", "bell, 07700 900123", "07700 900123 ana", "bell ana +44 7700 900123", "ana 900123",
     "bell P-000071", "p-71 ana bell", "ana bell 071", "bell (020) 7946 0999", "bell 0999"],
)  # fmt: skip
def test_name_and_number_are_understood_together(scope, text):
    reached = {"phone_number": "+447700900123", "second_phone_number": "+442079460999"}
    patient("Ana Bell", record_number="P-000071", **reached)
    patient("Ana Bello", phone_number="+447911000000", record_number="P-000072")
    patient("Bo Marsh", record_number="P-000073", **reached)
    assert names(text) == ["Ana Bell"]


@pytest.mark.parametrize(
    ("text", "record"),
    [("AB 1234", "AB 1234"), ("ab1234", "AB-1234"), ("MRN 10023", "MRN 10023/4"), ("st mary 4471", "ST MARY 4471")],
)
def test_number_with_letters_is_no_name_with_a_number(scope, text, record):
    patient("Zed Other", record_number="X-1")
    patient("Ana Bell", record_number=record)
    assert names(text) == ["Ana Bell"]


@pytest.mark.parametrize("text", ["hospital 998877", "x 998877"])
def test_name_that_is_not_somebodys_beside_their_number_finds_nobody(scope, text):
    patient("Ana Bell", phone_number="+447700998877")
    assert names(text) == []


def test_figures_that_are_in_a_name_are_a_part_of_it(scope):
    patient("Ana Unit 4711", "Unit 4711")
    patient("Ana Unit", phone_number="")
    assert names("ana unit 4711") == ["Ana Unit 4711"]


@pytest.mark.parametrize("text", ["bell 1961", "12/3/1961 ana", "ana bell 12 march 1961", "b 1961"])
def test_name_with_a_date_of_birth(scope, text):
    patient("Ana Bell", date_of_birth=date(1961, 3, 12))
    patient("Bo Bell", date_of_birth=date(1962, 3, 12))
    assert names(text) == ["Ana Bell"]


@pytest.mark.parametrize("text", ["P-000123", "p-0001", "p000123", "P 000 123", "123", "000123"])
def test_record_number_in_the_usual_spellings(scope, text):
    patient("Ana Bell", record_number="P-000123", phone_number="")
    patient("Bo Bell", record_number="P-000999", phone_number="")
    assert reasons(text) == [("Ana Bell", "record number")]


@pytest.mark.parametrize(
    "text",
    ["%", "_", "\\", "---", "()", "'", "’’", "\u0301", "\u200f", "\u202e", "😀%", "%%%", "a%", "a_a", "\\a", "x" * 200,
     "ana " * 50, "ﷺ" * 200, "ñ" * 200, "\u0301" * 200, "0" * 200, "1/" * 100,
     "a b c d e f g h i j k l m n o p q r s t u",
     "' OR 1=1 --", "{}", "%s %(a)s", "٢٠٠٠", "\u2460", "1e9", "-1", "12/13/1961", "0/0/0000", "99999999999999999999"],
)  # fmt: skip
def test_hostile_text_finds_nobody_and_breaks_nothing(scope, text):
    patient("Zed Other", phone_number="", record_number="Q")
    assert names(text) == []


@pytest.mark.parametrize(("text", "found"), [("1961", 1), ("196", 1), ("19", 0), ("19 61", 0), ("1961 2", 0)])
def test_digits_are_looked_for_in_names_from_three_on(scope, text, found):
    patient("Ana (born 1961)", "Ana", date_of_birth=date(1970, 3, 4), record_number="X", phone_number="")
    patient("Bo Bell", date_of_birth=date(1970, 3, 4), record_number="Y", phone_number="")
    assert reasons(text) == [("Ana (born 1961)", "")] * found


def test_text_of_the_other_direction_is_found_with_its_marks(scope):
    patient("محمد علي")
    assert names("\u202bمحمد\u200f علي") == ["محمد علي"]


def test_renamed_patient_is_found_by_the_new_name_only(scope):
    made = actions.create_patient(
        by=Writer(), user=patient("Zed Other").user, full_name="Ana Bell", gender="female", record_number="",
        date_of_birth=date(1961, 3, 12),
    )  # fmt: skip
    actions.update_patient(by=Writer(), id=made.pk, version=1, full_name="Eva Quist", family_name="Quist")
    assert (names("bell"), names("quist"), names("quizt")) == ([], ["Eva Quist"], ["Eva Quist"])
    assert set(NameWord.objects.values_list("word", flat=True)) >= {"ana", "bell", "eva", "quist"}


def test_known_word_is_noted_once(scope):
    for name in ("Ana Bell", "Bell Ana"):
        patient(name)
    assert sorted(NameWord.objects.filter(word__in=["ana", "bell"]).values_list("word", flat=True)) == ["ana", "bell"]


def test_longest_names_are_stored_and_found(scope):
    for name in ("ﷺ" * 200, "𝔘" * 200, "\u0301" * 200, "ana " * 49 + "ana", "-" * 200):
        made = make_patient(full_name=name, family_name=name)
        assert Patient.objects.filter(pk=made.pk).exists()
    assert len(names("ana")) == 1


def test_misspelt_word_comes_before_long_words_around_it_and_after_its_lost_first_letter(scope):
    for name in ("Kim Sevasterov", "Kim Evans", "Kim Levas"):
        patient(name)
    assert names("evas") == ["Kim Levas", "Kim Evans", "Kim Sevasterov"]


@pytest.mark.parametrize("text", ["del", "rosario", "cruz de", "ÁNGELES", "zoe santisima"])
def test_last_words_of_long_names_are_found(scope, text):
    patient("Zoé María de los Ángeles del Rosario Santísima Cruz de Haro", "Cruz de Haro")
    patient("Zoé Haro", "Haro")
    assert names(text) == ["Zoé María de los Ángeles del Rosario Santísima Cruz de Haro"]


def test_several_long_words_are_not_found_by_their_ends(scope):
    patient("Karla Peterson")
    assert names("arla erson") == names("karla terson") == []
    assert names("peterson karl") == ["Karla Peterson"]


@given(st.lists(st.text(string.ascii_letters + string.digits, min_size=1, max_size=60), min_size=1, max_size=6))
def test_words_of_plain_letters_are_their_own_keys(django_db_blocker, django_db_setup, words):
    text = " ".join(words)
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT public.search_key(%s), public.letters_key(%s)", (text, text))
        keys = cursor.fetchone()
    assert keys == key_of(text).params * 2


def test_full_page_of_a_large_table_is_not_counted_further(scope, sign_in, monkeypatch):
    for number in range(3):
        patient(f"Ana{number} Marsh")
    patient("Marsha Bell Zed", "Zed")
    patient("Bo Marshall Zed", "Zed")
    small = searched("marsh").first(2)
    monkeypatch.setattr(listing, "LARGE", 0)
    large = searched("marsh").first(2)
    assert [record.pk for record in small.records] == [record.pk for record in large.records]
    assert (small.total, large.total, large.at_least, large.more) == (5, None, 4, True)
    assert searched("marsh").first(4).total == searched("marsh").count() == 5


def test_list_says_that_there_are_more_than_it_counted(riverside, sign_in, monkeypatch):
    monkeypatch.setattr(listing, "LARGE", 0)
    with clinic_scope(riverside.clinic):
        for number in range(11):
            patient(f"Ana{number} Marsh")
        patient("Bo Marshall Zed", "Zed")
    client = sign_in(riverside.clinician)
    page = client.get("/patients/?q=marsh&per_page=10").content.decode()
    assert ("11 patients so far" in page, "1 to 10 of 11 or more" in page, "count=exact" in page) == (True, True, True)
    exact = client.get("/patients/?q=marsh&per_page=10&count=exact").content.decode()
    assert ("12 patients" in exact, "1 to 10 of 12" in exact) == (True, True)
    around = client.get("/api/v1/patients/?search=marsh&page_size=10").json()["meta"]["pagination"]
    assert (around["count"], around["count_at_least"], around["previous"]) == (None, 11, None)


def test_later_grades_are_not_made_where_the_first_fills_the_page(scope, monkeypatch):
    for number in range(3):
        patient(f"Ana{number} Marsh")
    patient("Bo Marshall Zed", "Zed")
    made = []
    later = RunMaker.sum_up
    monkeypatch.setattr(RunMaker, "sum_up", lambda *asked: made.append(asked) or later(*asked))
    monkeypatch.setattr(listing, "LARGE", 0)
    assert (len(searched("marsh").first(2).records), len(made)) == (2, 0)
    assert (searched("marsh").count(), len(made)) == (4, 1)
