from tests.late import REAL

__path__ = [*__path__, str(REAL)]
