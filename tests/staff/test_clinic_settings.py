"""The page of a clinic's settings: who may change them, what is refused, what is kept, and who reads it afterwards."""

from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.templatetags.static import static
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clinic.access import Role
from clinic.audit.models import AuditEvent
from clinic.staff.clinic_settings import actions
from clinic.staff.clinic_settings.actions import AlertInstructions, PhoneLine, alert_instructions
from clinic.staff.clinic_settings.forms import phone_lines, written_lines, zone_choices
from clinic.staff.models import SETTINGS_ID
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.side_by_side import holds_lock, overlap
from tests.staff.people import faults
from tests.typed import sent_by
from tests.world import Writer, chosen_by

PAGE = "/clinic/settings/"
TEXT = "Call the patient.\r\n\r\nThen tell Dr Ames <b>at once</b>."
FILLED = {
    "version": "1",
    "time_zone": "Pacific/Auckland",
    "country": "NZ",
    "colour": "green",
    "icon": "heart",
    "idle_minutes": "30",
    "alert_text": TEXT,
    "alert_numbers": " Crisis  team : 0800 123 456 \r\n\r\nDr Ames: home: +64 (9) 123-4567 ext 8\r\n",
}
NUMBERS = [PhoneLine("Crisis team", "0800 123 456"), PhoneLine("Dr Ames: home", "+64 (9) 123-4567 ext 8")]
PLAIN = TEXT.replace("\r\n", "\n")


def place(world) -> tuple[str, str]:
    return Clinic.objects.values_list("time_zone", "country").get(pk=world.clinic.pk)


def trail(world) -> list[tuple]:
    with clinic_scope(world.clinic):
        events = AuditEvent.objects.filter(record_type="clinicsettings").order_by("pk")
        return list(events.values_list("action", "actor_id", "record_id", "changes"))


def test_owner_changes_everything_at_once_with_one_record_in_the_trail(owner, riverside):
    response = owner.post(PAGE, FILLED)
    assert (response.status_code, response["Location"], place(riverside)) == (302, PAGE, ("Pacific/Auckland", "NZ"))
    with clinic_scope(riverside.clinic):
        assert alert_instructions() == AlertInstructions(PLAIN, NUMBERS)
    changes = {
        "time_zone": ["UTC", "Pacific/Auckland"],
        "country": ["", "NZ"],
        "idle_minutes": [15, 30],
        "colour": ["", "green"],
        "icon": ["building-office", "heart"],
        "alert_text": ["", PLAIN],
        "alert_numbers": [[], [line._asdict() for line in NUMBERS]],
    }
    assert trail(riverside) == [("clinic_settings.changed", str(riverside.owner.pk), SETTINGS_ID, changes)]


def test_colour_and_icon_are_over_every_page_and_in_the_tab(owner, riverside, hillside, sign_in):
    owner.post(PAGE, FILLED)
    page, other = [client.get("/patients/").content.decode() for client in (owner, sign_in(hillside.owner))]
    assert ('<header class="top clinic-green">' in page, 'class="top clinic-' in other) == (True, False)
    assert ("#outline-heart" in page, "#outline-building-office" in page) == (True, False)
    assert (static("img/icon-green.svg") in page, static("img/icon.svg") in other) == (True, True)


@pytest.mark.parametrize(("name", "value"), [("colour", "plaid"), ("icon", "skull"), ("colour", "clinic-red")])
def test_what_is_none_of_the_colours_and_icons_is_refused(owner, riverside, name, value):
    response = owner.post(PAGE, {**FILLED, name: value})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [name])
    assert place(riverside) == ("UTC", "")


def test_form_sent_back_unchanged_changes_nothing(owner, riverside):
    owner.post(PAGE, FILLED)
    form = sent_by(owner.get(PAGE).content.decode())
    assert form["version"] == "2"
    assert owner.post(PAGE, form).status_code == 302
    assert (len(trail(riverside)), sent_by(owner.get(PAGE).content.decode())["version"]) == (1, "2")


