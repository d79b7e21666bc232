"""Whatever the document says that may be sent, and what it says that may not, is answered as it says.

10,000 requests and more at full size (bench/prove.py), by every check of Schemathesis.
"""

import os
import subprocess
from pathlib import Path

from tests.foreign.conftest import TOOLS
from tests.sizes import times

HOOKS = Path(__file__).with_name("hooks.py")
# A document cannot say which patients, cursors and tags there are: one that there is not is answered 400, and hooks.py
# looks at what such an answer says. Nor which version a record has, which If-Match must name before a body is read. Nor
# does it say of every text that it holds no U+0000, which PostgreSQL does not keep. What Schemathesis learns from our
# sentences is not of the document. Of many rows each is refused by itself.
CONFIG = """
[generation]
allow-x00 = false

[phases.fuzzing.error-feedback]
enabled = false

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 412, 415, 429]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 415, 429]

[[operations]]
include-path-regex = "/bulk/$"

[operations.checks.negative_data_rejection]
expected-statuses = [200, 400, 409, 412, 415]
"""


def test_answers_are_those_of_the_document(server, program, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    command = [
        *(str(TOOLS / "schemathesis"), "run", f"{server}/api/v1/schema/", "--checks", "all", "--no-color"),
        *("--header", f"Authorization: Bearer {program.token}", "--generation-deterministic"),
        *("--max-examples", str(times(1)), "--continue-on-failure"),
    ]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": str(HOOKS)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
