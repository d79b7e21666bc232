"""Dates as people type them. Forms, patients' links and the search read them here."""

import re
import unicodedata
from calendar import monthrange
from datetime import date

from django.core.exceptions import ValidationError

from clinic.text.signs import plain

Range = tuple[date, date]

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
# The other languages' months: German, French, Spanish, Italian, Dutch, Polish in both cases, Portuguese.
MORE_MONTHS = (
    "januar jänner janvier enero gennaio januari styczeń stycznia janeiro",
    "februar feber février febrero febbraio februari luty lutego fevereiro",
    "märz mars marzo maart mrt marzec marca março",
    "avril abril aprile kwiecień kwietnia",
    "mai mayo maggio mei maj maja maio",
    "juni juin junio giugno czerwiec czerwca junho",
    "juli juillet julio luglio lipiec lipca julho",
    "août aout agosto augustus sierpień sierpnia",
    "septembre septiembre setiembre settembre wrzesień września setembro",
    "oktober octobre octubre ottobre październik października outubro",
    "novembre noviembre listopad listopada novembro",
    "dezember décembre diciembre dicembre grudzień grudnia dezembro",
)
WORD, GAP, OF = r"[^\W\d_]{3,}", r"[ ./,-]*", "(?:of |de |del |di |d')?"
NTH = r"(?:(?:st|nd|rd|th|er|e|o|a)(?![^\W\d_]))?"
YEAR = re.compile(r"\d{4}")
MONTH = re.compile(rf"(?:(?P<m>{WORD}){GAP}{OF}|(?P<n>\d{{1,2}}) ?[./-] ?)(?P<y>\d{{4}})")
MONTH_LAST = re.compile(r"(?P<y>\d{4}) ?[./-] ?(?P<n>\d{1,2})")
# What other programs, and letters, write around a date: "Sun, 12 March 1961", "1961-03-12T00:00:00Z".
WEEKDAY = re.compile(r"^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?|(?:mon|tue|wed|thu|fri|sat|sun)\.?,) ?(?=\w)")
MIDNIGHT = re.compile(r"(?<=\d)[t ]00:00(?::00(?:\.0+)?)?(?: ?(?:z|\+00:?00))?$")
PACKED = re.compile(r"\d{8}")
CENTURY = re.compile("18|19|20")
YEAR_FIRST = re.compile(r"(?P<y>\d{4}) ?(?P<gap>[./ -]) ?(?P<m>\d{1,2}) ?(?P=gap) ?(?P<d>\d{1,2})")
YEAR_AND_WORD = re.compile(rf"(?P<y>\d{{4}}){GAP}(?P<m>{WORD}){GAP}(?P<d>\d{{1,2}})")
# As Chinese and Japanese write it, and Korean, whose signs are taken apart like letters with accents.
SIGNS = unicodedata.normalize("NFD", r"(?P<y>\d{4})(?:年|년) ?(?P<m>\d{1,2})(?:月|월) ?(?P<d>\d{1,2})(?:日|일)")
OF_SIGNS = re.compile(SIGNS)
NUMERIC = re.compile(r"(?P<d>\d{1,2}) ?[./ -] ?(?P<m>\d{1,2}) ?[./ -] ?(?P<y>\d{2,4})")
DAY_FIRST = re.compile(rf"(?P<d>\d{{1,2}}){NTH}{GAP}{OF}(?P<m>{WORD}){GAP}{OF}(?P<y>\d{{2,4}})")
MONTH_FIRST = re.compile(rf"(?P<m>{WORD}){GAP}(?P<d>\d{{1,2}}){NTH}[ ./,-]+(?P<y>\d{{2,4}})")
GUESS = r"(?:about|around|approx|circa|ca|est(?:imated)?)"
ABOUT = re.compile(rf"(?:{GUESS}(?![^\W\d_])\.?|c\.|c(?=\d)|~)\s*")
PERHAPS = re.compile(rf"(?<=\d)\s*(?:\?|\(?\b{GUESS}\b\.?\)?)$")
HINT = "Write day, month and year, such as 12 March 1961 or 12/3/1961."


def without_accents(text: str) -> str:
    """The text in small letters without accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


WORDS = [
    (number, without_accents(word))
    for number, words in enumerate(map(" ".join, zip(MONTHS, MORE_MONTHS, strict=True)), start=1)
    for word in words.split()
]


def written(day: date) -> str:
    """A date as our fields are filled with it, "12 March 1961": what `parse_date` reads, in every language."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def short(day: date) -> str:
    """A date within a name, "12 Mar 1961": one spelling, whatever the language of whoever makes the name."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()[:3]} {day.year}"


def month_number(text: str) -> int:
    """The month that a number, or the beginning of its name in some language, stands for."""
    if text.isdigit():
        return int(text)
    found = {number for number, month in WORDS if month.startswith(text)}
    if len(found) != 1:
        raise ValidationError(f"“{text}” is not a month. {HINT}", code="invalid")
    return found.pop()


def without_about(text: str) -> tuple[str, bool]:
    """The date that is said to be "about" right, and whether it is: "about 1960", "1960?", "12/3/1961 (est)"."""
    simple = without_accents(plain(text))
    if found := ABOUT.match(simple):
        return simple[found.end() :], True
    rest = PERHAPS.sub("", simple)
    return rest, rest != simple


def parse_days(text: str) -> Range:
    """The first and the last day of what `text` names: a day, day before month, or a month or a year alone.

    Raises ValidationError saying what is wrong with it.
    """
    simple = without_accents(plain(text)).rstrip(" .")
    try:
        if YEAR.fullmatch(simple):
            return date(int(simple), 1, 1), date(int(simple), 12, 31)
        if found := MONTH.fullmatch(simple) or MONTH_LAST.fullmatch(simple):
            year, month = int(found["y"]), month_number(found["n"] or found["m"])
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        day = _day(simple)
    except ValueError as error:
        reason = (
            f"This is not a date we can read. {HINT}" if simple == "0000" else "There is no such day in the calendar."
        )
        raise ValidationError(reason, code="invalid") from error
    return day, day


def _day(simple: str) -> date:
    """The day that a text in small letters names; raises ValueError where the calendar has no such day."""
    simple = MIDNIGHT.sub("", WEEKDAY.sub("", simple, count=1))
    if PACKED.fullmatch(simple):
        year_last = CENTURY.match(simple[4:]) is not None  # which is no month, so that it is not both
        simple = "-".join((simple[4:], simple[2:4], simple[:2]) if year_last else (simple[:4], simple[4:6], simple[6:]))
    patterns = (YEAR_FIRST, NUMERIC, DAY_FIRST, MONTH_FIRST, YEAR_AND_WORD, OF_SIGNS)
    match = next((found for pattern in patterns if (found := pattern.fullmatch(simple))), None)
    if match is None:
        raise ValidationError(f"This is not a date we can read. {HINT}", code="invalid")
    if len(match["y"]) != 4:
        raise ValidationError("Write the year with four digits.", code="invalid")
    return date(int(match["y"]), month_number(match["m"]), int(match["d"]))


def parse_date(text: str) -> date:
    """The one day that `text` names; raises ValidationError as `parse_days` does, and where it names no day."""
    first, last = parse_days(text)
    if first != last:
        raise ValidationError(f"The day is missing. {HINT}", code="invalid")
    return first
