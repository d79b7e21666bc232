"""A form for every address that takes one, as somebody would send it so that it is accepted."""

from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinic.access import Actor, Role
from clinic.accounts.models import User
from clinic.api.actions import create_api_client
from clinic.assessments.episodes.actions import start_episode
from clinic.assessments.models import Alert
from clinic.assessments.questionnaire.actions import start_assessment
from clinic.assessments.record.actions import update_assessment
from clinic.assessments.schedules.actions import set_schedule
from clinic.assessments.selfreport.actions import answer_request, create_request
from clinic.audit.models import AuditEvent
from clinic.instruments.catalogue import find
from clinic.instruments.files.importing import example_rows
from clinic.instruments.models import ANOTHER
from clinic.lists.actions import save_view
from clinic.lists.models import Job, JobState
from clinic.patients.actions import update_patient
from clinic.patients.care.emergency import open_in_emergency
from clinic.patients.models import DuplicatePair
from clinic.staff.invitations.actions import invite
from clinic.tenancy.scope import clinic_scope
from tests.factors import APP_ON, code_for, code_of, key_on
from tests.instruments.test_importing import as_csv
from tests.instruments.test_instrument_pages import ABOUT, TYPED
from tests.merging.records import merge
from tests.posted_files import files
from tests.posted_people import OF_EXPORT, archiving, of_people, people
from tests.staff.people import ACCOUNT, NORA
from tests.typed import sent_by
from tests.world import PASSWORD, World, Writer, ahead, make_assessment, make_patient

BY = Writer()
PLAN = {"every": 2, "every_unit": "weeks", "then": "", "then_unit": "weeks"}
Posted = tuple[str, dict[str, Any]]  # the address and the form


def records(world: World) -> SimpleNamespace:
    """What the forms are about: somebody with an open and a finished questionnaire, an episode, a schedule, a link."""
    with clinic_scope(world.clinic):
        patient = make_patient(gender="female", date_of_birth=date(1980, 3, 12))
        other, gone = make_patient(), make_patient()
        about: dict[str, Any] = {"by": BY, "patient": patient, "user": patient.user, "language": "en"}
        phq9, gad7 = find("phq-9"), find("gad-7")
        asked = create_request(**about, clinic=world.clinic, id=uuid4(), definition=phq9, days=7)
        done = create_request(**about, clinic=world.clinic, id=uuid4(), definition=gad7, days=7).request
        given = {str(code): 1 for code in range(1, 8)}
        finished = answer_request(id=done.pk, answers=given, version=None, page=None, complete=True).assessment
        begun = {"definition": phq9, "date": date(2026, 3, 1), "answers": {"9": 1}}
        started = start_assessment(**about, **begun).assessment
        schedule = set_schedule(by=BY, patient=patient, definition=phq9, every_days=14)
        job = archiving(world)
        kept: dict[str, Any] = {"list": "patients", "name": "Mine", "query": "", "is_shared": False}
        merge(other, gone)
        free, clara = make_assessment(patient), Actor(str(uuid4()), "Clara")
        invited = invite(by=BY, clinic=world.clinic, email="ned@new.test", role=Role.CLINICIAN)
        return SimpleNamespace(
            world=world, patient=patient, other=other, gone=gone.pk, **files(world, patient), token=asked.token,
            **people(world, patient), request=asked.request, finished=finished, started=started,
            invited=invited.invitation, joins_by=invited.token, schedule=schedule, free=free, alert=Alert.objects.get(),
            changed=update_patient(by=BY, id=patient.pk, version=None, address="Elsewhere"),
            event=AuditEvent.objects.filter(action="patient.changed").latest("pk").pk,
            emergency=open_in_emergency(by=clara, patient=patient, reason="Fell"),
            episode=start_episode(by=BY, patient=patient, started_on=ahead(-9)),
            job=Job.objects.create(**job), export=Job.objects.create(**job | OF_EXPORT),
            stopped=Job.objects.create(**job | {"state": JobState.STOPPED}),
            waiting=Job.objects.create(**job | {"state": JobState.WAITING}),
            changed_free=update_assessment(by=BY, id=free.pk, version=None, name="Walk to the shop"),
            program=create_api_client(by=BY, clinic=world.clinic, name="Laboratory of St Ann", can_write=True)[0],
            pair=DuplicatePair.objects.create(first=patient, second=other, bits=9.0, score=0.998, grade="certain"),
            view=save_view(by=Actor(str(world.owner.pk), "Olive"), **kept),
        )  # fmt: skip


