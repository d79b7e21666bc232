"""The worklist of alerts and a patient's card: what is shown in which order, and what acknowledging does."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.assessments.alerts.cards import age_text
from clinic.assessments.models import Alert
from clinic.audit.models import AuditEvent
from clinic.patients.models import Patient
from clinic.staff.clinic_settings.actions import PhoneLine
from clinic.staff.models import SETTINGS_ID, ClinicSettings, Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.world import make_assessment, make_patient

LIST = "/worklists/alerts/"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CARD = re.compile(r'<article class="alert-card([^"]*)"\s+id="alerts-([0-9a-f-]{36})"(.*?)</article>', re.DOTALL)
FIELD = re.compile(r"<textarea([^>]*)>(.*?)</textarea>", re.DOTALL)


@pytest.fixture
def client(riverside, sign_in):
    return sign_in(riverside.clinician)


@pytest.fixture
def scope(riverside):
    return lambda: clinic_scope(riverside.clinic)


def raise_alert(patient: Patient, *, severity: int = 4, minutes: int = 0, note: str = "") -> Alert:
    """An alert that was raised so many minutes before noon; with a note it is acknowledged."""
    closed = {"acknowledged_at": NOON, "acknowledged_by_id": "ada", "acknowledged_by_name": "Dr Ada", "note": note}
    alert = Alert.objects.create(
        patient=patient, assessment=make_assessment(patient), rule="thoughts", text="Look.", severity=severity,
        points=2, raised_by_id="ada", raised_by_name="Dr Ada", **(closed if note else {}),
    )  # fmt: skip
    Alert.objects.filter(pk=alert.pk).update(raised_at=NOON - timedelta(minutes=minutes))
    return alert


def cards(answer) -> list[str]:
    """The ids of the patients whose cards are shown, in their order."""
    assert answer.status_code in (200, 409, 422), answer.content.decode()
    return [found[1] for found in CARD.findall(answer.content.decode())]


def ids(*patients: Patient) -> list[str]:
    return [str(patient.pk) for patient in patients]


def test_cards_are_sorted_by_the_worst_open_alert_and_among_these_by_the_oldest(client, scope):
    with scope():
        mixed, severe, milder, older, quiet = (make_patient() for _ in range(5))
        raise_alert(mixed, severity=2, minutes=500)
        raise_alert(mixed, severity=4, minutes=1)
        raise_alert(severe, minutes=60)
        raise_alert(severe, minutes=9000, note="Seen.")
        raise_alert(milder, severity=3, minutes=4000)
        raise_alert(older, severity=3, minutes=4001)
        raise_alert(quiet, note="Called.")
    assert cards(client.get(LIST)) == ids(severe, mixed, older, milder)
    assert cards(client.get(f"{LIST}?state=all")) == ids(severe, mixed, older, milder, quiet)
    assert cards(client.get(f"{LIST}?sort=raised")) == ids(older, milder, severe, mixed)
    assert "4 patients" in client.get(LIST).content.decode()


def test_cards_are_found_by_name_and_by_practitioner(client, scope, riverside):
    with scope():
        mine = Practitioner.objects.get(pk=riverside.clinician.pk)
        other = Practitioner.objects.get(pk=riverside.owner.pk)
        leila = make_patient(full_name="Leila Bell", family_name="Bell", user=mine)
        zora = make_patient(full_name="Zora Young", family_name="Young", user=other)
        for patient in (leila, zora):
            raise_alert(patient)
    assert cards(client.get(f"{LIST}?q=bell")) == ids(leila)
    page = client.get(LIST).content.decode()
    link = re.search(r'href="([^"]+)">Only my patients</a>', page)
    assert cards(client.get(link[1])) == ids(leila)


def test_role_that_has_no_patients_has_no_own_alerts(riverside, sign_in):
    pages = [sign_in(user).get(LIST).content.decode() for user in (riverside.auditor, riverside.owner)]
    assert ["Only my patients" in page for page in pages] == [False, True]


def test_pages_of_cards_follow_one_another(client, scope):
    with scope():
        patients = [make_patient() for _ in range(12)]
        for number, patient in enumerate(patients):
            raise_alert(patient, severity=number % 2 + 3, minutes=number)
    expected = ids(*sorted(patients, key=lambda who: (-(patients.index(who) % 2), -patients.index(who))))
    first = client.get(f"{LIST}?per_page=10")
    following = re.search(r'href="([^"]*after=[^"]*)"', first.content.decode())[1].replace("&amp;", "&")
    second = client.get(following)
    back = re.search(r'href="([^"]*before=[^"]*)"', second.content.decode())[1].replace("&amp;", "&")
    assert [cards(page) for page in (first, second, client.get(back))] == [expected[:10], expected[10:], expected[:10]]
    assert cards(client.get(f"{LIST}?per_page=10&page=last")) == expected[10:]


def test_cards_cost_the_same_however_many_there_are(client, scope):
    counts = []
    for many in (1, 4):
        with scope():
            for _ in range(many):
                patient = make_patient(phone_number="+442079460958")
                for _ in range(many):
                    raise_alert(patient)
        client.get(LIST)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(cards(client.get(LIST))) == (1 if many == 1 else 5)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_file_has_a_row_for_each_alert(client, scope):
    with scope():
        patient = make_patient(full_name="Leila Bell", family_name="Bell")
        raise_alert(patient, severity=3)
        raise_alert(patient, severity=4, minutes=3)
    lines = b"".join(client.get(f"{LIST}?_export=csv").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].split(",") == [
        "Patient", "Record", "What", "Raised", "Practitioner", "State", "Severity", "Answered by",
    ]  # fmt: skip
    assert [line.split(",")[-2:] for line in lines[1:]] == [["4", "Dr Ada"], ["3", "Dr Ada"]]


def test_closed_card_is_quiet_and_keeps_its_history(client, scope):
    with scope():
        patient = make_patient()
        raise_alert(patient, note="Called her sister.")
    answer = client.get(f"/patients/{patient.pk}/alerts/")
    ((css, _, text),) = CARD.findall(answer.content.decode())
    assert (css, "Called her sister." in text, "<form" in text, "band-mark" in text) == (
        " alert-card-closed", True, False, False,
    )  # fmt: skip


def test_patient_without_alerts_has_a_page_that_says_so(client, scope):
    with scope():
        patient = make_patient()
    answer = client.get(f"/patients/{patient.pk}/alerts/")
    assert (answer.status_code, "No alerts" in answer.content.decode(), cards(answer)) == (200, True, [])


def shown_form(page: str, patient: Patient) -> dict[str, object]:
    """What the form for all of a patient's alerts sends."""
    form = re.search(rf'<form[^>]*action="/patients/{patient.pk}/alerts/acknowledge/".*?</form>', page, re.DOTALL)[0]
    return {
        "alert": re.findall(r'name="alert"\s+value="([^"]+)"', form),
        "next": re.search(r'name="next"\s+value="([^"]*)"', form)[1].replace("&amp;", "&"),
    }


