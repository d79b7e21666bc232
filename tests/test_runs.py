"""Two runs of the tests in one tree, and what `make quick` runs."""

import subprocess
import sys

import pytest

from tests.postgres import FOLDER, ROOT
from tests.quick import changed_rooms
from tests.template import checksum

HOLD = "import sys; from tests.postgres import FOLDER; print(FOLDER, flush=True); sys.stdin.read()"


def begin() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_each_process_has_a_folder_of_its_own_until_it_ends():
    processes = [begin() for _ in range(2)]
    folders = [process.stdout.readline().strip() for process in processes]
    try:
        assert len({str(FOLDER), *folders}) == 3
        processes[0].kill()  # as a run that is stopped is
        processes[0].wait()
        processes.append(begin())
        assert processes[-1].stdout.readline().strip() == folders[0]
    finally:
        for process in processes:
            process.communicate()


def test_filled_database_is_made_anew_when_what_makes_it_changes(monkeypatch, tmp_path):
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic" / "models.py").write_text("one")
    monkeypatch.setattr("tests.postgres.ROOT", tmp_path)
    before = checksum()
    assert checksum() == before
    (tmp_path / "clinic" / "models.py").write_text("two")
    assert checksum() != before


@pytest.mark.parametrize(
    ("path", "rooms"),
    [
        ("clinic/patients/actions.py", {"tests/patients/"}),
        ("clinic/tenancy/backend/base.py", {"tests/tenancy/"}),
        ("templates/assessments/assessment_list.html", {"tests/assessments/"}),
        ("tests/lists/test_lists.py", {"tests/lists/"}),
        ("clinic/access.py", set()),
        ("README.md", set()),
    ],
)
def test_room_of_a_changed_file_is_run(path, rooms):
    assert changed_rooms([path]) == rooms
