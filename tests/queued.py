"""What is left to the worker, done at once: its loop would close the connection that a test runs in."""

from django.tasks import Task
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult


def work_off(*only: Task) -> int:
    """Do all that waits, or all of these tasks, oldest first; how many."""
    rows = DBTaskResult.objects.order_by("enqueued_at")
    if only:
        rows = rows.filter(task_path__in=[task.module_path for task in only])
    for row in rows:
        import_string(row.task_path).func(**row.args_kwargs["kwargs"])
    done = len(rows)
    rows.delete()
    return done
