"""The patients' migrations as they are, and one later one."""

from tests.late import REAL

__path__ = [*__path__, str(REAL)]
