"""What docker-compose.yml promises of every container; that it runs whole is tried with a Docker engine, by hand."""

import re

import pytest
import yaml

from tests.deploy.test_aws_templates import tool
from tests.postgres import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = sorted(SERVICES.keys() - {"database"})  # PostgreSQL's own entry point begins as root, and writes


def test_services_are_these():
    both = ["assessments", "assessments-worker"]
    assert sorted(SERVICES) == sorted(
        [*both, "dashboard", "database", "migrate", "pooler", "prometheus", "proxy", "web", "worker"]
    )
    assert {name: each["profiles"] for name, each in SERVICES.items() if "profiles" in each} == {
        **{key: ["services"] for key in both},
        "dashboard": ["metrics"],
        "prometheus": ["metrics"],
        "pooler": ["pooler"],
        "proxy": ["proxy"],
    }


@pytest.mark.parametrize("name", OURS)
def test_container_can_write_memory_only_and_has_no_capability(name):
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["pids_limit"] <= 200


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_container_is_limited_and_its_log_turns_over(name):
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_ports_are_open_on_this_machine_only(name):
    assert [port for port in SERVICES[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_whoever_waits_for_another_waits_until_it_serves(name):
    waits = {other: how["condition"] for other, how in SERVICES[name].get("depends_on", {}).items()}
    assert {other: how for other, how in waits.items() if how == "service_started"} == {}
    healthy = [other for other, how in waits.items() if how == "service_healthy"]
    assert [other for other in healthy if "test" not in SERVICES[other].get("healthcheck", {"test": 1})] == []


def test_second_service_differs_from_the_first_in_what_it_serves_only():
    for first, second in (("web", "assessments"), ("worker", "assessments-worker")):
        one, other = ({**SERVICES[name], "profiles": None, "ports": None} for name in (first, second))
        assert one["environment"] | {"CLINIC_SERVICES": "assessments"} == other["environment"]
        assert {**one, "environment": None} == {**other, "environment": None}


IMAGES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "Dockerfile", *ROOT.glob("deploy/**/Dockerfile")))


def test_hadolint_finds_nothing_in_images_that_is_not_explained_there(tmp_path):
    assert IMAGES == ["Dockerfile", "deploy/pgbouncer/Dockerfile"]
    answer = tool("hadolint", "--no-color", *IMAGES)
    assert (answer.returncode, answer.stdout) == (0, "")
    wrong = tmp_path / "Dockerfile"
    wrong.write_text("FROM debian\nRUN cd /tmp\n")
    assert tool("hadolint", wrong).returncode == 1


@pytest.mark.parametrize("name", IMAGES)
def test_images_run_as_nobody_of_the_machine(name):
    users = re.findall(r"^USER (\S+)$", (ROOT / name).read_text(), re.MULTILINE)
    assert [int(user) > 10_000 for user in users] == [True]


def test_what_waits_says_no_more_than_older_releases_of_compose_read():
    """Debian 12 has 1.29, which refuses a file with anything else."""
    said = [set(how) for service in SERVICES.values() for how in service.get("depends_on", {}).values()]
    assert (len(said) > 5, set().union(*said)) == (True, {"condition"})
