"""Somebody else's patient is for a restricted person as if they had never been, at every address."""

import re
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings

from clinic.access import RESTRICTED_ROLES, Permission, Role
from clinic.audit.models import AuditEvent
from clinic.patients.actions import update_patient
from clinic.patients.models import Patient, SeenManager
from clinic.tenancy.scope import clinic_scope
from tests import posted
from tests.blanked import blanked, text_of
from tests.test_permissions import MAY, TAKES
from tests.world import Writer

NAME = "Quendolyn"
# Of an address with the key of a record: whose key it is, by how the address begins.
OF = {
    "patients/duplicates/": "pair",
    "patients/": "patient",
    "assessments/": "free started finished",
    "episodes/": "episode",
    "plans/": "schedule",
    "worklists/alerts/": "alert",
    "worklists/today/": "schedule",
    "requests/": "request",
    "api/v1/patients/": "patient",
    "api/v1/assessments/": "free finished",
    "api/v1/episodes/": "episode",
}
# Addresses that name a patient, or a row to begin at, besides their path.
NAMING = (
    "/assessments/new/?patient={patient}",
    "/assessments/new/?patient={patient}&instrument=phq-9",
    "/assessments/?patient={patient}",
    "/patients/?after={patient}",
    "/patients/?before={patient}",
    "/assessments/?after={free}",
    "/api/v1/assessments/?patient={patient}",
    "/api/v1/episodes/?patient={patient}",
)
# Addresses that show what many patients have.
SHOWING = (
    "/patients/", "/patients/?archived=all", f"/patients/?q={NAME.lower()}", f"/patients/?q={NAME.lower()[:-1]}m",
    "/patients/?alerts=open", "/patients/?instrument=gad-7", "/patients/?severity=1", "/patients/?due=overdue",
    "/patients/?columns=name,last_score,assessed,next_due&sort=-last_score", "/patients/recent/", "/assessments/",
    f"/assessments/?q={NAME.lower()}", "/assessments/?sort=patient", "/worklists/alerts/", "/worklists/due/?when=all",
    "/reviews/?state=all", "/", "/worklists/today/", "/outcomes/?show=cases", "/outcomes/?part=course",
    "/outcomes/?part=thought&show=no_score", "/outcomes/?part=caseload", "/outcomes/?part=measured",
    "/outcomes/?part=risk", "/outcomes/?part=equity", "/outcomes/print/", f"/find/?q={NAME.lower()}",
    f"/worklists/alerts/?q={NAME.lower()}", "/worklists/counts/", "/work/", "/patients/?_export=csv",
    "/assessments/?_export=csv", "/worklists/alerts/?_export=csv", "/worklists/due/?when=all&_export=csv",
    "/api/v1/patients/", f"/api/v1/patients/?search={NAME.lower()}", "/api/v1/assessments/",
)  # fmt: skip


def of_tenants() -> list:
    return [
        model
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS
        for model in config.get_models()
    ]


def leads_to_patient(model) -> str | tuple[str, ...]:
    """The field that is the patient, or are, by one step or two; empty for what belongs to none."""
    if model is Patient:
        return "pk"
    keys = [field for field in model._meta.concrete_fields if field.is_relation and field.related_model is not model]
    patients = tuple(field.name for field in keys if field.related_model is Patient)
    further = [f"{field.name}__patient" for field in keys if leads_to_patient(field.related_model) == "patient"]
    return patients if len(patients) > 1 else next(iter((*patients, *further)), "")


def test_every_model_of_a_patient_begins_at_what_is_seen():
    found = {model.__name__: path for model in of_tenants() if (path := leads_to_patient(model))}
    managers = {model.__name__: model for model in of_tenants() if isinstance(model._default_manager, SeenManager)}
    assert {name: model.whose for name, model in managers.items()} == found
    assert len(found) > 8


def test_roles_that_are_restricted_read_no_trail():
    """What the trail says of patients is hidden from nobody who may read it."""
    assert {role: Permission.TRAIL_VIEW in {*MAY[role]} for role in RESTRICTED_ROLES} == {
        Role.CLINICIAN: False, Role.FRONT_DESK: False,
    }  # fmt: skip


@pytest.fixture
def at(restricted):
    """The owner's patient, with a record of each kind."""
    made = posted.records(restricted)
    with clinic_scope(restricted.clinic):
        update_patient(
            by=Writer(), id=made.patient.pk, version=None, user_id=restricted.owner.pk, full_name=f"{NAME} Hid"
        )
        Patient.objects.update(user=restricted.owner.pk)
    return made


def keyed_routes() -> list[str]:
    return [route for route in TAKES if "<uuid:pk>" in route and any(route.startswith(start) for start in OF)]


def filled(route: str, key) -> str:
    return "/" + re.sub(r"<int:\w+>", "1", re.sub(r"<uuid:\w+>", str(key), route))


