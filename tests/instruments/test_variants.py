"""Wordings for countries in the places where an instrument is chosen, and what follows a positive screen."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.assessments.models import Assessment
from clinic.instruments.actions import set_instrument_choices
from clinic.instruments.files.toml import shipped
from clinic.instruments.variants import Offer, by_type, offers
from clinic.tenancy.models import Clinic
from clinic.tenancy.scope import clinic_scope
from tests.world import Writer, make_patient

PHQ9 = shipped()["phq-9", "2"]
COUNTRY = st.sampled_from(["GB", "US", "NZ", ""])
WORDINGS = ("audit-c", "audit-c-uk")


@st.composite
def instruments(draw):
    """Instruments of some types, some of them wordings of others for one country or two."""
    made = []
    for number in range(draw(st.integers(1, 6))):
        type = draw(st.sampled_from(["mental_health", "physical"]))
        definition = replace(PHQ9, id=f"i{number}", title=f"Instrument {number}", type=type)
        if made and draw(st.booleans()):
            countries = draw(st.lists(st.sampled_from(["GB", "US"]), min_size=1, unique=True))
            other = draw(st.sampled_from([each.id for each in made if not each.variant_of]))
            definition = replace(definition, variant_of=other, countries=tuple(countries))
        made.append(definition)
    return draw(st.permutations(made))


@given(instruments(), COUNTRY)
def test_one_wording_of_each_instrument_is_proposed_and_none_is_missing(made, country):
    found = offers(made, country)
    assert sorted(offer.definition.id for offer in found) == sorted(each.id for each in made)
    for root in {each.variant_of or each.id for each in made}:
        family = [offer for offer in found if root in (offer.definition.id, offer.definition.variant_of)]
        start = found.index(family[0])
        assert found[start : start + len(family)] == family
        assert [bool(offer.meant_for) for offer in family] == [False] + [True] * (len(family) - 1)
        wanted = [each.definition for each in family if country in each.definition.countries]
        wanted = wanted or [each.definition for each in family if not each.definition.countries]
        assert not wanted or family[0].definition in wanted


@given(instruments())
def test_types_stand_in_their_order_with_every_instrument_once(made):
    found = [Offer(each) for each in made]
    groups = by_type(found)
    assert [label for label, _ in groups] == [
        label
        for type, label in (("physical", "Physical"), ("mental_health", "Mental health"))
        if any(each.type == type for each in made)
    ]
    expected = [offer for type in ("physical", "mental_health") for offer in found if offer.definition.type == type]
    assert [offer for _, inside in groups for offer in inside] == expected


@pytest.fixture
def clinic(riverside):
    """A function that says where the clinic is, and which instruments it does not offer."""

    def said(country="", hidden=()):
        Clinic.objects.filter(pk=riverside.clinic.pk).update(country=country)
        with clinic_scope(riverside.clinic):
            set_instrument_choices(by=Writer(), licence_classes=["non-commercial"], hidden=list(hidden))

    said()
    return said


@pytest.fixture
def patient(riverside):
    with clinic_scope(riverside.clinic):
        return make_patient(gender="female")


PLACES = {
    "/assessments/new/?patient={}": r'instrument=([a-z0-9-]+)">\s*<strong>([^<]*)</strong>\s*<span class="hint">[^<]*'
    r'</span>\s*(?:<span class="hint">([^<]*)</span>)?',
    "/patients/{}/requests/": r'<option value="([a-z0-9-]+)"[^>]*>(AUDIT-C[^–]*) – ()',
    "/patients/{}/course/": r'<option value="([a-z0-9-]+)"[^>]*>(AUDIT-C[^<]*)()</option>',
}


@pytest.mark.parametrize("place", list(PLACES))
@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("GB", [("audit-c-uk", ""), ("audit-c", "other countries")]),
        ("US", [("audit-c", ""), ("audit-c-uk", "United Kingdom")]),
        ("", [("audit-c", ""), ("audit-c-uk", "United Kingdom")]),
    ],
)
def test_wording_of_the_clinic_s_country_stands_first_and_the_other_says_for_whom(
    clinic, riverside, sign_in, patient, place, country, expected
):
    clinic(country)
    page = sign_in(riverside.clinician).get(place.format(patient.pk))
    found = re.findall(PLACES[place], page.content.decode())
    shown = [(id, re.search(r"[Ff]or ([^)]*)", f"{title} {meant}")) for id, title, meant in found if id in WORDINGS]
    assert page.status_code == 200
    assert [(id, said[1].strip() if said else "") for id, said in shown] == expected


def test_new_assessment_has_instruments_under_their_types(clinic, riverside, sign_in, patient):
    page = sign_in(riverside.clinician).get(f"/assessments/new/?patient={patient.pk}").content.decode()
    section = page[page.index('class="instruments"') : page.index("Or write it down freely")]
    assert re.findall(r"<h3>([^<]*)</h3>", section) == ["Cognitive status", "Physical", "Mental health"]


def completed(client, patient, instrument, points):
    """The page of an assessment with those points in its three questions."""
    key = uuid4()
    form = {"id": key, "patient": patient.pk, "instrument": instrument, "date": "1 March 2026", "do": "complete"}
    answers = {f"answer-{code}": point for code, point in zip("123", points, strict=True)}
    sent = client.post(f"/assessments/new/?patient={patient.pk}&instrument={instrument}", {**form, **answers})
    assert sent.status_code == 302
    return f"/assessments/{key}/"


def proposed(client, path):
    page = client.get(path)
    assert page.status_code == 200
    found = re.findall(r'<a href="(/assessments/new/[^"]*)">Start the ([^<]*)</a>', page.content.decode())
    return [(address.replace("&amp;", "&"), title) for address, title in found]


@pytest.mark.parametrize(
    ("instrument", "points", "positive"),
    [
        ("audit-c", "210", True),
        ("audit-c", "110", False),
        ("audit-c-uk", "311", True),
        ("audit-c-uk", "211", False),
    ],
)
def test_positive_screen_proposes_the_audit(clinic, riverside, sign_in, patient, instrument, points, positive):
    client = sign_in(riverside.clinician)
    found = proposed(client, completed(client, patient, instrument, points))
    assert found == ([(f"/assessments/new/?patient={patient.pk}&instrument=audit", "AUDIT")] if positive else [])
    assert [client.get(address).status_code for address, _ in found] == [200] * positive


def test_audit_is_proposed_only_where_it_is_offered_and_to_who_may_begin_it(clinic, riverside, sign_in, patient):
    client = sign_in(riverside.clinician)
    path = completed(client, patient, "audit-c", "444")
    counts = [len(proposed(client, path)), len(proposed(sign_in(riverside.auditor), path))]
    clinic(hidden=["audit"])
    counts.append(len(proposed(sign_in(riverside.clinician), path)))
    assert counts == [1, 0, 0]


def test_positive_screen_of_an_earlier_version_proposes_the_audit_too(clinic, riverside, sign_in, patient):
    client = sign_in(riverside.clinician)
    path = completed(client, patient, "audit-c", "444")
    with clinic_scope(riverside.clinic):
        Assessment.objects.filter(pk=path.split("/")[2]).update(instrument_version="1")
    assert [title for _, title in proposed(client, path)] == ["AUDIT"]


def test_nobody_is_proposed_what_is_not_made_for_them(clinic, riverside, sign_in, patient):
    client = sign_in(riverside.clinician)
    path = completed(client, patient, "audit-c", "444")
    with clinic_scope(riverside.clinic):
        type(patient).objects.filter(pk=patient.pk).update(date_of_birth="2020-01-01")
    assert proposed(client, path) == []


@pytest.mark.parametrize(
    ("id", "facts"),
    [
        ("audit-c-uk", [("Wording for", "United Kingdom"), ("After a positive screen", "AUDIT")]),
        ("audit-c", [("After a positive screen", "AUDIT")]),
        ("phq-9", []),
    ],
)
def test_page_of_an_instrument_says_for_which_country_it_is_and_what_follows(riverside, sign_in, id, facts):
    text = sign_in(riverside.owner).get(f"/instruments/{id}/").content.decode()
    said = re.findall(r"<dt>([^<]*)</dt>\s*<dd>\s*<bdi>([^<]*)</bdi>", text)
    assert [fact for fact in said if fact[0] in ("Wording for", "After a positive screen")] == facts
    assert "<dt>Source</dt>" in text
