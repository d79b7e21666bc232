"""Numbers that others gave somebody: checked where their authority says how, found, compared, and in JSON."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from clinic.audit.models import AuditEvent
from clinic.matching.scoring import compare
from clinic.patients.matching.candidates import similar_to
from clinic.patients.models import Patient, person_of
from clinic.tenancy.scope import clinic_scope
from clinic.text.identifiers import NATIONAL, compared, parsed, read_identifier, read_identifiers
from tests.blanked import text_of
from tests.typed import sent_by
from tests.world import make_patient

# Published examples of the authorities and of their descriptions; none is a living person's.
RIGHT = [
    ("NHS number", "943 476 5919"),
    ("nhs", "9434765870"),
    ("Personnummer", "811218-9876"),
    ("Personnummer", "19811218-9876"),
    ("Henkilötunnus", "131052-308T"),
    ("CPR number", "070761-4285"),
    ("BSN", "111222333"),
]


def fodselsnummer() -> str:
    """The first number of a day that both check digits hold."""
    check = NATIONAL["Fødselsnummer"]
    return next(text for number in range(100000) if check(text := f"010203{number:05d}"))


@pytest.mark.parametrize(("system", "value"), [*RIGHT, ("Fødselsnummer", fodselsnummer())])
def test_number_of_an_authority_is_taken_and_none_with_another_digit(system, value):
    found = read_identifier(system, value)
    assert read_identifier(system, found.value) == found
    if found.system != "CPR number":
        last = found.value[-1]
        for other in set("0123456789") - {last}:
            with pytest.raises(ValidationError):
                read_identifier(system, found.value[:-1] + other)


@given(st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_of_an_nhs_number_is_noticed(place, more):
    digits = [int(sign) for sign in "9434765919"]
    digits[place] = (digits[place] + more) % 10
    assert not NATIONAL["NHS number"]("".join(map(str, digits)))


@given(st.text(max_size=200))
def test_what_is_read_is_read_again_as_itself(text):
    try:
        kept = read_identifiers(text)
    except ValidationError:
        return
    assert read_identifiers(kept) == kept
    assert "\n".join(f"{each.system}: {each.value}" for each in parsed(kept)) == kept


@pytest.mark.parametrize(
    "text",
    ["943 476 5919", "NHS number: 9434765918", "NHS number:", ": 5", "…: 5", "Hospital: …", f"{'x' * 61}: 5",
     f"Hospital: {'5' * 61}", "\n".join(f"Ward {n}: {n}" for n in range(13)), "CPR: 999999-1111"],
)  # fmt: skip
def test_line_that_cannot_be_read_is_refused(text):
    with pytest.raises(ValidationError):
        read_identifiers(text)


def test_lines_are_kept_in_plain_signs():
    text = "nhs: 943\u00a0476\u20115919\n\nRiverside Hospital : AB-12;urn:oid:1.2.3: 55"
    kept = "NHS number: 9434765919\nRiverside Hospital: AB-12\nurn:oid:1.2.3: 55"
    assert read_identifiers(text) == kept


@pytest.fixture
def scope(riverside):
    return lambda: clinic_scope(riverside.clinic)


@pytest.fixture
def patient(scope):
    with scope():
        return make_patient(
            full_name="Ola Quist", family_name="Quist", identifiers="NHS number: 9434765919\nSt Ann's: LAB-77/3"
        )


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.mark.parametrize("typed", ["9434765919", "943 476 5919", "943-476-5919", "lab-77/3", "LAB-77/3"])
def test_whole_number_is_found(client, patient, typed):
    page = text_of(client.get("/patients/", {"q": typed}))
    assert ("Quist" in page, "identifier" in page) == (True, True)
    assert [row["id"] for row in client.get("/api/v1/patients/", {"search": typed}).json()["results"]] == [
        str(patient.pk)
    ]


@pytest.mark.parametrize("typed", ["943476591", "434765919", "LAB-77", "77/3", "94347%", "LAB_77/3"])
def test_part_of_a_number_is_not_found(client, patient, typed):
    assert "Quist" not in text_of(client.get("/patients/", {"q": typed}))


def test_form_reads_shows_and_refuses(client, scope, patient):
    page = f"/patients/{patient.pk}/edit/"
    sent = sent_by(client.get(page).content.decode())
    assert client.post(page, sent).status_code == 302
    with scope():
        assert AuditEvent.objects.filter(action="patient.changed").count() == 0
    refused = client.post(page, {**sent, "identifiers": "NHS number: 943 476 5918"})
    assert (refused.status_code, "is no NHS number" in text_of(refused)) == (422, True)
    assert client.post(page, {**sent, "identifiers": "nhs: 943 476 5870"}).status_code == 302
    assert "NHS number: 9434765870" in text_of(client.get(f"/patients/{patient.pk}/details/"))


def test_json_has_a_list_and_takes_it(client, scope, patient):
    address = f"/api/v1/patients/{patient.pk}/"
    found = client.get(address).json()["results"]["identifiers"]
    assert [(each["system"], each["value"]) for each in found] == [
        ("NHS number", "9434765919"),
        ("St Ann's", "LAB-77/3"),
    ]
    for sent, status in (
        (found, 200),
        ([{"system": "NHS number", "value": "9434765918"}], 400),
        ([{"system": "", "value": "1"}], 400),
        ([{"value": "1"}], 400),
        ("NHS number: 9434765919", 400),
        ([], 200),
    ):
        answer = client.patch(address, {"identifiers": sent}, content_type="application/json")
        assert (sent, answer.status_code) == (sent, status), answer.content
    with scope():
        assert Patient.objects.get(pk=patient.pk).identifiers == ""


def test_same_identifier_is_one_person_and_another_system_says_nothing(scope, patient):
    with scope():
        same = Patient(
            full_name="Ola Kvist", family_name="Kvist", gender="female", identifiers="NHS number: 9434765919"
        )
        other = Patient(full_name="Bo Berg", gender="male", identifiers="Laboratory: 9434765919")
        found = [each.patient.pk for each in similar_to(person_of(same))]
        scores = [compare(person_of(each), person_of(patient)).bits for each in (same, other)]
        assert (patient.pk in found, scores[0] > scores[1] + 10) == (True, True)


def test_identifiers_are_compared_without_signs():
    assert compared("St Ann's: LAB-77/3") == compared("St Ann's: LAB 77 3") == ("x St Ann's LAB773",)
