"""What is taken from a backup's file: one that this server signed, and of people and programs only what it may say."""

import json
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.management import CommandError
from hypothesis import given
from hypothesis import strategies as st

from clinic.access import Role
from clinic.accounts.models import ApiClient, Membership, User
from clinic.api.actions import create_api_client
from clinic.staff import actions as staff
from clinic.staff.backups import signing
from clinic.staff.backups.people import SAID
from clinic.tenancy.lifecycle import provisioning
from tests.staff.conftest import command, names, row, rows
from tests.staff.test_backups_refused import rewritten, told
from tests.world import Writer, own_clinic

# What a backup does not say of them, with the reason.
UNSAID = {
    "accounts.user": {"id", "last_login"},  # the key; of a sign-in elsewhere
    "accounts.membership": {"id", "clinic"},  # the key; set by who restores
    "accounts.apiclient": {
        *("id", "clinic"),
        *("client_type", "authorization_grant_type"),  # always the same here
        *("user", "redirect_uris", "post_logout_redirect_uris", "skip_authorization", "algorithm", "allowed_origins"),
        *("registration_source", "cimd_expires_at"),  # of ways to sign in that are not offered
    },
}


def test_each_field_of_people_and_programs_is_said_or_left_out_for_a_reason():
    fields = {name: {field.name for field in apps.get_model(name)._meta.concrete_fields} for name in SAID}
    assert fields == {name: set(said) | UNSAID[name] for name, said in SAID.items()}
    assert [name for name, said in SAID.items() if set(said) & UNSAID[name]] == []


def people(lake, change) -> None:
    """Change what the file says of people."""

    def changed(members):
        found = json.loads(members["people.json"])
        change(found)
        members["people.json"] = json.dumps(found)

    rewritten(lake.file, changed)


def of(clinic) -> list:
    members = Membership.objects.using("owner").filter(clinic=clinic.pk)
    return sorted(members.values_list("user__email", "role", "is_active"))


@given(st.data())
def test_a_file_that_is_changed_anywhere_is_not_ours(tmp_path_factory, data):
    content = data.draw(st.binary(max_size=200)) + signing.PLACE
    file = tmp_path_factory.mktemp("signed") / "file"
    signed = BytesIO(content)
    signing.sign(signed)
    file.write_bytes(signed.getvalue())
    assert signing.is_signed(file)
    changed = bytearray(signed.getvalue())
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    file.write_bytes(changed)
    assert not signing.is_signed(file)
    file.write_bytes(signed.getvalue()[:at])
    assert not signing.is_signed(file)


def test_file_is_taken_after_the_key_was_rotated_and_refused_once_it_is_forgotten(lake, settings):
    lake.backup()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another " * 10
    assert lake.restore().endswith("is restored.\n")
    settings.SECRET_KEY_FALLBACKS = []
    before = rows(lake.clinic)
    with pytest.raises(CommandError, match="has not signed the file"):
        lake.restore()
    assert rows(lake.clinic) == before
    assert lake.restore("--unsigned").endswith("is restored.\n")


def test_membership_of_another_clinic_is_one_of_this_clinic(lake):
    lake.backup()
    mine, owner = lake.world.clinician, lake.world.owner
    with own_clinic("Seaside") as other:
        before = of(other.clinic)

        def forge(found):
            for item in found:
                if item["model"] == "accounts.membership" and item["fields"]["user"] == str(mine.pk):
                    item["fields"] |= {"clinic": str(other.clinic.pk), "role": "owner", "id": 1}
                if item["model"] == "accounts.user":
                    item["fields"] |= {"is_superuser": True, "groups": [1]}

        people(lake, forge)
        lake.restore("--unsigned")
        assert of(other.clinic) == before
        assert [email for email, role, _ in of(lake.clinic) if role == "owner"] == sorted([mine.email, owner.email])


BAD = {
    "another model": {"model": "sessions.session", "pk": "x", "fields": {}},
    "a model of a clinic": {"model": "patients.patient", "pk": str(uuid4()), "fields": {}},
    "a clinic": {"model": "tenancy.clinic", "pk": str(uuid4()), "fields": {"name": "x"}},
    "somebody whom it does not name": {
        "model": "accounts.membership",
        "pk": 1,
        "fields": {"user": str(uuid4()), "role": "owner"},
    },
    "no fields": {"model": "accounts.user", "pk": str(uuid4())},
    "a wrong kind of value": {"model": "accounts.user", "pk": "x", "fields": {"is_active": "perhaps"}},
    "no object": 7,
}


