"""Who may not see assessments has lists, files and JSON of patients without what they came to."""

from datetime import date

import pytest

from clinic.access import PERMISSIONS, READING_ROLES, Permission, Role
from clinic.assessments.filters import AssessmentFilter, PatientAssessmentFilter
from clinic.assessments.tables import AssessmentTable, PatientAssessmentTable
from clinic.lists.models import Job
from clinic.lists.page.permitted import permitted_filters, permitted_table
from clinic.patients.bulk import PATIENTS
from clinic.tenancy.scope import clinic_scope
from tests.results import note_results, result
from tests.world import make_patient

API = "/api/v1/patients/"
SECRETS = ["PHQ-9", "phq-9", "Alarming", "13.5", "1 Feb 2026", "2026-02-01"]
RESULT = result("phq-9", "13.5", 4, band="Alarming", assessed_on=date(2026, 2, 1), recent_scores=(0.1, 0.2))
MAY = [role for role in Role if Permission.ASSESSMENTS_VIEW in PERMISSIONS[role]]
NOT_ASKED = ["instrument=phq-9", "severity=1", "score_min=1", "score_max=20"]


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        made = make_patient(full_name="Zora", family_name="")
        note_results(made, RESULT)
    return made


@pytest.fixture
def desk(riverside, sign_in, patient):
    return sign_in(riverside.front_desk)


def text(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8-sig")


@pytest.mark.parametrize("role", Role)
def test_results_are_shown_to_who_may_see_assessments(riverside, sign_in, patient, role):
    client = sign_in(riverside.users[role])
    seen = {}
    for path in ("/patients/?columns=name,last_score,assessed", "/patients/?open=filters",
                 f"/patients/{patient.pk}/", API, f"{API}{patient.pk}/"):  # fmt: skip
        answer = client.get(path)
        page = text(answer)
        seen[path] = (answer.status_code, "Zora" in page, any(secret in page for secret in SECRETS))
    assert seen == dict.fromkeys(seen, (200, True, role in MAY))


@pytest.mark.parametrize("query", NOT_ASKED)
def test_filter_that_somebody_may_not_use_is_none_of_the_list(desk, query):
    assert [desk.get(f"{path}?{query}").status_code for path in ("/patients/", API)] == [400, 400]


@pytest.mark.parametrize("name", ["last_score", "-last_score", "assessed", "-assessed"])
def test_order_by_what_somebody_may_not_see_is_none_of_the_list(desk, name):
    answers = [
        desk.get(f"/patients/?sort={name}"),
        desk.get(f"{API}?ordering={name}"),
        desk.get(f"{API}?ordering=gender,{name}"),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]


def test_filters_and_columns_to_choose_are_those_that_somebody_may_see(desk):
    filters, columns = desk.get("/patients/?open=filters"), desk.get("/patients/?open=layout")
    fields = {name: f'name="{name}"' in text(filters) for name in ("gender", "instrument", "severity", "score_min")}
    assert fields == {"gender": True, "instrument": False, "severity": False, "score_min": False}
    offered = {name: f'value="{name}"' in text(columns) for name in ("age", "last_score", "assessed")}
    assert offered == {"age": True, "last_score": False, "assessed": False}


@pytest.mark.parametrize("columns", ["name,last_score,assessed", "", "last_score"])
def test_job_s_file_has_no_column_that_who_began_it_may_not_see(desk, riverside, patient, columns):
    form = {"do": "archive", "id": str(patient.pk), "shown_columns": columns, "query": "columns=last_score"}
    assert desk.post("/patients/bulk/", form).status_code == 302
    with clinic_scope(riverside.clinic):
        job = Job.objects.get()
    assert [name for name in ("last_score", "assessed") if name in job.parameters["columns"]] == []
    assert job.parameters["columns"][0] == "name"


@pytest.mark.parametrize("query", [*NOT_ASKED, "sort=last_score"])
def test_work_on_all_that_match_what_somebody_may_not_ask_is_refused(desk, riverside, query):
    form = {"do": "archive", "scope": "all", "expected": "1", "query": query}
    assert desk.post("/patients/bulk/", form).status_code == 400
    with clinic_scope(riverside.clinic):
        assert not Job.objects.exists()


def test_list_of_who_may_see_all_is_the_list_itself():
    assert PATIENTS.seen_by(PERMISSIONS[Role.CLINICIAN]) == PATIENTS
    assert PATIENTS.seen_by(PERMISSIONS[Role.FRONT_DESK]) != PATIENTS


OF_ASSESSMENTS = ["instrument", "severity", "status"]


@pytest.mark.parametrize("filters", [AssessmentFilter, PatientAssessmentFilter])
def test_filters_of_assessments_say_what_they_need(filters):
    seen = permitted_filters(filters, PERMISSIONS[Role.FRONT_DESK])
    hidden = sorted(set(filters.base_filters) - set(seen.base_filters))
    assert hidden == sorted([*OF_ASSESSMENTS, "score_min", "score_max"])


@pytest.mark.parametrize("table", [AssessmentTable, PatientAssessmentTable])
def test_columns_of_assessments_say_what_they_need(table):
    seen = permitted_table(table, PERMISSIONS[Role.FRONT_DESK])
    assert sorted(set(table.base_columns) - set(seen.base_columns)) == sorted([*OF_ASSESSMENTS, "score"])
    assert [name for name in seen.shown if name not in seen.base_columns] == []


@pytest.mark.parametrize(
    "query", ["", "instrument=phq-9", "status=planned", "severity=1", "sort=severity", "_export=csv"]
)
def test_assessments_are_none_of_the_front_desk_whatever_it_asks(desk, patient, query):
    paths = ["/assessments/", f"/patients/{patient.pk}/assessments/"]
    assert [desk.get(f"{path}?{query}").status_code for path in paths] == [403, 403]
    assert desk.get(f"/api/v1/assessments/?{query}").status_code == 403


FILES = ["/patients/", "/assessments/", "/worklists/due/", "/worklists/alerts/", "/patients/{}/assessments/"]


@pytest.mark.parametrize("role", Role)
def test_list_is_a_file_for_who_may_take_files(riverside, sign_in, patient, role):
    client, may = sign_in(riverside.users[role]), Permission.LISTS_EXPORT in PERMISSIONS[role]
    got = {}
    for path in [path.format(patient.pk) for path in FILES]:
        for kind in ("csv", "xlsx"):
            got[path, kind] = client.get(f"{path}?_export={kind}").status_code
    assert (got, len(got)) == (dict.fromkeys(got, 200 if may else 403), 10)
    page, works = client.get("/patients/"), may and role not in READING_ROLES
    assert (page.status_code, "Download" in text(page), "Export as CSV" in text(page)) == (200, may, works)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_work_that_makes_a_file_is_begun_by_who_may_take_files(riverside, sign_in, patient, role, kind):
    answer = sign_in(riverside.users[role]).post("/patients/bulk/", {"do": kind, "id": str(patient.pk)})
    with clinic_scope(riverside.clinic):
        begun = Job.objects.count()
    may = Permission.LISTS_EXPORT in PERMISSIONS[role] and role not in READING_ROLES
    assert (answer.status_code, begun) == ((302, 1) if may else (403, 0))
