"""Names as they are typed: what shows, which part is the family name, and how it is shown."""

import unicodedata
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from clinic.text.full_names import SUFFIXES, family_first, filed_family_name, read_name
from clinic.text.signs import without_unseen

FILED = [
    ("Okonkwo, Adaeze", "Adaeze Okonkwo", "Okonkwo", "Okonkwo, Adaeze"),
    ("Garcia Lopez, Ana Maria", "Ana Maria Garcia Lopez", "Garcia Lopez", "Garcia Lopez, Ana Maria"),
    ("Maria Garcia Jr", "Maria Garcia Jr", "Garcia", "Garcia, Maria Jr"),
    ("Garcia, Maria Jr", "Maria Garcia Jr", "Garcia", "Garcia, Maria Jr"),
    ("Lovelace, Ada MD PhD", "Ada Lovelace MD PhD", "Lovelace", "Lovelace, Ada MD PhD"),
    ("Maria Garcia, MD", "Maria Garcia MD", "Garcia", "Garcia, Maria MD"),
    ("Garcia, Maria, Ph.D.", "Maria Garcia Ph.D.", "Garcia", "Garcia, Maria Ph.D."),
    ("King Jr., Martin", "Martin King Jr.", "King", "King, Martin Jr."),
    ("John Paul II", "John Paul II", "Paul", "Paul, John II"),
    ("Van Do", "Van Do", "Do", "Do, Van"),
    ("Okonkwo, Ada (twin of Bo, Eve)", "Ada Okonkwo (twin of Bo, Eve)", "Okonkwo", "Okonkwo, Ada (twin of Bo, Eve)"),
    ("Jr", "Jr", "", "Jr"),
]


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


def registered(client, riverside, way: str, **fields) -> tuple[int, Patient | None]:
    """What a form or JSON answers, and the patient who was registered."""
    values = {"id": str(uuid4()), "gender": "female", "date_of_birth": "1961-03-12", **fields}
    address = "/patients/new/" if way == "form" else "/api/v1/patients/"
    more = {"user": str(riverside.clinician.pk), "family_name": ""} if way == "form" else {}
    kind = {} if way == "form" else {"content_type": "application/json"}
    answer = client.post(address, more | values, **kind)
    with clinic_scope(riverside.clinic):
        return answer.status_code, Patient.objects.filter(pk=values["id"]).first()


@pytest.mark.parametrize("way", ["form", "json"])
@pytest.mark.parametrize(("typed", "full", "family", "shown"), FILED, ids=[each[0] for each in FILED])
def test_name_is_filed_as_it_is_meant(client, riverside, way, typed, full, family, shown):
    _, patient = registered(client, riverside, way, full_name=typed)
    assert (patient.full_name, patient.family_name, patient.display_name) == (full, family, shown)


@pytest.mark.parametrize("way", ["form", "json"])
@pytest.mark.parametrize(
    "name",
    [
        "\u200b",
        "\u200e",
        "\u3164",
        ".",
        "-",
        "'",
        "\u0301",
        "😀",
        "\x07Bell",
        "\u202eRTL override",
        "\u202dBell",
        "Be\x9bll",
    ],
)
def test_name_that_shows_nothing_or_turns_the_text_is_refused(client, riverside, way, name):
    status, patient = registered(client, riverside, way, full_name=name)
    assert (status, patient) == (422 if way == "form" else 400, None)
    for field in ("family_name", "preferred_name"):
        status, patient = registered(client, riverside, way, full_name="Ana Bell", **{field: name})
        assert (status, patient) == (422 if way == "form" else 400, None)


def test_refusal_names_the_sign():
    with pytest.raises(ValidationError, match=r"U\+202E \(right-to-left override\)"):
        read_name("Ana \u202eBell")


def test_same_name_with_a_sign_that_nobody_sees_meets_the_first(client, riverside):
    assert registered(client, riverside, "form", full_name="Double Submit")[0] == 302
    statuses = [registered(client, riverside, way, full_name="Double Submit\u200b")[0] for way in ("form", "json")]
    assert statuses == [409, 409]


@given(st.text(max_size=30))
def test_name_that_is_taken_shows_something_and_is_taken_again(text):
    try:
        name = read_name(text)
    except ValidationError:
        return
    assert name == read_name(name) == without_unseen(name)
    assert not name or any(unicodedata.category(sign)[0] in "LN" for sign in name)


@given(st.text(max_size=30), st.sampled_from(SUFFIXES.split()))
def test_suffix_is_never_a_family_name(text, suffix):
    assert filed_family_name(f"{text} {suffix}") == filed_family_name(text)


@given(st.text("ab cd", min_size=1).filter(str.strip), st.text("ef gh", min_size=1).filter(str.strip))
def test_comma_parts_the_family_name_from_the_given(family, given_name):
    family, given_name = " ".join(family.split()), " ".join(given_name.split())
    assert family_first(f"{family} , {given_name}") == (f"{given_name} {family}", family)
    assert family_first(f"{given_name} {family}") is None


@pytest.mark.parametrize("text", ["okonkwo, adaeze", "Okonkwo, Adaeze 1961"])
def test_search_for_a_family_name_first_registers_it_so(client, text):
    page = client.get("/patients/new/", {"q": text}).content.decode()
    for field, value in (("full_name", "Adaeze Okonkwo"), ("family_name", "Okonkwo")):
        tag = next(tag for tag in page.split("<input")[1:] if f'name="{field}"' in tag)
        assert f'value="{value}"' in tag
