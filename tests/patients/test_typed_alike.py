"""What a form takes JSON takes, and the search finds by the same text: names, phone numbers, dates, record numbers."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clinic.api.objects.patients import PatientSerializer
from clinic.patients.dates import parse_birth_date
from clinic.patients.forms import PatientForm
from clinic.patients.suggestions import details_in
from clinic.tenancy.scope import clinic_scope
from clinic.text.dates import MONTHS, MORE_MONTHS
from clinic.text.full_names import filed_family_name, read_name
from clinic.text.phones import parse_phone, parted
from clinic.text.signs import plain
from tests.filled import searched
from tests.world import make_patient

PHONE = "+447700900134"
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


@pytest.fixture
def scope(riverside):
    with clinic_scope(riverside.clinic):
        yield str(riverside.clinician.pk)


def typed(user, **fields):
    """What the form makes of it, and what JSON does; each None where it is refused."""
    values = {"full_name": "Ana Bell", "gender": "female", "date_of_birth": "1961-03-12", **fields}
    form = PatientForm({"id": str(uuid4()), "user": user, **values}, next_number="P-1")
    json = PatientSerializer(data={"user": user, **values})
    kept = form.values() if form.is_valid() else None
    return kept, dict(json.validated_data) if json.is_valid() else None


def found_by(text: str, **fields) -> bool:
    """Whether the patient of these fields is found by the text."""
    with transaction.atomic():
        made = make_patient(**{"phone_number": "", "full_name": "Zed Other", "family_name": "Other"} | fields)
        found = made.pk in [record.pk for record in searched(text).first(100).records]
        transaction.set_rollback(True)
    return found


# Signs that a paste puts into a number or around it.
DASH = st.sampled_from(["-", *(sign for sign in map(chr, range(0x2010, 0x2016))), "\u2212", "\ufe63", "\uff0d"])
SPACE = st.sampled_from([" ", "\u00a0", "\u2009", "\u202f", "\u3000", "  "])
AROUND = st.sampled_from([("", ""), ("\u202a", "\u202c"), ("", "\u200b"), ("\u2066", "\u2069"), ("\ufeff", "")])
BEHIND = st.sampled_from(["", " ext 12", "x12", " ext. 12", "#12", ";ext=12", " Durchwahl 12"])


@st.composite
def phones(draw):
    gap, (before, behind) = draw(st.one_of(DASH, SPACE)), draw(AROUND)
    start = draw(st.sampled_from(["0", "+44", "0044", "+44 (0)"]))
    parts = draw(st.sampled_from([("7700", "900134"), ("7700", "900", "134"), ("7700900134",)]))
    return before + start + gap.join(parts) + draw(BEHIND) + behind


@st.composite
def beside(draw, number):
    """The beginnings of one or two names, in any order, and a number behind them, or before if it has no extension."""
    given_name, family = draw(st.sampled_from(["a", "an", "ana"])), draw(st.sampled_from(["b", "bel", "bell"]))
    name = " ".join(draw(st.permutations([given_name, family]))[: draw(st.integers(1, 2))])
    text, between = draw(number), draw(st.sampled_from([" ", ", ", "  "]))
    is_first = draw(st.booleans()) and not parted(plain(text))[1]
    return f"{text}{between}{name}" if is_first else f"{name}{between}{text}"


ENDS = st.integers(0, 7).map(lambda at: "7700900134"[at:])  # the last figures, three at least


@shared
@given(beside(st.one_of(phones(), ENDS)))
def test_name_with_a_number_finds_who_has_both(scope, text):
    named = {"full_name": "Ana Bell", "family_name": "Bell"}
    found = [
        found_by(text, **named, phone_number=PHONE), found_by(text, **named, second_phone_number=PHONE),
        found_by(text, **named, phone_number="+447911222333"), found_by(text, **named),
        found_by(text, phone_number=PHONE),
    ]  # fmt: skip
    assert found == [True, True, False, False, False]


@shared
@given(phones())
@example("07700\u2011900134")
@example("+44\u00a07700\u00a0900134")
@example("\u202a+44 7700 900134\u202c")
def test_phone_that_is_typed_is_taken_and_found(scope, text):
    form, json = typed(scope, phone_number=text)
    behind = "12" if plain(text).endswith("12") else ""
    assert [str(each["phone_number"].as_e164) for each in (form, json)] == [PHONE] * 2
    assert [each["phone_extension"] for each in (form, json)] == [behind] * 2
    assert found_by(text, phone_number=PHONE, phone_extension=behind)
    assert str(details_in(text)["phone_number"].as_e164) == PHONE


@pytest.mark.parametrize("text", ["7946 0021", "946002", "0463", "794\u20116002"])
def test_phone_without_its_area_is_asked_for(scope, text):
    assert typed(scope, phone_number=text) == (None, None)
    with pytest.raises(ValidationError, match="area code, such as 0121 234 5678"):
        parse_phone(text)


@pytest.mark.parametrize(
    "text", ["020 7946 0018 ask for Bo", "0800 FLOWERS", "12", "+44", "ext 12", "07700 900134 ext x"]
)
def test_phone_that_cannot_be_read_is_refused(scope, text):
    assert typed(scope, phone_number=text) == (None, None)
    with pytest.raises(ValidationError, match="whole phone number"):
        parse_phone(text)


@pytest.mark.parametrize("text", ["116 123", "116123", "999", "111"])
def test_short_number_of_the_region_is_kept_as_it_is(scope, text):
    digits = text.replace(" ", "")
    for at, values in enumerate(typed(scope, phone_number=text)):
        made = make_patient(full_name=f"Ana {at}", phone_number=values["phone_number"])
        assert (made.phone_text, made.phone_link) == (digits, f"tel:{digits}")
    assert found_by(text, phone_number=digits, record_number="X")


@st.composite
def dates(draw):
    day = draw(st.dates(date(1901, 1, 1), date(2020, 12, 31)))
    words = [MONTHS[day.month - 1], MONTHS[day.month - 1][:3].upper(), *MORE_MONTHS[day.month - 1].split()]
    word, gap = draw(st.sampled_from(words)), draw(st.one_of(DASH, SPACE, st.sampled_from("./")))
    spellings = [
        gap.join([str(day.day), str(day.month), str(day.year)]),
        gap.join([f"{day:%d}", word, str(day.year)]),
        f"{day.day}{word}{day.year}",
        f"{day:%d%m%Y}",
        f"{day:%Y%m%d}",
        gap.join([str(day.year), f"{day:%m}", f"{day:%d}"]),
        f"{word} {day.day}, {day.year}",
        f"{day.day} de {word} de {day.year}",
        f"about {day.day} {word} {day.year}",
    ]
    return day, "".join(
        draw(st.sampled_from([(before, text, behind) for before, behind in [draw(AROUND)] for text in spellings]))
    )


@shared
@given(dates())
@example((date(1961, 3, 12), "12-Mar-1961"))
@example((date(1961, 3, 12), "12\u20113\u20111961"))
def test_date_that_is_typed_is_taken_and_found(scope, dated):
    day, text = dated
    assert typed(scope, date_of_birth=text)[0]["date_of_birth"] == day
    assert found_by(text, date_of_birth=day)


@shared
@given(st.integers(1, 12), st.integers(1901, 2020), st.data())
def test_month_that_is_typed_is_taken_and_found(scope, month, year, data):
    word = data.draw(st.sampled_from([MONTHS[month - 1], *MORE_MONTHS[month - 1].split(), f"{month}/"]))
    text = f"{data.draw(st.sampled_from(['', 'about ']))}{word} {year}"
    born, precision = parse_birth_date(text)
    assert (born, precision) == (date(year, month, 1), "about_month" if text.startswith("about") else "month")
    assert found_by(text, date_of_birth=born)


# Letters of the scripts that clinics fill in, with what pasting adds between and around them.
LETTERS = st.text(st.characters(categories=["Lu", "Ll", "Lo"], max_codepoint=0x9FFF), min_size=3, max_size=12)


@shared
@given(
    st.lists(st.one_of(LETTERS, st.sampled_from(["O\u2019Brien", "Al-Hassan", "J\u00fcrgen"])), min_size=2, max_size=4),
    AROUND,
)
def test_name_that_is_typed_is_taken_and_found(scope, words, around):
    text = around[0] + "\u00a0".join(words) + around[1]
    try:
        read_name(text)
    except ValidationError:
        assert typed(scope, full_name=text) == (None, None)
        return
    form, json = typed(scope, full_name=text)
    assert form["full_name"] == json["full_name"]
    family = filed_family_name(form["full_name"])
    assert found_by(text, full_name=form["full_name"], family_name=family)


@shared
@given(st.text("ABab12", min_size=2, max_size=6), st.text("ABab12", min_size=2, max_size=6), DASH, AROUND)
def test_record_number_that_is_typed_is_taken_and_found(scope, one, two, dash, around):
    text = f"{around[0]}{one}{dash}7{two}{around[1]}"
    kept = [values["record_number"] for values in typed(scope, record_number=text)]
    assert kept == [f"{one}-7{two}"] * 2
    assert found_by(text, record_number=kept[0])
