"""The numbers of items: those that a Questionnaire prints, or counted ones."""

from typing import Any


def _printed(prefix: str) -> str:
    """The number in a prefix: "1" in "1.", "Q 1 (a)" in "Q 1 (a):"."""
    number = prefix.rstrip(" .:")
    return number if "(" in number else number.rstrip(")")


def numbered(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items with the numbers that the Questionnaire prints; counted if one of them has no number of its own.

    A printed number that is not the item's stays in front of the text.
    """
    printed = [_printed(item["prefix"]) for item in items]
    own = all(printed) and len(set(printed)) == len(printed) and max(map(len, printed), default=0) <= 20
    found = []
    for number, item in enumerate(items, 1):
        code = printed[number - 1] if own else str(number)
        rest = {name: value for name, value in item.items() if name != "prefix"}
        if not own and printed[number - 1] not in ("", code):
            rest["text"] = f"{item['prefix']} {item['text']}"
        found.append({"code": code, **rest})
    return found
