"""Read parts of a definition from plain data. A fault is noted with its place, and reading continues."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clinic.instruments.items.parts import Number

Path = tuple[str | int, ...]
LARGEST = Decimal("100000")
MOST_DECIMALS = 2
NO_SEVERITY = "none"


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: `path` leads into the data, such as `("items", 2, "text")`."""

    path: Path
    message: str

    @property
    def place(self) -> str:
        """The path in words: "items 3, text"."""
        words: list[str] = []
        for step in self.path:
            if isinstance(step, int) and words:
                words[-1] += f" {step + 1}"
            else:
                words.append(str(step))
        return ", ".join(words)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.path else self.message


class Faults(ValueError):
    """The definition cannot be used. `faults` says why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def exact(value: Any) -> Number | None:
    """A JSON or TOML number as a whole number or decimal; None for anything else, or if it is too large or too fine."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    # Arithmetic would round 1E-9999999 to 0 and overflow on 1E9999999, so the first digit's place is checked first.
    if not number.is_finite() or (number and not -MOST_DECIMALS <= number.adjusted() <= LARGEST.adjusted()):
        return None
    if abs(number) > LARGEST:
        return None
    if not number or number == number.to_integral_value():
        return int(number) if number else 0
    number = number.normalize()
    return number if -int(number.as_tuple().exponent) <= MOST_DECIMALS else None


def as_plain(value: Any) -> Any:
    """Convert data for JSON: decimals become numbers, which `exact` reads back."""
    if isinstance(value, dict):
        return {name: as_plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


class Reader:
    """One table of the data. A wrong value is noted in `faults`, and a harmless one is returned."""

    def __init__(self, data: dict[str, Any], path: Path, faults: list[Fault]) -> None:
        self.data, self.path, self.faults = data, path, faults
        self.known: set[str] = set()

    def note(self, name: str | None, message: str) -> None:
        self.faults.append(Fault(self.path if name is None else (*self.path, name), message))

    def has(self, name: str) -> bool:
        self.known.add(name)
        return name in self.data

    def text(self, name: str, *, required: bool = True, longest: int = 500) -> str:
        if not self.has(name):
            if required:
                self.note(None, f"“{name}” is missing.")
            return ""
        value = self.data[name]
        if not isinstance(value, str) or (required and not value.strip()):
            self.note(name, "This must be text.")
            return ""
        if len(value) > longest or not value.isprintable():
            self.note(name, f"This must be one line of at most {longest} characters.")
            return ""
        return value

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        if default is not None and not self.has(name):
            return default
        value = self.text(name)
        if value and value not in choices:
            self.note(name, f"“{value}” is none of: {', '.join(choices)}.")
        return value if value in choices else choices[0]

    def number(self, name: str, default: Number | None = None) -> Number:
        found = self.optional_number(name)
        if found is None and default is None and name not in self.data:
            self.note(None, f"“{name}” is missing.")
        return found if found is not None else default or 0

    def optional_number(self, name: str) -> Number | None:
        if not self.has(name):
            return None
        found = exact(self.data[name])
        if found is None:
            self.note(name, "This must be a number of at most 100,000 with at most two decimal places.")
        return found

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        value = self.optional_whole(name, low, high)
        if value is None and default is None and name not in self.data:
            self.note(None, f"“{name}” is missing.")
        return value if value is not None else (low if default is None else default)

    def optional_whole(self, name: str, low: int, high: int) -> int | None:
        if not self.has(name):
            return None
        value = self.data[name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.note(name, f"This must be a whole number from {low} to {high}.")
            return None
        return value

    def severity(self, name: str) -> int | None:
        """A whole number from 0 to 4; None for “none”, which has to be said."""
        if self.has(name) and self.data[name] == NO_SEVERITY:
            return None
        if self.has(name) and isinstance(self.data[name], str):
            self.note(name, f"This must be a whole number from 0 to 4, or “{NO_SEVERITY}”.")
            return None
        return self.whole(name, 0, 4)

    def flag(self, name: str, *, default: bool) -> bool:
        if not self.has(name):
            return default
        if not isinstance(self.data[name], bool):
            self.note(name, "This must be true or false.")
            return default
        return bool(self.data[name])

    def texts(self, name: str, choices: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of different texts, all from `choices` if given; empty if it is missing."""
        if not self.has(name):
            return ()
        value = self.data[name]
        if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
            self.note(name, "This must be a list of texts.")
            return ()
        if strange := [item for item in value if choices is not None and item not in choices]:
            self.note(name, f"“{strange[0]}” is none of: {', '.join(choices or ())}.")
        elif len(set(value)) < len(value):
            self.note(name, "Something is named twice.")
        return tuple(dict.fromkeys(item for item in value if choices is None or item in choices))

    def table(self, name: str) -> "Reader":
        """The table of that name; an empty one if it is missing."""
        value = self.data[name] if self.has(name) else {}
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            self.note(name, "This must be a table of names and values.")
            value = {}
        return Reader(value, (*self.path, name), self.faults)

    def rows(self, name: str, most: int) -> list["Reader"]:
        """The list of tables of that name; empty if it is missing."""
        value = self.data[name] if self.has(name) else []
        if not isinstance(value, list) or len(value) > most:
            self.note(name, f"This must be a list of at most {most}.")
            return []
        found = []
        for index, row in enumerate(value):
            if isinstance(row, dict):
                found.append(Reader(row, (*self.path, name, index), self.faults))
            else:
                self.faults.append(Fault((*self.path, name, index), "This must be a table of names and values."))
        return found

    def close(self) -> None:
        """Note every name that nothing has read."""
        for name in self.data:
            if name not in self.known:
                self.note(name, "There is no such entry here.")
