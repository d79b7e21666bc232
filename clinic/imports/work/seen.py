"""Which rows of a file say again what an earlier one says, with a few bytes for each row."""

from array import array
from collections.abc import Iterator

AT_ONCE = 200_000  # keys of one pass; so many are held as objects


class Seen:
    """Keys by row. Keys are told apart by 64 bits of them, among millions of rows well enough."""

    def __init__(self) -> None:
        self.keys, self.rows = array("q"), array("I")

    def note(self, row: int, key: object) -> None:
        self.keys.append(hash(key))
        self.rows.append(row)

    def again(self) -> Iterator[tuple[int, int]]:
        """Each row whose key an earlier one has, and that one; the rows of a pass in their order."""
        passes = len(self.keys) // AT_ONCE + 1
        for number in range(passes):
            first: dict[int, int] = {}
            for key, row in zip(self.keys, self.rows, strict=True):
                if key % passes == number and first.setdefault(key, row) != row:
                    yield row, first[key]