@pytest.mark.parametrize("what", BAD)
def test_people_that_cannot_be_are_refused_and_nothing_is_changed(lake, what):
    lake.backup()
    before = rows(lake.clinic), of(lake.clinic), User.objects.using("owner").count()
    people(lake, lambda found: found.append(BAD[what]))
    with pytest.raises(CommandError, match="What it says of people or programs cannot be read"):
        lake.restore("--unsigned")
    assert (rows(lake.clinic), of(lake.clinic), User.objects.using("owner").count()) == before


@pytest.mark.parametrize(
    ("field", "value", "why"), [("role", "superuser", "23514"), ("email", "a\nb@x.test", "valid email")]
)
def test_value_that_no_form_would_take_is_refused(lake, field, value, why):
    lake.backup()
    model = "accounts.membership" if field == "role" else "accounts.user"

    def forge(found):
        item = next(item for item in found if item["model"] == model)
        item["fields"][field] = value
        item["pk"] = item["pk"] if field == "role" else str(uuid4())

    people(lake, forge)
    before = of(lake.clinic)
    with pytest.raises(CommandError, match=f"{why}|cannot be read"):
        lake.restore("--unsigned")
    assert of(lake.clinic) == before


def test_clinic_is_meant_by_its_name_here_whatever_the_file_calls_it(lake):
    lake.backup()
    rewritten(lake.file, lambda members: told(members, lambda manifest: manifest["clinic"].update(name="Newbrook")))
    before = rows(lake.clinic)
    with pytest.raises(CommandError, match=f"This is a backup of {lake.clinic.name} .*, not of Newbrook"):
        command("restore_clinic", "Newbrook", lake.file, "--unsigned")
    assert rows(lake.clinic) == before
    command("restore_clinic", lake.clinic.name, lake.file, "--unsigned")
    assert row(lake.clinic).name == lake.clinic.name


def test_password_of_somebody_who_belongs_elsewhere_stays_here(lake):
    both, alone = lake.world.clinician, lake.world.owner
    with own_clinic("Seaside") as other:
        staff.add_member(clinic=other.clinic, user=both, role=Role.CLINICIAN, by=Writer())
        lake.backup()
    with ZipFile(lake.file) as archive:
        said = archive.read("people.json").decode()
    hashes = dict(User.objects.using("owner").filter(pk__in=[both.pk, alone.pk]).values_list("pk", "password"))
    assert (hashes[both.pk] in said, hashes[alone.pk] in said) == (False, True)
    provisioning.drop_clinic(lake.clinic)
    User.objects.using("owner").filter(pk__in=hashes).delete()
    lake.restore()
    again = {user.pk: user for user in User.objects.using("owner").filter(pk__in=hashes)}
    assert (again[both.pk].has_usable_password(), again[alone.pk].password) == (False, hashes[alone.pk])
    assert len(names(lake.clinic)) == 2


def test_program_comes_back_as_one_that_signs_in_with_its_secret_and_in_no_other_way(lake):
    create_api_client(clinic=lake.clinic, name="Laboratory", can_write=False, by=Writer())
    lake.backup()

    def forge(found):
        for item in found:
            if item["model"] == "accounts.apiclient":
                item["fields"] |= {
                    "client_type": "public",
                    "authorization_grant_type": "password",
                    "user": str(lake.world.owner.pk),
                    "skip_authorization": True,
                    "redirect_uris": "https://elsewhere.test/",
                }

    people(lake, forge)
    lake.restore("--unsigned")
    client = ApiClient.objects.using("owner").get(clinic=lake.clinic.pk)
    assert (client.client_type, client.authorization_grant_type) == ("confidential", "client-credentials")
    assert (client.user_id, client.skip_authorization, client.redirect_uris) == (None, False, "")


def test_account_of_an_address_that_is_here_keeps_its_password(lake):
    lake.backup()
    mine = lake.world.clinician

    def forge(found):
        for item in found:
            if item["model"] == "accounts.user" and item["pk"] == str(mine.pk):
                item["fields"] |= {"password": "forged", "name": "Forged", "is_active": False}

    people(lake, forge)
    lake.restore("--unsigned")
    found = User.objects.using("owner").get(pk=mine.pk)
    assert (found.password, found.name, found.is_active) == (mine.password, mine.name, True)
