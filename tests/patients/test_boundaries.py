"""The limits of what is typed about patients and into their search: at each one, one below and one above."""

from datetime import date
from uuid import uuid4

import pytest

from clinic.patients import actions
from clinic.patients.forms import PatientForm
from clinic.patients.latest_results import LatestResults
from clinic.patients.models import Patient
from clinic.patients.search.typed import MOST_WORDS, words_of
from clinic.patients.suggestions import details_in, near_spellings
from clinic.tenancy.scope import clinic_scope
from clinic.text.phones import international, parse_phone
from tests.filled import searched
from tests.world import Writer, make_patient

BORN = date(1980, 5, 3)
PHONE, OTHER = "+447700900123", "+447700900456"


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield riverside


def patient(name, **fields):
    return make_patient(full_name=name, family_name=name.split()[-1], **fields)


def names(text):
    return sorted(record.full_name for record in searched(text).first(25).records)


def test_fields_of_a_patient_have_the_limits_of_their_columns():
    limits = {name: field.max_length for name, field in PatientForm().fields.items() if hasattr(field, "max_length")}
    limits = {name: most for name, most in limits.items() if most is not None}
    assert limits == {
        "full_name": 200,
        "family_name": 200,
        "preferred_name": 100,
        "other_names": 200,
        "date_of_birth": 40,
        "phone_number": 40,
        "second_phone_number": 40,
        "email": 254,
        "address": 1000,
        "identifiers": 1600,
        "next_of_kin": 500,
        "record_number": 40,
    }
    for name in ("full_name", "family_name", "preferred_name", "address", "record_number"):
        assert Patient._meta.get_field(name).max_length == limits[name]


def test_form_keeps_what_is_at_its_limits_and_refuses_one_letter_more(riverside, sign_in):
    client, kept = sign_in(riverside.clinician), {}
    full = {"full_name": "a" * 200, "family_name": "b" * 200, "address": "c" * 1000, "record_number": "d" * 40}
    for change in ({}, *({name: text + "x"} for name, text in full.items())):
        typed = {"id": str(uuid4()), "gender": "female", "date_of_birth": "1980", "user": riverside.clinician.pk}
        response = client.post("/patients/new/", {**typed, **full, **change})
        kept[tuple(change)] = response.status_code
    assert kept == {(): 302, **{(name,): 422 for name in full}}
    with clinic_scope(riverside.clinic):
        assert Patient.objects.values(*full).get() == full


@pytest.mark.parametrize(("count", "kept"), [(19, 19), (20, 20), (21, 20)])
def test_twenty_words_are_looked_for(count, kept):
    words = [f"word{number}" for number in range(count)]
    assert (MOST_WORDS, words_of(" ".join(words))) == (20, words[:kept])


def test_words_inside_are_looked_for_where_few_begin_so(scope):
    """Fewer than five begin with "mar"; with the fifth nothing else is looked for."""
    found = []
    patient("Bo Lamarr")
    for number in range(5):
        patient(f"Ana Marsh{'abcde'[number]}")
        found.append("Bo Lamarr" in names("marsh") or "Bo Lamarr" in names("mar"))
    assert found == [True, True, True, True, False]


@pytest.mark.parametrize(("text", "found"), [("ma", []), ("mar", ["Bo Lamarr"]), ("marr", ["Bo Lamarr"])])
def test_part_of_a_word_has_three_letters_at_least(scope, text, found):
    patient("Bo Lamarr")
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("87", False), ("987", True), ("77", False), ("771", True), ("234", False), ("2345", True), ("2346", False)],
)
def test_telephone_is_found_by_three_figures_at_its_ends_and_four_within(scope, text, found):
    patient("Bo Lamarr", phone_number="+447712345987", record_number="X")
    assert names(text) == ["Bo Lamarr"] * found


@pytest.mark.parametrize(("figures", "found"), [("7", True), ("123456789", True), ("1234567890", False)])
def test_number_of_a_record_has_nine_figures_at_most(scope, figures, found):
    patient("Bo Lamarr", record_number=f"P-{int(figures):06d}")
    other = patient("Eva Quist", record_number="X-1")
    assert (names(figures), names("X-1")) == (["Bo Lamarr"] if found else [], [other.full_name])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1" + "x" * 38, ["Ana Lamarr", "Bo Lamarr"]),
        ("1" + "x" * 39, ["Ana Lamarr"]),
        ("1-" + "x" * 38, ["Ana Lamarr", "Bo Lamarr"]),
        ("1-" + "x" * 39, []),
    ],
)
def test_number_of_a_record_is_looked_for_up_to_forty_characters(scope, text, found):
    patient("Bo Lamarr", record_number="1" + "x" * 38)
    patient("Ana Lamarr", record_number="1" + "x" * 39)
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("qx", []), ("qix", ["Ana Qin"]), ("ana qix", []), ("quit", ["Ana Quist"]), ("ana quit", ["Ana Quist"])],
)
def test_similar_word_has_three_letters_alone_and_four_beside_another(scope, text, found):
    patient("Ana Qin")
    patient("Ana Quist")
    assert names(text) == found


def test_near_spellings_are_of_five_words_at_most(scope):
    patient("Ana Featherstone")
    words = ["feathirstome", "bo", "cy", "di", "ed", "fa"]
    found = [near_spellings(" ".join(words[:count])) for count in (4, 5, 6)]
    assert found == [["featherstone bo cy di"], ["featherstone bo cy di ed"], []]


@pytest.mark.parametrize(("length", "kept"), [(199, 199), (200, 200), (201, 200)])
def test_new_patient_is_called_by_the_first_two_hundred_letters_of_a_search(length, kept):
    assert details_in("A" * length) == {"full_name": "A" * kept}


@pytest.mark.parametrize("number", ["+4930123456", "+49301234567", "+493012345678", "+447700900123", "+12025550123"])
def test_number_of_any_length_is_written_as_the_library_writes_it(number):
    assert international(number) == str(parse_phone(number).as_international)


def test_standing_takes_severities_and_shares_up_to_their_ends(scope):
    made = patient("Bo Lamarr")
    for severity, share in ((0, 0), (4, 1)):
        kept = LatestResults(last_severity=severity, recent_scores=[share])
        assert actions.note_latest_results(by=Writer(), patient_id=made.pk, results=kept)
    for wrong in ({"last_severity": 5}, {"last_severity": -1}, {"recent_scores": [1.001]}, {"recent_scores": [-0.001]}):
        with pytest.raises(ValueError, match="0 to 4"):
            actions.note_latest_results(by=Writer(), patient_id=made.pk, results=LatestResults(**wrong))
    made.refresh_from_db()
    assert (made.last_severity, made.recent_scores) == (4, [1])
