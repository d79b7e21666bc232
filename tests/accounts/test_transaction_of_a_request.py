"""What a request's transaction answers when it fails late, and what is left of it for what comes after."""

from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import include, path

from clinic.access import Permission, requires, without_patients
from clinic.patients.models import Patient
from clinic.tenancy.scope import clinic_scope
from tests.committed import administer
from tests.conftest import signed_in
from tests.world import make_patient

pytestmark = pytest.mark.urls(__name__)


@requires(Permission.PATIENTS_EDIT)
@without_patients
def dangle(request):
    """Leaves a deferred key without its row: PostgreSQL says so at COMMIT, after the view has answered."""
    patient = make_patient(full_name="Dangling")
    Patient.objects.filter(pk=patient.pk).update(user_id="00000000-0000-4000-8000-000000000000")
    return HttpResponse("Saved")


@requires(Permission.PATIENTS_VIEW)
@without_patients
def stream(request):
    names = Patient.objects.values_list("full_name", flat=True)
    return StreamingHttpResponse(f"{name}\n" for name in names.iterator())


@requires(Permission.PATIENTS_VIEW)
@without_patients
def own_stream(request):
    """As a stream is written: it reads after the request's transaction, in a scope of its own."""
    clinic = request.clinic

    def lines():
        with clinic_scope(clinic):
            for name in Patient.objects.order_by("full_name").values_list("full_name", flat=True).iterator():
                yield f"{name}\n"

    return StreamingHttpResponse(lines())


@requires(Permission.PATIENTS_EDIT)
@without_patients
def commit(request):
    make_patient(full_name="Committed By Hand")
    with connection.cursor() as cursor:
        cursor.execute("COMMIT")
    return HttpResponse("Saved")


@requires(Permission.PATIENTS_EDIT)
@without_patients
def lose(request):
    make_patient(full_name="Never Kept")
    administer("SELECT pg_terminate_backend(%s, 5000)", connection.connection.get_backend_pid())
    return HttpResponse("Saved")


@requires(Permission.PATIENTS_EDIT)
@without_patients
def answer(request, status):
    make_patient(full_name=f"Answered {status}")
    return HttpResponse("Answered", status=status)


views = [path(f"{view.__name__}/", view) for view in (dangle, stream, own_stream, commit, lose)]
urlpatterns = [
    *views,
    path("answer/<int:status>/", answer),
    path("api/v1/dangle/", dangle),
    path("", include("clinic.urls")),
]


@pytest.fixture
def lake(lakeside):
    """A clinic that really commits, and a client of it that is answered as the browser is."""
    client = signed_in(Client(raise_request_exception=False), lakeside.clinician)

    def names():
        with clinic_scope(lakeside.clinic):
            return sorted(Patient.objects.values_list("full_name", flat=True))

    return SimpleNamespace(client=client, clinic=lakeside.clinic, names=names)


def test_error_at_commit_is_a_409_and_nothing_is_kept(lake):
    response = lake.client.get("/dangle/")
    assert (response.status_code, "Nothing was saved" in response.content.decode()) == (409, True)
    assert lake.names() == []


def test_error_at_commit_is_the_envelope_for_programs(lake):
    response = lake.client.get("/api/v1/dangle/")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")


def test_connection_lost_before_commit_is_a_503_that_does_not_promise_too_much(direct, lake):
    response = lake.client.post("/lose/")
    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert ("Nothing was saved" in page, "not known" in page) == (False, True)
    assert lake.names() == []


def test_stream_that_reads_after_its_transaction_finds_no_table(lake):
    with clinic_scope(lake.clinic):
        make_patient(full_name="Lara Lake")
    response = lake.client.get("/stream/")
    with pytest.raises(DatabaseError, match="does not exist"):
        b"".join(response.streaming_content)


def test_stream_with_a_scope_of_its_own_reads_its_clinic(lake):
    with clinic_scope(lake.clinic):
        make_patient(full_name="Lara Lake")
        make_patient(full_name="Mia Lake")
    response = lake.client.get("/own_stream/")
    lines = iter(response.streaming_content)
    assert next(lines) == b"Lara Lake\n"
    assert b"".join(lines) == b"Mia Lake\n"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role'), current_setting('search_path')")
        assert cursor.fetchone() == ("none", "public")


def test_stream_that_is_left_halfway_leaves_its_clinic(lake):
    with clinic_scope(lake.clinic):
        make_patient(full_name="Lara Lake")
        make_patient(full_name="Mia Lake")
    response = lake.client.get("/own_stream/")
    next(iter(response.streaming_content))
    response.close()
    assert lake.names() == ["Lara Lake", "Mia Lake"]
    assert connection.clinic is None


def test_view_that_commits_by_hand_fails(lake):
    assert lake.client.post("/commit/").status_code in (500, 503)
    assert lake.client.get("/patients/").status_code == 200


@pytest.mark.parametrize(
    ("status", "kept"), [(200, True), (302, True), (399, True), (400, False), (401, False), (503, False)]
)
def test_answer_of_400_and_more_keeps_nothing(lake, status, kept):
    assert lake.client.get(f"/answer/{status}/").status_code == status
    assert (f"Answered {status}" in lake.names()) is kept
