"""A last day, as the owner gives it and as the clinic's time zone has it: the day after, nothing opens any more."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from clinic.access import Permission, Role
from clinic.accounts.memberships import permissions_of
from clinic.accounts.models import Membership, User
from clinic.assessments.alerts.mails import recipients
from clinic.staff import members
from clinic.staff.forms import LastDayField
from clinic.tenancy.scope import clinic_scope
from clinic.text.dates import written
from tests.conftest import signed_in
from tests.staff.people import faults, membership, page_of, trail
from tests.world import Writer, ahead

JSON = {"content_type": "application/json"}
EVERYTHING = {
    "a page": lambda client: client.get("/patients/").status_code,
    "a fragment": lambda client: client.get("/patients/", headers={"HX-Request": "true"}).status_code,
    "a form": lambda client: client.post("/patients/new/", {}).status_code,
    "the API": lambda client: client.get("/api/v1/patients/").status_code,
    "a write of the API": lambda client: client.post("/api/v1/patients/", {}, **JSON).status_code,
}


def until(world, user, day) -> None:
    Membership.objects.filter(clinic=world.clinic, user=user).update(last_day=day)


@pytest.mark.clock("clinic/accounts/sessions.py:_lasts", "clinic/accounts/models.py:MembershipQuerySet.current")
def test_last_day_ends_with_the_clinics_day_for_all_that_is_open(clock, riverside, sign_in):
    client, user = sign_in(riverside.clinician), riverside.clinician
    found = {}
    for days in (0, -1):
        until(riverside, user, clock.day(days))
        found[days] = {what: ask(client) for what, ask in EVERYTHING.items()}
        assert (Permission.PATIENTS_VIEW in permissions_of(str(user.pk), riverside.clinic)) is (days == 0)
    opened = {"a page": 200, "a fragment": 200, "a form": 422, "the API": 200, "a write of the API": 400}
    closed = {"a page": 302, "a fragment": 204, "a form": 302, "the API": 403, "a write of the API": 403}
    assert found == {0: opened, -1: closed}
    page, day = client.get("/accounts/no-clinic/"), clock.day(-1)
    said = f"Your last day in Riverside was {day.day} {day:%b %Y}."
    assert (page.status_code, said in page.content.decode()) == (403, True)


@pytest.mark.clock("clinic/staff/members.py:works_here")
def test_who_had_their_last_day_is_shown_as_gone_and_joins_again(clock, riverside):
    user = riverside.clinician
    for days, state in ((0, "Active"), (-1, "Last day is over")):
        until(riverside, user, clock.day(days))
        with clinic_scope(riverside.clinic):
            assert members.state_of(members.member_of(riverside.clinic, user.pk)) == state
    person = User.objects.get(pk=user.pk)
    with clinic_scope(riverside.clinic):
        given = members.give_membership(by=Writer(), clinic=riverside.clinic, user=person, role=Role.AUDITOR)
    assert (given.role, given.last_day) == ("auditor", None)


@pytest.mark.clock("clinic/staff/forms.py:LastDayField.clean")
def test_last_day_is_today_or_later_where_the_clinic_is(clock, riverside):
    with clinic_scope(riverside.clinic):
        field = LastDayField(required=False)
        assert [field.clean(written(clock.day(days))) for days in (0, 1)] == [clock.day(0), clock.day(1)]
        with pytest.raises(ValidationError, match="Choose today or a later day"):
            field.clean(written(clock.day(-1)))


def test_other_clinic_stays_open_after_a_last_day(riverside, hillside, both, sign_in):
    client = sign_in(both)
    until(riverside, both, ahead(-2))
    page = client.get("/patients/")
    assert (page.status_code, page.wsgi_request.clinic.pk) == (200, hillside.clinic.pk)


def test_last_day_is_given_and_taken_back_with_one_record_each(owner, riverside):
    user, day = riverside.clinician, ahead(14)
    address = f"{page_of(user)}last-day/"
    for typed in (written(day), written(day), "", ""):
        assert owner.post(address, {"last_day": typed}).status_code == 302
    found = [(action, changes) for action, _, _, changes in trail(riverside)]
    iso = day.isoformat()
    assert found == [
        ("member.last_day_set", {"last_day": [None, iso]}),
        ("member.last_day_set", {"last_day": [iso, None]}),
    ]
    assert membership(riverside, user) == ("clinician", True)


def test_list_and_page_say_the_last_day(owner, riverside):
    user, day = riverside.clinician, ahead(14)
    owner.post(f"{page_of(user)}last-day/", {"last_day": written(day)})
    said = f"Active until {day.day} {day:%b %Y}"
    assert [said in owner.get(path).content.decode() for path in ("/clinic/people/", page_of(user))] == [True, True]


@pytest.mark.parametrize("typed", ["soon", "1 March 2020"])
def test_last_day_that_is_none_is_said_and_stays_typed(owner, riverside, typed):
    response = owner.post(f"{page_of(riverside.clinician)}last-day/", {"last_day": typed})
    assert (list(faults(response)), response.context["day_form"]["last_day"].value()) == (["last_day"], typed)
    assert trail(riverside) == []


def test_last_owner_gets_no_last_day_and_one_with_a_last_day_does_not_count(owner, riverside):
    refused = owner.post(f"{page_of(riverside.owner)}last-day/", {"last_day": written(ahead(3))})
    assert list(faults(refused)) == ["last_day"]
    owner.post(page_of(riverside.clinician), {"role": "owner", "reason": "Holiday"})
    given = owner.post(f"{page_of(riverside.clinician)}last-day/", {"last_day": written(ahead(3))})
    assert given.status_code == 302
    assert owner.post(f"{page_of(riverside.owner)}last-day/", {"last_day": written(ahead(3))}).status_code == 422
    assert owner.post(f"{page_of(riverside.owner)}end/").status_code == 422


def test_mail_of_an_alert_does_not_go_to_whose_last_day_is_over(riverside):
    user, owner = riverside.clinician, riverside.owner
    found = []
    for day in (ahead(0), ahead(0) - timedelta(days=2)):
        until(riverside, user, day)
        with clinic_scope(riverside.clinic):
            found.append(recipients(riverside.clinic, user.pk))
    assert found == [[user.email], [owner.email]]


def test_sign_in_after_the_last_day_opens_no_clinic(riverside):
    until(riverside, riverside.clinician, ahead(-2))
    client = signed_in(Client(), riverside.clinician)
    assert client.get("/patients/")["Location"] == "/accounts/no-clinic/"
