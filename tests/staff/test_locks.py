"""Two at once on one clinic: closing, deleting, purging and restoring, one after the other."""

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.migrations.state import ProjectState
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.staff import clinics
from clinic.staff.backups import restoring
from clinic.staff.tags import actions as tags
from clinic.tenancy.fleet import survey as migrating
from clinic.tenancy.fleet.migration import _claim
from clinic.tenancy.lifecycle import backup_rows, provisioning, schema_pool
from clinic.tenancy.lifecycle.recorder import Step
from clinic.tenancy.models import Clinic, PreparedSchema, opaque_name
from clinic.tenancy.scope import clinic_scope
from tests.committed import administer
from tests.side_by_side import holds_lock, overlap, trail
from tests.staff.conftest import row
from tests.world import Writer

BY = {"by": Writer()}
enter = partial(transaction.atomic, using="owner")
pair_of_owners = partial(overlap, enter, using="owner")


def schemas() -> set[str]:
    return {name for (name,) in administer(r"SELECT nspname FROM pg_namespace WHERE nspname ~ '^c_'")}


@holds_lock("staff.clinics._change")
def test_clinic_that_two_suspend_is_noted_as_suspended_once(lakeside):
    suspend = partial(clinics.suspend_clinic, clinic=lakeside.clinic, **BY)
    assert pair_of_owners(suspend, suspend).refusal == ""
    found = trail(partial(clinic_scope, lakeside.clinic), lakeside.clinic)
    assert found.count("clinic.suspended") == 1


@holds_lock("staff.clinics.purge_clinics")
def test_clinic_that_two_purge_is_purged_by_one(make_one):
    clinic = make_one("Old")
    Clinic.objects.using("owner").filter(pk=clinic.pk).update(deleted_at=timezone.now() - timedelta(days=40))
    purged = []
    both = pair_of_owners(lambda: purged.extend(clinics.purge_clinics()), clinics.purge_clinics)
    assert (purged, both.second, both.refusal) == ([clinic.name], [], "")


@pytest.fixture
def make_one(django_db_setup, django_db_blocker):
    """Makes committed clinics; those that are left at the end are dropped."""
    made = []

    def make(name):
        made.append(provisioning.create_clinic(name=name))
        return made[-1]

    with django_db_blocker.unblock():
        yield make
        for clinic in made:
            if Clinic.objects.using("owner").filter(pk=clinic.pk).exists():
                provisioning.drop_clinic(clinic)


@holds_lock("staff.clinics.purge_clinics")
def test_clinic_that_is_brought_back_meanwhile_is_not_purged(make_one):
    clinic = make_one("Old")
    Clinic.objects.using("owner").filter(pk=clinic.pk).update(deleted_at=timezone.now() - timedelta(days=40))
    both = pair_of_owners(partial(clinics.undelete_clinic, clinic=clinic, **BY), clinics.purge_clinics)
    assert (both.second, both.refusal, row(clinic).deleted_at) == ([], "", None)
    assert clinic.schema_name in schemas()


@holds_lock("tenancy.lifecycle.provisioning.drop_clinic")
def test_dropping_beside_a_restore_drops_what_was_restored(make_one):
    clinic, before = make_one("Restored"), schemas()
    new = opaque_name()

    def restore():
        provisioning.make_schema(new)
        Clinic.objects.using("owner").filter(pk=clinic.pk).update(schema_name=new)
        provisioning.drop_schema(clinic.schema_name)

    assert pair_of_owners(restore, partial(provisioning.drop_clinic, clinic)).refusal == ""
    assert schemas() == before - {clinic.schema_name}


@holds_lock("staff.backups.restoring._target")
def test_of_two_restores_at_once_the_second_replaces_the_first(lake):
    lake.backup()
    before = schemas()
    restore = partial(restoring.restore_clinic, named=lake.clinic.name, source=lake.file, **BY)
    assert pair_of_owners(restore, restore).refusal == ""
    binned = Clinic.objects.using("owner").filter(name__startswith=f"{lake.clinic.name} (replaced,")
    made = {binned.latest("deleted_at").schema_name, row(lake.clinic).schema_name}
    assert (schemas(), binned.count(), len(made)) == (before | made, 2, 2)


