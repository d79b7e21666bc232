"""Writing the clinic's tags."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.audit.actions import By, difference, event, snapshot
from clinic.audit.models import AuditEvent
from clinic.staff.models import Tag

WRITTEN = ("word", "colour")


class WordTaken(Exception):
    """The clinic has a tag of that word."""


class TagInUse(Exception):
    """Somebody has the tag: `count` patients."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count:,} patients have this tag.")
        self.count = count


@transaction.atomic
def save_tag(*, by: By, id: int | None, word: str, colour: str) -> Tag:
    """Make a tag, or give it another word and colour; raises Tag.DoesNotExist and WordTaken."""
    tag = Tag() if id is None else Tag.objects.select_for_update().get(pk=id)
    before = {} if id is None else snapshot(tag, WRITTEN)
    tag.word, tag.colour = word, colour
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError as error:
        raise WordTaken from error
    _record("tag.created" if id is None else "tag.changed", tag, by, difference(before, snapshot(tag, WRITTEN)))
    return tag


@transaction.atomic
def remove_tag(*, by: By, id: int, count: int) -> None:
    """Forget a tag that none of the `count` patients has any more; raises Tag.DoesNotExist and TagInUse."""
    tag = Tag.objects.select_for_update().get(pk=id)
    if count:
        raise TagInUse(count)
    _record("tag.removed", tag, by, {"word": [tag.word, None]})
    tag.delete()


def _record(action: str, tag: Tag, by: By, changes: dict[str, Any]) -> None:
    """Tags have numbers, and the trail names records by UUIDs: the number stands at the end of one."""
    made: AuditEvent = event(action, by=by, record_type="tag", record_id=UUID(int=tag.pk), changes=changes)
    made.save(force_insert=True)
