"""What patients read above a questionnaire."""

from dataclasses import replace

from clinic.instruments.files.toml import newest, shipped
from clinic.instruments.texts.parts import Translation
from clinic.instruments.texts.patient_titles import PATIENT_TITLES, patient_title

NEWEST = newest(shipped())


def test_every_shipped_questionnaire_for_patients_has_a_title_in_plain_words():
    by_patients = {id for id, made in NEWEST.items() if made.answered_by == "patient"}
    assert set(PATIENT_TITLES) == by_patients
    assert {id: title for id, title in PATIENT_TITLES.items() if NEWEST[id].title in title or title.isupper()} == {}


def test_titles_name_no_illness():
    words = ("depress", "anxi", "disorder", "alcoholi", "suicid", "ptsd", "trauma", "dementia")
    assert {id: title for id, title in PATIENT_TITLES.items() if any(word in title.lower() for word in words)} == {}


def test_custom_instrument_and_translation_keep_their_own_titles():
    own = replace(NEWEST["phq-9"], id="own-mood", title="Mood")
    german = Translation("de", "Stimmung", "", {}, {}, "")
    assert patient_title(own, "en") == "Mood"
    assert patient_title(replace(NEWEST["phq-9"], translations={"de": german}), "de") == "Stimmung"
    assert patient_title(NEWEST["phq-9"], "de") == "Your mood in the last two weeks"