def of_patients(at: SimpleNamespace, owner: Client) -> dict[str, Posted]:
    one = f"/patients/{at.patient.pk}/"
    new = {**sent_by(owner.get("/patients/new/").content.decode()), "full_name": "Nia Nowak", "gender": "female"}
    ticked, version = {"do": "archive", "id": str(at.patient.pk)}, {"version": at.changed.version}
    both, apart = f"{one}merge/?other={at.other.pk}", f"/patients/{at.other.pk}/unmerge/?other={at.gone}"
    note = {"alert": f"{at.alert.pk}/1", "note": "Called."}
    return {
        "patients/new/": ("/patients/new/", {**new, "date_of_birth": "12 March 1961"}),
        "patients/<uuid:pk>/edit/": (f"{one}edit/", sent_by(owner.get(f"{one}edit/").content.decode())),
        **{f"patients/<uuid:pk>/{step}/": (f"{one}{step}/", {}) for step in ("archive", "restore", "emergency/end")},
        "patients/<uuid:pk>/history/<int:event>/restore/": (f"{one}history/{at.event}/restore/", version),
        "patients/<uuid:pk>/undo/": (f"{one}undo/", version),
        "patients/<uuid:pk>/care-team/": (f"{one}care-team/", {"person": at.world.front_desk.pk}),
        "patients/<uuid:pk>/care-team/<uuid:person>/remove/": (f"{one}care-team/{at.world.clinician.pk}/remove/", {}),
        "patients/birth-date/": ("/patients/birth-date/", {"date_of_birth": "12 March 1961"}),
        "patients/similar/": ("/patients/similar/", {"full_name": "Nia Nowak"}),
        "patients/duplicates/<uuid:pk>/refuse/": (f"/patients/duplicates/{at.pair.pk}/refuse/", {"note": "Twins"}),
        "patients/duplicates/<uuid:pk>/reopen/": (f"/patients/duplicates/{at.pair.pk}/reopen/", {}),
        "patients/bulk/": ("/patients/bulk/", ticked),
        "patients/bulk/ of all that match": ("/patients/bulk/", {"do": "archive", "scope": "all"}),
        "patients/<uuid:pk>/merge/": (both, {
            **sent_by(owner.get(both).content.decode()), "birth_year": at.patient.date_of_birth.year,
        }),
        "patients/<uuid:pk>/unmerge/": (apart, sent_by(owner.get(apart).content.decode())),
        **of_people(at, owner),
        "patients/<uuid:pk>/requests/": (f"{one}requests/", {"id": uuid4(), "instrument": "gad-7", "days": 7}),
        "patients/<uuid:pk>/plans/": (f"{one}plans/", {**PLAN, "instrument": "gad-7"}),
        "plans/<uuid:pk>/end/": (f"/plans/{at.schedule.pk}/end/", {}),
        "patients/<uuid:pk>/episodes/": (f"/patients/{at.other.pk}/episodes/", {"started_on": "1 March 2026"}),
        "episodes/<uuid:pk>/end/": (f"/episodes/{at.episode.pk}/end/", {
            "version": at.episode.version, "ended_on": ahead(0).isoformat(), "end_reason": "completed",
        }),
        "episodes/<uuid:pk>/correct/": (f"/episodes/{at.episode.pk}/correct/", {
            **sent_by(owner.get(f"/episodes/{at.episode.pk}/correct/").content.decode()), "reason": "Misread",
        }),
        "patients/<uuid:pk>/alerts/acknowledge/": (f"{one}alerts/acknowledge/", note),
        "patients/<uuid:pk>/alerts/reopen/": (f"{one}alerts/reopen/", {}),
        **{f"worklists/today/<uuid:pk>/{step}/": (f"/worklists/today/{at.schedule.pk}/{step}/", {"days": "3"})
           for step in ("put-off", "bring-back")},
        "worklists/alerts/<uuid:pk>/acknowledge/": (f"/worklists/alerts/{at.alert.pk}/acknowledge/", note),
    }  # fmt: skip


