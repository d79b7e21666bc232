"""A restricted person's list is the owner's without the patients hidden from them: rows, order, counts, files, jobs."""

import csv
import io
import random
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.access import Role
from clinic.assessments.models import Alert, Assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.instruments.catalogue import find
from clinic.lists.models import Job
from clinic.patients.actions import add_to_care_team
from clinic.patients.models import CareTeamMember, Patient
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.blanked import text_of
from tests.lists.test_needs import COLUMNS, told
from tests.results import note_results, result
from tests.world import Writer, make_assessment, make_patient

FAMILIES = ("Adeyemi", "Adeyemo", "Garcia Lopez", "Meyer", "Meier")
GIVEN = ("Ana", "Ben", "Cleo", "Dov", "Eda", "Finn")
# Searches that are answered by each grade, and filters.
NARROWED = (
    "q=meyer", "q=ana", "q=mayer", "q=adeyem", "q=P-00", "q=1970", "q=ben+meier&archived=all", "gender=female",
    "archived=only", "severity=2", "instrument=phq-9", "alerts=open", "due=overdue", "age=40-64&q=e",
)  # fmt: skip


def filled(world, rng: random.Random) -> dict[Role, set[str]]:
    """Two dozen patients with what lists show, each somebody's; the record numbers that each role should see."""
    seen: dict[Role, set[str]] = {role: set() for role in Role}
    with clinic_scope(world.clinic):
        practitioners = [world.owner.pk, world.clinician.pk]
        for n in range(24):
            patient = make_patient(
                full_name=f"{rng.choice(GIVEN)} {rng.choice(FAMILIES)} {n}", family_name="",
                gender=rng.choice(("female", "male")), date_of_birth=date(rng.randint(1930, 2015), 3, n % 28 + 1),
                user_id=rng.choice(practitioners), record_number=f"P-{n:06}",
            )  # fmt: skip
            filled_with_more(patient, rng, n)
            team = [role for role in (Role.CLINICIAN, Role.FRONT_DESK) if rng.random() < 0.25]
            for role in team:
                add_to_care_team(by=Writer(), patient=patient, person_id=world.users[role].pk, name="Somebody")
            mine = [Role.CLINICIAN] if patient.user_id == world.clinician.pk else []
            for role in {Role.OWNER, Role.AUDITOR, *team, *mine}:
                seen[role].add(patient.record_number)
    return seen


def filled_with_more(patient: Patient, rng: random.Random, n: int) -> None:
    note_results(
        patient, result("phq-9", str(rng.randint(0, 27)), rng.randint(0, 4), assessed_on=date(2026, 1, n % 28 + 1)),
        next_due_on=date(2026, 1, 5), open_alerts=n % 2,
    )  # fmt: skip
    assessment = make_assessment(patient, date=date(2026, 2, n % 28 + 1))
    set_schedule(by=Writer(), patient=patient, definition=find("phq-9"), every_days=14)
    Alert.objects.create(
        assessment=assessment, patient=patient, rule="item-9", text="Self-harm", severity=n % 5, points=1,
        raised_by_id="test", raised_by_name="Test",
    )  # fmt: skip
    if n % 6 == 0:
        Patient.objects.filter(pk=patient.pk).update(archived_at="2026-03-01T12:00Z")


@pytest.fixture
def people(request, restricted):
    return filled(restricted, random.Random(getattr(request, "param", 1)))  # noqa: S311


def numbers(client, path: str) -> list[str] | None:
    """The record numbers of a list, in its order, as its file has them; None for an order that it does not have."""
    answer = client.get(f"{path}&_export=csv")
    if answer.status_code != 200:
        return None
    return [row["Record"] for row in csv.DictReader(io.StringIO(text_of(answer)))]


def addresses() -> list[str]:
    columns = {
        "/patients/?columns=name,record_number": [*told(COLUMNS["patients"])],
        "/assessments/?columns=name,record_number": [*told(COLUMNS["assessments"])],
        "/worklists/alerts/?state=all&columns=patient,record_number": [*told(COLUMNS["alerts"])],
        "/worklists/due/?when=all&columns=patient,record_number": [*told(COLUMNS["due"])],
    }
    sorts = [f"{path}&sort={sign}{name}" for path, names in columns.items() for name in names for sign in ("", "-")]
    searches = [f"{path}&q=meyer" for path in columns if "patients" not in path]
    return [*columns, *sorts, *searches, *(f"/patients/?columns=name,record_number&{each}" for each in NARROWED)]


