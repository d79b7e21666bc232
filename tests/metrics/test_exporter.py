"""What Prometheus reads of the real server's processes, one of which is killed; and what its labels never have."""

import http.client
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.urls import get_resolver
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from clinic.metrics import counting
from clinic.metrics.declared import METRICS
from tests.patience import PATIENCE, wait_until
from tests.ports import free_port, is_listening
from tests.postgres import ROOT
from tests.serving import serving
from tests.side_by_side import holds_lock

MEMORY = Path("/dev/shm")  # noqa: S108
PLANTED = "Garcia-Planted"
Samples = dict[str, dict[frozenset[tuple[str, str]], float]]


def ask(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def samples(port: int) -> Samples:
    """Every sample by its name and labels."""
    status, body = ask(port, "/metrics")
    assert status == 200
    found: Samples = {}
    for family in text_string_to_metric_families(body):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return found


def requests(port: int, route: str) -> float:
    """How many were counted under a route."""
    counted = samples(port).get("clinic_requests_total", {})
    return sum(value for labels, value in counted.items() if ("route", route) in labels)


@pytest.fixture(scope="module")
def watched(django_db_setup: None) -> Iterator[SimpleNamespace]:
    """A server with metrics: its port, theirs, and the folder in which its processes count."""
    metrics = free_port()
    before = set(MEMORY.glob("clinic-metrics-*"))
    with serving(METRICS_PORT=str(metrics)) as port:
        wait_until(lambda: is_listening(metrics))
        (folder,) = set(MEMORY.glob("clinic-metrics-*")) - before
        yield SimpleNamespace(port=port, metrics=metrics, folder=folder)
    assert not folder.exists()


def holder(port: int) -> int:
    """The process that listens there; 0 where it ended meanwhile."""
    wanted = f":{port:04X} 00000000:0000 0A "
    lines = [line for line in Path("/proc/net/tcp").read_text().splitlines() if wanted in line]
    sockets = [f"socket:[{line.split()[9]}]" for line in lines]
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) in sockets:
                return int(link.parts[2])
        except OSError:
            continue
    return 0


def test_metrics_are_not_on_the_records_port(watched):
    assert ask(watched.port, "/metrics")[0] == 404
    assert (ask(watched.metrics, "/metrics")[0], ask(watched.metrics, "/patients/")[0]) == (200, 404)


def test_everything_that_is_declared_is_said_and_nothing_else(watched):
    ask(watched.port, "/healthz")
    said = {re.sub(r"_(bucket|count|sum)$", "", name) for name in samples(watched.metrics)}
    only_with_work = {"clinic_jobs_ended_total", "clinic_queue_tasks", "clinic_queue_oldest_seconds"}
    only_with_a_worker = {"clinic_worker_heartbeat_seconds"}
    declared = {metric.name for metric in METRICS}
    assert (said - declared, declared - said - only_with_work - only_with_a_worker) == (set(), set())


def test_request_is_counted_by_route_method_and_status(watched):
    before = samples(watched.metrics).get("clinic_requests_total", {})
    assert ask(watched.port, "/accounts/login/", "HEAD")[0] == 200
    labels = frozenset({("route", "account_login"), ("method", "HEAD"), ("status", "2xx")})
    after = samples(watched.metrics)
    assert after["clinic_requests_total"][labels] == before.get(labels, 0) + 1
    assert after["clinic_request_seconds_count"][frozenset({("route", "account_login")})] >= 1


def test_killed_process_loses_no_count_and_leaves_no_file(watched):
    for _ in range(6):
        ask(watched.port, "/healthz")
    counted, files = requests(watched.metrics, "/healthz"), len(list(watched.folder.iterdir()))
    for _ in range(3):
        os.kill(gone := holder(watched.metrics), signal.SIGKILL)
        wait_until(lambda gone=gone: holder(watched.metrics) not in (0, gone))
        wait_until(lambda: requests(watched.metrics, "/healthz") >= counted)
        ask(watched.port, "/healthz")
    assert requests(watched.metrics, "/healthz") == counted + 3
    assert len(list(watched.folder.iterdir())) <= max(files, 6)


def test_no_label_has_what_somebody_typed_and_their_number_is_bounded(watched):
    @settings(max_examples=40, deadline=None)
    @given(
        st.sampled_from(
            ["/patients/{}/", "/{}", "/patients/?q={}", "/static/{}", "/readyz/{}", "/api/v1/patients/{}/"]
        ),
        st.text("abcXYZ019-", max_size=8),
        st.sampled_from(["GET", "POST", "DELETE", "PLANTED"]),
    )
    def asked(path: str, text: str, method: str) -> None:
        ask(watched.port, path.format(PLANTED + text), method)

    asked()
    status, body = ask(watched.metrics, "/metrics")
    assert (status, "planted" in body.lower()) == (200, False)
    routes = {dict(labels)["route"] for labels in samples(watched.metrics)["clinic_requests_total"]}
    assert "unknown" in routes
    assert len(routes) < 20
    assert get_resolver().url_patterns != []


def test_process_without_the_property_counts_nothing():
    assert counting.kept == {}


@holds_lock("metrics.counting.take_slot")
def test_slot_has_one_living_process(tmp_path):
    first, second = counting.take_slot(tmp_path), counting.take_slot(tmp_path)
    os.close(first[1])
    third = counting.take_slot(tmp_path)
    assert (first[0], second[0], third[0]) == (0, 1, 0)
    os.close(second[1])
    os.close(third[1])


def test_folder_of_a_killed_server_is_removed_by_the_next(tmp_path, monkeypatch):
    left = MEMORY / "clinic-metrics-999999999-left"
    left.mkdir()
    monkeypatch.setenv(counting.FOLDER, "")
    made = counting.make_folder()
    assert (left.exists(), made.is_dir(), made.stat().st_mode & 0o777) == (False, True, 0o700)
    counting.remove_folder()
    assert made.exists() is False


def test_document_names_every_metric_with_its_labels():
    text = (ROOT / "docs" / "watching.md").read_text()
    rows = dict(re.findall(r"^\| `(clinic_\w+)` \| (.*?) \|", text, re.MULTILINE))
    assert rows == {metric.name: ", ".join(metric.labels) or "none" for metric in METRICS}
