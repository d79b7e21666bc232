"""Inviting and removing members at the command line: by the same actions as the page."""

from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import CommandError

from clinic.accounts.models import Invitation, Membership
from clinic.audit.models import AuditEvent
from clinic.tenancy.lifecycle import provisioning
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.staff.conftest import command
from tests.staff.people import join_as_new, link_in


def add(world, email: str, role: str, *more: str) -> str:
    return command("invite", world.clinic.name, email, role, *more)


def remove(world, email: str) -> str:
    return command("remove_member", world.clinic.name, email)


@pytest.fixture
def nora(lakeside) -> str:
    return f"nora@{lakeside.owner.email.partition('@')[2]}"


def members(world) -> dict[str, tuple[str, bool]]:
    rows = Membership.objects.filter(clinic=world.clinic).exclude(user__in=world.users.values())
    return {email: (role, active) for email, role, active in rows.values_list("user__email", "role", "is_active")}


def trail(world, record_type: str = "user") -> list[tuple[str, str]]:
    with clinic_scope(world.clinic):
        return list(AuditEvent.objects.filter(record_type=record_type).order_by("pk").values_list("action", "actor_id"))


def test_command_prints_and_mails_a_link_by_which_somebody_new_joins(lakeside, nora, mailoutbox):
    said = add(lakeside, nora.upper(), "clinician").splitlines()
    assert said[0] == f"{nora} is invited to {lakeside.clinic.name}. This link works once, for three days:"
    assert (len(said), said[1].startswith(f"{settings.SITE_URL}/accounts/join/"), mailoutbox[0].to) == (
        2,
        True,
        [nora],
    )
    path = link_in(mailoutbox[0])
    assert said[1].endswith(path)
    join_as_new(path)
    assert members(lakeside) == {nora: ("clinician", True)}
    assert trail(lakeside, "invitation") == [("member.invited", "operator")]


def test_mail_of_the_command_says_the_clinics_own_time(lakeside, nora, mailoutbox):
    Clinic.objects.using("owner").filter(pk=lakeside.clinic.pk).update(time_zone="Asia/Kathmandu")
    add(lakeside, nora, "clinician")
    until = Invitation.objects.get(email=nora).expires_at.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert f"It works once, until {until:%-d %b %Y, %H:%M}:" in mailoutbox[0].body


def test_command_names_who_did_it_where_that_is_said(lakeside, nora):
    add(lakeside, nora, "clinician", "--by", " Ada  Admin ", "--last-day", "31/12/2099")
    remove(lakeside, lakeside.auditor.email)
    with clinic_scope(lakeside.clinic):
        found = (
            AuditEvent.objects.filter(action__startswith="member.").order_by("pk").values_list("actor_name", flat=True)
        )
        assert list(found) == ["Ada Admin", "Operator"]
    assert Invitation.objects.get(email=nora).last_day.isoformat() == "2099-12-31"


def test_command_removes_and_invites_again(lakeside):
    email = lakeside.auditor.email
    said = remove(lakeside, email.upper())
    assert said == f"{email} no longer works in {lakeside.clinic.name}; invite gives the membership back.\n"
    assert not Membership.objects.get(user=lakeside.auditor).is_active
    add(lakeside, email, "front_desk")
    assert trail(lakeside) == [("member.ended", "operator")]
    assert trail(lakeside, "invitation") == [("member.invited", "operator")]


def test_command_refuses_who_is_there_already(lakeside):
    with pytest.raises(CommandError, match="Somebody with this address works in this clinic already"):
        add(lakeside, lakeside.clinician.email, "owner")
    assert trail(lakeside) == []


def test_command_refuses_the_last_owner(lakeside):
    with pytest.raises(CommandError, match="A clinic needs an owner"):
        remove(lakeside, lakeside.owner.email)
    assert Membership.objects.get(user=lakeside.owner).is_active


@pytest.mark.parametrize("email", ["nobody@nowhere.test", "owner@riverside.test"])
def test_command_refuses_who_does_not_work_there(lakeside, email):
    with pytest.raises(CommandError, match="does not work in Lakeside"):
        remove(lakeside, email)
    assert trail(lakeside) == []


@pytest.mark.parametrize(
    "words", [("nora", "auditor"), ("n@new.test", "king"), ("n@new.test", "auditor", "--last-day", "1/1/2020")]
)
def test_command_refuses_what_it_cannot_read(lakeside, words):
    with pytest.raises(CommandError):
        add(lakeside, *words)
    assert members(lakeside) == {}


@pytest.mark.parametrize("name", ["invite", "remove_member"])
def test_command_refuses_a_clinic_that_is_not_there(lakeside, name):
    role = ("auditor",) if name == "invite" else ()
    with pytest.raises(CommandError, match="There is no clinic “Nowhere”"):
        command(name, "Nowhere", lakeside.owner.email, *role)


def test_link_is_printed_where_no_mail_can_be_sent(lakeside, nora, settings):
    lost = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": 1}}
    settings.MAILERS = {"default": lost}
    said = add(lakeside, nora, "auditor").splitlines()
    assert said[2:] == ["The mail could not be sent. Give them the link in another way."]
    join_as_new(said[1].removeprefix(settings.SITE_URL))
    assert members(lakeside) == {nora: ("auditor", True)}


def test_first_clinic_of_an_empty_server_is_begun_by_the_printed_link(mailoutbox, lakeside, nora):
    """`nora` goes with Lakeside's people."""
    said = command("create_clinic", "First clinic", "--owner", nora).splitlines()
    clinic = Clinic.objects.using("owner").get(name="First clinic")
    try:
        assert said[0] == f"Created First clinic ({clinic.pk})."
        client = join_as_new(said[2].removeprefix(settings.SITE_URL))
        page = client.get("/clinic/people/")
        assert (page.status_code, page.wsgi_request.clinic.pk, len(mailoutbox)) == (200, clinic.pk, 1)
    finally:
        provisioning.drop_clinic(clinic)
