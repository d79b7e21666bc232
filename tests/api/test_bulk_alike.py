"""Rows of one request make and leave what the same rows make and leave one by one, by fewer statements."""

from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clinic.audit.models import AuditEvent
from clinic.patients.models import BinnedPatient, CareTeamMember, DuplicatePair, MergedPatient, NameWord, Patient
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.api.test_any_body import SETTINGS
from tests.api.test_bulk import ASSESSMENTS, PATIENTS, post
from tests.sizes import times
from tests.world import make_patient

NAMES = ("Ana Bell", "ana  bell", "Ana Bel", "Bea Bell", "Bell, Ana", "Zoë Ström", "Cy Ode", "Dee Ode", "Eve Ode")
NUMBERS = ("P-000004", "p5", "P-000009", "M-1", "X-1", "x1")  # M-1 is a merged record's
IDS = tuple(str(UUID(int=number)) for number in (1, 2, 3))
MORE = {
    "user": st.sampled_from(("clinician", "owner", None)),
    "phone_number": st.sampled_from(("+44 20 7946 0018", "+44 20 7946 0019")),
    "record_number": st.sampled_from(NUMBERS),
    "id": st.sampled_from(IDS),
}
FAULTY = {
    "full_name": st.just(""),
    "user": st.just("nobody"),
    "gender": st.just("unheard of"),
    "record_number": st.just(" "),
    "id": st.sampled_from((IDS[0].upper(), "no id")),
    "tags": st.sampled_from(([], ["Unheard of"])),
    "version": st.just(1),
    "created_at": st.just("2026-01-01T00:00:00Z"),
    "__typename": st.just("Patient"),
}


def row(name, **more):
    return {"full_name": name, "gender": "female", "date_of_birth": "1961-03-12", "user": "clinician", **more}


GOOD = st.builds(row, st.sampled_from(NAMES), date_of_birth=st.sampled_from(("1961-03-12", "1961-12-03", None)))
ROWS = st.builds(
    lambda good, more, faults: good | more | faults,
    GOOD,
    st.fixed_dictionaries({}, optional=MORE),
    st.just({}) | st.just({}) | st.fixed_dictionaries({}, optional=FAULTY),
)


@pytest.fixture(params=["everybody", "own patients"])
def clients(request, riverside, hillside, sign_in):
    """Two clinicians of two clinics that are alike, who see everybody or their own patients alone."""
    for world in (riverside, hillside):
        world.clinic.restricts_patients = request.param == "own patients"
        Clinic.objects.filter(pk=world.clinic.pk).update(restricts_patients=world.clinic.restricts_patients)
        with clinic_scope(world.clinic):
            here = make_patient(full_name="Bea Bell", record_number="P-000003")
            MergedPatient.objects.create(id=uuid4(), into=here, record_number="M-1", details={})
            BinnedPatient.objects.create(
                id=uuid4(), record_number="B-1", details={}, reason="Twice", by_id="x", by_name="X"
            )
    yield [(world, sign_in(world.clinician)) for world in (riverside, hillside)]
    for world in (riverside, hillside):
        world.clinic.restricts_patients = False


def sent(world, rows):
    """The rows with the people of a clinic."""
    people = {"clinician": str(world.clinician.pk), "owner": str(world.owner.pk), "nobody": IDS[0], None: None}
    return [{**row, **({"user": people[row["user"]]} if "user" in row else {})} for row in rows]