def test_change_says_what_was_before(owner, riverside):
    owner.post(PAGE, FILLED)
    owner.post(PAGE, {**FILLED, "version": "2", "alert_text": "", "country": ""})
    assert trail(riverside)[-1][-1] == {"country": ["NZ", ""], "alert_text": [PLAIN, ""]}
    with clinic_scope(riverside.clinic):
        assert alert_instructions() == AlertInstructions("", NUMBERS)


def test_new_zone_counts_from_the_next_page_on_and_in_this_clinic_only(owner, riverside, hillside, sign_in):
    owner.post(PAGE, FILLED)
    shown = [client.get(PAGE).context["form"]["time_zone"].value() for client in (owner, sign_in(hillside.owner))]
    assert (shown, place(hillside)) == (["Pacific/Auckland", "UTC"], ("UTC", ""))


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.FRONT_DESK, Role.AUDITOR])
def test_nobody_but_an_owner_sees_or_changes_them(riverside, sign_in, role):
    client = sign_in(riverside.users[role])
    assert (client.get(PAGE).status_code, client.post(PAGE, FILLED).status_code) == (403, 403)
    assert (place(riverside), trail(riverside)) == (("UTC", ""), [])


def test_stale_form_shows_both_versions_and_can_be_saved_over_theirs(owner, riverside):
    owner.post(PAGE, FILLED)
    mine = {
        **FILLED,
        "time_zone": "Europe/London",
        "colour": "purple",
        "alert_text": "Mine",
        "alert_numbers": "Desk: 0123",
        "review_from": "2",
    }
    response = owner.post(PAGE, mine)
    rows = [(row.theirs, row.yours) for row in response.context["rows"]]
    theirs = "\n".join(f"{line.label}: {line.number}" for line in NUMBERS)
    assert response.status_code == 409
    assert rows == [
        ("Pacific/Auckland", "Europe/London"),
        ("New Zealand", "New Zealand"),
        ("Green", "Purple"),
        ("Heart", "Heart"),
        ("30", "30"),
        ("No", "No"),
        ("No", "No"),
        (PLAIN, "Mine"),
        (theirs, "Desk: 0123"),
        ("Every result", "Moderate and above"),
    ]
    page = response.content.decode()
    assert ("Changed by Olive Owner, just now" in page, len(trail(riverside))) == (True, 1)
    again = sent_by(page)
    assert {name: again[name] for name in mine} == {**mine, "version": "2"}
    assert (owner.post(PAGE, again).status_code, place(riverside)) == (302, ("Europe/London", "NZ"))


LONG = "x" * 2001
TOO_MANY = "\n".join(f"Number {n}: 0123 {n}" for n in range(11))
NOT_A_LINE = "is not a name, a colon and a number, such as Crisis team: 0800 123 456."


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("time_zone", "", "Choose a time zone."),
        ("time_zone", "Europe/Nowhere", "Choose a time zone of the list."),
        ("time_zone", "localtime\0", "Choose a time zone of the list."),
        ("country", "XX", "Choose a country of the list."),
        ("idle_minutes", "", "Write a number of minutes."),
        ("idle_minutes", "soon", "Write a number of minutes."),
        ("idle_minutes", "4", "Ensure this value is greater than or equal to 5."),
        ("idle_minutes", "61", "Ensure this value is less than or equal to 60."),
        ("alert_text", LONG, "Ensure this value has at most 2000 characters (it has 2001)."),
        ("alert_text", "a\0b", "Null characters are not allowed."),
        ("alert_numbers", "0800 123", f"“0800 123” {NOT_A_LINE}"),
        ("alert_numbers", "Fine: 0123 45\nTeam: none", f"“Team: none” {NOT_A_LINE}"),
        ("alert_numbers", f"{'a' * 81}: 0123", f"“{'a' * 60}” {NOT_A_LINE}"),
        ("alert_numbers", TOO_MANY, "These are 11 lines. Keep the 10 most important ones."),
    ],
)
def test_bad_value_is_refused_beside_its_field_with_everything_kept(owner, riverside, field, typed, said):
    response = owner.post(PAGE, {**FILLED, field: typed})
    assert faults(response) == {field: [said]}
    kept = {name: response.context["form"][name].value() for name in FILLED}
    assert (kept, place(riverside), trail(riverside)) == ({**FILLED, field: typed}, ("UTC", ""), [])