@pytest.mark.parametrize("people", [1, 2], indirect=True)
def test_list_is_the_owners_without_what_is_hidden(restricted, people, sign_in):
    """In every order and by every filter that the list has."""
    owner, clinician = sign_in(restricted.owner), sign_in(restricted.clinician)
    every = {path: found for path in addresses() if (found := numbers(owner, path)) is not None}
    expected = {path: [n for n in found if n in people[Role.CLINICIAN]] for path, found in every.items()}
    assert {path: numbers(clinician, path) for path in every} == expected
    assert (len(every) > 40, 0 < len(people[Role.CLINICIAN]) < 24) == (True, True)


def counted(client, path: str) -> int:
    return int(client.get(path).json()["meta"]["pagination"]["count"])


def test_counts_are_of_what_is_seen(restricted, people, sign_in):
    for role in (Role.OWNER, Role.CLINICIAN, Role.FRONT_DESK, Role.AUDITOR):
        client, seen = sign_in(restricted.users[role]), people[role]
        rows = client.get("/api/v1/patients/?archived=all&page_size=100").json()["results"]
        assert {row["record_number"] for row in rows} == seen
        assert counted(client, "/api/v1/patients/?archived=all") == len(seen)
        page = text_of(client.get("/patients/?archived=all"))
        assert f"{len(seen)} patient{'' if len(seen) == 1 else 's'}" in page
        if role != Role.FRONT_DESK:
            menu = text_of(client.get("/worklists/counts/"))
            assert re.findall(r'count-alerts".*?>\s*(\d*)', menu) == [str(len(seen))]
            assert counted(client, "/api/v1/assessments/?archived=all") == len(seen)


def test_job_on_all_that_match_reaches_only_what_is_seen(restricted, people, sign_in, work):
    client = sign_in(restricted.clinician)
    count = counted(client, "/api/v1/patients/")
    asked = {"do": "archive", "scope": "all", "expected": str(count)}
    assert client.post("/patients/bulk/", asked).status_code == 302
    work()
    with clinic_scope(restricted.clinic):
        job = Job.objects.get()
        assert (job.state, job.changed) == ("done", count)
        left = set(Patient.objects.active().values_list("record_number", flat=True))
    assert left & people[Role.CLINICIAN] == set()
    assert len(left) > 0


def test_job_goes_by_who_sees_whom_when_it_is_done(restricted, people, sign_in, work):
    """Whoever lost sight of a patient since they asked for a file has it without."""
    client = sign_in(restricted.front_desk)
    columns = {"shown_columns": "name,record_number", "query": "archived=all"}
    with clinic_scope(restricted.clinic):
        keys = [str(key) for key in Patient.objects.values_list("pk", flat=True)]
    job = client.post("/patients/bulk/", {"do": "archive", "id": keys, **columns})["Location"]
    with clinic_scope(restricted.clinic):
        CareTeamMember.objects.filter(person_id=restricted.front_desk.pk).delete()
    work()
    assert text_of(client.get(job)).count("no longer here") > 0
    with clinic_scope(restricted.clinic):
        assert Job.objects.get().changed == 0


def test_setting_that_is_off_hides_nobody(restricted, people, sign_in):
    Clinic.objects.filter(pk=restricted.clinic.pk).update(restricts_patients=False)
    for user in restricted.users.values():
        assert counted(sign_in(user), "/api/v1/patients/?archived=all") == 24


def test_statement_of_a_list_is_the_same_as_ever_where_the_setting_is_off(restricted, sign_in):
    found = {}
    for on in (True, False):
        Clinic.objects.filter(pk=restricted.clinic.pk).update(restricts_patients=on)
        client = sign_in(restricted.clinician)
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/patients/").status_code == 200
        found[on] = ["careteam" in query["sql"] for query in asked.captured_queries]
    assert (found[True].count(True), found[False].count(True), len(found[True])) == (1, 0, len(found[False]))


def test_assessments_of_hidden_patients_are_counted_by_owners_only(restricted, people, sign_in):
    with clinic_scope(restricted.clinic):
        assert Assessment.objects.count() == 24
    with clinic_scope(restricted.clinic, seen_by=restricted.clinician.pk):
        assert Assessment.objects.count() == len(people[Role.CLINICIAN])
