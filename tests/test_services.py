"""Each address and each work is one of two services'; the other refuses it, and does not do it."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from clinic.access import Actor
from clinic.lists import tasks
from clinic.lists.actions import begin_job
from clinic.lists.pages import lists
from clinic.lists.running import claim
from clinic.services import ASSESSMENTS_PATHS, path_pattern, service_of_path, service_of_work
from clinic.tenancy.scope import clinic_scope
from tests.deploy.test_aws_templates import read
from tests.postgres import ROOT
from tests.test_url_walk import address, views
from tests.world import make_assessment, make_patient

ROUTES = dict(views())
OF_ASSESSMENTS = ("clinic.assessments.", "clinic.instruments.", "clinic.imports.assessments.")
VIEWSETS = {"AssessmentViewSet", "AssessmentBulkViewSet", "EpisodeViewSet", "InstrumentViewSet"}
VIEWSETS |= {"InstrumentVersionViewSet", "AlertViewSet", "ScheduleViewSet", "RequestViewSet", "RevisionViewSet"}
VIEWSETS |= {"AssessmentDeedViewSet"}
SERVICES = ("patients", "assessments")


def owner(view) -> str:
    """The service that a view's own module, or the class of an endpoint, says."""
    cls = getattr(view, "cls", None)
    ours = cls.__name__ in VIEWSETS if cls is not None else view.__module__.startswith(OF_ASSESSMENTS)
    return SERVICES[ours]


def test_addresses_are_of_the_service_whose_app_has_their_view():
    assert len(ROUTES) > 90
    found = {route: service_of_path(address(route, uuid4())) for route in ROUTES}
    assert found == {route: owner(view) for route, view in ROUTES.items()}


def test_every_path_that_is_declared_leads_to_an_address():
    leads = {path: {route for route in ROUTES if service_of_path(address(route, uuid4())) == "assessments"
                    and re.fullmatch(path.replace("*", ".*"), address(route, uuid4()))}
             for path in ASSESSMENTS_PATHS}  # fmt: skip
    assert [path for path, routes in leads.items() if not routes] == []


@pytest.mark.parametrize("serves", SERVICES)
def test_every_address_is_refused_by_the_other_service_and_no_other(db, settings, serves):
    settings.CLINIC_SERVICES = serves
    refused = {route for route in ROUTES if Client().get(address(route, uuid4())).status_code == 421}
    assert refused == {route for route, view in ROUTES.items() if owner(view) != serves}


def test_service_that_is_asked_for_the_others_says_so(db, settings):
    settings.CLINIC_SERVICES = "patients"
    page = Client().get("/assessments/")
    assert (page.status_code, "Another part of the record answers this" in page.content.decode()) == (421, True)
    told = Client().get("/api/v1/assessments/")
    assert (told.status_code, told.json()["error"]["code"]) == (421, "misdirected")


def test_form_that_comes_to_the_wrong_service_keeps_what_was_typed(riverside, sign_in, settings):
    client = sign_in(riverside.clinician)
    settings.CLINIC_SERVICES = "patients"
    sent = {"name": "A long text that took an hour"}
    answer = client.post("/assessments/new/", sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, sent["name"] in answer.content.decode()) == (421, True)


@pytest.mark.parametrize("serves", SERVICES)
def test_health_and_static_files_are_answered_by_both(db, settings, serves):
    settings.CLINIC_SERVICES = serves
    assert [Client().get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_work_of_a_list_is_done_by_the_service_that_shows_the_list():
    assert sorted(lists()) == ["alerts", "assessments", "due", "patients", "reviews"]
    works = [
        (bulk.key, name, service_of_path(bulk.list_url))
        for bulk in lists().values()
        for action in bulk.actions
        for name in (action.work, action.undo_work)
        if name
    ]
    assert len(works) > 8
    assert [(key, name) for key, name, service in works if service_of_work(name) != service] == []


@pytest.fixture
def queued(riverside):
    """A job of each service, by service, and nothing else."""
    DBTaskResult.objects.all().delete()
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        ids = {"patients": patient.pk, "assessments": make_assessment(patient).pk}
        return {
            service: str(
                begin_job(
                    by=Actor(str(riverside.clinician.pk), "C"), ids=[ids[service]], list=service, label="Archive",
                    work=f"clinic.{service}.bulk.archive", parameters={"permission": f"{service}.edit"},
                ).pk
            )
            for service in SERVICES
        }  # fmt: skip


@pytest.mark.parametrize("serves", [*SERVICES, "all"])
def test_worker_takes_what_is_its_services(riverside, queued, settings, serves):
    settings.CLINIC_SERVICES = serves
    taken = []
    while (task := tasks.take("worker")) is not None:
        taken.append(task.args_kwargs["kwargs"]["job_id"])
        tasks.do(task)
    wanted = {job for service, job in queued.items() if serves in ("all", service)}
    assert set(taken) == wanted
    with clinic_scope(riverside.clinic):
        waiting = {job for job in queued.values() if claim(riverside.clinic, job) is not None}
    assert waiting == set(queued.values()) - wanted


def test_what_the_release_before_queued_is_taken_by_the_patients_worker(riverside, queued, settings):
    DBTaskResult.objects.update(queue_name="default")
    settings.CLINIC_SERVICES = "patients"
    taken = [task.args_kwargs["kwargs"]["job_id"] for task in iter(lambda: tasks.take("worker"), None)]
    assert sorted(taken) == sorted(queued.values())


def block() -> list[str]:
    template = (ROOT / "deploy/nginx/clinic.conf.template").read_text()
    return template.partition("map $uri $answered_by {\n")[2].partition("}")[0].splitlines()


def test_nginx_sends_the_paths_that_are_declared():
    rules = [f'    "~{path_pattern(path)}" clinic_assessments;' for path in ASSESSMENTS_PATHS]
    assert block() == ["    default clinic_record;", *rules]


def test_balancer_of_aws_sends_the_paths_that_are_declared():
    rules = [each["Properties"] for each in read("ecs")["Resources"].values() if each["Type"].endswith("ListenerRule")]
    values = [rule["Conditions"][0]["PathPatternConfig"]["Values"] for rule in rules]
    assert [path for paths in values for path in paths] == list(ASSESSMENTS_PATHS)
    assert [len(paths) for paths in values[:-1]] == [5] * (len(values) - 1)  # the most that AWS takes in one rule
    assert 1 <= len(values[-1]) <= 5
    assert {rule["Actions"][0]["TargetGroupArn"]["Ref"] for rule in rules} == {"AssessmentsTargets"}
    assert len({rule["Priority"] for rule in rules}) == len(rules)


@given(st.sampled_from(sorted(ROUTES)), st.uuids(), st.text(max_size=8))
def test_address_with_anything_behind_it_is_of_one_service(route, key, more):
    path = address(route, key)
    assert service_of_path(path + more) in SERVICES
    assert service_of_path(path) == owner(ROUTES[route])
