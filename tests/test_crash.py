"""`make crash`, a fiftieth of it: every part of the running record is killed while programs write to it."""

import os
import re
import subprocess
import sys
import tempfile

from django.conf import settings


def counted(*arguments: object) -> tuple[int, dict[str, int]]:
    """The exit code and what was counted, by name."""
    command = [sys.executable, "-m", "bench.crash", *map(str, arguments)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DJANGO"))}
    with tempfile.TemporaryDirectory(prefix="crash-", ignore_cleanup_errors=True) as folder:
        kept["BENCH_FOLDER"] = f"{folder}/bench"
        ran = subprocess.run(command, cwd=settings.BASE_DIR, env=kept, capture_output=True, text=True, timeout=900)
    found = {
        name: int(number.replace(",", "")) for name, number in re.findall(r"\| ([\w ]+) \| ([\d,]+) \|", ran.stdout)
    }
    assert "acknowledged" in found, ran.stdout + ran.stderr
    return ran.returncode, found


def test_what_was_acknowledged_is_there_after_kills():
    code, found = counted("trial", 10, 2, 2, 400)
    assert found["acknowledged"] >= 400
    assert {name: found[name] for name in ("lost", "half", "double")} == {"lost": 0, "half": 0, "double": 0}
    assert (found.get("500", 0), code) == (0, 0)


def test_control_that_acknowledges_too_early_loses_writes():
    code, found = counted("control", 0, 3, 0, 100)
    assert (code, found["lost"] > 0) == (0, True)
