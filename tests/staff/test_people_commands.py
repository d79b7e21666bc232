"""Adding and removing members at the command line: by the same actions as the page."""

import pytest
from django.core.management import CommandError

from clinic.accounts.models import Membership, User
from clinic.audit.models import AuditEvent
from clinic.staff.models import Practitioner
from clinic.tenancy.scope import clinic_scope
from tests.staff.conftest import command


def add(world, email: str, *more: str) -> str:
    return command("add_member", world.clinic.name, email, *more)


def remove(world, email: str) -> str:
    return command("remove_member", world.clinic.name, email)


@pytest.fixture
def nora(lakeside) -> str:
    return f"nora@{lakeside.owner.email.partition('@')[2]}"


def members(world) -> dict[str, tuple[str, bool]]:
    rows = Membership.objects.filter(clinic=world.clinic).exclude(user__in=world.users.values())
    return {email: (role, active) for email, role, active in rows.values_list("user__email", "role", "is_active")}


def trail(world) -> list[tuple[str, str]]:
    with clinic_scope(world.clinic):
        return list(AuditEvent.objects.filter(record_type="user").order_by("pk").values_list("action", "actor_id"))


def test_command_adds_somebody_new_who_sets_a_password_by_mail(lakeside, nora, mailoutbox):
    said = add(lakeside, nora.upper(), "--role", "clinician", "--name", "Nora New")
    assert said == (
        f"{nora} works in {lakeside.clinic.name} as clinician.\n"
        "A password is set with “Forgotten your password?” on the sign-in page.\n"
    )
    user = User.objects.get(email=nora)
    assert (user.name, user.has_usable_password(), members(lakeside)) == (
        "Nora New",
        False,
        {nora: ("clinician", True)},
    )
    assert (mailoutbox[0].to, "“Forgotten your password?”" in mailoutbox[0].body) == ([nora], True)
    assert trail(lakeside) == [("member.added", "operator")]


def test_command_calls_somebody_after_the_address_unless_told_otherwise(lakeside, nora):
    add(lakeside, nora, "--role", "owner")
    user = User.objects.get(email=nora)
    with clinic_scope(lakeside.clinic):
        assert (user.name, Practitioner.objects.get(pk=user.pk).display_name) == ("nora", "nora")


def test_command_removes_and_adds_again(lakeside, nora):
    add(lakeside, nora, "--role", "auditor")
    said = remove(lakeside, nora.upper())
    assert said == f"{nora} no longer works in {lakeside.clinic.name}; add_member gives the membership back.\n"
    assert members(lakeside) == {nora: ("auditor", False)}
    add(lakeside, nora, "--role", "front_desk")
    assert members(lakeside) == {nora: ("front_desk", True)}
    assert [action for action, _ in trail(lakeside)] == ["member.added", "member.ended", "member.added"]


def test_command_refuses_who_is_there_already(lakeside):
    with pytest.raises(CommandError, match="Somebody with this address works in this clinic already"):
        add(lakeside, lakeside.clinician.email, "--role", "owner")
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


@pytest.mark.parametrize("words", [("nora", "--role", "auditor"), ("n@new.test", "--role", "king"), ("n@new.test",)])
def test_command_refuses_what_it_cannot_read(lakeside, words):
    with pytest.raises(CommandError):
        add(lakeside, *words)
    assert members(lakeside) == {}


@pytest.mark.parametrize("name", ["add_member", "remove_member"])
def test_command_refuses_a_clinic_that_is_not_there(lakeside, name):
    role = ("--role", "auditor") if name == "add_member" else ()
    with pytest.raises(CommandError, match="There is no clinic “Nowhere”"):
        command(name, "Nowhere", lakeside.owner.email, *role)


def test_mail_that_cannot_be_sent_leaves_nobody_added(lakeside, nora, settings):
    lost = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": 1}}
    settings.MAILERS = {"default": lost}
    with pytest.raises(CommandError, match="could not be sent"):
        add(lakeside, nora, "--role", "auditor")
    assert (members(lakeside), User.objects.filter(email=nora).count()) == ({}, 0)
