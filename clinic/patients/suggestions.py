"""What to do when a search finds nobody: near spellings, archived patients, or a new patient with what was typed."""

import re
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from clinic.access import Permission, Request
from clinic.lists.page.addresses import address_of, mine_of
from clinic.lists.page.list_page import Link, ListPage, counted
from clinic.lists.page.narrowing import SearchFilter
from clinic.lists.reading.listing import Listing
from clinic.patients.dates import check_birth_date, precision_of, typed_again
from clinic.patients.filters import Archived
from clinic.patients.search.dates import birth_ranges, birthday_of, dated
from clinic.patients.search.rules import search_for
from clinic.patients.search.typed import DIGITS, words_of
from clinic.text.dates import Range
from clinic.text.full_names import family_first
from clinic.text.phones import parse_phone, parted
from clinic.text.signs import plain
from clinic.ui.forms import one_line

NEAR = """
SELECT word, similarity(word, public.search_key(%s)) AS alike FROM patients_nameword
WHERE word %% public.search_key(%s) AND word <> public.search_key(%s)
GROUP BY word ORDER BY alike DESC, word LIMIT 3
"""


def suggest(request: Request, page: ListPage, filterset: SearchFilter, *, may_edit: bool) -> None:
    """Fill the links and the action of an empty list of patients."""
    text = page.q.strip()
    if not text:
        return
    near = [spelling for spelling in near_spellings(text) if _finds_somebody(filterset, spelling)]
    links = [Link(f"Search for “{spelling}”", _address(request, q=spelling)) for spelling in near]
    if archived := archived_matches(request, filterset):
        found = "1 archived patient matches" if archived == 1 else f"{counted(archived, page)} in the archive match"
        links.append(Link(found, _address(request, archived=Archived.ONLY.value)))
    page.empty_links = links
    page.empty_text = "Nobody matches this search and these filters."
    if may_edit:
        address = f"{reverse('patients:new')}?{urlencode({'q': text})}"
        page.empty_action = Link("Register a patient with these details", address)


def _address(request: Request, **changes: str) -> str:
    kept = {name: value for name, value in request.GET.items() if name not in ("page", "after", "before", "count")}
    return f"{request.path}?{urlencode({**kept, **changes})}"


def near_spellings(text: str) -> list[str]:
    """The text with its least familiar word replaced by words of names that look like it, the likest first."""
    words = words_of(text)
    if not words or len(words) > 5 or any(re.search(r"\d", word) for word in words):
        return []
    found: list[str] = []
    with connection.cursor() as cursor:
        for at, word in enumerate(words):
            cursor.execute(NEAR, [word, word, word])
            found += [" ".join([*words[:at], near, *words[at + 1 :]]) for near, _ in cursor.fetchall()]
    return found[:5]


def _finds_somebody(filterset: SearchFilter, text: str) -> bool:
    search = search_for(text)
    return bool(search and Listing(filterset.narrowed(filterset.queryset), search.grades).first(1).records)


def archived_matches(request: Request, filterset: SearchFilter) -> int:
    """How many archived patients the same search and filters find; 0 where archived ones were asked for already."""
    if filterset.form.cleaned_data["archived"]:
        return 0
    parameters = {**request.GET.dict(), "archived": Archived.ONLY.value}
    archived = type(filterset)(parameters, queryset=filterset.queryset, request=request)
    search = archived.searched(archived.form.cleaned_data["q"]) if archived.is_valid() else None
    return Listing(archived.narrowed(archived.queryset), search.grades).count() if search else 0


def details_in(text: str) -> dict[str, Any]:
    """What a search says of a new patient, as a form is filled with it: a phone number, or a name and a birth date."""
    text = one_line(text)[:200]
    if not text or "\0" in text:
        return {}
    if birthday_of(text):
        return {}
    name, days, _ = dated(text)
    if not days and (ranges := birth_ranges(text)):
        return _birth(ranges[0])
    if DIGITS.fullmatch(parted(plain(text))[0]):
        try:
            return {"phone_number": parse_phone(text) or ""}
        except ValidationError:
            return {"phone_number": text}
    if not words_of(name):
        return {}
    name = _as_a_name(name)
    full_name, family_name = family_first(name) or (name, "")
    named = {"full_name": full_name, **({"family_name": family_name} if family_name else {})}
    return {**named, **(_birth(days[0]) if days else {})}


def _birth(days: Range) -> dict[str, Any]:
    try:
        return {"date_of_birth": typed_again(check_birth_date(days[0]), precision_of(days, estimated=False))}
    except ValidationError:
        return {}


def _as_a_name(text: str) -> str:
    """Names are searched for in small letters, and written with capitals."""
    return " ".join(word[:1].upper() + word[1:] for word in text.split()) if text == text.lower() else text


def links_beside(request: Request) -> list[Link]:
    """One's own patients in one click, lists that are picked by hand, and the bin, as far as somebody may open them."""
    links = [Link("Lists", address_of("hand_picked:list"))]
    if mine := mine_of(request, "patients:list"):
        links.insert(0, Link("Mine", mine))
    if Permission.PATIENTS_MERGE in request.permissions:
        links.append(Link("Bin", address_of("binning:list")))
    return links
