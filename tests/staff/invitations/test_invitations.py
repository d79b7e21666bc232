"""Inviting somebody by mail, as the owner: what is sent, what is refused, sending again and taking back."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.access import Role
from clinic.accounts.links import checksum
from clinic.accounts.models import Invitation, Membership, User
from clinic.staff.forms import LastDayField
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from clinic.text.dates import HINT, written
from tests.clock import in_one_zone
from tests.staff.people import LIST, NEW, NORA, faults, join_as_new, link_in, membership, trail
from tests.world import ahead, closed_account


def only() -> Invitation:
    return Invitation.objects.get(closed_at=None)


def test_invitation_is_mailed_and_makes_nobody_yet(owner, riverside, mailoutbox):
    before = User.objects.count(), Membership.objects.count()
    response = owner.post(NEW, NORA)
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert (mailoutbox[0].to, mailoutbox[0].subject) == (["nora@new.test"], "You are invited to work in Riverside")
    assert "Your role there: Clinician." in mailoutbox[0].body
    assert (User.objects.count(), Membership.objects.count()) == before
    changes = {"email": [None, "nora@new.test"], "role": [None, "clinician"]}
    assert trail(riverside, "invitation") == [("member.invited", str(riverside.owner.pk), only().pk, changes)]


def test_token_of_an_invitation_is_kept_nowhere(owner, mailoutbox):
    owner.post(NEW, NORA)
    token = link_in(mailoutbox[0]).split("/")[-2]
    row = str(Invitation.objects.values().get(pk=only().pk))
    assert (len(token), token in row, only().checksum) == (28, False, checksum(token))


def test_answer_and_mail_are_the_same_whether_or_not_there_is_an_account(owner, hillside, mailoutbox):
    closed, said = closed_account(hillside), []
    for email in ("nora@new.test", hillside.front_desk.email, closed.email):
        response = owner.post(NEW, {**NORA, "email": email})
        mail = mailoutbox[-1]
        told = owner.get(LIST).content.decode()
        said.append(
            (response.status_code, mail.subject, mail.body.replace(link_in(mail), ""), "Invitation sent." in told)
        )
    assert (len(mailoutbox), said) == (3, [said[0]] * 3)


@pytest.mark.parametrize("email", ["clinician@riverside.test", " Clinician@RIVERSIDE.test "])
def test_member_already_is_said_beside_the_address_and_nothing_typed_is_lost(owner, riverside, mailoutbox, email):
    typed = {"email": email, "role": "auditor", "last_day": "31 December 2030"}
    response = owner.post(NEW, typed)
    assert faults(response) == {"email": ["Somebody with this address works in this clinic already."]}
    assert {name: response.context["form"][name].value() for name in typed} == typed
    assert (membership(riverside, riverside.clinician), trail(riverside), mailoutbox) == (("clinician", True), [], [])


REFUSED = [
    ({"email": ""}, {"email": ["Write the address that they sign in with, or will."]}),
    ({"email": "nora"}, {"email": ["Enter a valid email address."]}),
    ({"email": f"{'n' * 246}@new.test"}, {"email": ["Ensure this value has at most 254 characters (it has 255)."]}),
    ({"email": "no\0ra@new.test"}, {"email": ["Null characters are not allowed."]}),
    ({"role": ""}, {"role": ["Choose a role."]}),
    ({"role": "king"}, {"role": ["Select a valid choice. king is not one of the available choices."]}),
    ({"last_day": "1 March 2020"}, {"last_day": ["Choose today or a later day."]}),
    (
        {"last_day": "soon"},
        {"last_day": [f"This is not a date we can read. {HINT}"]},
    ),
]


@pytest.mark.parametrize(("typed", "expected"), REFUSED)
def test_what_cannot_be_read_is_said_beside_its_field_and_nobody_is_invited(owner, mailoutbox, typed, expected):
    found = faults(owner.post(NEW, {**NORA, **typed}))
    assert {name: messages[-1:] for name, messages in found.items()} == expected
    assert (Invitation.objects.count(), mailoutbox) == (0, [])


@given(st.dates().map(written) | st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_whatever_is_typed_as_a_last_day_is_a_day_from_today_on_or_refused(text):
    today = timezone.localdate()
    try:
        day = LastDayField(required=False, max_length=40).clean(text)
    except ValidationError:
        assert text.strip() not in ("", written(today))
    else:
        assert ((day or today) >= today, day is None) == (True, text.strip() == "")


def test_mail_that_cannot_be_sent_leaves_nobody_invited(owner, riverside, settings):
    lost = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": 1}}
    settings.MAILERS = {"default": lost}
    found = faults(owner.post(NEW, NORA))
    assert found == {
        "__all__": ["The mail to them could not be sent, so nobody was invited. Try again in a few minutes."]
    }
    assert (Invitation.objects.count(), trail(riverside, "invitation")) == (0, [])


@pytest.mark.parametrize("again", ["the form", "the list"])
def test_invitation_sent_again_is_the_only_one_that_works(owner, client, mailoutbox, again):
    owner.post(NEW, NORA)
    owner.post(NEW, NORA) if again == "the form" else owner.post(f"{LIST}invitations/{only().pk}/again/")
    links = [link_in(mail) for mail in mailoutbox]
    assert [client.get(link).status_code for link in links] == [404, 200]
    assert Invitation.objects.filter(closed_at=None).count() == 1


def test_mail_that_cannot_be_sent_again_leaves_the_link_before_as_it_was(owner, client, mailoutbox, settings):
    owner.post(NEW, NORA)
    sent = settings.MAILERS
    lost = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": 1}}
    settings.MAILERS = {"default": lost}
    response = owner.post(f"{LIST}invitations/{only().pk}/again/")
    settings.MAILERS = sent
    assert (response.status_code, "could not be sent" in response.content.decode()) == (422, True)
    assert client.get(link_in(mailoutbox[0])).status_code == 200


def test_invitation_that_is_taken_back_leads_nowhere(owner, riverside, client, mailoutbox):
    owner.post(NEW, NORA)
    assert client.get(link_in(mailoutbox[0])).status_code == 200
    address = f"{LIST}invitations/{only().pk}/revoke/"
    assert [owner.post(address).status_code for _ in range(2)] == [302, 302]
    assert client.get(link_in(mailoutbox[0])).status_code == 404
    actions = [action for action, *_ in trail(riverside, "invitation")]
    assert (actions, "nora@new.test" in owner.get(LIST).content.decode()) == (
        ["member.invited", "member.invitation_revoked"],
        False,
    )


@pytest.mark.parametrize("path", ["again/", "revoke/"])
def test_invitation_of_another_clinic_stays(owner, hillside, sign_in, mailoutbox, path):
    sign_in(hillside.owner).post(NEW, NORA)
    before = only().checksum
    assert owner.post(f"{LIST}invitations/{only().pk}/{path}").status_code == 404
    assert (only().checksum, len(mailoutbox)) == (before, 1)


@pytest.mark.clock("clinic/staff/invitations/mails.py:send_invitation")
def test_mail_says_the_clinics_own_time(clock, owner, mailoutbox):
    owner.post(NEW, NORA)
    until = (clock.moment + timedelta(hours=72)).astimezone(ZoneInfo(clock.zone))
    assert f"It works once, until {until:%-d %b %Y, %H:%M}:" in mailoutbox[0].body


@in_one_zone
@pytest.mark.clock("clinic/staff/invitations/actions.py:invite", "clinic/accounts/models.py:SecretLink.is_open")
@pytest.mark.parametrize(("hours", "status"), [(71.99, 200), (72, 404)])
def test_invitation_lasts_72_hours(clock, owner, client, mailoutbox, hours, status):
    owner.post(NEW, NORA)
    clock.move(hours=hours)
    assert client.get(link_in(mailoutbox[0])).status_code == status


def test_last_day_of_an_invitation_is_the_memberships(owner, riverside, mailoutbox):
    day = ahead(0) + timedelta(days=20)
    owner.post(NEW, {**NORA, "last_day": day.isoformat()})
    join_as_new(link_in(mailoutbox[0]))
    assert Membership.objects.get(user__email="nora@new.test").last_day == day


@pytest.mark.parametrize("role", Role)
def test_practitioner_is_made_for_roles_that_see_patients(owner, riverside, mailoutbox, role):
    owner.post(NEW, {**NORA, "role": role.value})
    join_as_new(link_in(mailoutbox[0]))
    with clinic_scope(riverside.clinic):
        made = Practitioner.objects.filter(display_name="Nora New").count()
    assert made == (1 if role in (Role.OWNER, Role.CLINICIAN) else 0)
