"""Clients that others' generators make of the served document, used against the running server."""

import json
import os
import subprocess
import sys
from uuid import uuid4

import pytest

from tests.foreign.conftest import TOOLS
from tests.patience import PATIENCE

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
    fetched = [sys.executable, "-c", "import sys, urllib.request as u; u.urlretrieve(*sys.argv[1:])"]
    subprocess.run([*fetched, f"{server}/api/v1/schema/", "document.json"], cwd=tmp_path, check=True, timeout=PATIENCE)
    paths = {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": os.pathsep.join([".", "out"])}
    environment = os.environ | paths
    name, *more = GENERATORS[generator]
    command = [str(TOOLS / name), *more, "document.json"]
    made = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    patient = f"Ana {uuid4().hex[:8]}"
    used = [str(TOOLS / "python"), "-c", USES[generator], server, program.token, str(practice.clinician.pk), patient]
    ran = subprocess.run(used, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [patient, 409, "name_taken", True, 9.0, [patient], True]