@pytest.mark.parametrize("role", sorted(RESTRICTED_ROLES))
@pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
def test_hidden_record_is_answered_as_one_that_never_was(restricted, at, sign_in, role, method):
    client, wrong, tried = sign_in(restricted.users[role]), {}, 0
    for route in keyed_routes():
        names = OF[max((start for start in OF if route.startswith(start)), key=len)]
        never = uuid4()
        expected = getattr(client, method)(filled(route, never))
        for name in names.split():
            key, tried = getattr(at, name).pk, tried + 1
            answer = getattr(client, method)(filled(route, key))
            same = (answer.status_code, blanked(answer, str(key))) == (
                expected.status_code,
                blanked(expected, str(never)),
            )
            if not same or answer.status_code == 200:
                wrong[route, name] = (answer.status_code, expected.status_code)
    assert (wrong, tried > 45) == ({}, True)


def test_owner_opens_what_is_hidden_from_others(restricted, at, sign_in):
    owner, keys = sign_in(restricted.owner), {"patient": at.patient.pk, "assessments": at.free.pk}
    paths = [f"/patients/{keys['patient']}/", f"/assessments/{keys['assessments']}/"]
    paths += [f"/api/v1{path}" for path in paths]
    found = {user: [sign_in(user).get(path).status_code for path in paths] for user in restricted.users.values()}
    few = {restricted.clinician: [404] * 4, restricted.front_desk: [404, 403, 404, 403]}
    assert found == {restricted.owner: [200] * 4, restricted.auditor: [200] * 4} | few
    assert NAME in text_of(owner.get("/patients/"))


@pytest.mark.parametrize("address", NAMING)
def test_address_that_names_a_hidden_record_is_answered_as_if_it_never_was(restricted, at, sign_in, address):
    client, owner = sign_in(restricted.clinician), sign_in(restricted.owner)
    keys, never = {"patient": at.patient.pk, "free": at.free.pk}, uuid4()
    path, other = address.format(**keys), address.format(patient=never, free=never)
    answer, expected = client.get(path), client.get(other)
    names = [str(each) for each in keys.values()]
    assert (answer.status_code, blanked(answer, *names)) == (expected.status_code, blanked(expected, str(never)))
    assert (answer.status_code >= 400 or "episodes" in path, owner.get(path).status_code) == (True, 200)


@pytest.mark.parametrize("path", SHOWING)
def test_list_shows_nothing_of_a_hidden_patient(restricted, at, sign_in, path):
    """Not a name, a number, a count; owners find all of it at the same address."""
    client = sign_in(restricted.clinician)
    secrets = [NAME, at.patient.record_number, str(at.patient.pk), str(at.free.pk), str(at.episode.pk)]
    answer = client.get(path)
    page = text_of(answer).replace(f"q={NAME.lower()}", "").replace(f"{NAME.lower()}", "")
    assert (answer.status_code, [secret for secret in secrets if secret in page]) == (200, [])
    empty = {"/worklists/counts/": r'count-alerts" class="rail-count"[^>]*>\s*</span>', "/api/": r'"count":\s*0'}
    shape = next((pattern for start, pattern in empty.items() if path.startswith(start)), "")
    assert re.search(shape, page)


def test_forms_of_a_hidden_patient_write_nothing(restricted, at, sign_in):
    owner, client = sign_in(restricted.owner), sign_in(restricted.clinician)
    forms = posted.of_patients(at, owner) | posted.of_assessments(at, owner)
    elsewhere = ("patients/new/", "patients/birth-date/", "patients/similar/", "patients/bulk/", "assessments/bulk/")
    elsewhere += ("patients/lists/", "clinic/tags/", "clinic/webhooks/", "outcomes/kept/new/")
    sent = [label for label in forms if not label.startswith(elsewhere)]
    with clinic_scope(restricted.clinic):
        before = AuditEvent.objects.count()
    answers = {label: client.post(*forms[label]).status_code for label in sent}
    with clinic_scope(restricted.clinic):
        assert AuditEvent.objects.count() == before
    assert (answers, len(answers) > 20) == (dict.fromkeys(answers, 404), True)


def test_work_on_ticked_rows_leaves_hidden_ones_alone(restricted, at, sign_in, work):
    client = sign_in(restricted.clinician)
    for path, key in (("/patients/bulk/", at.patient.pk), ("/assessments/bulk/", at.free.pk)):
        job = client.post(path, {"do": "archive", "id": str(key)})["Location"]
        work()
        page = text_of(client.get(job))
        assert ("no longer here" in page, NAME in page) == (True, False)
    file = client.post("/patients/bulk/", {"do": "csv", "id": str(at.patient.pk), "shown_columns": "name,gender"})[
        "Location"
    ]
    work()
    assert text_of(client.get(f"{file}file/")).splitlines() == ['Name,Gender,"Gender, code"']
    with clinic_scope(restricted.clinic):
        at.patient.refresh_from_db()
        at.free.refresh_from_db()
        assert (at.patient.archived_at, at.free.archived_at) == (None, None)
