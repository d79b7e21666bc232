"""Modules of packages that other packages import at their start and that hardly any request uses."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any

RARELY_USED = {
    "jwcrypto.jwk": "oauth2_provider.models, for OpenID Connect, which is not offered; cryptography comes with it",
    "sqlparse": "Django's PostgreSQL operations, for scripts in migrations",
    "uritemplate": "rest_framework.compat, for the OpenAPI document",
}
# Of which names are called, not looked into: what stands in for them until then loads the module when it is called.
CALLED_LATE = {"oauth2_provider.validators": "oauth2_provider.models; compiling its patterns is 22 ms of the start"}
# The package that imports it does without, with nothing lost here. Some are only in the environment of development.
OPTIONAL = {
    "greenlet": "structlog, for gevent",
    "pygments": "rest_framework.compat, for pages that are not served",
    "requests": "rest_framework.compat, for a client of its tests",
    "rich": "structlog, for tracebacks in a terminal",
    "yaml": "rest_framework.compat, for a renderer that is not used",
}


class StandIn(Loader):
    """Makes a module of which everything can be called, and nothing else."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        def stand_in(name: str) -> Callable[..., Any]:
            if name.startswith("__"):
                raise AttributeError(name)
            return partial(call, module.__name__, name)

        vars(module)["__getattr__"] = stand_in


def call(module: str, name: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(import_module(module), name)(*args, **kwargs)


class LateImports:
    """Finds what is rarely used so that it loads when something of it is first asked for; hides what is optional."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name in OPTIONAL:
            raise ModuleNotFoundError(f"{name} is left out of the start", name=name)
        if name in CALLED_LATE:
            return ModuleSpec(name, StandIn())
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
        for name in CALLED_LATE:
            if sys.modules.pop(name, None):
                package, _, module = name.rpartition(".")
                delattr(sys.modules[package], module)
