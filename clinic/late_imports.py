"""Modules of packages that other packages import at their start and that hardly any request uses."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

# For OpenID Connect, which is not offered, in oauth2_provider.models; cryptography comes with it.
RARELY_USED = ("jwcrypto.jwk",)
# The package that imports it does without, with nothing lost here. Some are only in the environment of development.
OPTIONAL = {
    "greenlet": "structlog, for gevent",
    "pygments": "rest_framework.compat, for pages that are not served",
    "requests": "rest_framework.compat, for a client of its tests",
    "rich": "structlog, for tracebacks in a terminal",
    "yaml": "rest_framework.compat, for a renderer that is not used",
}


class LateImports:
    """Finds what is rarely used so that it loads when something of it is first asked for; hides what is optional."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name in OPTIONAL:
            raise ModuleNotFoundError(f"{name} is left out of the start", name=name)
        spec = PathFinder.find_spec(name, path, target) if name in RARELY_USED else None
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def late_imports() -> Iterator[None]:
    """What is imported meanwhile goes without the modules named here; afterwards they import as ever."""
    sys.meta_path.insert(0, LateImports)
    try:
        yield
    finally:
        sys.meta_path.remove(LateImports)
