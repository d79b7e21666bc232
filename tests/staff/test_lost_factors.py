"""Somebody who has lost their second factor: an owner, or an operator, lets them in by the password alone again."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError
from django.test import Client

from clinic.access import Role
from clinic.accounts.models import Session, User
from clinic.audit.models import AuditEvent
from clinic.staff.actions import OPERATOR
from clinic.staff.members import give_membership
from clinic.tenancy.scope import clinic_scope
from tests.clock import in_one_zone
from tests.factors import CODE, set_up_app
from tests.queued import work_off
from tests.staff.conftest import command
from tests.staff.people import faults, page_of
from tests.world import PASSWORD

WHY = {"reason": "Asked me in person"}
RESET = "Reset second factor"


@pytest.fixture
def lost(riverside, sign_in):
    """A clinician with an app, who is signed in."""
    set_up_app(sign_in(riverside.clinician))
    return riverside.clinician


def factors(user) -> int:
    return Authenticator.objects.filter(user=user.pk).count()


def events(world) -> list[tuple]:
    with clinic_scope(world.clinic):
        rows = AuditEvent.objects.filter(action="member.factor_reset").order_by("pk")
        return list(rows.values_list("actor_name", "record_id", "changes"))


def led_to(user) -> str:
    """Where the password alone leads."""
    return Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})["Location"]


def test_password_alone_lets_in_again_and_ends_what_was_open(owner, riverside, lost, mailoutbox):
    assert (RESET in owner.get(page_of(lost)).content.decode(), led_to(lost)) == (True, CODE)
    response = owner.post(f"{page_of(lost)}factor/", WHY)
    assert (response.status_code, response["Location"], factors(lost)) == (302, page_of(lost), 0)
    assert not Session.objects.filter(user=lost.pk).exists()
    assert events(riverside) == [(riverside.owner.name, lost.pk, {"reason": [None, WHY["reason"]]})]
    work_off()
    assert [(mail.subject, mail.to) for mail in mailoutbox][-1] == ("Your second factor was reset", [lost.email])
    assert (led_to(lost), RESET in owner.get(page_of(lost)).content.decode()) == ("/", False)


def test_reason_has_to_be_written_and_nothing_happens_without(owner, riverside, lost):
    found = faults(owner.post(f"{page_of(lost)}factor/", {"reason": " "}))
    assert (list(found), factors(lost) > 0, events(riverside)) == (["reason"], True, [])


def test_nobody_resets_their_own_nor_one_that_is_not_there(owner, riverside):
    set_up_app(owner)
    for user, words in ((riverside.owner, "on your account"), (riverside.auditor, "no second factor")):
        found = faults(owner.post(f"{page_of(user)}factor/", WHY))
        assert words in found["__all__"][0]
    assert (factors(riverside.owner) > 0, events(riverside)) == (True, [])


def test_factor_of_somebody_who_works_elsewhere_too_is_the_operators_to_reset(owner, riverside, hillside, lost):
    user = User.objects.get(pk=lost.pk)
    with clinic_scope(hillside.clinic):
        give_membership(by=OPERATOR, clinic=hillside.clinic, user=user, role=Role.CLINICIAN)
    assert "another clinic" in faults(owner.post(f"{page_of(lost)}factor/", WHY))["__all__"][0]
    assert (factors(lost) > 0, events(riverside)) == (True, [])
    said = command("reset_factor", lost.email.upper(), "Passport seen", "--by", "Ada")
    assert (said, factors(lost)) == (
        f"{lost.email} signs in with the password alone now, and was told so by mail.\n",
        0,
    )
    assert (events(riverside), events(hillside)) == ([("Ada", lost.pk, {"reason": [None, "Passport seen"]})],) * 2


@pytest.mark.parametrize("address", ["nobody@example.org", "auditor"])
def test_command_says_why_not(riverside, address):
    with pytest.raises(CommandError):
        command("reset_factor", riverside.auditor.email if address == "auditor" else address, "x")


def test_somebody_of_another_clinic_is_not_there(owner, hillside, sign_in):
    set_up_app(sign_in(hillside.clinician))
    assert owner.post(f"{page_of(hillside.clinician)}factor/", WHY).status_code == 404
    assert factors(hillside.clinician) > 0


@in_one_zone
def test_browser_left_open_resets_nothing(clock, owner, lost):
    clock.move(minutes=10)
    assert owner.post(f"{page_of(lost)}factor/", WHY).status_code == 403
    assert factors(lost) > 0
