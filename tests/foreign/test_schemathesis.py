"""Whatever the document says that may be sent, and what it says that may not, is answered as it says.

10,000 requests and more at full size (bench/prove.py), by every check of Schemathesis.
"""

import subprocess

from tests.foreign.conftest import TOOLS
from tests.sizes import times

# A document cannot say which patients, cursors and tags there are: one that there is not is answered 400.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 415, 429]
"""


def test_answers_are_those_of_the_document(server, program, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    command = [
        *(str(TOOLS / "schemathesis"), "run", f"{server}/api/v1/schema/", "--checks", "all", "--no-color"),
        *("--header", f"Authorization: Bearer {program.token}", "--generation-deterministic"),
        *("--max-examples", str(times(1)), "--continue-on-failure"),
    ]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
