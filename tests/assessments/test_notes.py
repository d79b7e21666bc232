"""Notes of contacts: written on the patient's page, amended and struck out with a reason, and never lost."""

import re
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from clinic.access import Role
from clinic.assessments.models import ContactNote, ContactNoteRevision
from clinic.assessments.notes.actions import NoteChanged, amend_note, strike_out_note, write_note
from clinic.assessments.record.refusals import ReasonMissing
from clinic.audit.models import AuditEvent
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.typed import sent_by
from tests.world import Writer, ahead, make_assessment, make_patient

BY = Writer()
TEXT = "Rang back: sleeps badly, wants to go on."
FORM = {"date": "1 March 2026", "kind": "telephone", "text": TEXT}


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(full_name="Nola Noted", family_name="Noted", user_id=riverside.clinician.pk)


@pytest.fixture
def note(riverside, patient):
    with clinic_scope(riverside.clinic):
        return write_note(by=BY, patient=patient, date=ahead(-3), kind="visit", text=TEXT)


def rows(world, model=ContactNote):
    with clinic_scope(world.clinic):
        return list(model.objects.order_by("pk"))


def events(world):
    with clinic_scope(world.clinic):
        return list(AuditEvent.objects.filter(record_type="contactnote").order_by("pk"))


def text_of(answer):
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def test_note_is_written_from_the_form_on_the_summary(riverside, sign_in, patient):
    client = sign_in(riverside.clinician)
    page = client.get(f"/patients/{patient.pk}/summary/").content.decode()
    assert f'action="/patients/{patient.pk}/notes/new/"' in page
    sent = {**sent_by(page), **FORM}
    assert client.post(f"/patients/{patient.pk}/notes/new/", sent)["Location"] == f"/patients/{patient.pk}/"
    (row,) = rows(riverside)
    assert (str(row.pk), row.kind, row.text, row.written_by_name) == (sent["id"], "telephone", TEXT, "Clara Clinician")
    assert TEXT in client.get(f"/patients/{patient.pk}/summary/").content.decode()


def test_form_that_is_sent_twice_writes_one_note(riverside, sign_in, patient):
    sent = {**FORM, "id": uuid4()}
    for _ in range(2):
        assert sign_in(riverside.clinician).post(f"/patients/{patient.pk}/notes/new/", sent).status_code == 302
    assert len(rows(riverside)) == 1


def test_id_of_another_patients_note_is_not_taken(riverside, patient, note):
    with clinic_scope(riverside.clinic):
        other = write_note(by=BY, patient=make_patient(), date=ahead(0), kind="letter", text="Else", id=note.pk)
    assert (other.pk == note.pk, len(rows(riverside))) == (False, 2)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("date", "", "Write the date."),
        ("date", "31/31/2026", ""),
        ("date", "1 March 1890", "A contact lies between 1900 and today."),
        ("kind", "", "Choose a kind."),
        ("kind", "pigeon", "Choose a kind."),
        ("text", "  ", "Write what was said or done."),
        ("text", "x" * 5001, ""),
        ("text", "a\0b", ""),
        ("id", "nonsense", ""),
    ],
)
def test_note_that_cannot_be_is_refused_with_everything_typed(riverside, sign_in, patient, field, value, said):
    answer = sign_in(riverside.clinician).post(f"/patients/{patient.pk}/notes/new/", {**FORM, field: value})
    assert (answer.status_code, rows(riverside)) == (422, [])
    page = answer.content.decode()
    assert (said in page, FORM["text"] in page or field == "text") == (True, True)


@in_one_zone
@pytest.mark.clock("clinic/assessments/notes/forms.py:NoteForm.__init__")
@pytest.mark.parametrize(("days", "status"), [(0, 302), (1, 422)])
def test_contact_of_tomorrow_is_refused_and_today_is_proposed(clock, riverside, sign_in, patient, days, status):
    client, where = sign_in(riverside.clinician), f"/patients/{patient.pk}/notes/new/"
    assert f'value="{clock.today:%-d %B %Y}"' in client.get(where).content.decode()
    assert client.post(where, {**FORM, "date": clock.day(days).isoformat()}).status_code == status


