"""A telephone number written without its country is of the clinic's: kept, found and asked about so."""

from contextlib import suppress

import phonenumbers
import pytest
from django.core.exceptions import ValidationError

from clinic.patients.models import Patient
from clinic.patients.search.typed import Typed, phone_end, phone_starts
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from clinic.text.countries import COUNTRIES
from clinic.text.home import in_country
from clinic.text.phones import parse_phone
from tests.api.conftest import send

PATIENTS = "/api/v1/patients/"

WRITTEN = [
    ("DE", "089/1234567", "+49891234567"),
    ("DE", "030 1234567-12", "+4930123456712"),
    ("ES", "912 345 678", "+34912345678"),
    ("US", "(212) 555-0123", "+12125550123"),
    ("NG", "0803 123 4567", "+2348031234567"),
    ("GB", "07700 900123", "+447700900123"),
    ("", "07700 900123", "+447700900123"),
    ("AQ", "07700 900123", "+447700900123"),  # has no numbers of its own
]


@pytest.mark.parametrize(("country", "written", "kept"), WRITTEN)
def test_number_is_kept_and_found_as_the_clinics_country_writes_it(riverside, sign_in, country, written, kept):
    Clinic.objects.filter(pk=riverside.clinic.pk).update(country=country)
    client = sign_in(riverside.clinician)
    body = {"full_name": "Ana Ruiz", "gender": "female", "date_of_birth": "1961-03-12", "phone_number": written}
    made = send(client, "post", PATIENTS, {**body, "user": str(riverside.clinician.pk)}).json()
    with clinic_scope(riverside.clinic):
        assert str(Patient.objects.get(pk=made["results"]["id"]).phone_number.as_e164) == kept
    for typed in (written, kept, written[:7]):
        assert "Ruiz" in client.get("/patients/", {"q": typed}).content.decode()


@pytest.mark.parametrize("country", sorted(set(COUNTRIES) & phonenumbers.SUPPORTED_REGIONS))
def test_number_that_the_form_takes_is_looked_for_by_the_same_text(country):
    """Each kind of number that the country has, as it is written there and abroad."""
    examples = [phonenumbers.example_number_for_type(country, kind) for kind in range(11)]
    written = {phonenumbers.format_number(each, form) for each in filter(None, examples) for form in range(3)}
    taken, lost = 0, []
    with in_country(country):
        for text in written:
            with suppress(ValidationError):
                kept = parse_phone(text).raw_input
                taken += kept.startswith("+")
                typed = Typed.of(text)
                ends = any(kept.endswith(end) for end in phone_end(typed))
                if kept.startswith("+") and not ends and not any(kept.startswith(each) for each in phone_starts(typed)):
                    lost.append(text)
    assert (taken > 0, lost) == (True, [])


@pytest.mark.parametrize(
    ("country", "begun", "kept"),
    [
        ("IT", "06 69", "+390669812345"), ("HU", "06 1 23", "+3612345678"), ("DE", "089 12", "+49891234567"),
        ("GB", "020 79", "+442079460018"), ("FR", "01 23", "+33123456789"), ("ES", "912 3", "+34912345678"),
        ("US", "212 5", "+12125550123"), ("NG", "0803 1", "+2348031234567"),
    ],
)  # fmt: skip
def test_number_that_is_begun_as_at_home_is_looked_for(country, begun, kept):
    with in_country(country):
        assert any(kept.startswith(start) for start in phone_starts(Typed.of(begun)))


def test_number_of_one_country_is_not_found_as_anothers(riverside, sign_in):
    client = sign_in(riverside.clinician)
    body = {"full_name": "Ana Ruiz", "gender": "female", "date_of_birth": "1961-03-12", "phone_number": "+49891234567"}
    assert send(client, "post", PATIENTS, {**body, "user": str(riverside.clinician.pk)}).status_code == 201
    found = []
    for country in ("GB", "DE"):
        Clinic.objects.filter(pk=riverside.clinic.pk).update(country=country)
        found.append("Ruiz" in client.get("/patients/", {"q": "0891"}).content.decode())
    assert found == [False, True]


def test_number_without_its_area_is_asked_about_with_one_of_the_country():
    with in_country("DE"), pytest.raises(ValidationError, match=r"area code, such as 030 123456, or with \+country"):
        parse_phone("123456")
    with pytest.raises(ValidationError, match=r"such as 0121 234 5678"):
        parse_phone("794600")


def test_country_ends_with_the_scope(riverside):
    riverside.clinic.country = "DE"
    try:
        with clinic_scope(riverside.clinic):
            assert str(parse_phone("089 1234567").as_e164) == "+49891234567"
    finally:
        riverside.clinic.country = ""
    assert str(parse_phone("020 7946 0018").as_e164) == "+442079460018"
