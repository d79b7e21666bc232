"""The embedded server's account comes to its folder, and nobody else does who did not before."""

import os
import stat
from pathlib import Path

import pytest

from clinic.postgres import passing
from clinic.postgres.passing import let_through

THE_SERVER, A_STRANGER = 54_321, 54_322


@pytest.fixture(params=[0o700, 0o740, 0o750])
def closed(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder with another in it, in which everybody may read, through neither of which strangers pass."""
    folder = tmp_path / "outer"
    (folder / "inside").mkdir(parents=True)
    (folder / "inside" / "file").write_text("the data")
    (folder / "inside").chmod(0o755)
    folder.chmod(request.param)
    return folder


def test_one_account_is_let_through_and_others_are_not(closed: Path) -> None:
    before = stat.S_IMODE(closed.stat().st_mode)
    let_through(closed, THE_SERVER)
    let_through(closed, THE_SERVER)
    after = stat.S_IMODE(closed.stat().st_mode)
    assert (after & 0o707, after & 0o060) == (before & 0o707, before & 0o060)
    entries = passing._entries(closed, after)
    assert entries[passing.USER, THE_SERVER] == passing.PASS
    assert [who for kind, who in entries if kind == passing.USER] == [THE_SERVER]


def test_whoever_was_let_through_before_still_is(closed: Path) -> None:
    let_through(closed, A_STRANGER)
    let_through(closed, THE_SERVER)
    entries = passing._entries(closed, 0)
    assert sorted(who for kind, who in entries if kind == passing.USER) == [THE_SERVER, A_STRANGER]


def test_folder_that_everybody_passes_stays_as_it_is(closed: Path) -> None:
    closed.chmod(0o711)
    let_through(closed, THE_SERVER)
    assert (stat.S_IMODE(closed.stat().st_mode), passing.ATTRIBUTE in os.listxattr(closed)) == (0o711, False)
