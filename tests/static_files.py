"""The static files are listed once a process.

Each client of a test has middleware of its own, and WhiteNoise looks at some 500 files when its middleware is made:
a sixth of a run was that.
"""

from whitenoise.base import WhiteNoise
from whitenoise.responders import StaticFile

Listed = tuple[str, str, int | None]


def list_once() -> None:
    """From here on, in this process: what was found under a folder is kept for the next middleware."""
    found: dict[Listed, dict[str, StaticFile]] = {}
    look = WhiteNoise.update_files_dictionary

    def update(self: WhiteNoise, root: str, prefix: str) -> None:
        listed = root, prefix, self.max_age
        if listed not in found:
            look(self, root, prefix)
            found[listed] = dict(self.files)
        self.files.update(found[listed])

    WhiteNoise.update_files_dictionary = update
