"""The page behind an invitation: as somebody new, somebody with an account, somebody else, and with a dead link."""

from functools import partial

import pytest
from django.test import Client

from clinic.access import Role
from clinic.accounts.models import Invitation, Membership, User
from clinic.staff.invitations import actions
from clinic.staff.invitations.actions import Gone
from clinic.tenancy.scope import clinic_scope
from tests.conftest import signed_in
from tests.side_by_side import holds_lock, overlap
from tests.staff.people import (
    ACCOUNT,
    NEW,
    NEW_PASSWORD,
    NORA,
    join_as_new,
    link_in,
    membership,
    page_of,
    practitioner,
    trail,
)
from tests.world import Writer


@pytest.fixture
def invited(owner, mailoutbox):
    """A function that invites an address; the path of the link."""

    def invite(email: str = NORA["email"], role: str = "clinician") -> str:
        assert owner.post(NEW, {"email": email, "role": role}).status_code == 302
        return link_in(mailoutbox[-1])

    return invite


def test_somebody_new_chooses_name_and_password_and_works_at_once(invited, riverside):
    client = join_as_new(invited())
    nora = User.objects.get(email="nora@new.test")
    page = client.get("/patients/")
    assert (page.status_code, page.wsgi_request.clinic.pk, nora.name) == (200, riverside.clinic.pk, "Nora New")
    assert (membership(riverside, nora), practitioner(riverside, nora)) == (("clinician", True), ("Nora New", True))
    changes = {"email": [None, "nora@new.test"], "role": [None, "clinician"]}
    assert trail(riverside) == [("member.joined", str(nora.pk), nora.pk, changes)]
    again = Client().post("/accounts/login/", {"login": "nora@new.test", "password": NEW_PASSWORD})
    assert again.status_code == 302


def test_owner_who_has_just_chosen_a_password_is_not_asked_for_it(invited):
    client = join_as_new(invited(role="owner"))
    assert client.get("/clinic/people/new/").status_code == 200


TOO_SHORT = "This password is too short. Use at least 15 characters, or 8 once you have a second factor."
OWN_WORD = "Leave out “nora”: others would try words of your name, address and clinic first."

REFUSED = [
    ({"name": " "}, {"name": ["Write your name."]}),
    ({"name": "n" * 201}, {"name": ["Ensure this value has at most 200 characters (it has 201)."]}),
    ({"password": ""}, {"password": ["Choose a password."]}),
    (
        {"password": "short"},
        {"password": [TOO_SHORT]},
    ),
    (
        {"password": "nora@new.test and more"},
        {"password": [OWN_WORD]},
    ),
    (
        {"password": "Riverside and a long way round"},
        {"password": [OWN_WORD.replace("nora", "riverside")]},
    ),
    ({"password": "p" * 1001}, {"password": ["Ensure this value has at most 1000 characters (it has 1001)."]}),
]


@pytest.mark.parametrize(("typed", "expected"), REFUSED)
def test_what_cannot_be_an_account_is_refused_beside_its_field(invited, typed, expected):
    response = Client().post(invited(), ACCOUNT | typed)
    assert (response.status_code, response.context["form"].errors) == (422, expected)
    assert response.context["form"]["name"].value() == (ACCOUNT | typed)["name"]
    assert User.objects.filter(email="nora@new.test").count() == 0


def test_somebody_with_an_account_signs_in_and_joins_with_name_and_password_kept(invited, riverside, hillside):
    user, path = hillside.front_desk, invited(hillside.front_desk.email.upper())
    stranger = Client()
    shown = stranger.get(path)
    assert (shown.status_code, f"/accounts/login/?next={path}" in shown.content.decode()) == (200, True)
    assert stranger.post(path, ACCOUNT).status_code == 409
    client = signed_in(stranger, user)
    assert client.get(path).status_code == 200
    assert membership(riverside, user) is None
    joined = client.post(path)
    assert (joined.status_code, client.get("/patients/").wsgi_request.clinic.pk) == (302, riverside.clinic.pk)
    assert (membership(riverside, user), membership(hillside, user)) == (("clinician", True), ("front_desk", True))
    assert User.objects.get(pk=user.pk).name == user.name


