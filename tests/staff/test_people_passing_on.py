"""Removing somebody: what ends with that, who takes over, and names that two practitioners have."""

from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.access import Actor, Permission
from clinic.accounts.models import Membership, Session
from clinic.assessments.leaving.actions import belongings_of, remove_member
from clinic.assessments.models.requests import AnswerRequest
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.selfreport.actions import create_request
from clinic.audit.models import AuditEvent
from clinic.instruments.catalogue import find
from clinic.lists.models import Job, JobState, SavedView
from clinic.patients.models import Patient
from clinic.patients.passing_on import NamesTaken
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.staff.conftest import command
from tests.staff.people import membership, page_of, trail
from tests.world import Writer, make_patient


@pytest.fixture
def leaving(riverside, sign_in, owner) -> SimpleNamespace:
    """A clinician with one of everything, and the owner, who takes over."""
    user, clinic = riverside.clinician, riverside.clinic
    session, tablet = sign_in(user), sign_in(user)
    by = Actor(str(user.pk), user.name)
    with clinic_scope(clinic):
        mine = Practitioner.objects.get(pk=user.pk)
        patient, archived = make_patient(user=mine), make_patient(user=mine, archived_at=timezone.now())
        key = uuid4()
        start_assessment(by=by, definition=find("phq-9"), patient=patient, user=mine, id=key, date=timezone.localdate())
        create_request(
            by=by, clinic=clinic, id=uuid4(), patient=patient, user=mine, definition=find("gad-7"), language="en",
            days=7,
        )  # fmt: skip
        for name, shared in (("Mine", False), ("Ours", True)):
            SavedView.objects.create(list="patients", name=name, owner_id=user.pk, owner_name="C", is_shared=shared)
        SavedView.objects.create(list="patients", name="Ours", owner_id=riverside.owner.pk, owner_name="O")
        job = Job.objects.create(
            list="patients", label="Archive", work="clinic.patients.bulk.archive", by_id=str(user.pk), by_name="C",
            state=JobState.RUNNING, parameters={"query": "", "permission": Permission.PATIENTS_EDIT.value},
        )  # fmt: skip
    form = {"date": "1 March 2026", "do": "share", "version": "1", "clinic": str(clinic.pk)}
    assert tablet.post(f"/assessments/{key}/answer/", form)["Location"] == "/handover/"
    return SimpleNamespace(
        world=riverside, user=user, session=session, tablet=tablet, owner=owner, job=job.pk,
        patients=[patient.pk, archived.pk], page=f"{page_of(user)}end/", heir=str(riverside.owner.pk),
    )  # fmt: skip


def responsible(leaving) -> list[UUID | None]:
    with clinic_scope(leaving.world.clinic):
        return list(Patient.objects.filter(pk__in=leaving.patients).values_list("user", flat=True))


def test_page_says_what_ends_and_changes_nothing(leaving):
    page = leaving.owner.get(leaving.page)
    with clinic_scope(leaving.world.clinic):
        had = belongings_of(leaving.world.clinic, leaving.user.pk)
    assert (page.status_code, page.context["had"]) == (200, had)
    assert (had.sessions, had.devices, had.jobs, had.links, had.patients, had.views) == (2, 1, 1, 1, 2, 1)
    assert membership(leaving.world, leaving.user) == ("clinician", True)


def test_everything_open_ends_at_once_and_somebody_takes_over(leaving):
    assert leaving.owner.post(leaving.page, {"heir": leaving.heir}).status_code == 302
    assert leaving.session.get("/patients/")["Location"] == "/accounts/login/?next=%2Fpatients%2F"
    assert leaving.tablet.get("/handover/")["Location"].startswith("/accounts/login/")
    assert Session.objects.filter(user=leaving.user).count() == 0
    assert responsible(leaving) == [UUID(leaving.heir)] * 2
    with clinic_scope(leaving.world.clinic):
        assert Job.objects.get(pk=leaving.job).state == JobState.STOPPED
        assert AnswerRequest.objects.open().count() == 0
        views = SavedView.objects.order_by("name").values_list("name", "owner_id", "is_shared")
        heir = UUID(leaving.heir)
        assert list(views) == [
            ("Mine", leaving.user.pk, False),
            ("Ours", heir, False),
            ("Ours (2)", heir, True),
        ]


def test_trail_has_the_end_and_each_patient(leaving):
    leaving.owner.post(leaving.page, {"heir": leaving.heir})
    ended = [changes for action, *_, changes in trail(leaving.world) if action == "member.ended"]
    assert ended == [
        {
            "email": [leaving.user.email, None], "role": ["clinician", None], "sessions": [2, 0], "devices": [1, 0],
            "jobs": [1, 0], "links": [1, 0], "passed_on": [None, {"to": leaving.heir, "patients": 2, "views": 1}],
        }
    ]  # fmt: skip
    with clinic_scope(leaving.world.clinic):
        events = AuditEvent.objects.filter(action="patient.changed", record_id__in=leaving.patients)
        assert [event.changes for event in events] == [{"user": [str(leaving.user.pk), leaving.heir]}] * 2


def test_without_somebody_patients_and_views_stay_by_name(leaving):
    assert leaving.owner.post(leaving.page).status_code == 302
    assert (responsible(leaving), membership(leaving.world, leaving.user)) == (
        [leaving.user.pk] * 2,
        ("clinician", False),
    )


