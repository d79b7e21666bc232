"""`error.codes`: what is refused although the document allows it, and what the document says of the rest."""

import pytest
from jsonschema import Draft202012Validator

from clinic.text.faults import MEANINGS, Fault
from tests.api.conftest import send
from tests.api.test_schema import ASSESSMENTS, PATIENTS, document, errors

NOBODY = "b4f0c2aa-5a35-4a0f-8a53-0c6a8a0d8f77"


def codes(response):
    assert response.status_code == 400, response.content
    assert errors("Failure", response.json()) == []
    return response.json()["error"].get("codes", {})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{PATIENTS}?user={NOBODY}", {"user": ["unknown"]}),
        (f"{PATIENTS}?tag={NOBODY}&cursor=x", {"tag": ["unknown"]}),
        (f"{PATIENTS}?instrument=nothing", {"instrument": ["unknown"]}),
        (f"{ASSESSMENTS}?patient={NOBODY}", {"patient": ["unknown"]}),
        (f"{ASSESSMENTS}?instrument=nothing", {"instrument": ["unknown"]}),
        (f"/api/v1/requests/?patient={NOBODY}", {"patient": ["unknown"]}),
        (f"{PATIENTS}?cursor=x", {"cursor": ["unknown"]}),
        ("/api/v1/changes/?after=x", {"after": ["unknown"]}),
        (f"{PATIENTS}?cursor=x&page=2", {"page": ["together"]}),
        (f"{PATIENTS}?after={NOBODY}&before={NOBODY}", {"before": ["together"]}),
        (f"{PATIENTS}?score_min=4", {"score_min": ["together"]}),
        (
            f"{PATIENTS}?instrument=nothing&score_max=4.2433137505778376",
            {"instrument": ["unknown"], "score_max": ["max_digits"]},
        ),
        (f"{ASSESSMENTS}?ordering=score", {"ordering": ["together"]}),
        (f"{PATIENTS}?ordering=name,-record_number&after={NOBODY}", {"after": ["together"]}),
        (f"{PATIENTS}?after=x", {}),
        (f"{PATIENTS}?gender=none", {}),
        (f"{PATIENTS}?ordering=nothing", {}),
        (f"{PATIENTS}?user=", {}),
    ],
)
def test_parameters_that_no_schema_rules_out_have_a_code(client, patient, path, expected):
    assert codes(client.get(path)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"user": NOBODY}, {"user": ["unknown"]}),
        ({"tags": ["Nothing"]}, {"tags": ["unknown"]}),
        ({"date_of_birth": "2999-01-01"}, {"date_of_birth": ["day"]}),
        ({"date_of_birth": "1700-01-01"}, {"date_of_birth": ["day"]}),
        ({"status": "deceased", "status_on": "2999-01-01"}, {"status_on": ["day"]}),
        ({"status_on": "2026-01-01"}, {"status_on": ["together"]}),
        ({"phone_extension": "12"}, {"phone_extension": ["together"]}),
        ({"date_of_birth_precision": "unknown"}, {"date_of_birth_precision": ["together"]}),
        ({"created_at": "2026-01-01T00:00:00Z"}, {"created_at": ["read_only"]}),
        ({"phone_number": "12"}, {}),
        ({"identifiers": [{"system": "NHS number", "value": "1"}]}, {}),
        ({"full_name": "?", "user": NOBODY}, {"user": ["unknown"]}),
    ],
)
def test_fields_that_no_schema_rules_out_have_a_code(client, patient_body, fields, expected):
    assert codes(send(client, "post", PATIENTS, patient_body(**fields))) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"patient": NOBODY}, {"patient": ["unknown"]}),
        ({"date": "1899-12-31"}, {"date": ["day"]}),
        ({"score": 4.355}, {"score": ["max_decimal_places"]}),
        ({"score": 638265.4067591747}, {"score": ["max_digits"]}),
        ({"score": 1000000}, {}),
        ({"complete": True}, {"complete": ["together"]}),
        ({"instrument": "nothing"}, {"instrument": ["unknown"]}),
        ({"instrument": "phq-9", "answers": {"99": 1}}, {"answers.99": ["together"]}),
        ({"instrument": "phq-9", "answers": {"1": 0.125}}, {"answers": ["max_decimal_places"]}),
        ({"instrument": "phq-9", "answers": {"1": ["a", 0.125]}}, {"answers": ["max_decimal_places"]}),
        ({"instrument": "phq-9", "answers": {"1": 3.664738871609446e114}}, {}),
        ({"instrument": "phq-9", "answers": {"1": [1e6]}}, {}),
        ({"instrument": "phq-9", "answers": {"1": [True]}}, {}),
        ({"instrument": "phq-9", "language": "tlh"}, {"language": ["together"]}),
        ({"type": None}, {}),
    ],
)
def test_assessments_that_no_schema_rules_out_have_a_code(client, assessment_body, fields, expected):
    assert codes(send(client, "post", ASSESSMENTS, assessment_body(**fields))) == expected


