"""What a patient likes to be called: found alone and with the family name, however it is typed, and shown."""

import csv
import io

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.patients import actions
from clinic.patients.models import NameWord, Patient
from clinic.tenancy.scope import clinic_scope
from tests.filled import everything, searched
from tests.patients.oracle import folded
from tests.sizes import times
from tests.world import Writer, make_patient

SCRIPTS = [
    "abcdeghiklmnoprstuvyz",
    "áàâäçéèíñóöøúüß",
    "αβγδεηικλμνοπρστυ",
    "абвгдежиклмнопрст",
    "ابتحدرسعفكلمنهو",
    "王李明芳健",
]
WORD = st.sampled_from(SCRIPTS).flatmap(lambda letters: st.text(letters, min_size=1, max_size=9)).map(str.capitalize)
NAME = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
HOW = st.sampled_from([str, str.upper, str.lower, folded])


@st.composite
def typed_names(draw) -> tuple[str, str, str]:
    """A preferred name, a family name, and the beginnings of a word of each or of the first, however they are typed."""
    preferred, family = draw(NAME), draw(NAME)
    words = [draw(st.sampled_from(preferred.split()))]
    if draw(st.booleans()):
        words.append(draw(st.sampled_from(family.split())))
    begun = [draw(HOW)(word[: draw(st.integers(1, len(word)))]) for word in draw(st.permutations(words))]
    return preferred, family, draw(st.sampled_from([" ", "  ", ", ", "-"])).join(begun)


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def make_annie() -> Patient:
    return make_patient(full_name="Anne-Marie Smith", family_name="Smith", preferred_name="Annie")


@pytest.fixture
def annie(scope):
    return make_annie()


@pytest.fixture
def client(riverside, sign_in):
    """Signed in where Annie, Bea and Zed are patients."""
    with clinic_scope(riverside.clinic):
        make_annie()
        make_patient(full_name="Zed Other", family_name="Other")
        make_patient(full_name="Bea Bell", family_name="Bell", preferred_name="Bibi")
    return sign_in(riverside.clinician)


def found(text: str) -> list[tuple[Patient, str]]:
    page = searched(text).first(25)
    return list(zip(page.records, page.reasons, strict=True))


def reasons(text: str) -> list[tuple[str, str]]:
    return [(patient.full_name, reason) for patient, reason in found(text)]


