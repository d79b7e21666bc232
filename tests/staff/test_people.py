"""The page on which an owner sees who works in the clinic and adds somebody: what it does, and what it refuses."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from clinic.access import Role
from clinic.accounts.models import Membership, User
from clinic.staff import members
from clinic.tenancy.scope import clinic_scope
from tests.staff.people import LIST, NEW, NORA, faults, membership, page_of, practitioner, trail
from tests.world import PASSWORD, Writer

NEW_PASSWORD = "quite another passphrase"


def cells(response) -> list[list[str]]:
    rows = re.findall(r"<tr role=\"row\">(.*?)</tr>", response.content.decode(), re.DOTALL)[1:]
    texts = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in row] for row in texts]


def test_list_shows_who_works_here_and_who_did(owner, riverside, both):
    with clinic_scope(riverside.clinic):
        members.end_membership(by=Writer(), clinic=riverside.clinic, user_id=riverside.auditor.pk)
    today = timezone.localdate()
    since = f"{today.day} {today:%b %Y}"
    assert cells(owner.get(LIST)) == [
        [both.name, both.email, "Clinician", since, "Works here"],
        ["Clara Clinician", riverside.clinician.email, "Clinician", since, "Works here"],
        ["Frank Frontdesk", riverside.front_desk.email, "Front desk", since, "Works here"],
        ["Olive Owner", riverside.owner.email, "Owner", since, "Works here you"],
        ["Aude Auditor", riverside.auditor.email, "Auditor", since, "Ended"],
    ]


def test_list_says_who_cannot_sign_in_yet_or_any_more(owner, riverside):
    owner.post(NEW, NORA)
    User.objects.filter(pk=riverside.auditor.pk).update(is_active=False)
    states = {row[0]: row[-1] for row in cells(owner.get(LIST))}
    assert (states["Nora New"], states["Aude Auditor"]) == ("No password yet", "Account closed")


def test_settings_lead_to_the_people(owner):
    assert f'href="{LIST}"' in owner.get("/clinic/settings/").content.decode()


def test_new_colleague_gets_account_membership_practitioner_and_one_record_in_the_trail(owner, riverside, mailoutbox):
    response = owner.post(NEW, NORA)
    nora = User.objects.get(email="nora@new.test")
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert (nora.name, nora.has_usable_password(), membership(riverside, nora)) == (
        "Nora New",
        False,
        ("clinician", True),
    )
    assert practitioner(riverside, nora) == ("Nora New", True)
    changes = {"email": [None, "nora@new.test"], "role": [None, "clinician"]}
    assert trail(riverside) == [("member.added", str(riverside.owner.pk), nora.pk, changes)]


def test_new_colleague_chooses_a_password_at_the_mailed_link_and_signs_in(owner, riverside, mailoutbox):
    owner.post(NEW, NORA)
    mail, stranger = mailoutbox[0], Client()
    assert (mail.to, mail.subject) == (["nora@new.test"], "You can now work in Riverside")
    assert "Your role there: Clinician." in mail.body
    form = stranger.get(re.search(r"http://testserver(/\S+)", mail.body)[1], follow=True)
    address = form.redirect_chain[-1][0]
    done = stranger.post(address, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert done["Location"] == "/accounts/password/reset/key/done/"
    signed = stranger.post("/accounts/login/", {"login": "nora@new.test", "password": NEW_PASSWORD})
    assert (signed.status_code, stranger.get("/patients/").status_code) == (302, 200)


@pytest.mark.parametrize("role", Role)
def test_practitioner_is_made_for_roles_that_see_patients(owner, riverside, role):
    owner.post(NEW, {**NORA, "role": role.value})
    made = practitioner(riverside, User.objects.get(email="nora@new.test"))
    assert made == (("Nora New", True) if role in (Role.OWNER, Role.CLINICIAN) else None)


def test_somebody_of_another_clinic_gets_the_membership_keeps_name_and_password_and_is_told(
    owner, riverside, hillside, mailoutbox
):
    user = hillside.front_desk
    assert owner.post(NEW, {**NORA, "email": user.email}).status_code == 302
    assert (membership(riverside, user), membership(hillside, user)) == (("clinician", True), ("front_desk", True))
    assert practitioner(riverside, user) == (user.name, True)
    client = Client()
    assert client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    assert (mailoutbox[0].to, "/password/" in mailoutbox[0].body) == ([user.email], False)
    assert "Sign in as you always do" in mailoutbox[0].body


def test_who_is_added_again_before_choosing_a_password_gets_another_link(owner, mailoutbox):
    owner.post(NEW, NORA)
    nora = User.objects.get(email="nora@new.test")
    owner.post(f"{page_of(nora)}end/")
    owner.post(NEW, NORA)
    assert ["/password/reset/key/" in mail.body for mail in mailoutbox] == [True, True]


@pytest.mark.parametrize("email", ["clinician@riverside.test", " Clinician@RIVERSIDE.test "])
def test_member_already_is_said_beside_the_address_and_nothing_typed_is_lost(owner, riverside, mailoutbox, email):
    response = owner.post(NEW, {**NORA, "email": email, "role": "auditor"})
    assert faults(response) == {"email": ["Somebody with this address works in this clinic already."]}
    assert [response.context["form"][name].value() for name in ("email", "name", "role")] == [
        email,
        " Nora  New ",
        "auditor",
    ]
    assert (membership(riverside, riverside.clinician), trail(riverside), mailoutbox) == (("clinician", True), [], [])


REFUSED = [
    ({"email": ""}, {"email": ["Write the address that they sign in with."]}),
    ({"email": "nora"}, {"email": ["Enter a valid email address."]}),
    ({"email": f"{'n' * 246}@new.test"}, {"email": ["Ensure this value has at most 254 characters (it has 255)."]}),
    ({"email": "no\0ra@new.test"}, {"email": ["Null characters are not allowed."]}),
    ({"name": " "}, {"name": ["Write their name."]}),
    ({"name": "n" * 201}, {"name": ["Ensure this value has at most 200 characters (it has 201)."]}),
    ({"role": ""}, {"role": ["Choose a role."]}),
    ({"role": "king"}, {"role": ["Select a valid choice. king is not one of the available choices."]}),
]


@pytest.mark.parametrize(("typed", "expected"), REFUSED)
def test_what_cannot_be_read_is_said_beside_its_field_and_nobody_is_added(owner, mailoutbox, typed, expected):
    before = User.objects.count(), Membership.objects.count()
    found = faults(owner.post(NEW, {**NORA, **typed}))
    assert {name: messages[-1:] for name, messages in found.items()} == expected
    assert ((User.objects.count(), Membership.objects.count()), mailoutbox) == (before, [])


def test_closed_account_is_not_added(owner, riverside, hillside):
    User.objects.filter(pk=hillside.auditor.pk).update(is_active=False)
    found = faults(owner.post(NEW, {**NORA, "email": hillside.auditor.email}))
    assert (list(found), membership(riverside, hillside.auditor)) == (["email"], None)


def test_mail_that_cannot_be_sent_leaves_nobody_added(owner, riverside, settings):
    lost = {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": 1}}
    settings.MAILERS = {"default": lost}
    found = faults(owner.post(NEW, NORA))
    assert found == {
        "__all__": ["The mail to them could not be sent, so nobody was added. Try again in a few minutes."]
    }
    assert (User.objects.filter(email="nora@new.test").exists(), trail(riverside)) == (False, [])


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_other_roles_see_and_change_nothing(riverside, sign_in, role):
    client, target = sign_in(riverside.users[role]), riverside.front_desk
    found = [client.get(path).status_code for path in (LIST, NEW, page_of(target))]
    found += [client.post(path, NORA).status_code for path in (NEW, page_of(target), f"{page_of(target)}end/")]
    assert (found, membership(riverside, target), trail(riverside)) == ([403] * 6, ("front_desk", True), [])


@pytest.mark.parametrize("path", ["", "end/"])
def test_people_of_another_clinic_are_not_there(owner, hillside, path):
    assert owner.post(page_of(hillside.clinician) + path, {"role": "auditor"}).status_code == 404
    assert membership(hillside, hillside.clinician) == ("clinician", True)


def test_looking_changes_nothing(owner, riverside):
    user = riverside.clinician
    found = [owner.get(path).status_code for path in (LIST, NEW, page_of(user), f"{page_of(user)}end/")]
    assert (found, membership(riverside, user), trail(riverside)) == ([200, 200, 200, 302], ("clinician", True), [])
