"""Whatever is sent to a page, the answer is a clear 4xx, and nothing is half written."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.assessments.models import Assessment
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from clinic.ui.declared import editable_fields
from tests.sizes import times
from tests.world import make_assessment, make_patient

OF_FORMS = ["id", "version", "clinic", "date_is_estimated", "questions-TOTAL_FORMS", "questions-INITIAL_FORMS",
            "questions-0-question", "_add_row", "tells_apart", "_switch_clinic"]  # fmt: skip
FIELDS = sorted({*OF_FORMS, *editable_fields(Patient), *editable_fields(Assessment)})


@pytest.fixture
def client(riverside, sign_in) -> Client:
    client = sign_in(riverside.clinician)
    client.raise_request_exception = True
    return client


@pytest.fixture
def paths(riverside) -> list[str]:
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        assessment = make_assessment(patient)
    return [
        "/patients/new/",
        f"/patients/{patient.pk}/edit/",
        f"/assessments/new/?patient={patient.pk}",
        f"/assessments/{assessment.pk}/edit/",
        "/patients/birth-date/",
    ]


def counts(world) -> tuple[int, int]:
    with clinic_scope(world.clinic):
        return Patient.objects.count(), Assessment.objects.count()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nnot a part"),
        ("multipart/form-data; boundary=" + "x" * 300, b""),
        ("application/json", b'{"full_name": "Ana"}'),
        ("application/x-www-form-urlencoded", b"full_name=%FF%FE&gender=%ED%A0%80"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(2000))),
        ("text/plain", b"full_name=Ana"),
        ("", b"full_name=Ana"),
    ],
)
def test_odd_body_is_a_4xx_that_writes_nothing(client, riverside, paths, content_type, body):
    before = counts(riverside)
    for path in paths[:4]:
        response = client.post(path, body, content_type=content_type)
        assert 400 <= response.status_code < 500, (path, response.status_code)
    assert counts(riverside) == before


@settings(max_examples=times(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40), max_size=8))
def test_any_form_is_answered(client, paths, data):
    encodable = {name: value.encode("utf-8", "replace").decode() for name, value in data.items()}
    for path in paths:
        assert client.post(path, encodable).status_code < 500


@settings(max_examples=times(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["q", "sort", "page", "per_page", "gender", "age", "user", "archived", "type", "date_from",
                         "date_to", "score_min", "score_max", "patient", "instrument", "severity", "status", "other"]),
        st.text(max_size=30) | st.sampled_from(["1", "-1", "name", "-date", "-score", "none", "planned", "female",
                                                "all", "1e9", "\x00", "%"]),
        max_size=4,
    )
)  # fmt: skip
def test_any_list_address_is_answered(client, paths, data):
    encodable = {name: value.encode("utf-8", "replace").decode() for name, value in data.items()}
    for path in ("/patients/", "/assessments/"):
        assert client.get(path, encodable).status_code in (200, 400, 404)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_wrong_method_is_a_405_page(client, paths, method):
    response = getattr(client, method)(paths[0])
    assert (response.status_code, "GET" in response["Allow"]) == (405, True)
    assert response["Content-Type"].startswith("text/html")


def test_head_is_answered_like_get_without_a_body(client, paths):
    response = client.head("/patients/")
    assert (response.status_code, response.content) == (200, b"")
