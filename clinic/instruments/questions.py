"""The questions of an instrument as a form shows them: to whoever answers, and in a preview."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clinic.instruments.definitions import ENGLISH, Definition
from clinic.instruments.items.answers import NO, YES, words
from clinic.instruments.items.conditions import asked_words
from clinic.instruments.items.parts import DATE, ONE, YES_NO, Answer, Item
from clinic.instruments.keys import LETTERS, keys_of
from clinic.instruments.texts.surroundings import Surroundings, surroundings

PREFIX = "answer-"


@dataclass(frozen=True)
class Choice:
    """One option of an item. `key` is the key that chooses it (`clinic.instruments.keys`)."""

    value: str
    text: str
    key: str
    checked: bool


@dataclass(frozen=True)
class Shown:
    """When a question is asked: in words, and for the script of the page the fields and values that meet it."""

    words: str
    any: bool
    conditions: tuple[dict[str, Any], ...]

    @property
    def rule(self) -> str:
        return json.dumps({"any": self.any, "conditions": self.conditions})


@dataclass(frozen=True)
class Question:
    """One item as the page shows it, with the headings and texts around it."""

    code: str
    number: int
    text: str
    hint: str
    kind: str
    around: Surroundings = field(default_factory=Surroundings)
    shown: Shown | None = None
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    limits: str = ""
    value: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        return PREFIX + self.code


def form_questions(
    definition: Definition,
    items: Iterable[Item],
    *,
    responses: Mapping[str, Answer | None],
    language: str = ENGLISH,
    typed: Mapping[str, list[str]] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[Question]:
    """The questions of the form. `typed` goes before `responses`, so that nothing typed is lost."""
    translation = definition.translations.get(language)
    items = tuple(items)
    numbers = {item.code: number for number, item in enumerate(items, start=1)}
    around = surroundings(definition, items)
    found = []
    for item in items:
        values = (typed or {}).get(item.code) or typed_as(item, responses.get(item.code))
        texts = translation.options if translation else {}
        found.append(
            Question(
                code=item.code,
                number=numbers[item.code],
                text=translation.items.get(item.code, item.text) if translation else item.text,
                hint=item.hint,
                kind=item.kind,
                around=around[item.code],
                shown=_shown(definition, item, numbers, texts),
                choices=_choices(definition, item, values, texts),
                unit=item.measure.unit if item.measure else "",
                limits=item.measure.limits if item.measure else "",
                value=values[-1] if values else "",
                error=(errors or {}).get(item.code, ""),
            )
        )
    return found


def typed_as(item: Item, answer: Answer | None) -> list[str]:
    """An answer as its fields hold it."""
    if answer is None:
        return []
    if isinstance(answer, tuple):
        return [str(each) for each in answer]
    return [words(item, answer) if item.kind in (DATE, YES_NO) else str(answer)]


def _shown(definition: Definition, item: Item, numbers: Mapping[str, int], texts: Mapping[str, str]) -> Shown | None:
    if item.asked_if is None:
        return None
    said = asked_words(definition, item.code, numbers=numbers, texts=texts)
    conditions = tuple(
        {
            "name": PREFIX + each.item,
            "values": sorted(
                text for answer in each.answers for text in typed_as(definition.by_code[each.item], answer)
            ),
            "without": each.without,
        }
        for each in definition.asking[item.code]
    )
    return Shown(said[:1].upper() + said[1:], item.asked_if.anyone, conditions)


def _choices(definition: Definition, item: Item, values: list[str], texts: Mapping[str, str]) -> tuple[Choice, ...]:
    if item.kind == YES_NO:
        return tuple(Choice(text, text, key, text in values) for text, key in zip((YES, NO), LETTERS, strict=False))
    keys = keys_of(definition, item) if item.kind == ONE else [""] * len(item.options)
    return tuple(
        Choice(str(value), texts.get(option.text, option.text), key, str(value) in values)
        for (value, option), key in zip(item.by_value.items(), keys, strict=True)
    )
