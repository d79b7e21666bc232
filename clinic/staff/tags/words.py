"""Tags by the words that people write, and by the ids that patients keep."""

from collections.abc import Iterable, Mapping, Sequence

from clinic.staff.models import Tag
from clinic.ui.forms import one_line


class UnknownTag(ValueError):
    """The clinic has no tag of a word."""

    def __init__(self, word: str) -> None:
        super().__init__(f"There is no tag “{word}”. Whoever looks after the clinic adds tags in its settings.")


def word_key(word: str) -> str:
    return one_line(word).casefold()


def ids_by_word(tags: Iterable[Tag]) -> dict[str, int]:
    """The ids of the tags by `word_key`."""
    return {word_key(tag.word): tag.pk for tag in tags}


def known_tags() -> dict[str, int]:
    return ids_by_word(all_tags())


def ids_of(words: Iterable[str], known: Mapping[str, int] | None = None) -> list[int]:
    """The ids of the tags that are called so, however they are capitalised; raises UnknownTag.

    Who reads many rows gives the tags that are `known`, read once.
    """
    wanted = [word for word in words if word_key(word)]
    if not wanted:
        return []
    known = known_tags() if known is None else known
    for word in wanted:
        if word_key(word) not in known:
            raise UnknownTag(one_line(word)[:40])
    return sorted({known[word_key(word)] for word in wanted})


def tags_of(held: Sequence[Sequence[int]]) -> list[list[Tag]]:
    """Of each list of ids the tags, in the order of their words; one query, or none where nobody has a tag."""
    ids = {id for each in held for id in each}
    known = list(Tag.objects.filter(pk__in=ids)) if ids else []
    return [[tag for tag in known if tag.pk in each] for each in held]


def all_tags() -> list[Tag]:
    return list(Tag.objects.all())


def choices() -> list[tuple[int, str]]:
    return list(Tag.objects.values_list("pk", "word"))
