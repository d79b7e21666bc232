"""Assessments that were made for one patient, retracted, and made for another."""

from uuid import UUID, uuid4

import pytest

from clinic.access import Actor
from clinic.assessments.record.actions import archive_assessment
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from clinic.trail.wrong_patient import retract_and_recreate
from tests.blanked import text_of
from tests.clock import in_one_zone
from tests.world import make_assessment, make_patient

CLARA, RUTH = Actor(str(uuid4()), "Clara"), Actor(str(uuid4()), "Ruth")


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield


def event(action: str, patient: UUID, record: UUID, by: Actor, instrument: str) -> None:
    AuditEvent.objects.create(
        actor_id=by.id, actor_name=by.name, action=f"assessment.{action}", record_type="assessment", record_id=record,
        patient_id=patient, changes={"instrument": [None, instrument]} if action == "created" else {},
    )  # fmt: skip


def happen(clock, minutes: tuple[float, float], *, retracted: str = "cancelled", **other: object) -> tuple[UUID, UUID]:
    """Make one, retract it, make another; what of `other` is given is different then."""
    one, record = uuid4(), uuid4()
    then = {"patient": uuid4(), "by": CLARA, "instrument": "phq-9", **other}
    event("created", one, record, CLARA, "phq-9")
    clock.move(minutes=minutes[0])
    event(retracted, one, record, CLARA, "phq-9")
    clock.move(minutes=minutes[1])
    event("created", then["patient"] if then["patient"] != "same" else one, uuid4(), then["by"], then["instrument"])
    return one, then["patient"]


@in_one_zone
@pytest.mark.clock("clinic/trail/wrong_patient.py:retract_and_recreate")
@pytest.mark.parametrize("retracted", ["cancelled", "archived"])
def test_retract_and_recreate_is_found(clock, scope, retracted):
    one, other = happen(clock, (9, 9), retracted=retracted)
    rate = retract_and_recreate()
    assert [(each.who, each.patient_id, each.other_id) for each in rate.mixups] == [("Clara", one, other)]
    assert (rate.made, rate.in_a_thousand) == (2, 500)
    clock.move(days=91)
    assert (retract_and_recreate().mixups, retract_and_recreate().in_a_thousand) == ([], 0)


@in_one_zone
@pytest.mark.parametrize(
    ("minutes", "other"),
    [((11, 1), {}), ((1, 11), {}), ((1, 1), {"by": RUTH}), ((1, 1), {"instrument": "gad-7"}),
     ((1, 1), {"patient": "same"})],
)  # fmt: skip
def test_anything_else_is_none(clock, scope, minutes, other):
    happen(clock, minutes, **other)
    assert retract_and_recreate().mixups == []


def test_page_says_how_many_and_who(riverside, sign_in):
    with clinic_scope(riverside.clinic):
        one, other = make_patient(full_name="Ola Quist"), make_patient()
        first = make_assessment(one)
        event("created", one.pk, first.pk, CLARA, "")
        archive_assessment(by=CLARA, id=first.pk)
        event("created", other.pk, uuid4(), CLARA, "")
    page = " ".join(text_of(sign_in(riverside.owner).get("/clinic/trail/mix-ups/")).split())
    assert ("Ola Quist" in page, "500.0" in page, "Clara" in page) == (True, True, True)
    assert sign_in(riverside.clinician).get("/clinic/trail/mix-ups/").status_code == 403