def test_amendment_keeps_what_the_note_said(riverside, sign_in, note):
    client = sign_in(riverside.clinician)
    sent = {**FORM, "text": "Slept well.", "version": 1, "reason": "Another patient's words"}
    assert client.post(f"/notes/{note.pk}/amend/", sent)["Location"] == f"/notes/{note.pk}/"
    (row,), (before,) = rows(riverside), rows(riverside, ContactNoteRevision)
    assert (row.text, row.kind, row.version, row.is_amended, row.written_by_name) == (
        "Slept well.", "telephone", 2, True, "Test",
    )  # fmt: skip
    assert (before.text, before.kind, before.date, before.reason, before.by_name) == (
        TEXT, "visit", note.date, "Another patient's words", "Clara Clinician",
    )  # fmt: skip
    page = text_of(client.get(f"/notes/{note.pk}/"))
    assert (TEXT in page, "Slept well." in page, "Another patient&#x27;s words" in page) == (True, True, True)


def test_amendment_that_changes_nothing_writes_nothing(riverside, note):
    with clinic_scope(riverside.clinic):
        same = {"date": note.date, "kind": note.kind, "text": note.text}
        amend_note(by=BY, id=note.pk, version=1, reason="For nothing", **same)
    assert (rows(riverside)[0].version, rows(riverside, ContactNoteRevision)) == (1, [])


def test_patient_asks_to_have_the_record_corrected_and_what_is_decided_stands_beside_it(riverside, sign_in, patient):
    client = sign_in(riverside.clinician)
    asked = {**FORM, "kind": "correction", "text": "Says that the diagnosis of 2019 is her sister's."}
    client.post(f"/patients/{patient.pk}/notes/new/", asked)
    (row,) = rows(riverside)
    denied = "Says that the diagnosis of 2019 is her sister's. Denied: the letter of 2019 names her date of birth."
    sent = {**asked, "text": denied, "version": 1, "reason": "Decided after reading the letter"}
    assert client.post(f"/notes/{row.pk}/amend/", sent).status_code == 302
    page = text_of(client.get(f"/patients/{patient.pk}/timeline/"))
    assert ("Asks to correct the record" in page, "Denied: the letter of 2019" in page) == (True, True)
    assert rows(riverside, ContactNoteRevision)[0].text == asked["text"]


@pytest.mark.parametrize(("kind", "said"), [("visit", ahead(-1)), ("disclosure", ahead(-9))])
def test_what_was_disclosed_to_others_is_no_contact_with_the_patient(riverside, sign_in, patient, kind, said):
    with clinic_scope(riverside.clinic):
        write_note(by=BY, patient=patient, date=ahead(-9), kind="telephone", text=TEXT)
        for _ in range(4):
            write_note(by=BY, patient=patient, date=ahead(-1), kind=kind, text="To the family doctor: the totals.")
    page = sign_in(riverside.clinician).get(f"/patients/{patient.pk}/summary/").content.decode()
    assert f"Last contact {said:%-d %b %Y}." in page


def test_note_that_is_struck_out_stays_with_the_reason(riverside, sign_in, patient, note):
    client = sign_in(riverside.clinician)
    answer = client.post(f"/notes/{note.pk}/strike-out/", {"version": 1, "reason": "Of another patient"})
    assert answer["Location"] == f"/notes/{note.pk}/"
    (row,) = rows(riverside)
    assert (row.text, row.stands, row.struck_reason, row.struck_by_name) == (
        TEXT, False, "Of another patient", "Clara Clinician",
    )  # fmt: skip
    pages = [f"/notes/{note.pk}/", f"/patients/{patient.pk}/summary/", f"/patients/{patient.pk}/timeline/"]
    found = [client.get(page).content.decode() for page in pages]
    assert [len(re.findall(rf"<s[^>]*>{TEXT}</s>", page)) for page in found] == [1, 1, 1]
    assert ("Struck out" in found[0], "amend/" in found[0]) == (True, False)


@pytest.mark.parametrize("step", ["amend", "strike-out"])
def test_change_without_a_reason_is_refused(riverside, sign_in, note, step):
    answer = sign_in(riverside.clinician).post(f"/notes/{note.pk}/{step}/", {**FORM, "version": 1, "reason": " "})
    assert (answer.status_code, "Say why, in at most 500 characters." in answer.content.decode()) == (422, True)
    assert rows(riverside)[0].version == 1


