"""Work that is put off: a task has no clinic but the one that it names and opens itself."""

import threading

import pytest
from django.db import connection, transaction
from django.tasks import TaskResultStatus, task

from clinic.patients.models import Patient
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope


@pytest.fixture(autouse=True)
def _at_once(settings):
    """What is enqueued runs where it is enqueued, the hardest place: inside whatever is open there."""
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}


def names() -> list[str]:
    return list(Patient.objects.order_by("full_name").values_list("full_name", flat=True))


@task
def names_of(clinic_id: str) -> list[str]:
    """As every task of a clinic is written: it is handed the clinic's key."""
    with clinic_scope(Clinic.objects.get(pk=clinic_id)):
        return names()


@task
def names_of_whoever() -> list[str]:
    return names()


def outcome(result) -> tuple:
    """What a task returned, or the exception that it ended in."""
    done = result.status == TaskResultStatus.SUCCESSFUL
    return ("returned", result.return_value) if done else ("raised", result.errors[0].exception_class_path)


def test_task_works_in_the_clinic_that_it_is_handed(north, south):
    assert outcome(names_of.enqueue(str(north.pk))) == ("returned", ["North Patient"])
    assert outcome(names_of.enqueue(str(south.pk))) == ("returned", ["South Patient"])


def test_task_without_a_clinic_finds_no_table(north):
    assert outcome(names_of_whoever.enqueue()) == ("raised", "django.db.utils.ProgrammingError")


def test_task_that_is_enqueued_at_commit_may_be_of_another_clinic(north, south):
    results = []
    with clinic_scope(north):
        names()
        transaction.on_commit(lambda: results.append(names_of.enqueue(str(south.pk))))
    assert [outcome(result) for result in results] == [("returned", ["South Patient"])]


def test_task_of_another_clinic_is_refused_inside_a_scope(north, south):
    with clinic_scope(north):
        names()
        with transaction.atomic():
            result = names_of.enqueue(str(south.pk))
            transaction.set_rollback(True)
    assert outcome(result)[0] == "raised"


def test_task_in_a_worker_has_no_clinic_of_who_enqueued_it(north, south):
    """A worker is another process: another connection, on which nobody has opened a clinic."""
    seen = []

    def work() -> None:
        seen.append(outcome(names_of_whoever.enqueue()))
        seen.append(outcome(names_of.enqueue(str(south.pk))))
        connection.close()

    with clinic_scope(north):
        names()
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
    assert seen == [("raised", "django.db.utils.ProgrammingError"), ("returned", ["South Patient"])]
