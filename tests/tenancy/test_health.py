import pytest
from django.test import Client
from pytest_django import Settings


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probe_by_bare_address_is_answered_over_http_in_production(db: None, settings: Settings, path: str) -> None:
    settings.ALLOWED_HOSTS = ["record.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get(path, headers={"host": "10.0.0.7:8000"})
    assert (response.status_code, response.json()["status"]) == (200, "ok")


def test_healthz_asks_nothing_of_the_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_readyz_names_what_it_checked(db: None, client: Client) -> None:
    assert set(client.get("/readyz").json()["checks"].values()) == {True}


def test_probe_is_read_only(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