@pytest.mark.parametrize("version", [None, "", "x", "0", "-1", "99999999999"])
def test_form_without_a_version_is_refused(owner, riverside, version):
    form = {name: value for name, value in {**FILLED, "version": version}.items() if value is not None}
    assert list(faults(owner.post(PAGE, form))) == ["version"]
    assert trail(riverside) == []


def test_text_of_2000_letters_counts_a_line_end_as_one(owner, riverside):
    text = "x" * 1000 + "\r\n" + "y" * 999
    assert owner.post(PAGE, {**FILLED, "alert_text": text}).status_code == 302
    with clinic_scope(riverside.clinic):
        assert alert_instructions().text == text.replace("\r\n", "\n")


LINES = st.lists(st.tuples(st.text(min_size=1, max_size=80), st.text("0123456789 ()+-./#*", max_size=31)), max_size=12)


@example([("Team", "12"), ("A: 1", "+1 (2) 3")])
@given(LINES)
@settings(max_examples=150, deadline=None)
def test_any_lines_are_refused_or_shown_again_as_they_are_kept(lines):
    try:
        kept = phone_lines("\n".join(f"{label}: {number}" for label, number in lines))
    except ValidationError:
        return
    assert phone_lines(written_lines(kept)) == kept


def test_instructions_are_read_by_one_query_and_are_empty_at_first(riverside):
    with clinic_scope(riverside.clinic), CaptureQueriesContext(connection) as asked:
        assert alert_instructions() == AlertInstructions("", [])
    assert len([query for query in asked.captured_queries if "clinicsettings" in query["sql"]]) == 1


@pytest.mark.clock("clinic/staff/clinic_settings/forms.py:_choice")
def test_each_place_is_offered_with_its_own_day_and_time(clock):
    groups = dict(zone_choices("Etc/GMT+8"))
    offered = [name for choices in groups.values() for name, _ in choices]
    assert (len(offered) > 300, sorted(offered) == sorted(set(offered))) == (True, True)
    texts = {name: text for choices in groups.values() for name, text in choices}
    at = clock.moment.astimezone
    for name, called in {"Pacific/Auckland": "Auckland", "America/Los_Angeles": "Los Angeles", "UTC": "UTC"}.items():
        assert texts[name] == f"{called} ({at(ZoneInfo(name)):%a %H:%M})"
    assert [name for name, _ in groups["No place"]] == ["UTC", "Etc/GMT+8"]


def test_zone_of_no_place_that_an_operator_chose_stays_when_the_form_is_saved(owner, riverside):
    Clinic.objects.filter(pk=riverside.clinic.pk).update(time_zone="Etc/GMT+8")
    form = sent_by(owner.get(PAGE).content.decode())
    assert form["time_zone"] == "Etc/GMT+8"
    assert (owner.post(PAGE, form).status_code, place(riverside)[0]) == (302, "Etc/GMT+8")


@holds_lock("staff.clinic_settings.actions.change_clinic_settings")
def test_of_two_who_change_the_settings_at_once_the_second_is_told(lakeside):
    scope = partial(clinic_scope, lakeside.clinic)
    change = partial(
        actions.change_clinic_settings,
        by=Writer(),
        clinic=lakeside.clinic,
        chosen=chosen_by(lakeside.clinic),
        alert_numbers=[],
        review_from=0,
    )
    with scope():
        change(version=1, alert_text="Before")
    both = overlap(scope, partial(change, version=2, alert_text="One"), partial(change, version=2, alert_text="Two"))
    with scope():
        assert (both.refusal, both.waited, alert_instructions().text) == ("Changed", True, "One")