def test_somebody_else_is_told_so_and_joins_nothing(invited, riverside, hillside, sign_in):
    path = invited()
    client = sign_in(hillside.clinician)
    page = client.get(path)
    assert (page.status_code, 'action="/accounts/logout/"' in page.content.decode()) == (200, True)
    assert (client.post(path, ACCOUNT).status_code, membership(riverside, hillside.clinician)) == (409, None)
    out = client.post("/accounts/logout/", {"next": path})
    assert (out["Location"], client.get(path).status_code) == (path, 200)


def used(path, world) -> None:
    join_as_new(path)


def revoked(path, world) -> None:
    key = Invitation.objects.get().pk
    with clinic_scope(world.clinic):
        actions.revoke_invitation(by=Writer(), clinic=world.clinic, id=key)


def account_closed(path, world) -> None:
    User.objects.create_user("nora@new.test", name="Nora", is_active=False)


@pytest.mark.parametrize("kill", [used, revoked, account_closed])
def test_dead_links_are_one_page_for_all(invited, riverside, kill):
    path = invited()
    kill(path, riverside)
    never = Client().get("/accounts/join/abcdefghjkmnpqrstuvwxyz23456/")
    found = [Client().get(path), Client().post(path, ACCOUNT)]
    assert [each.status_code for each in [never, *found]] == [404] * 3
    assert ("This link leads nowhere" in never.content.decode(), "Riverside" in never.content.decode()) == (True, False)
    pages = {each.content for each in map(without_nonce, found)}
    assert pages == {without_nonce(never).content}


def without_nonce(response):
    nonce = response.wsgi_request._csp_nonce
    response.content = response.content.replace(str(nonce).encode(), b"")
    return response


def test_too_many_wrong_links_from_one_address_are_refused(invited):
    path, client = invited(), Client()
    found = [client.post(f"/accounts/join/{number:028}/").status_code for number in range(21)]
    assert (found, client.post(path, ACCOUNT).status_code) == ([404] * 20 + [429], 429)


def test_pages_of_an_invitation_are_kept_and_told_to_nobody(invited):
    path = invited()
    for response in (Client().get(path), Client().get("/accounts/join/none/")):
        headers = [response[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")]
        assert headers == ["no-store", "strict-origin", "noindex, nofollow"]


def test_who_was_removed_joins_again_by_an_invitation(owner, invited, riverside, sign_in):
    user = riverside.clinician
    owner.post(f"{page_of(user)}end/")
    page = owner.get(page_of(user)).content.decode()
    assert (f'value="{user.email}"' in page, 'action="/clinic/people/new/"' in page) == (True, True)
    assert sign_in(user).post(invited(user.email, "auditor")).status_code == 302
    assert (membership(riverside, user), practitioner(riverside, user)) == (("auditor", True), (user.name, False))


def test_who_became_a_member_meanwhile_keeps_what_they_have(invited, riverside, hillside, sign_in):
    user, client = hillside.front_desk, sign_in(hillside.front_desk)
    first = invited(user.email, "clinician")
    client.post(first)
    Invitation.objects.filter(email=user.email).update(closed_at=None)
    assert client.post(first).status_code == 302
    assert (membership(riverside, user), [action for action, *_ in trail(riverside)]) == (
        ("clinician", True),
        ["member.joined"],
    )


@holds_lock("staff.members.lock_people")
def test_link_that_two_use_at_once_makes_one_account(lakeside):
    scope = partial(clinic_scope, lakeside.clinic)
    email = f"nora@{lakeside.owner.email.partition('@')[2]}"
    with scope():
        issued = actions.invite(by=Writer(), clinic=lakeside.clinic, email=email, role=Role.AUDITOR)
    join = partial(actions.join_with_new_account, clinic=lakeside.clinic, token=issued.token, password=NEW_PASSWORD)
    both = overlap(scope, partial(join, name="One"), partial(join, name="Two"))
    found = Membership.objects.filter(user__email=email).values_list("user__name", flat=True)
    assert (both.refusal, both.waited, list(found)) == (Gone.__name__, True, ["One"])
