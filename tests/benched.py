"""Programs of the bench, run at small size as processes of their own with a server of their own."""

import os
import re
import subprocess
import sys
import tempfile

from django.conf import settings


def counted(module: str, *arguments: object) -> tuple[int, dict[str, int]]:
    """The exit code and what was counted, by name."""
    command = [sys.executable, "-m", f"bench.{module}", *map(str, arguments)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DJANGO"))}
    with tempfile.TemporaryDirectory(prefix=f"{module}-", ignore_cleanup_errors=True) as folder:
        kept["BENCH_FOLDER"] = f"{folder}/bench"
        ran = subprocess.run(command, cwd=settings.BASE_DIR, env=kept, capture_output=True, text=True, timeout=900)
    found = {
        name: int(number.replace(",", "")) for name, number in re.findall(r"\| ([\w ]+) \| ([\d,]+) \|", ran.stdout)
    }
    assert "acknowledged" in found, ran.stdout + ran.stderr
    return ran.returncode, found