def test_a_program_is_told_that_it_is_asked_for_more_than_a_person(riverside, program, patient_body):
    body = {name: value for name, value in patient_body().items() if name != "user"}
    assert codes(send(program(riverside), "post", PATIENTS, body)) == {"user": ["asker"]}


def test_rows_that_are_refused_together_have_their_codes(client, patient_body):
    rows = [patient_body(user=NOBODY), {"id": NOBODY, "full_name": "Ana Ruiz"}]
    answer = send(client, "post", f"{PATIENTS}bulk/", {"rows": rows, "all_or_nothing": True})
    said = {name: each for name, each in codes(answer).items() if name != "rows.1.user"}
    missing = {f"rows.1.{name}": ["unknown"] for name in ("gender", "date_of_birth")}
    assert said == {"rows.0.user": ["unknown"], **missing}


def test_a_row_without_an_id_lacks_what_the_document_requires(client, patient_body):
    body = {name: value for name, value in patient_body().items() if name != "gender"}
    assert codes(send(client, "post", f"{PATIENTS}bulk/", {"rows": [body], "all_or_nothing": True})) == {}
    rows = document()["paths"][f"{PATIENTS}bulk/"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert rows["properties"]["rows"]["items"]["anyOf"][1]["allOf"][1]["required"] == ["id"]


def test_limits_of_numbers_among_answers_are_documented(db):
    answers = document()["components"]["schemas"]["AssessmentRequest"]["properties"]["answers"]
    number, _, many = answers["additionalProperties"]["anyOf"]
    limits = {(each["minimum"], each["maximum"]) for each in (number, many["items"])}
    assert limits == {(-100_000, 100_000)}


def test_what_a_free_assessment_needs_is_documented(db):
    sent = {"patient": NOBODY, "date": "2026-03-01"}
    said = [
        errors("AssessmentRequest", {**sent, **more}) == [] for more in ({}, {"instrument": None}, {"type": "physical"})
    ]
    assert (said, errors("AssessmentRequest", {**sent, "instrument": "phq-9"})) == ([False, False, True], [])


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("identifier", "", "NHS number|943 476 5919"),
        ("identifier", "9434765919", "urn:oid:2.16|12"),
        ("identifier", "|9434765919", "a|1"),
        ("user", "", NOBODY),
        ("user", "nobody", "none"),
        ("instrument", "", "phq-9"),
        ("record_number", "", "7"),
    ],
)
def test_parameters_say_what_is_refused(client, name, wrong, right):
    parameters = document()["paths"][PATIENTS]["get"]["parameters"]
    schema = Draft202012Validator(next(each["schema"] for each in parameters if each["name"] == name))
    assert (schema.is_valid(wrong), schema.is_valid(right)) == (False, True)
    assert name in client.get(PATIENTS, {name: wrong}).json()["error"]["fields"]


@pytest.mark.parametrize(("sent", "status"), [("3.0", 409), ("1.0", 200), ("1.5", 400), ("1e400", 400), ("true", 400)])
def test_an_integer_may_have_a_point_behind_which_nothing_is(client, patient, sent, status):
    assert send(client, "patch", f"{PATIENTS}{patient.pk}/", f'{{"version": {sent}}}').status_code == status


def test_every_code_has_its_meaning_in_the_document(db):
    said = document()["components"]["schemas"]["Error"]["properties"]["codes"]
    assert said["additionalProperties"]["items"]["enum"] == [*Fault] == [*MEANINGS]
