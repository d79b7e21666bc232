"""Clients that others' generators make of the served document, used against the running server."""

import pytest

from tests.foreign.conftest import TOOLS, fetched, run, used_as_told

GENERATORS = {
    "openapi-python-client": ["openapi-python-client", "generate", "--meta", "none", "--output-path", "made", "--path"],
    "openapi-generator": [
        "openapi-generator-cli", "generate", "-g", "python", "-o", "out", "--package-name", "made", "-i",
    ],
}  # fmt: skip
USES = {
    "openapi-python-client": """
import datetime, json, sys
from made import AuthenticatedClient
from made.api.assessments import assessments_create, assessments_list
from made.api.patients import patients_create, patients_list
from made.models import AssessmentRequest, PatientRequest
server, token, user, name = sys.argv[1:]
client = AuthenticatedClient(base_url=server, token=token)
new = PatientRequest.from_dict({"user": user, "full_name": name, "gender": "female", "date_of_birth": "1961-03-12"})
made = patients_create.sync(client=client, body=new).results
again = patients_create.sync_detailed(client=client, body=new)
answers = {str(code): 1 for code in range(1, 10)}
sent = {"patient": str(made.id), "user": user, "instrument": "phq-9", "date": "2026-03-01", "answers": answers,
        "complete": True}
scored = assessments_create.sync(client=client, body=AssessmentRequest.from_dict(sent)).results
listed = patients_list.sync(client=client, search=name).results
found = assessments_list.sync(client=client, patient=made.id).results
fault = again.parsed.error
print(json.dumps([made.full_name, again.status_code.value, fault.code, str(fault.existing) == str(made.id),
                  float(scored.score), [row.full_name for row in listed],
                  [str(row.id) for row in found] == [str(scored.id)]]))
""",
    "openapi-generator": """
import datetime, json, sys
import made as m
server, token, user, name = sys.argv[1:]
with m.ApiClient(m.Configuration(host=server, access_token=token)) as client:
    patients, assessments = m.PatientsApi(client), m.AssessmentsApi(client)
    new = m.PatientRequest(user=user, full_name=name, gender="female", date_of_birth=datetime.date(1961, 3, 12))
    made = patients.patients_create(new).results
    try:
        patients.patients_create(new)
    except m.ApiException as error:
        again = error
    answers = {str(code): m.AssessmentAnswersValue.from_json("1") for code in range(1, 10)}
    day = datetime.date(2026, 3, 1)
    sent = m.AssessmentRequest(patient=made.id, user=user, instrument="phq-9", var_date=day, answers=answers,
                               complete=True)
    scored = assessments.assessments_create(sent).results
    listed = patients.patients_list(search=name).results
    found = assessments.assessments_list(patient=made.id).results
    fault = json.loads(again.body)["error"]
print(json.dumps([made.full_name, again.status, fault["code"], fault["existing"] == str(made.id), float(scored.score),
                  [row.full_name for row in listed], [str(row.id) for row in found] == [str(scored.id)]]))
""",
}  # fmt: skip


@pytest.mark.parametrize("generator", GENERATORS)
def test_generated_client_registers_assesses_finds_and_is_refused(server, practice, program, tmp_path, generator):
    fetched(server, tmp_path)
    name, *more = GENERATORS[generator]
    run(tmp_path, str(TOOLS / name), *more, "document.json")
    python = [str(TOOLS / "python"), "-c", USES[generator]]
    used_as_told(lambda *given: run(tmp_path, *python, *given), server, program, practice)


def test_client_for_java_is_made(server, tmp_path):
    """Made, and not compiled: that takes jars which no package of ours brings."""
    fetched(server, tmp_path)
    command = ["openapi-generator-cli", "generate", "-g", "java", "--library", "native", "-o", "out", "-i"]
    run(tmp_path, str(TOOLS / command[0]), *command[1:], "document.json")
    made = {path.stem for path in (tmp_path / "out" / "src" / "main").rglob("*.java")}
    assert {"PatientsApi", "AssessmentsApi", "Patient", "Assessment", "Failure"} <= made