@pytest.fixture
def leila(scope) -> Patient:
    """Somebody with two open alerts."""
    with scope():
        patient = make_patient(full_name="Leila Bell", family_name="Bell")
        raise_alert(patient, minutes=2)
        raise_alert(patient, minutes=1)
        return patient


def state(scope, patient: Patient) -> list[tuple[str, str]]:
    with scope():
        rows = Alert.objects.filter(patient=patient).order_by("raised_at")
        return list(rows.values_list("note", "acknowledged_by_name"))


def test_all_that_a_card_shows_are_acknowledged_by_one_note(client, scope, leila, riverside):
    where = f"{LIST}?q=leila"
    form = shown_form(client.get(where).content.decode(), leila)
    with scope():
        raise_alert(leila)  # nobody has seen it yet
    answer = client.post(f"/patients/{leila.pk}/alerts/acknowledge/", {**form, "note": " Called. "})
    assert (answer.status_code, answer["Location"]) == (302, where)
    name = riverside.clinician.name
    assert state(scope, leila) == [("Called.", name), ("Called.", name), ("", "")]
    with scope():
        events = AuditEvent.objects.filter(action="alert.acknowledged").values_list("record_id", "changes__note")
        assert sorted(seen.partition("/")[0] for seen in form["alert"]) == sorted(str(key) for key, _ in events)
        assert [note for _, note in events] == [[None, "Called."]] * 2
        assert Patient.objects.get(pk=leila.pk).open_alerts == 1


def test_one_of_several_is_acknowledged_and_the_others_stay(client, scope, leila):
    with scope():
        first = Alert.objects.filter(patient=leila).order_by("raised_at")[0]
    answer = client.post(f"{LIST}{first.pk}/acknowledge/", {"note": "Only this."})
    assert (answer.status_code, answer["Location"]) == (302, f"/patients/{leila.pk}/alerts/")
    assert [note for note, _ in state(scope, leila)] == ["Only this.", ""]


@pytest.mark.parametrize("note", ["", " \n ", "x" * 2001, "<b>a</b>\x00"])
@pytest.mark.parametrize("whose", ["all", "one"])
def test_refused_note_stays_in_its_field_which_has_the_focus(client, scope, leila, note, whose):
    form = shown_form(client.get(LIST).content.decode(), leila)
    key = leila.pk if whose == "all" else form["alert"][0].partition("/")[0]
    address = f"/patients/{key}/alerts/acknowledge/" if whose == "all" else f"{LIST}{key}/acknowledge/"
    answer = client.post(address, {**form, "note": note})
    assert (answer.status_code, cards(answer), state(scope, leila)) == (422, ids(leila), [("", "")] * 2)
    fields = [
        (text.strip("\n"), "autofocus" in tag, f'id="note-{key}"' in tag)
        for tag, text in FIELD.findall(answer.content.decode())
    ]
    kept = note.replace("<", "&lt;").replace(">", "&gt;").strip("\n")
    assert sorted(fields, key=lambda field: field[1]) == [("", False, False)] * 2 + [(kept, True, True)]
    assert shown_form(answer.content.decode(), leila) == form
    again = client.get(address)
    assert (again.status_code, again["Location"]) == (302, f"/patients/{leila.pk}/alerts/")
    assert client.get(again["Location"]).status_code == 200