def left(world):
    """What a clinic has now, with names in place of ids, which are others in each."""
    with clinic_scope(world.clinic):
        patients = list(Patient.objects.order_by("created_at"))
        names = {each.pk: f"patient {place}" for place, each in enumerate(patients)}
        names |= {user.pk: role for role, user in world.users.items()}
        plain = {str(key): name for key, name in names.items()}
        kept = ("id", "user_id", "created_at", "updated_at", "results_read")
        rows = [
            {name: value for name, value in vars(each).items() if name not in kept and not name.startswith("_")}
            | {"user": plain.get(str(each.user_id))}
            for each in patients
        ]
        pairs = {
            (names[each.first_id], names[each.second_id], each.bits, each.grade, *each.reasons)
            for each in DuplicatePair.objects.all()
        }
        team = {(names[each.patient_id], plain[str(each.person_id)]) for each in CareTeamMember.objects.all()}
        events = [
            (names[each.patient_id], each.action, plain.get(each.actor_id, ""), named(each.changes, plain))
            for each in AuditEvent.objects.filter(is_reading=False).exclude(patient_id=None).order_by("id")
        ]
        trail = {name: [event for event in events if event[0] == name] for name in names.values()}
        order = [event[0] for event in events if event[1] == "patient.created"]
        words = sorted(NameWord.objects.values_list("word", flat=True))
    return plain, {"rows": rows, "pairs": pairs, "team": team, "trail": trail, "order": order, "words": words}


def named(found, plain):
    """Text of what is found, with names in place of ids."""
    text = str(found)
    for key, name in plain.items():
        text = text.replace(key, name)
    return text


@settings(SETTINGS, max_examples=times(25))
@given(rows=st.lists(ROWS, min_size=1, max_size=9))
@example([row("Ana Bell"), row("Ana Bel"), row("Bell, Ana", user="owner"), row("Ana Bell", user=None)])
@example([row("Ana Bell"), row("Cy Ode", record_number="M-1"), row("Zoë Ström")])
@example([row("Ana Bell"), row("Cy Ode", record_number="P-000009"), row("Zoë Ström"), row("Cy Ode"), row("Eve Ode")])
@example([row("Ana Bell", id=IDS[0]), row("Ana Bell", id=IDS[0], user="owner"), row("Eve Ode", id=IDS[0])])
def test_rows_together_are_rows_one_by_one(clients, rows):
    (one, together), (other, alone) = clients
    with transaction.atomic():
        found = results(together, sent(one, rows))
        single = [results(alone, [row])[0] for row in sent(other, rows)]
        (ours, here), (others, there) = left(one), left(other)
        transaction.set_rollback(True)
    single = [{**each, "row": number} for number, each in enumerate(single)]
    assert [shown(each, ours) for each in found] == [shown(each, others) for each in single]
    for what in here:
        assert here[what] == there[what], what


def shown(result, plain):
    """A result without ids, and without the order of warnings of the same weight."""
    warnings = sorted(named(each, plain) for each in result["warnings"])
    return named({**result, "warnings": warnings}, plain)


def results(client, rows):
    answer = post(client, PATIENTS, rows)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def statements(client, path, rows) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = post(client, path, rows)
    assert [each["status"] for each in answer.json()["results"]] == [201] * len(rows)
    return len(asked)


def test_patients_more_cost_no_statement_more(client, patient_body):
    post(client, PATIENTS, [patient_body()])
    few, many = (
        statements(client, PATIENTS, [patient_body(tags=[], id=str(uuid4())) for _ in range(rows)])
        for rows in (10, 100)
    )
    assert many == few


@pytest.mark.parametrize(("kind", "most"), [("free", 10), ("instrument", 14)])
def test_another_assessment_costs_its_own_statements(person, riverside, patient, kind, most):
    """Not who and what it refers to: patient, practitioner and instruments are looked up once."""
    fields = {"instrument": "phq-9", "answers": {"1": 1}} if kind == "instrument" else {"type": "physical"}
    row = {"patient": str(patient.pk), "user": str(riverside.clinician.pk), "date": "2026-03-01", **fields}
    few, many = (statements(person, ASSESSMENTS, [row] * rows) for rows in (10, 30))
    assert many - few <= most * 20


def test_refused_rows_cost_the_others_few_statements(client, patient_body):
    """A row that is refused is searched for by halves."""
    rows = [patient_body() for _ in range(64)]
    with CaptureQueriesContext(connection) as asked:
        answer = post(client, PATIENTS, [*rows, rows[5], *(patient_body() for _ in range(35))])
    assert [each["status"] for each in answer.json()["results"]].count(201) == 99
    assert len(asked) < 400
