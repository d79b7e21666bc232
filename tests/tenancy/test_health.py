"""What a load balancer is told."""

from django.test import Client

from tests.ui.test_errors import administered


def test_probes_answer_any_host_name(db):
    answers = [Client().get(path, headers={"host": "10.0.0.7"}).status_code for path in ("/healthz", "/readyz")]
    assert answers == [200, 200]


def test_not_ready_while_the_shared_tables_are_behind(lakeside):
    late = "UPDATE public.django_migrations SET app = '{}' WHERE app = '{}'"
    with administered(late.format("late", "accounts"), late.format("accounts", "late")):
        response = Client().get("/readyz")
    assert (response.status_code, response.json()["checks"]["migrations"]) == (503, False)