def of_assessments(at: SimpleNamespace, owner: Client) -> dict[str, Posted]:
    free, begun, finished = (f"/assessments/{row.pk}/" for row in (at.free, at.started, at.finished))
    new, form = f"/assessments/new/?patient={at.patient.pk}", {"version": at.started.version, "date": "1 March 2026"}
    typed = sent_by(owner.get(new).content.decode()) | {"name": "Run", "date": "1 March 2026", "type": "physical"}
    return {
        "assessments/new/": (new, {**typed, "questions-0-question": "How far?", "questions-0-answer": "Far"}),
        "assessments/new/ with one more row": (new, {**typed, "_add_row": "1"}),
        "assessments/<uuid:pk>/edit/": (f"{free}edit/", sent_by(owner.get(f"{free}edit/").content.decode())),
        **{f"reviews/<uuid:pk>/{step}/": (f"/reviews/{at.finished.pk}/{step}/", {"version": at.finished.version})
           for step in ("mark", "undo")},
        **{f"assessments/<uuid:pk>/{step}/": (f"{free}{step}/", {}) for step in ("archive", "restore")},
        "assessments/<uuid:pk>/undo/": (f"{free}undo/", {"version": at.changed_free.version}),
        "assessments/bulk/": ("/assessments/bulk/", {"do": "archive", "id": str(at.free.pk)}),
        "assessments/<uuid:pk>/answer/": (f"{begun}answer/", {**form, "answer-9": "1", "do": "incomplete"}),
        "assessments/<uuid:pk>/answer/ with items open": (f"{begun}answer/", {
            **form, "answer-9": "1", "do": "complete",
        }),
        "assessments/<uuid:pk>/answers/": (f"{begun}answers/", {**form, "answer-9": "1"}),
        "assessments/<uuid:pk>/cancel/": (f"{begun}cancel/", {**form, "reason": "Left early"}),
        "assessments/<uuid:pk>/amend/": (f"{finished}amend/", {
            **sent_by(owner.get(f"{finished}amend/").content.decode()), "answer-1": "2", "reason": "Misread",
        }),
        "assessments/<uuid:pk>/reopen/": (f"{finished}reopen/", {
            "version": at.finished.version, "new": uuid4(), "reason": "Too early",
        }),
        "requests/<uuid:pk>/revoke/": (f"/requests/{at.request.pk}/revoke/", {}),
        "requests/<uuid:pk>/renew/": (f"/requests/{at.request.pk}/renew/", {"new": uuid4()}),
    }  # fmt: skip


def of_the_clinic(at: SimpleNamespace, owner: Client) -> dict[str, Posted]:
    person = f"/clinic/people/{at.world.clinician.pk}/"
    about = {name: value for name, value in ABOUT.items() if name != "do"}
    own = "own-sleep-short"
    assert owner.post("/instruments/new/", TYPED).status_code == 302
    edited = sent_by(owner.get(f"/instruments/{own}/edit/").content.decode())
    settings = {url: sent_by(owner.get(url).content.decode()) for url in ("/settings/", "/clinic/settings/")}
    return {
        "clinic/people/new/": ("/clinic/people/new/", NORA),
        "clinic/people/<uuid:pk>/": (person, {"role": "auditor", "reason": "Another task"}),
        "clinic/people/<uuid:pk>/last-day/": (f"{person}last-day/", {"last_day": ahead(30).isoformat()}),
        "clinic/people/<uuid:pk>/factor/": (f"/clinic/people/{at.world.auditor.pk}/factor/", {"reason": "Asked me"}),
        "clinic/people/invitations/<uuid:pk>/again/": (f"/clinic/people/invitations/{at.invited.pk}/again/", {}),
        "clinic/people/invitations/<uuid:pk>/revoke/": (f"/clinic/people/invitations/{at.invited.pk}/revoke/", {}),
        "patients/emergency/": ("/patients/emergency/", {"who": "P-1", "reason": "Fell", "password": PASSWORD}),
        "clinic/trail/emergency/<uuid:pk>/review/": (f"/clinic/trail/emergency/{at.emergency.pk}/review/", {
            "note": "Asked; it was right.",
        }),
        "clinic/programs/new/": ("/clinic/programs/new/", {"name": "Web site", "scope": "read", "last_day": ""}),
        **{
            f"clinic/programs/<int:pk>/{step}": (f"/clinic/programs/{at.program.pk}/{step}", {})
            for step in ("last-day/", "secret/", "secret/end/", "disable/", "enable/")
        },
        "clinic/start/away/": ("/clinic/start/away/", {}),
        "clinic/people/<uuid:pk>/pass-on/": (f"{person}pass-on/", {"heir": "none"}),
        "clinic/people/<uuid:pk>/end/": (f"{person}end/", {}),
        "instruments/new/": ("/instruments/new/", {**TYPED, "title": "Another"}),
        "instruments/new/ before it is saved": ("/instruments/new/", {**TYPED, "title": "More", "do": "preview"}),
        "instruments/import/ before it is saved": ("/instruments/import/", {
            **about, "becomes": ANOTHER, "file": SimpleUploadedFile("sleep.csv", as_csv(example_rows()).encode()),
        }),
        "instruments/<slug:instrument>/edit/": (f"/instruments/{own}/edit/", {
            **edited, "title": "Sleep, shorter", "do": "save",
        }),
        "instruments/<slug:instrument>/offer/": (f"/instruments/{own}/offer/", {"do": "offer"}),
        **{url[1:]: (url, form) for url, form in settings.items()},
        **{
            f"work/<uuid:pk>/{step}/": (f"/work/{job.pk}/{step}/", {})
            for step, job in (("undo", at.job), ("continue", at.stopped), ("cancel", at.waiting))
        },
        "views/<uuid:pk>/edit/": (f"/views/{at.view.pk}/edit/", {"name": "Ours", "query": ""}),
        "views/<uuid:pk>/remove/": (f"/views/{at.view.pk}/remove/", {}),
        "lists/<slug:key>/views/new/": ("/lists/patients/views/new/", {"name": "New", "query": ""}),
        "lists/<slug:key>/layout/": ("/lists/patients/layout/", {"density": "compact"}),
        "lists/shortcuts/": ("/lists/shortcuts/", {"shortcuts": "on"}),
        "accounts/session/": ("/accounts/session/", {}),
        "accounts/switch/": ("/accounts/switch/", {"clinic": str(at.world.clinic.pk)}),
    }  # fmt: skip