@holds_lock("staff.backups.restoring._keep_media_of")
def test_files_of_a_restore_under_way_are_not_removed_as_left_over(lake):
    new = opaque_name()
    restored = Clinic(pk=lake.clinic.pk, name=lake.clinic.name, schema_name=new)

    def restore():
        Clinic.objects.using("owner").filter(pk=lake.clinic.pk).update(schema_name=new)
        backup_rows.media_folder(restored).mkdir(parents=True)

    pair_of_owners(restore, partial(restoring._keep_media_of, lake.clinic))
    Clinic.objects.using("owner").filter(pk=lake.clinic.pk).update(schema_name=lake.clinic.schema_name)
    assert [folder.name for folder in backup_rows.media_folder(restored).parent.iterdir()] == [
        backup_rows.media_folder(restored).name
    ]


@holds_lock("tenancy.lifecycle.schema_pool.renew")
def test_prepared_schema_that_is_being_taken_keeps_nobody_waiting(django_db_setup, django_db_blocker):
    rows = PreparedSchema.objects.using("owner")

    def drop(prepared):
        provisioning.drop_schema(prepared.schema_name)
        prepared.delete()

    with django_db_blocker.unblock():
        schema_pool.refill(2)
        rows.update(fingerprint="of an earlier release")
        both = pair_of_owners(lambda: drop(rows.first()), schema_pool.renew)
        for prepared in rows.all():
            drop(prepared)
    assert (both.refusal, both.waited, both.second) == ("", False, 1)


@holds_lock("tenancy.fleet.migration._claim")
def test_clinic_that_another_run_moves_meanwhile_is_not_moved_again(make_one):
    clinic = make_one("Behind")
    before = next(state.applied for state in migrating.survey() if state.clinic == clinic)
    step = Step(before, (), (), frozenset(), (), own_code=False, state=ProjectState())

    def move():
        _claim(clinic, step)
        noted = "INSERT INTO {}.django_migrations (app, name, applied) VALUES ('patients', 'later', now())"
        provisioning.run([noted.format(clinic.schema_name)])

    both = pair_of_owners(move, partial(_claim, clinic, step))
    assert (both.refusal, both.waited) == ("Moved", True)


def tag_trail(enter_clinic, tag):
    with enter_clinic():
        rows = AuditEvent.objects.filter(record_type="tag", record_id=UUID(int=tag.pk)).order_by("pk")
        return list(rows.values_list("action", "changes"))


@pytest.fixture
def tag(in_woodside):
    with in_woodside():
        return tags.save_tag(**BY, id=None, word=f"Old {uuid4().hex[:6]}", colour="blue")


@holds_lock("staff.tags.actions.save_tag")
def test_second_change_of_a_tag_says_what_the_first_left(in_woodside, tag):
    words = [f"Word {uuid4().hex[:6]}" for _ in range(2)]
    first, second = (partial(tags.save_tag, **BY, id=tag.pk, word=word, colour="blue") for word in words)
    assert overlap(in_woodside, first, second).refusal == ""
    told = [changes["word"] for action, changes in tag_trail(in_woodside, tag) if action == "tag.changed"]
    assert told == [[tag.word, words[0]], words]


@holds_lock("staff.tags.actions.remove_tag")
def test_tag_that_two_remove_is_removed_once(in_woodside, tag):
    remove = partial(tags.remove_tag, **BY, id=tag.pk, count=0)
    both = overlap(in_woodside, remove, remove)
    actions = [action for action, _ in tag_trail(in_woodside, tag)]
    assert (both.refusal, actions.count("tag.removed")) == ("DoesNotExist", 1)
