"""Later releases for tests: each package is the patients' migrations as they are, and some more after them.

A test points `MIGRATION_MODULES` at one of them.
"""

from importlib import import_module
from pathlib import Path

REAL = Path(import_module("clinic.patients.migrations").__path__[0])
LEAF = max(path.stem for path in REAL.glob("0*.py"))