def of_an_account(at: SimpleNamespace) -> dict[str, Posted]:
    new = {"password1": "another long passphrase", "password2": "another long passphrase"}
    return {
        "accounts/password/change/": ("/accounts/password/change/", {"oldpassword": PASSWORD, **new}),
        "account/": ("/account/", {"name": "Olive Newname"}),
        "account/sessions/end/": ("/account/sessions/end/", {"session": "others"}),
        "accounts/reauthenticate/": ("/accounts/reauthenticate/", {"password": PASSWORD}),
        "accounts/logout/": ("/accounts/logout/", {}),
    }


def of_a_factor_to_be(client: Client) -> dict[str, Posted]:
    """Of somebody who has no second factor yet."""
    return {"accounts/factors/app/on/": (APP_ON, {"code": code_of(key_on(client.get(APP_ON).content.decode()))})}


def of_a_factor(user: User) -> dict[str, Posted]:
    """Of somebody who has an app, and a passkey that answers nothing."""
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "Hers", "credential": {}})
    passkey, codes = f"/accounts/factors/passkeys/{key.pk}/", "/accounts/factors/recovery-codes/new/"
    return {
        "accounts/factors/app/off/": ("/accounts/factors/app/off/", {}),
        "accounts/factors/recovery-codes/new/": (codes, {}),
        "accounts/factors/passkeys/<int:pk>/name/": (f"{passkey}name/", {"name": "Mine"}),
        "accounts/factors/passkeys/<int:pk>/remove/": (f"{passkey}remove/", {}),
        "accounts/reauthenticate/code/": ("/accounts/reauthenticate/code/", {"code": code_for(user, 1)}),
    }


def of_strangers(at: SimpleNamespace) -> dict[str, Posted]:
    mine = at.world.owner.email
    return {
        "accounts/login/": ("/accounts/login/", {"login": mine, "password": PASSWORD}),
        "accounts/password/reset/": ("/accounts/password/reset/", {"email": mine}),
        "accounts/join/<str:token>/": (f"/accounts/join/{at.joins_by}/", ACCOUNT),
    }


def of_the_link(at: SimpleNamespace) -> dict[str, Posted]:
    link = f"/answer/{at.token}/"
    return {
        "answer/<str:token>/": (link, {"answer-1": "1", "do": "incomplete"}),
        "answer/<str:token>/ with items open": (link, {"answer-1": "1", "do": "complete"}),
        "answer/<str:token>/ for later": (link, {"answer-1": "1", "do": "later"}),
        "answer/<str:token>/answers/": (f"{link}answers/", {"answer-1": "1"}),
    }


def of_the_device(at: SimpleNamespace) -> dict[str, Posted]:
    form = {"version": at.started.version, "answer-9": "1"}
    return {
        "handover/": ("/handover/", {**form, "do": "incomplete"}),
        "handover/ with items open": ("/handover/", {**form, "do": "complete"}),
        "handover/ for later": ("/handover/", {**form, "do": "later"}),
        "handover/answers/": ("/handover/answers/", form),
        "handover/leave/": ("/handover/leave/", {"password": PASSWORD}),
    }
