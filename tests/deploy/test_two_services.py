"""The record as two services and two workers behind the shipped nginx: people and programs see one."""

import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from contextlib import closing
from http.client import HTTPConnection
from types import SimpleNamespace
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django_tasks_db.models import DBTaskResult

from clinic.api.actions import create_api_client
from clinic.lists.models import Job
from clinic.services import service_of_path
from clinic.tenancy.models import RecurringRun
from clinic.tenancy.scope import clinic_scope
from tests.deploy.test_nginx import PRODUCTION, get, nginx
from tests.patience import PATIENCE
from tests.postgres import ROOT
from tests.serving import serving
from tests.test_url_walk import address, views
from tests.typed import sent_by
from tests.world import PASSWORD, Writer

SERVICES = ("patients", "assessments")
FORM = "application/x-www-form-urlencoded"
HOST = "https://record.example.org"


@pytest.fixture(scope="module")
def two(django_db_setup, tmp_path_factory):
    """Both processes behind nginx: what a test asks nginx, and the port of each."""
    properties = PRODUCTION | {"STATIC_ROOT": str(settings.STATIC_ROOT)}
    with (
        serving(**properties, CLINIC_SERVICES="patients") as patients,
        serving(**properties, CLINIC_SERVICES="assessments") as assessments,
        nginx(tmp_path_factory.mktemp("two"), patients, assessments) as front,
    ):
        yield SimpleNamespace(front=front, ports={"patients": patients, "assessments": assessments})


class Person:
    """Somebody with a browser, as far as cookies and forms go."""

    def __init__(self, front):
        self.front, self.cookies = front, {}

    def ask(self, path, method="GET", body=None):
        """The status, where it leads to, and the page."""
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        status, headers, text = get(
            self.front, path, method, body, Cookie=held, Content_Type=FORM, Origin=HOST, Referer=f"{HOST}{path}"
        )
        for each in headers.get_all("Set-Cookie") or ():
            name, value = each.partition(";")[0].split("=", 1)
            self.cookies[name] = value
        return status, headers["Location"], text

    def send(self, page, to="", **fields):
        """Fill in the form of a page, send it, and say where that leads to."""
        status, _, text = self.ask(page)
        assert status == 200, text
        status, location, text = self.ask(to or page, "POST", urlencode(sent_by(text) | fields))
        assert status == 302, re.sub(r"(?s)<svg.*?</svg>", "", text)[-3000:]
        return location


@pytest.fixture(scope="module")
def clinician(two, woodside):
    person = Person(two.front)
    assert person.send("/accounts/login/", login=woodside.clinician.email, password=PASSWORD) == "/"
    return person


@pytest.fixture(scope="module")
def patient(clinician):
    """The address of somebody who was registered through nginx."""
    typed = {"full_name": "Nia Nowak", "gender": "female", "date_of_birth": "12 March 1961"}
    return clinician.send("/patients/new/", **typed)


@pytest.fixture(scope="module")
def assessment(clinician, patient):
    """The address of her questionnaire, begun and completed through nginx."""
    new = f"/assessments/new/?patient={patient.split('/')[2]}&instrument=gad-7"
    begun = clinician.send(new, **{"answer-1": "1", "do": "later"})
    answers = {f"answer-{number}": "2" for number in range(1, 8)}
    assert clinician.send(f"{begun}answer/", **answers, do="complete") == begun
    return begun


def straight(port, path):
    """The status that one process gives nginx."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path, headers={"Host": "record.example.org", "X-Forwarded-Proto": "https"})
        return connection.getresponse().status


def test_every_address_is_answered_by_one_of_the_two_and_nginx_knows_which(two):
    paths = [address(route, uuid4()) for route, _ in views()]
    assert len(paths) > 90
    answered = {path: {each for each in SERVICES if straight(two.ports[each], path) != 421} for path in paths}
    assert answered == {path: {service_of_path(path)} for path in paths}
    assert [path for path in paths if get(two.front, path)[0] in (421, 429, 502, 503)] == []


def test_person_works_in_both_as_in_one(clinician, patient, assessment):
    for page, shows in (
        (f"{patient}details/", "Nia Nowak"),
        (f"{patient}summary/", "14"),
        (f"{patient}course/", "14"),
        (assessment, "14"),
        ("/patients/?columns=name&columns=last_score", "14"),
        ("/assessments/?columns=name&columns=score", "14"),
        ("/worklists/due/", "Due"),
        ("/work/", "Background work"),
    ):
        status, _, text = clinician.ask(page)
        assert (page, status, shows in text) == (page, 200, True)


def test_program_reads_both(two, woodside, patient, assessment):
    client, secret = create_api_client(clinic=woodside.clinic, name="Laboratory", can_write=False, by=Writer())
    basic = "Basic " + b64encode(f"{client.client_id}:{secret}".encode()).decode()
    sent = urlencode({"grant_type": "client_credentials"})
    token = json.loads(get(two.front, "/o/token/", "POST", sent, Authorization=basic, Content_Type=FORM)[2])
    bearer = f"Bearer {token['access_token']}"
    for path, page in (("/api/v1/patients/", patient), ("/api/v1/assessments/", assessment)):
        key = page.split("/")[2]
        status, _, text = get(two.front, f"{path}{key}/", Authorization=bearer)
        assert (status, json.loads(text)["results"]["id"]) == (200, key)


def work(service):
    """What a worker of one service does until nothing is left to it."""
    environment = os.environ | {"CLINIC_SERVICES": service}
    command = [sys.executable, "manage.py", "work", "--batch"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def test_work_on_each_list_is_done_by_its_own_worker(clinician, woodside, patient, assessment):
    begun = {}
    for service, page in (("assessments", assessment), ("patients", patient)):
        sent = {"do": "csv", "id": page.split("/")[2]}
        begun[clinician.send(f"/{service}/", f"/{service}/bulk/", **sent).split("/")[2]] = service

    def waiting():
        with clinic_scope(woodside.clinic):
            return sorted(begun[str(job.pk)] for job in Job.objects.filter(pk__in=begun) if job.state == "waiting")

    states = [waiting()]
    for service in SERVICES:
        work(service)
        states.append(waiting())
    for model in (DBTaskResult, RecurringRun):
        model.objects.using("owner").all().delete()
    assert states == [["assessments", "patients"], ["assessments"], []]
    files = {begun[key]: clinician.ask(f"/work/{key}/file/")[2] for key in begun}
    assert ["Nia Nowak" in files[service] or "Nowak, Nia" in files[service] for service in SERVICES] == [True, True]
