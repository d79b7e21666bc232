"""The Python client: tokens, lists to their end, changes, waiting, and writing once."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from clinic_client import Clinic, ClinicError
from clinic_client.transport import Answer, Transport

from clinic.accounts.models import ApiClient
from clinic.audit.seals import seal_trail
from clinic.tenancy.scope import clinic_scope
from tests.api.test_schema import document
from tests.clients.conftest import PYTHON
from tests.patience import PATIENCE
from tests.world import make_patient

PATIENTS = "/api/v1/patients/"


def body(practice, name: str, **fields) -> dict[str, Any]:
    fields |= {"gender": "female", "date_of_birth": "1961-03-12"}
    return {"user": str(practice.clinician.pk), "full_name": name, **fields}


def test_models_are_those_of_the_document(db, tmp_path):
    """Else: manage.py spectacular --format openapi-json --file openapi.json, and generate.py as it says itself."""
    (tmp_path / "openapi.json").write_text(json.dumps(document()))
    run = [sys.executable, str(PYTHON / "generate.py"), str(tmp_path / "openapi.json"), str(tmp_path / "models.py")]
    subprocess.run(run, check=True, timeout=PATIENCE)
    assert (tmp_path / "models.py").read_text() == (PYTHON / "clinic_client/models.py").read_text()


def test_list_is_read_to_its_end(clinic, practice):
    with clinic_scope(practice.clinic):
        made = {str(make_patient(full_name=f"Pat {number}", family_name="").pk) for number in range(7)}
    found = list(clinic.patients(page_size=3, search="pat", fields="full_name"))
    assert ({row["id"] for row in found} >= made, len(found)) == (True, len({row["id"] for row in found}))
    assert set(found[0]) == {"__typename", "id", "full_name"}


def test_what_is_made_twice_with_one_key_is_made_once(clinic, practice):
    both = [clinic.create_patient(body(practice, "Ana Gil"), key="visit-1")["id"] for _ in range(2)]
    assert both[0] == both[1]
    [again] = clinic.patients(record_number=clinic.patient(both[0])["record_number"])
    assert again["full_name"] == "Ana Gil"


def test_assessment_is_made_and_shows_its_patient(clinic, practice):
    patient = clinic.create_patient(body(practice, "Bea Gil"))
    answers = {str(code): 1 for code in range(1, 10)}
    sent = {"patient": patient["id"], "instrument": "phq-9", "date": "2026-03-01", "answers": answers, "complete": True}
    made = clinic.create_assessment(sent)
    [row] = clinic.assessments(patient=patient["id"], include="patient")
    assert (made["score"], row["id"], row["included"]["patient"]["full_name"]) == (9, made["id"], "Bea Gil")


def test_changes_go_on_where_they_ended(clinic, practice):
    with clinic_scope(practice.clinic):
        seal_trail()
    list(clinic.changes())
    kept, patient = clinic.after, clinic.create_patient(body(practice, "Cleo Gil"))
    with clinic_scope(practice.clinic):
        seal_trail()
    assert [(change["kind"], change["id"]) for change in clinic.changes(after=kept)] == [("Patient", patient["id"])]
    assert list(clinic.changes(after=clinic.after)) == []


def test_nobodys_work_is_overwritten(clinic, practice):
    path = f"{PATIENTS}{clinic.create_patient(body(practice, 'Dora Gil'))['id']}/"
    _, tag = clinic.read(path)
    assert clinic.change(path, {"email": "dora@example.org"}, tag=tag)["email"] == "dora@example.org"
    with pytest.raises(ClinicError) as refusal:
        clinic.change(path, {"email": "other@example.org"}, tag=tag)
    assert (refusal.value.status, refusal.value.code) == (412, "precondition_failed")
    assert refusal.value.error["current"]["email"] == "dora@example.org"


def test_refusal_says_what_is_at_fault(clinic, practice):
    with pytest.raises(ClinicError) as refusal:
        clinic.create_patient(body(practice, ""))
    assert (refusal.value.status, refusal.value.code, list(refusal.value.fields)) == (400, "invalid", ["full_name"])


def test_token_is_asked_for_again_before_it_ends_and_when_it_is_refused(clinic, naps):
    first = (clinic.me(), clinic.transport.token)[1]
    naps.append(clinic.transport.token_ends - 61)
    second = (clinic.me(), clinic.transport.token)[1]
    naps.append(2.0)
    third = (clinic.me(), clinic.transport.token)[1]
    clinic.transport.token = "ended"
    fourth = (clinic.me(), clinic.transport.token)[1]
    assert (first == second, first != third, fourth not in ("ended", third)) == (True, True, True)


def test_wrong_secret_is_a_refusal(connected):
    clinic = connected()
    clinic.transport.client_secret = "wrong"
    with pytest.raises(ClinicError) as refusal:
        clinic.me()
    assert (refusal.value.status, refusal.value.code) == (401, "invalid_client")


def test_program_that_was_disabled_learns_so(clinic, practice):
    clinic.me()
    ApiClient.objects.using("owner").filter(client_id=clinic.transport.client_id).update(
        disabled_at="2026-01-01T00:00Z"
    )
    with pytest.raises(ClinicError) as refusal:
        clinic.me()
    assert refusal.value.status == 401


SAID: list[tuple[int, dict[str, str], bytes]] = []


class Odd(BaseHTTPRequestHandler):
    """A server that says what it is told to, one answer after another, and then that all is well."""

    def do_GET(self) -> None:
        if self.path == "/o/token/":
            return self._say(200, {}, b'{"access_token": "t", "expires_in": 3600}')
        return self._say(*(SAID.pop(0) if SAID else (200, {}, b'{"results": {"id": "1"}}')))

    def do_POST(self) -> None:
        self.do_GET()

    def _say(self, status: int, headers: dict[str, str], content: bytes) -> None:
        if status == 0:  # the connection ends without an answer
            self.connection.close()
            return
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def odd(naps):
    """A client of that server."""
    SAID.clear()
    server = HTTPServer(("127.0.0.1", 0), Odd)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Clinic(f"http://127.0.0.1:{server.server_port}", "id", "secret", sleep=naps.append, clock=lambda: sum(naps))
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("said", "waited"),
    [
        ([(429, {"Retry-After": "7"}, b"{}")], [7.0]),
        ([(503, {"Retry-After": "3"}, b"{}"), (503, {}, b"{}")], [3.0, 1.0]),
        ([(429, {"Retry-After": "9999"}, b"{}")], [120.0]),
        ([(0, {}, b"")], [0.5]),
        ([(200, {"RateLimit": '"api";r=5;t=42'}, b'{"results": {"id": "1"}}')], []),
    ],
)
def test_client_waits_as_long_as_it_is_told(odd, naps, said, waited):
    SAID.extend(said)
    assert odd.get("/api/v1/me/") == {"id": "1"}
    assert naps == waited


def test_client_waits_for_the_window_where_no_request_is_left(odd, naps):
    SAID.append((200, {"RateLimit": '"api";r=0;t=42'}, b'{"results": {"id": "1"}}'))
    assert [odd.get("/api/v1/me/"), odd.get("/api/v1/me/")] == [{"id": "1"}] * 2
    assert naps == [42.0]


def test_client_gives_up_in_the_end(odd, naps):
    SAID.extend([(503, {}, b"{}")] * 6)
    with pytest.raises(ClinicError) as refusal:
        odd.get("/api/v1/me/")
    assert (refusal.value.status, naps) == (503, [0.5, 1.0, 2.0, 4.0, 8.0])


def test_what_has_no_key_is_not_sent_again(odd, naps):
    SAID.append((503, {}, b"{}"))
    with pytest.raises(ClinicError):
        odd.transport.send("POST", "/api/v1/patients/1/restore/")
    assert naps == []
    SAID.append((503, {}, b"{}"))
    assert odd.create("/api/v1/patients/", {}) == {"id": "1"}
    assert naps == [0.5]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "record.example.org", "ftp://example.org"])
def test_address_that_is_no_server_is_refused(address):
    with pytest.raises(ValueError, match="https"):
        Transport(address, "id", "secret")


def test_answer_that_is_no_object_is_an_empty_one():
    assert [Answer(200, {}, content).json() for content in (b"", b"[]", b'{"a": 1}')] == [{}, {}, {"a": 1}]
