import pytest

from tests.browser.outside import FOLDER
from tests.imports.assessments.sending import make_people

collect_ignore = [] if FOLDER.is_dir() else ["test_outside_data.py"]


@pytest.fixture
def owner(riverside, sign_in):
    """Somebody who may bring in files, signed in."""
    return sign_in(riverside.owner)


@pytest.fixture
def people(riverside):
    """Three patients of Riverside: AB-1, AB-2, AB-3."""
    return make_people(riverside)