def test_note_about_what_somebody_acknowledged_meanwhile_is_shown_again(client, scope, leila, riverside, sign_in):
    form = shown_form(client.get(LIST).content.decode(), leila)
    address = f"/patients/{leila.pk}/alerts/acknowledge/"
    assert sign_in(riverside.owner).post(address, {**form, "note": "I called."}).status_code == 302
    answer = client.post(address, {**form, "note": "I wrote <to> her."})
    assert (answer.status_code, "I wrote &lt;to&gt; her." in answer.content.decode()) == (409, True)
    assert state(scope, leila) == [("I called.", riverside.owner.name)] * 2


def test_form_that_is_sent_twice_is_done_once(client, scope, leila):
    form = shown_form(client.get(LIST).content.decode(), leila)
    address = f"/patients/{leila.pk}/alerts/acknowledge/"
    answers = [client.post(address, {**form, "note": "Called."}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    with scope():
        assert AuditEvent.objects.filter(action="alert.acknowledged").count() == 2


def test_acknowledging_goes_back_to_pages_of_this_site_only(client, leila):
    form = shown_form(client.get(LIST).content.decode(), leila)
    answer = client.post(f"/patients/{leila.pk}/alerts/acknowledge/", {**form, "note": "x", "next": "https://x.test/"})
    assert (answer.status_code, answer["Location"]) == (302, f"/patients/{leila.pk}/alerts/")


@pytest.mark.parametrize("alert", [[], ["many"], ["9d2817d5-45a3-46b2-b618-f6d02f351f58"]])
def test_form_without_an_alert_of_this_patient_closes_nothing(client, scope, leila, alert):
    answer = client.post(f"/patients/{leila.pk}/alerts/acknowledge/", {"alert": alert, "note": "Called."})
    assert (answer.status_code, state(scope, leila)) == (409, [("", "")] * 2)


def test_alert_of_another_patient_is_not_closed_by_this_ones_form(client, scope, leila):
    with scope():
        other = raise_alert(make_patient())
    answer = client.post(f"/patients/{leila.pk}/alerts/acknowledge/", {"alert": [other.pk], "note": "Called."})
    with scope():
        assert (answer.status_code, Alert.objects.get(pk=other.pk).open) == (409, True)


def test_role_that_only_reads_sees_cards_without_a_form(riverside, sign_in, scope, leila):
    reader = sign_in(riverside.auditor)
    answer = reader.get(LIST)
    assert (cards(answer), "<textarea" in answer.content.decode()) == (ids(leila), False)
    assert reader.post(f"/patients/{leila.pk}/alerts/acknowledge/", {"note": "Called."}).status_code == 403


def test_what_the_clinic_wants_done_stands_beside_the_alerts(client, scope, leila):
    lines = [{"label": "Crisis <team>", "number": "0800 (123) 456 ext 7"}]
    with scope():
        ClinicSettings.objects.create(pk=SETTINGS_ID, alert_text="Call <her>.", alert_numbers=lines)
    for path in (LIST, f"/patients/{leila.pk}/alerts/"):
        page = client.get(path).content.decode()
        assert "Call &lt;her&gt;." in page
        assert '<a href="tel:0800123456;ext=7">0800 (123) 456 ext 7</a>' in page


@pytest.mark.parametrize(("role", "asked"), [("owner", True), ("clinician", False), ("auditor", False)])
def test_owner_is_asked_what_to_do_where_nothing_is_said(riverside, sign_in, role, asked):
    page = sign_in(getattr(riverside, role)).get(LIST).content.decode()
    assert ("Say what the clinic wants done" in page, "alert-instructions" in page) == (asked, False)


@pytest.mark.parametrize(
    ("number", "dialled"),
    [("116 123", "116123"), ("+64 (9) 123-4567 ext 8", "+6491234567;ext=8"), ("*99#", "*99%23"),
     ("1.2/3x44", "123;ext=44"), ("020 7946 0958 Ext. 1", "02079460958;ext=1")],
)  # fmt: skip
def test_number_is_dialled_without_what_people_write_around_it(number, dialled):
    assert PhoneLine("Crisis team", number).dialled == dialled


@in_one_zone
@pytest.mark.clock("clinic/assessments/alerts/cards.py:age_text")
def test_age_is_said_in_the_largest_whole_unit(clock):
    spans = {0: "0 min", 59: "59 min", 60: "1 h", 1439: "23 h", 1440: "1 d", 2880: "2 d", -5: "0 min"}
    assert {minutes: age_text(clock.moment - timedelta(minutes=minutes)) for minutes in spans} == spans
