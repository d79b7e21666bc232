"""Whether the process lives, and whether it can serve."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from clinic.tenancy.fleet.survey import release
from clinic.tenancy.work import heartbeat

Answer = Callable[[HttpRequest], HttpResponseBase]


def probes(get_response: Answer) -> Answer:
    """Middleware: answers probes, which come by bare address, before host names and HTTPS matter."""
    views: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz}
    return lambda request: views.get(request.path_info, get_response)(request)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, is migrated and folds names as it must; else 503 with what fails.

    How the workers are is said in words: without them the pages are served all the same.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM public.django_migrations")
            migrated = release().shared <= set(cursor.fetchall())
            cursor.execute(
                "SELECT public.name_key('\u00c9mile  Z') = '\u00e9mile z' AND public.fold('\u00c9mile') = 'emile'"
            )
            checks = {"database": True, "migrations": migrated, "names": cursor.fetchone()[0]}
        worker = heartbeat.said(heartbeat.age()) if migrated else "not asked: the shared tables are behind"
    except DatabaseError:
        checks, worker = {"database": False}, "not asked: the database does not answer"
    ready = all(checks.values())
    answer = {"status": "ok" if ready else "unavailable", "checks": checks, "worker": worker}
    return JsonResponse(answer, status=200 if ready else 503)
