"""Who lacks what a column, mark, filter, order or field takes finds nothing of it, whichever way they come.

The roles differ in little, so each way is tried with every set of the permissions that lists ask for.
"""

import csv
import io
import re
from datetime import date
from itertools import combinations

import pytest

from clinic.access import PERMISSIONS, Permission, Role
from clinic.assessments.models import Alert
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.instruments.catalogue import find
from clinic.lists.jobs.bulk import BulkList
from clinic.lists.models import Job
from clinic.lists.page.rows import declared
from clinic.tenancy.scope import clinic_scope
from tests.blanked import blanked, text_of
from tests.lists.test_needs import COLUMNS, FILTERS, every_list, told
from tests.results import note_results, result
from tests.world import Writer, make_assessment, make_patient

ALWAYS = (Permission.PATIENTS_VIEW, Permission.PATIENTS_EDIT)
TRIED = (Permission.ASSESSMENTS_VIEW, Permission.ALERTS_VIEW, Permission.LISTS_EXPORT)
SETS = [frozenset([*ALWAYS, *more]) for n in range(4) for more in combinations(TRIED, n)]
API = "/api/v1/patients/"
SECRETS = ["PHQ-9", "phq-9", "Alarming", "13.5", "1 Feb 2026", "2026-02-01", "5 Jan 2026", "2026-01-05"]
MARK = "badge-alert"


@pytest.fixture
def patient(riverside):
    """Somebody of whom everything is known that a list can show."""
    with clinic_scope(riverside.clinic):
        made = make_patient(full_name="Zora", family_name="")
        phq = result("phq-9", "13.5", 4, band="Alarming", assessed_on=date(2026, 2, 1), recent_scores=(0.1, 0.2))
        note_results(made, phq, next_due_on=date(2026, 1, 5), open_alerts=1)
        assessment = make_assessment(made)
        Alert.objects.create(
            assessment=assessment, patient=made, rule="item-9", text="Self-harm", severity=4, points=1,
            raised_by_id="test", raised_by_name="Test",
        )  # fmt: skip
    return made


@pytest.fixture
def may(riverside, sign_in, monkeypatch):
    """A client of somebody whose role may from now on do just this."""
    client = sign_in(riverside.clinician)

    def may(permissions):
        monkeypatch.setitem(PERMISSIONS, Role.CLINICIAN, frozenset(permissions))
        return client

    return may


@pytest.fixture
def ways(patient) -> dict[str, tuple[BulkList, str]]:
    """Every list with its address."""
    theirs = f"/patients/{patient.pk}/assessments/"
    return {key: (bulk, theirs if "of a" in key else bulk.list_url) for key, bulk in every_list().items()}


def permitted(table: dict[str, str], bulk: BulkList, permissions) -> list[str]:
    """What a list has for somebody, in the order of its declaration; nothing where the list itself is refused."""
    held = told(table) if bulk.permission in permissions else {}
    names = [*bulk.table_class.base_columns, *bulk.filterset_class.base_filters]
    return sorted((name for name in held if held[name] in permissions and ":" not in name), key=names.index)


def headings(page: str) -> list[str]:
    return re.findall(r'<th scope="col"\s+role="columnheader"\s+aria-label="([^"]+)"', page)


def labels(bulk: BulkList, names: list[str], *, of_file: bool = False) -> list[str]:
    found = declared(bulk.table_class)
    parts = [getattr(found[name].column, "file_columns", ()) if of_file else () for name in names]
    return [
        label.format(found[name].header)
        for name, several in zip(names, parts, strict=True)
        for label in several or ["{}"]
    ]


@pytest.mark.parametrize("permissions", SETS, ids=lambda each: "+".join(sorted(each)))
def test_page_and_file_have_what_somebody_may_see(may, ways, permissions):
    client, found, expected = may(permissions), {}, {}
    for key, (bulk, url) in ways.items():
        names = permitted(COLUMNS[key], bulk, permissions)
        takes = bool(names) and Permission.LISTS_EXPORT in permissions
        every = f"{url}?columns={','.join(bulk.table_class.base_columns)}"
        page, file = client.get(every), client.get(f"{every}&_export=csv")
        shown = labels(bulk, names) if page.context is not None and "<table" in text_of(page) else []
        first = next(csv.reader(io.StringIO(text_of(file))), []) if file.status_code == 200 else []
        found[key] = (page.status_code, file.status_code, headings(text_of(page)), first)
        status = 200 if names else 403
        expected[key] = (status, 200 if takes else 403, shown, labels(bulk, names, of_file=True) if takes else [])
    assert (found, len(found)) == (expected, 6)


@pytest.mark.parametrize("permissions", SETS, ids=lambda each: "+".join(sorted(each)))
def test_columns_and_filters_to_choose_are_those_that_somebody_may_see(may, ways, permissions):
    client = may(permissions)
    for key in ("patients", "assessments", "due"):
        bulk, url = ways[key]
        if bulk.permission in permissions:
            columns, filters = text_of(client.get(f"{url}?open=layout")), text_of(client.get(f"{url}?open=filters"))
            offered = set(re.findall(r'name="column"\s+value="(\w+)"', columns))
            fields = set(re.findall(r'name="(\w+)"', filters)) & set(bulk.filterset_class.base_filters)
            assert offered == set(permitted(COLUMNS[key], bulk, permissions))
            assert fields - {"patient"} == set(permitted(FILTERS[key], bulk, permissions)) - {"patient"}


