"""The limits of what the API takes: at each one, one below and one above."""

from rest_framework.serializers import ListSerializer

from clinic.api.objects.assessments import AssessmentSerializer, QuestionSerializer
from clinic.api.objects.patients import PatientSerializer
from clinic.instruments.items.parsing import MOST_ITEMS
from clinic.tenancy.scope import clinic_scope
from tests.api.conftest import SITTINGS, send
from tests.world import make_patient

PATIENTS, INSTRUMENTS = "/api/v1/patients/", "/api/v1/instruments/"


def answer(person, address):
    """The status of an address, and which of its parameters are at fault."""
    response = person.get(address)
    return response.status_code, list(response.json().get("error", {}).get("fields", {}))


def test_page_holds_one_record_to_a_hundred(person):
    sizes = {"0": 400, "1": 200, "99": 200, "100": 200, "101": 400}
    for path in (PATIENTS, SITTINGS, INSTRUMENTS):
        found = {size: answer(person, f"{path}?page_size={size}") for size in sizes}
        assert found == {size: (status, ["page_size"] * (status == 400)) for size, status in sizes.items()}


def test_count_is_exact_or_left_out(person):
    counts = {"exact": 200, "Exact": 400, "": 400, "1": 400, "all": 400}
    for path in (PATIENTS, SITTINGS):
        found = {count: answer(person, f"{path}?count={count}") for count in counts}
        assert found == {count: (status, ["count"] * (status == 400)) for count, status in counts.items()}


def test_search_is_of_two_hundred_letters_at_most(person):
    for path in (PATIENTS, SITTINGS):
        found = [answer(person, f"{path}?search={'x' * length}") for length in (199, 200, 201)]
        assert found == [(200, []), (200, []), (400, ["search"])]


def test_last_page_is_the_one_that_holds_the_last_record(person, riverside):
    found = {}
    for rows, pages in ((1, 1), (2, 1), (3, 2), (4, 2), (5, 3)):
        with clinic_scope(riverside.clinic):
            make_patient()
        last, after = [person.get(f"{PATIENTS}?page_size=2&page={page}") for page in (pages, pages + 1)]
        around = last.json()["meta"]["pagination"]
        shown = len(last.json()["results"]), around["next"], around["previous"] is None
        found[rows] = (last.status_code, after.status_code, *shown)
    assert found == {
        1: (200, 404, 1, None, True),
        2: (200, 404, 2, None, True),
        3: (200, 404, 1, None, False),
        4: (200, 404, 2, None, False),
        5: (200, 404, 1, None, False),
    }


def limits(serializer):
    """The fields of a serializer that have a limit, with it."""
    fields = serializer().fields.items()
    return {name: field.max_length for name, field in fields if getattr(field, "max_length", None) is not None}


def test_limits_are_these():
    """Another one needs a test below."""
    assert limits(PatientSerializer) == {
        "full_name": 200,
        "family_name": 200,
        "preferred_name": 100,
        "other_names": 200,
        "phone_number": 40,
        "phone_extension": 11,
        "second_phone_number": 40,
        "second_phone_extension": 11,
        "email": 254,
        "address": 1000,
        "next_of_kin": 500,
        "record_number": 40,
    }
    assert limits(QuestionSerializer) == {"question": 500, "answer": 4000}
    assert limits(AssessmentSerializer) == {
        "name": 200,
        "questions": 200,
        "instrument": 60,
        "language": 10,
        "reason": 500,
    }
    assert isinstance(AssessmentSerializer().fields["questions"], ListSerializer)


def test_text_of_a_patient_is_kept_up_to_its_limit(person, patient_body):
    limits = {"full_name": 200, "family_name": 200, "preferred_name": 100, "address": 1000, "record_number": 40}
    for field, most in (limits | {"phone_extension": 11}).items():
        sign, named = (
            "7" if field == "phone_extension" else "x",
            {"full_name": field, "phone_number": "+44 20 7946 0958"},
        )
        kept = send(person, "post", PATIENTS, patient_body(**{**named, field: sign * most}))
        assert (kept.status_code, kept.json()["results"][field]) == (201, sign * most)
        refused = send(person, "post", PATIENTS, patient_body(**{**named, field: sign * (most + 1)}))
        assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, [field])


# What is at the limit, what is above it, and which field is named.
LIMITS = [
    ({"name": "x" * 200}, {"name": "x" * 201}, "name"),
    ({"questions": [{"question": "x" * 500}]}, {"questions": [{"question": "x" * 501}]}, "questions.0.question"),
    (
        {"questions": [{"question": "A?", "answer": "x" * 4000}]},
        {"questions": [{"question": "A?", "answer": "x" * 4001}]},
        "questions.0.answer",
    ),
    ({"questions": [{"question": "A?"}] * 200}, {"questions": [{"question": "A?"}] * 201}, "questions"),
    ({"score": 999999.99}, {"score": 1000000}, "score"),
    ({"score": -999999.99}, {"score": -1000000}, "score"),
    ({"score": 0.01}, {"score": 0.001}, "score"),
    ({"score": "-999999.99"}, {"score": "1000000"}, "score"),
]


def test_assessment_takes_what_is_at_its_limits(person, assessment_body):
    for fields, too_much, named in LIMITS:
        kept = send(person, "post", SITTINGS, assessment_body(**fields))
        refused = send(person, "post", SITTINGS, assessment_body(**too_much))
        assert (kept.status_code, refused.status_code) == (201, 400), (named, kept.content)
        assert list(refused.json()["error"]["fields"]) == [named]


def test_reason_has_five_hundred_letters_at_most(person, body):
    made = send(person, "post", SITTINGS, body(complete=True)).json()["results"]
    assert made["status"] == "completed"
    found = []
    for length in (499, 500, 501):
        changes = {"version": made["version"], "answers": {"1": length % 4}, "reason": "x" * length}
        response = send(person, "patch", f"{SITTINGS}{made['id']}/", changes)
        made = response.json().get("results", made)
        found.append((response.status_code, list(response.json().get("error", {}).get("fields", {}))))
    assert found == [(200, []), (200, []), (400, ["reason"])]


def test_as_many_answers_as_an_instrument_can_have_are_read(person, body):
    """Each of those that PHQ-9 does not have is named; of one more than may be, nothing is read."""
    found = {}
    for count in (MOST_ITEMS, MOST_ITEMS + 1):
        response = send(person, "post", SITTINGS, body({f"x{number}": 0 for number in range(count)}))
        fields = response.json()["error"]["fields"]
        found[count] = response.status_code, sum(name.startswith("answers.x") for name in fields)
    assert found == {MOST_ITEMS: (400, MOST_ITEMS), MOST_ITEMS + 1: (400, 0)}
