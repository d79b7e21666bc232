import pytest

from tests.browser.outside import FOLDER

collect_ignore = [] if FOLDER.is_dir() else ["test_outside_data.py"]


@pytest.fixture
def owner(riverside, sign_in):
    """Somebody who may bring in files, signed in."""
    return sign_in(riverside.owner)