@pytest.fixture
def clash(leaving):
    """The owner has a patient of the name of the clinician's first."""
    with clinic_scope(leaving.world.clinic):
        name = Patient.objects.get(pk=leaving.patients[0]).full_name
        make_patient(full_name=name.upper(), user=Practitioner.objects.get(pk=leaving.heir))
    return leaving


def test_names_that_both_have_are_listed_and_nothing_is_half_done(clash):
    response = clash.owner.post(clash.page, {"heir": clash.heir})
    page = response.content.decode()
    assert (response.status_code, [patient.pk for patient in response.context["taken"]]) == (422, clash.patients[:1])
    assert (f'href="/patients/{clash.patients[0]}/"' in page, f'value="{clash.heir}" selected' in page) == (True, True)
    assert clash.session.get("/patients/").status_code == 200
    assert (responsible(clash), trail(clash.world)) == ([clash.user.pk] * 2, [])
    with clinic_scope(clash.world.clinic):
        assert (Job.objects.get(pk=clash.job).state, AnswerRequest.objects.open().count()) == (JobState.RUNNING, 1)


def test_names_that_both_have_stay_where_they_are_if_asked(clash):
    assert clash.owner.post(clash.page, {"heir": clash.heir, "leave_taken": "on"}).status_code == 302
    with clinic_scope(clash.world.clinic):
        found = {key: Patient.objects.get(pk=key).user_id for key in clash.patients}
    assert found == dict(zip(clash.patients, (clash.user.pk, UUID(clash.heir)), strict=True))


@pytest.mark.parametrize("heir", ["", "the leaver", "nobody here", "text"])
def test_nobody_takes_over_who_is_no_practitioner_here(leaving, hillside, heir):
    value = {"the leaver": str(leaving.user.pk), "nobody here": str(hillside.owner.pk)}.get(heir, heir)
    status = leaving.owner.post(leaving.page, {"heir": value}).status_code
    left = membership(leaving.world, leaving.user) == ("clinician", False)
    assert (status, left) == ((302, True) if not heir else (422, False))


def test_device_is_taken_from_who_works_elsewhere_too_and_other_sessions_stay(leaving, hillside):
    Membership.objects.create(clinic=hillside.clinic, user=leaving.user, role="auditor")
    assert leaving.owner.post(leaving.page).status_code == 302
    page = leaving.session.get("/patients/")
    assert (page.status_code, page.wsgi_request.clinic.pk) == (200, hillside.clinic.pk)
    assert leaving.tablet.get("/handover/")["Location"].startswith("/accounts/login/")


@pytest.fixture(scope="module")
def apart(woodside):
    """Gives the clinic: hypothesis asks a World itself for attributes that it has not."""
    return lambda: woodside


NAMES = st.lists(st.sampled_from(["Ana", "ANA", "ana ", "Bo", "Cy", "cy", "Ána"]), max_size=5, unique_by=str.lower)


@given(mine=NAMES, theirs=NAMES)
@settings(max_examples=25, deadline=None)
def test_any_names_are_passed_on_or_listed(apart, mine, theirs):
    mine, theirs = ({" ".join(name.split()).lower(): name for name in names} for names in (mine, theirs))
    woodside = apart()
    expected = sorted(mine.keys() & theirs.keys())
    with clinic_scope(woodside.clinic):
        practitioners = [Practitioner.objects.get(pk=user.pk) for user in (woodside.clinician, woodside.owner)]
        for user, names in zip(practitioners, (mine, theirs), strict=True):
            for name in names.values():
                make_patient(full_name=" ".join(name.split()), user=user)
        leave = {"by": Writer(), "clinic": woodside.clinic, "user_id": woodside.clinician.pk, "heir": practitioners[1]}
        try:
            remove_member(**leave)
            listed = []
        except NamesTaken as refusal:
            listed = sorted(patient.full_name.lower() for patient in refusal.patients)
            remove_member(**leave, leave_taken=True)
        left = sorted(name.lower() for name in practitioners_names(practitioners[0]))
        assert (listed, left, Patient.objects.count()) == (expected, expected, len(mine) + len(theirs))
        transaction.set_rollback(True)


def practitioners_names(practitioner) -> list[str]:
    return list(Patient.objects.filter(user=practitioner).values_list("full_name", flat=True))


def test_command_passes_on(lakeside):
    with clinic_scope(lakeside.clinic):
        patient = make_patient(user=Practitioner.objects.get(pk=lakeside.clinician.pk))
    command("remove_member", lakeside.clinic.name, lakeside.clinician.email, "--to", lakeside.owner.email)
    with clinic_scope(lakeside.clinic):
        assert Patient.objects.get(pk=patient.pk).user_id == lakeside.owner.pk


@pytest.mark.parametrize("to", ["auditor", "nobody"])
def test_command_refuses_who_cannot_take_over(lakeside, to):
    email = {"auditor": lakeside.auditor.email, "nobody": "nobody@nowhere.test"}[to]
    with pytest.raises(CommandError, match="cannot be responsible"):
        command("remove_member", lakeside.clinic.name, lakeside.clinician.email, "--to", email)
    assert membership(lakeside, lakeside.clinician) == ("clinician", True)