@pytest.mark.parametrize("permissions", SETS, ids=lambda each: "+".join(sorted(each)))
def test_nothing_of_what_somebody_may_not_see_is_on_a_page_of_patients(may, patient, permissions):
    client, found = may(permissions), {}
    for path in ("/patients/", "/patients/?q=zora", "/patients/?columns=name,last_score,assessed,next_due",
                 "/patients/?open=filters", f"/patients/{patient.pk}/", "/patients/recent/", API,
                 f"{API}?search=zora", f"{API}{patient.pk}/"):  # fmt: skip
        page = text_of(client.get(path))
        found[path] = ("Zora" in page, any(secret in page for secret in SECRETS), MARK in page)
    reads, alerted = Permission.ASSESSMENTS_VIEW in permissions, Permission.ALERTS_VIEW in permissions
    marked = {path for path in found if "recent" not in path and not path.startswith("/api/")}
    plain = {"/patients/recent/"}
    assert found == {path: (True, reads and path not in plain, alerted and path in marked) for path in found}


NEVER = [("/patients/?sort=", COLUMNS, ""), ("/patients/?", FILTERS, "=1"), (f"{API}?ordering=", COLUMNS, ""),
         (f"{API}?", FILTERS, "=1")]  # fmt: skip


@pytest.mark.parametrize(("start", "table", "value"), NEVER)
def test_what_somebody_may_not_see_is_answered_as_what_never_was(may, ways, start, table, value):
    client, bulk = may(ALWAYS), ways["patients"][0]
    names = {name for name in told(table["patients"]) if ":" not in name}
    hidden = sorted(names - set(permitted(table["patients"], bulk, ALWAYS)))
    never = client.get(f"{start}nonsense{value}")
    assert (len(hidden), never.status_code) == (3 if table is COLUMNS else 6, 400)
    for name in hidden:
        answer = client.get(f"{start}{name}{value}")
        assert (answer.status_code, blanked(answer, name)) == (400, blanked(never, "nonsense")), name


def test_alerts_of_an_assessment_are_null_in_json_for_who_may_not_see_them(may, patient):
    seen = {}
    for more in ([Permission.ASSESSMENTS_VIEW], [Permission.ASSESSMENTS_VIEW, Permission.ALERTS_VIEW]):
        shown = may([*ALWAYS, *more]).get(f"/api/v1/assessments/?patient={patient.pk}").json()["results"][0]
        seen[len(more)] = shown["alerts"] if shown["alerts"] is None else len(shown["alerts"])
    assert seen == {1: None, 2: 1}


@pytest.mark.parametrize(
    ("columns", "query", "needs"),
    [
        ("name,gender", "", ["patients.view"]),
        ("name,last_score", "", ["assessments.view", "patients.view"]),
        ("name,gender", "due=overdue", ["assessments.view", "patients.view"]),
        ("name,gender", "sort=-next_due", ["assessments.view", "patients.view"]),
        ("name,gender", "alerts=open", ["alerts.view", "patients.view"]),
        ("", "", ["assessments.view", "patients.view"]),
    ],
)
def test_file_of_a_job_is_made_and_given_while_somebody_may_see_what_is_in_it(
    may, work, riverside, patient, columns, query, needs
):
    every = [*ALWAYS, *TRIED]
    form = {"do": "csv", "id": str(patient.pk), "query": query, "shown_columns": columns}
    assert may(every).post("/patients/bulk/", form).status_code == 302
    with clinic_scope(riverside.clinic):
        job = Job.objects.get()
    assert (job.parameters["needs"], job.permissions) == (needs, {"lists.export", *needs})
    work()
    paths = [f"/work/{job.pk}/", f"/work/{job.pk}/file/"]
    seen = {taken: [may(set(every) - {taken}).get(path).status_code for path in paths] for taken in needs}
    expected = {taken: [403, 403] for taken in needs}
    assert (seen, [may(every).get(path).status_code for path in paths]) == (expected, [200, 200])


def test_job_stops_when_who_began_it_may_not_see_what_is_in_its_file_any_more(may, work, riverside, patient):
    form = {"do": "csv", "id": str(patient.pk), "shown_columns": "name,last_score"}
    assert may([*ALWAYS, *TRIED]).post("/patients/bulk/", form).status_code == 302
    may([*ALWAYS, Permission.LISTS_EXPORT])
    work()
    with clinic_scope(riverside.clinic):
        job = Job.objects.get()
        assert (job.state, job.file_name, job.parts.count()) == ("stopped", "", 0)


def test_questionnaire_shows_alerts_to_who_may_see_them(may, riverside):
    """The page, and the fragment that each response is answered by."""
    with clinic_scope(riverside.clinic):
        patient = make_patient()
        assessment = start_assessment(
            by=Writer(), patient=patient, user=patient.user, language="en", definition=find("phq-9"),
            date=date(2026, 3, 1), answers={"9": 1},
        ).assessment  # fmt: skip
    every, form = frozenset(Permission), {"date": "1 March 2026", "answer-9": "1", "version": assessment.version}
    page, saved = f"/assessments/{assessment.pk}/answer/", f"/assessments/{assessment.pk}/answers/"
    seen = {}
    for allowed in (every, every - {Permission.ALERTS_VIEW}):
        client = may(allowed)
        answers = [client.get(page), client.post(saved, form)]
        seen[Permission.ALERTS_VIEW in allowed] = [
            (each.status_code, "alert-banner" in each.content.decode()) for each in answers
        ]
    assert seen == {True: [(200, True)] * 2, False: [(200, False)] * 2}