@settings(max_examples=times(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=typed_names())
def test_any_preferred_name_is_found_alone_and_with_any_family_name(scope, names):
    preferred, family, typed = names
    with transaction.atomic():
        patient = make_patient(full_name=f"Xaver {family}", family_name=family, preferred_name=preferred)
        keys = [each.pk for each in everything(searched(typed))]
        transaction.set_rollback(True)
    assert patient.pk in keys, (preferred, family, typed)
    assert len(keys) == len(set(keys))


@settings(max_examples=times(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=typed_names(), others=st.lists(NAME, min_size=1, max_size=3))
def test_preferred_name_hides_nobody_whose_name_was_typed(scope, names, others):
    """Who is found by a name keeps the place among the others; only what is merely similar gives way to a match."""
    preferred, family, typed = names
    with transaction.atomic():
        patient = make_patient(full_name=f"Xaver {family}", family_name=family)
        for number, name in enumerate([*others, preferred, f"{family} {preferred}"]):
            make_patient(full_name=f"{name} Y{number}", family_name=name)
        before = [who.pk for who, reason in found(typed) if not reason and who != patient]
        Patient.objects.filter(pk=patient.pk).update(preferred_name=preferred)
        after = [who.pk for who, reason in found(typed) if not reason and who != patient]
        transaction.set_rollback(True)
    assert after == before


@pytest.mark.parametrize(
    "text", ["annie", "ANNIE", "ánni", "annie smith", "smith annie", "marie annie", "annie anne marie smith"]
)
def test_preferred_name_is_the_reason_that_is_shown(annie, text):
    make_patient(full_name="Zed Other", family_name="Other")
    assert reasons(text) == [("Anne-Marie Smith", "preferred name")]


def test_preferred_name_comes_after_given_and_before_later_names(annie):
    for name in ("Bo Annie Bell", "Annie Zed", "Cy Annie"):
        make_patient(full_name=name, family_name=name.split()[-1])
    assert [name for name, _ in reasons("annie")] == ["Cy Annie", "Annie Zed", "Anne-Marie Smith", "Bo Annie Bell"]


def test_later_word_and_inside_of_a_preferred_name_are_found(scope):
    make_patient(full_name="Ana Smith", family_name="Smith", preferred_name="Mary Lou")
    expected = [("Ana Smith", "preferred name")]
    assert (reasons("lou"), reasons("mary l"), reasons("ary"), reasons("lou smith")) == (expected,) * 4


@pytest.mark.parametrize("text", ["anbie", "anie", "smith anbie", "smoth annie", "anbie anne marie"])
def test_one_wrong_letter_of_a_preferred_name_is_forgiven(annie, text):
    assert reasons(text)[0][0] == "Anne-Marie Smith"
    assert reasons(text)[0][1].startswith("similar to ")


def test_preferred_name_is_normalised_noted_and_taken_back(riverside, client):
    with clinic_scope(riverside.clinic):
        annie = Patient.objects.get(preferred_name="Annie")
    sent = {"preferred_name": "  Anne\u0301   Lou "}
    changed = client.patch(f"/api/v1/patients/{annie.pk}/", sent, content_type="application/json")
    assert changed.json()["results"]["preferred_name"] == "Ann\u00e9 Lou"
    with clinic_scope(riverside.clinic):
        assert {"anne", "lou"} <= set(NameWord.objects.values_list("word", flat=True))
        actions.undo_patient_change(by=Writer(), id=annie.pk, version=2)
        assert Patient.objects.get(pk=annie.pk).preferred_name == "Annie"


def test_patient_without_one_has_nothing_in_the_table_and_an_empty_text_elsewhere(scope):
    patient = make_patient(full_name="Ana Bell", preferred_name="")
    with connection.cursor() as cursor:
        cursor.execute("SELECT preferred_name FROM patients_patient WHERE id = %s", [patient.pk])
        stored = cursor.fetchone()[0]
    assert (stored, Patient.objects.get(pk=patient.pk).preferred_name) == (None, "")


def test_preferred_name_is_beside_the_name_on_pages_and_in_lists(riverside, client):
    with clinic_scope(riverside.clinic):
        annie = Patient.objects.get(preferred_name="Annie")
    page = client.get(f"/patients/{annie.pk}/details/").content.decode()
    assert (page.count("<bdi>Smith, Anne-Marie (Annie)</bdi>"), page.count("Preferred name")) == (1, 1)
    assert "Smith, Anne-Marie (Annie)" in client.get("/patients/?q=annie").content.decode()


def test_preferred_name_is_a_column_of_lists_and_files(client):
    file = client.get("/patients/?columns=name,preferred_name&sort=preferred_name&_export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert rows == [
        ["Name", "Preferred name"],
        ["Smith, Anne-Marie (Annie)", "Annie"],
        ["Bell, Bea (Bibi)", "Bibi"],
        ["Other, Zed", ""],
    ]


@pytest.mark.parametrize(
    ("ordering", "expected"), [("preferred_name", ["Annie", "Bibi", ""]), ("-preferred_name", ["Bibi", "Annie", ""])]
)
def test_whoever_has_none_is_last_in_both_orders(client, ordering, expected):
    answer = client.get(f"/api/v1/patients/?ordering={ordering}").json()
    assert [patient["preferred_name"] for patient in answer["results"]] == expected


def test_json_search_finds_by_preferred_name(client):
    answer = client.get("/api/v1/patients/?search=smith+annie").json()
    assert [patient["preferred_name"] for patient in answer["results"]] == ["Annie"]
