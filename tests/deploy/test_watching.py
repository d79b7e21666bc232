"""What watches the record: rules, a dashboard and a page that speak of metrics that there are, and of all of them."""

import json
import re

import pytest
import yaml

from clinic.metrics.declared import METRICS, Kind
from tests.deploy.test_aws_templates import tool
from tests.postgres import ROOT

LABELS = {metric.name: set(metric.labels) for metric in METRICS}
PARTS = {metric.name: ["_bucket"] if metric.kind == Kind.HISTOGRAM else [""] for metric in METRICS}
SERIES = {name + part: LABELS[name] | ({"le"} if part else set()) for name, parts in PARTS.items() for part in parts}
RULES = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text())["groups"][0]["rules"]
PANELS = json.loads((ROOT / "deploy/grafana/dashboards/clinic.json").read_text())["panels"]
ALERTS = {rule["alert"]: rule["expr"] for rule in RULES}
SHOWN = {f"{panel['title']} {target['refId']}": target["expr"] for panel in PANELS for target in panel["targets"]}
PARSE = "import sys, json, promql_parser\nfor each in json.load(sys.stdin): promql_parser.parse(each)\nprint('read')"


@pytest.mark.parametrize("name", [*ALERTS, *SHOWN])
def test_expression_asks_for_metrics_and_labels_that_there_are(name):
    asked = (ALERTS | SHOWN)[name]
    series = re.findall(r"clinic_\w+", asked)
    assert (series != [], [each for each in series if each not in SERIES]) == (True, [])
    named = re.findall(r"(\w+)=\"", asked) + [
        label for each in re.findall(r"by \(([^)]*)\)", asked) for label in re.split(r", *", each)
    ]
    assert set(named) <= set.union(*(SERIES[each] for each in series))


def test_each_metric_is_shown_and_each_alert_is_explained():
    shown = {name for name in SERIES if any(re.search(rf"\b{name}\b", expr) for expr in SHOWN.values())}
    assert shown == SERIES.keys()
    page = (ROOT / "docs/watching.md").read_text()
    assert re.findall(r"^\| `([A-Z]\w+)` \|", page, re.MULTILINE) == list(ALERTS)


def test_expressions_are_read_by_a_parser_of_prometheus():
    answer = tool("python", "-c", PARSE, sent=json.dumps([*ALERTS.values(), *SHOWN.values()]))
    assert (answer.returncode, answer.stdout) == (0, "read\n")
    assert tool("python", "-c", PARSE, sent='["sum by (le clinic_x"]').returncode == 1


def test_prometheus_reads_each_container_that_tells_figures():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    telling = [name for name, each in services.items() if "METRICS_PORT" in each.get("environment", {})]
    (job,) = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert (sorted(found["names"]), found["port"]) == (sorted(telling), 9100)
    assert {services[name]["environment"]["METRICS_PORT"] for name in telling} == {"9100"}
    assert [name for name in telling if any(":9100" in port for port in services[name].get("ports", []))] == []
