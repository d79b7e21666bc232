"""Units of one machine without containers: systemd finds no fault, and none of them may do more than it must."""

import re
import shutil
import subprocess

import pytest

from tests.postgres import ROOT

UNITS = {path.stem.removeprefix("clinic-"): path for path in sorted((ROOT / "deploy/systemd").glob("*.service"))}
HARDENED = {
    "CapabilityBoundingSet": "",
    "NoNewPrivileges": "true",
    "PrivateDevices": "true",
    "PrivateTmp": "true",
    "ProtectHome": "true",
    "ProtectSystem": "strict",
    "RestrictNamespaces": "true",
    "SystemCallFilter": "@system-service",
    "UMask": "0077",
    "User": "clinic",
}


def settings(name: str) -> list[tuple[str, str]]:
    """Each setting of a unit; a line that is none is a fault."""
    lines = [line for line in UNITS[name].read_text().splitlines() if line and line[0] not in "#["]
    matches = [re.fullmatch(r"(\w+)=(.*)", line) for line in lines]
    assert [line for line, match in zip(lines, matches, strict=True) if not match] == []
    return [(match[1], match[2]) for match in matches if match]


def test_units_are_these():
    assert sorted(UNITS) == ["migrate", "web", "worker"]


@pytest.mark.parametrize("name", sorted(UNITS))
def test_unit_may_do_what_it_must_and_nothing_else(name):
    assert {each: value for each, value in settings(name) if each in HARDENED} == HARDENED


@pytest.mark.parametrize("name", sorted(UNITS))
def test_systemd_understands_the_unit(name, tmp_path):
    text = re.sub(r"/srv/clinic/\.venv/bin/\w+", "/bin/true", UNITS[name].read_text())
    assert text.count("ExecStart=/bin/true") == (3 if name == "migrate" else 1)
    # Where there is no systemd, the tests beside this one have read each line.
    if program := shutil.which("systemd-analyze"):
        for other in UNITS:
            (tmp_path / f"clinic-{other}.service").write_text(
                text if other == name else "[Service]\nType=oneshot\nExecStart=/bin/true\n"
            )
        unit = tmp_path / f"clinic-{name}.service"
        answer = subprocess.run(
            [program, "verify", unit],
            check=False,
            capture_output=True,
            text=True,
            env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        )
        assert (answer.returncode, answer.stderr) == (0, "")


def test_only_migrating_knows_the_administrator_and_the_web_writes_no_schema():
    secrets = {
        name: {value.partition(":")[0] for each, value in settings(name) if each == "LoadCredential"} for name in UNITS
    }
    web = {"secret_key", "database_url"}
    assert secrets == {
        "web": web,
        "worker": web | {"database_owner_url"},
        "migrate": web | {"database_owner_url", "database_admin_url"},
    }


@pytest.mark.parametrize("name", ["web", "worker"])
def test_whoever_serves_waits_for_the_migration(name):
    assert [value for each, value in settings(name) if each in ("Requires", "After")] == ["clinic-migrate.service"] * 2
