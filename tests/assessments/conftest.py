"""What of the tests of assessments needs data from outside is collected where there is some."""

from tests.browser.outside import FOLDER

collect_ignore = [] if FOLDER.is_dir() else ["test_outside_sheets.py"]
