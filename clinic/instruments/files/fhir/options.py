"""The answers that a question of a Questionnaire offers: its own, or those of a value set in the same file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clinic.instruments.files.fhir.understood import POINTS, dicts, extension, strange
from clinic.instruments.files.fhir.wording import clean
from clinic.instruments.items.parsing import LOINC
from clinic.instruments.reading import exact

SAID = "is not understood here"
NUMBER = "a number of at most 100,000 with at most two decimal places"


@dataclass(frozen=True)
class Answer:
    """One answer: its text, the value that is exchanged, and its points. Those are None if it has none."""

    text: str
    code: dict[str, str]
    points: int | Decimal | None = None

    @property
    def is_its_points(self) -> bool:
        """Whether the answer is a whole number that counts as it is."""
        return self.code.get("kind") == "integer" and str(self.points) == self.code["code"]

    @property
    def option(self) -> dict[str, Any]:
        loinc = self.code["code"]
        return {"text": self.text, "points": self.points, **({"loinc": loinc} if LOINC.fullmatch(loinc) else {})}


class Answers:
    """Reads the answers of questions. What cannot be read whole is a sentence in `problems`."""

    def __init__(self, contained: Any, problems: list[str]) -> None:
        self.problems = problems
        self.contained = list(dicts(contained))

    def of(self, part: dict[str, Any], where: str) -> list[Answer]:
        """The answers of a question. It is a problem if there are fewer than two, or if only some have points."""
        before = len(self.problems)
        found = self._found(part, where)
        if len(self.problems) > before:
            return found
        with_points = [answer for answer in found if answer.points is not None]
        if len(found) < 2:
            self.problems.append(
                f"{where} has {'only one answer' if found else 'no answers'} to choose from in the file."
            )
        elif not all(answer.text for answer in found):
            self.problems.append(f"{where} has an answer without words.")
        elif 0 < len(with_points) < len(found):
            self.problems.append(f"{where}: some answers have points and others have none.")
        return found

    def _found(self, part: dict[str, Any], where: str) -> list[Answer]:
        name = part.get("answerValueSet")
        if part.get("answerOption") and name:
            self.problems.append(f"{where} has both answers of its own and a value set.")
        elif name:
            return [self._coding(coding, kind, where) for coding, kind in self._value_set(str(name), where)]
        return [self._option(option, where) for option in dicts(part.get("answerOption"))]

    def _option(self, option: dict[str, Any], where: str) -> Answer:
        self._strange(option, "option", where)
        if option.get("initialSelected"):
            self.problems.append(f"{where} has an answer that is chosen from the start (“initialSelected”).")
        coding = option.get("valueCoding")
        if isinstance(coding, dict):
            return self._coding(coding, "coding", where, points_of=(option, coding))
        whole, text = option.get("valueInteger"), clean(option, "valueString")
        if isinstance(whole, int):
            points = self._points((option,), str(whole), where)
            return Answer(str(whole), {"code": str(whole), "kind": "integer"}, whole if points is None else points)
        return Answer(text, {"code": text, "kind": "string"}, self._points((option,), text, where))

    def _coding(
        self, coding: dict[str, Any], kind: str, where: str, *, points_of: tuple[dict[str, Any], ...] = ()
    ) -> Answer:
        self._strange(coding, kind, where)
        code, system = clean(coding, "code"), clean(coding, "system")
        text = clean(coding, "display") or code
        known = {"code": code} | ({"system": system} if system else {})
        return Answer(text, known, self._points(points_of or (coding,), text, where))

    def _points(self, parts: tuple[dict[str, Any], ...], text: str, where: str) -> int | Decimal | None:
        """The points that the extensions of an answer give; None if it has none."""
        given = [found for part in parts for name in POINTS if (found := extension(part, name)) is not None]
        points = {exact(found.get("valueDecimal", found.get("valueInteger"))) for found in given}
        if None in points:
            self.problems.append(f"{where}: the points of “{text[:60]}” are not {NUMBER}.")
        elif len(points) > 1:
            self.problems.append(f"{where}: “{text[:60]}” has two different numbers of points.")
        return next(iter(points), None)

    def _strange(self, part: dict[str, Any], kind: str, where: str) -> None:
        for name in strange(part, kind):
            self.problems.append(f"{where}: an answer or its value set has “{name}”, which {SAID}.")

    def _value_set(self, name: str, where: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The codings of a contained value set, named by its id or its address."""
        found = self._contained(name)
        if found is None:
            self.problems.append(f"{where} takes its answers from “{name[:200]}”, which is not in the file.")
            return
        self._strange(found, "value set", where)
        if self._has_scored_system():
            self.problems.append(f"{where}: the points are in a CodeSystem, which {SAID}.")
        if isinstance(expansion := found.get("expansion"), dict):
            yield from self._expanded(expansion, where)
        elif isinstance(compose := found.get("compose"), dict):
            yield from self._composed(compose, where)

    def _contained(self, name: str) -> dict[str, Any] | None:
        for part in self.contained:
            url = part.get("url")
            addresses = {f"#{part.get('id')}"} | ({url, f"{url}|{part.get('version')}"} if url else set())
            if part.get("resourceType") == "ValueSet" and name in addresses:
                return part
        return None

    def _has_scored_system(self) -> bool:
        systems = [part for part in self.contained if part.get("resourceType") == "CodeSystem"]
        return any(points in json.dumps(systems, default=str) for points in POINTS)

    def _expanded(self, expansion: dict[str, Any], where: str) -> Iterator[tuple[dict[str, Any], str]]:
        self._strange(expansion, "expansion", where)
        entries = list(dicts(expansion.get("contains")))
        if expansion.get("offset") or expansion.get("total", len(entries)) != len(entries):
            self.problems.append(f"{where}: the file has only a part of the value set.")
        for entry in entries:
            if entry.get("abstract") or entry.get("inactive") or entry.get("contains"):
                entry_text = clean(entry, "display") or clean(entry, "code")
                self.problems.append(f"{where}: “{entry_text}” of the value set is a heading, or no answer any more.")
            yield entry, "contains"

    def _composed(self, compose: dict[str, Any], where: str) -> Iterator[tuple[dict[str, Any], str]]:
        self._strange(compose, "compose", where)
        if compose.get("exclude"):
            self.problems.append(f"{where}: the value set has “exclude”, which {SAID}.")
        for include in dicts(compose.get("include")):
            self._strange(include, "include", where)
            if include.get("filter") or include.get("valueSet") or not include.get("concept"):
                system = clean(include, "system") or "another value set"
                self.problems.append(f"{where}: the value set takes answers of “{system}” without naming each.")
            for concept in dicts(include.get("concept")):
                yield {**concept, "system": include.get("system", "")}, "concept"