@pytest.mark.parametrize("step", ["amend", "strike-out"])
@pytest.mark.parametrize("meanwhile", ["amended", "struck out"])
def test_change_of_a_note_that_is_another_by_now_is_refused_with_everything_typed(
    riverside, sign_in, note, step, meanwhile
):
    with clinic_scope(riverside.clinic):
        if meanwhile == "amended":
            amend_note(by=BY, id=note.pk, version=1, reason="x", date=note.date, kind="letter", text="Theirs")
        else:
            strike_out_note(by=BY, id=note.pk, version=1, reason="x")
    sent = {**FORM, "text": "Mine", "version": 1, "reason": "Mine too"}
    answer = sign_in(riverside.clinician).post(f"/notes/{note.pk}/{step}/", sent)
    page = answer.content.decode()
    assert (answer.status_code, 'value="Mine too"' in page, rows(riverside)[0].version) == (409, True, 2)
    assert ("Mine" in page, ("Theirs" if meanwhile == "amended" else TEXT) in page) == (True, True)
    again = sent | {"version": re.findall(r'name="version"[^>]*value="(\d)"', page)[0]}
    status = 302 if meanwhile == "amended" else 409
    assert sign_in(riverside.clinician).post(f"/notes/{note.pk}/{step}/", again).status_code == status


def test_actions_refuse_another_version_and_no_reason(riverside, note):
    said = {"date": note.date, "kind": "letter", "text": "Else"}
    with clinic_scope(riverside.clinic):
        with pytest.raises(NoteChanged):
            amend_note(by=BY, id=note.pk, version=2, reason="x", **said)
        with pytest.raises(ReasonMissing):
            amend_note(by=BY, id=note.pk, version=1, reason=" ", **said)
        with pytest.raises(ReasonMissing):
            strike_out_note(by=BY, id=note.pk, version=1, reason="")


def test_trail_says_what_was_done_and_no_word_of_it(riverside, note):
    with clinic_scope(riverside.clinic):
        amend_note(by=BY, id=note.pk, version=1, reason="Misheard", date=note.date, kind="letter", text="Quite else")
        strike_out_note(by=BY, id=note.pk, version=2, reason="Mistaken")
    found = events(riverside)
    assert [event.action for event in found] == [
        "contactnote.created", "contactnote.amended", "contactnote.struck_out",
    ]  # fmt: skip
    assert {event.patient_id for event in found} == {note.patient_id}
    assert found[1].changes == {"kind": ["visit", "letter"], "text": [None, None]}
    words = (TEXT, "Quite else", "Misheard", "Mistaken")
    assert [word for word in words if any(word in str(event.changes) for event in found)] == []


@pytest.mark.parametrize("role", Role)
def test_notes_are_for_who_may_see_answers(riverside, sign_in, patient, note, role):
    client = sign_in(riverside.users[role])
    reads, writes = role != Role.FRONT_DESK, role in (Role.OWNER, Role.CLINICIAN)
    summary = client.get(f"/patients/{patient.pk}/summary/")
    found = [client.get(f"/notes/{note.pk}/").status_code == 200, TEXT in summary.content.decode()]
    assert found == [reads, reads]
    shown = client.get(f"/notes/{note.pk}/").content.decode()
    assert ("notes/new/" in summary.content.decode(), "amend/" in shown) == (writes, writes)
    assert (client.post(f"/patients/{patient.pk}/notes/new/", FORM).status_code == 302) == writes
    assert TEXT not in client.get(f"/patients/{patient.pk}/").content.decode()


@pytest.mark.parametrize(
    ("assessed", "noted", "struck", "said"), [(-9, -3, False, -3), (-2, -3, False, -2), (-9, -3, True, -9)]
)
def test_last_contact_is_the_later_of_assessment_and_note(
    clock, riverside, sign_in, patient, assessed, noted, struck, said
):
    with clinic_scope(riverside.clinic):
        make_assessment(patient, date=clock.day(assessed))
        row = write_note(by=BY, patient=patient, date=clock.day(noted), kind="visit", text=TEXT)
        if struck:
            strike_out_note(by=BY, id=row.pk, version=1, reason="Of another")
    page = text_of(sign_in(riverside.clinician).get(f"/patients/{patient.pk}/summary/"))
    assert f"Last contact {clock.day(said):%-d %b %Y}." in page


@pytest.mark.parametrize(
    "values",
    [{"text": ""}, {"kind": "pigeon"}, {"struck_by_id": "x"}, {"struck_reason": "Nobody struck it out"}],
)
def test_database_refuses_a_note_that_is_none(riverside, note, values):
    with clinic_scope(riverside.clinic), pytest.raises(IntegrityError), transaction.atomic():
        ContactNote.objects.filter(pk=note.pk).update(**values)
