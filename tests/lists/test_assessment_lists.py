"""The lists of assessments as wholes: many at once, and each list as a file."""

import csv
import io

import pytest

from clinic.assessments.models import Assessment
from clinic.lists.models import Job
from tests.world import make_assessment


@pytest.fixture
def made(patients):
    """Three assessments of the first patient, two of the second: their keys."""
    with patients.scope():
        rows = [make_assessment(patients.made[who], name=f"Sitting {n}") for n, who in enumerate((0, 0, 0, 1, 1))]
    return [row.pk for row in rows]


def archived(patients) -> set[object]:
    with patients.scope():
        return set(Assessment.objects.archived().values_list("pk", flat=True))


def table(response) -> list[list[str]]:
    content = b"".join(response.streaming_content)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_ticked_assessments_are_archived_and_brought_back(client, patients, made, work):
    client.post("/assessments/bulk/", {"do": "archive", "scope": "rows", "id": made[:2]})
    work()
    assert archived(patients) == set(made[:2])
    with patients.scope():
        job = Job.objects.get()
    client.post(f"/work/{job.pk}/undo/")
    work()
    assert archived(patients) == set()


def test_all_of_one_patient_are_exactly_theirs(client, patients, made, work):
    query = f"patient={patients.keys[0]}"
    client.post("/assessments/bulk/", {"do": "archive", "scope": "all", "query": query, "expected": "3"})
    work()
    assert archived(patients) == set(made[:3])


def test_list_is_a_file(client, patients, made):
    rows = table(client.get("/assessments/?q=Sitting+3&_export=csv"))
    assert [row[0] for row in rows] == ["Name", "Sitting 3"]


def test_one_patients_list_is_a_file_of_theirs_only(client, patients, made):
    rows = table(client.get(f"/patients/{patients.keys[1]}/assessments/?sort=name&_export=csv"))
    assert [row[0] for row in rows] == ["Name", "Sitting 3", "Sitting 4"]


@pytest.mark.parametrize("path", ["/worklists/alerts/", "/worklists/due/"])
def test_worklist_is_a_file(client, path):
    assert table(client.get(f"{path}?_export=csv"))[0][:2] == ["Patient", "Record"]


def test_role_that_only_reads_takes_the_list_as_a_file_and_begins_no_work(patients, made, riverside, sign_in):
    reader = sign_in(riverside.auditor)
    answers = [reader.post("/assessments/bulk/", {"do": what, "id": made[:1]}) for what in ("archive", "csv")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert reader.get("/assessments/?_export=csv").status_code == 200


def test_opening_an_assessment_is_on_the_trail_of_access(client, patients, made, riverside):
    from clinic.audit.models import AuditEvent

    client.get(f"/assessments/{made[0]}/")
    with patients.scope():
        seen = AuditEvent.objects.get(action="assessment.viewed")
        assert (seen.record_id, seen.actor_id) == (made[0], str(riverside.clinician.pk))
