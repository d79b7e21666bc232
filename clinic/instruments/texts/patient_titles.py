"""What a questionnaire is called for the patient who answers it.

These are our words and none of a published form's, so they stand beside the files, which never change.
"""

from clinic.instruments.definitions import Definition

PATIENT_TITLES = {
    "audit-c": "Your drinking in the last year",
    "audit-c-uk": "Your drinking in the last year",
    "core-10": "How you have been in the last week",
    "gad-2": "Your worries in the last two weeks",
    "gad-7": "Your worries in the last two weeks",
    "gds-15": "How you felt in the last week",
    "k10": "How you felt in the last 30 days",
    "k6": "How you felt in the last 30 days",
    "pcl-5": "Problems after a very stressful experience",
    "phq-15": "Your body in the last four weeks",
    "phq-2": "Your mood in the last two weeks",
    "phq-4": "Your mood and worries in the last two weeks",
    "phq-8": "Your mood in the last two weeks",
    "phq-9": "Your mood in the last two weeks",
}


def patient_title(definition: Definition, language: str) -> str:
    """The title for patients. A translation has its own, and a custom instrument has the words of its clinic."""
    translation = definition.translations.get(language)
    return translation.title if translation is not None else PATIENT_TITLES.get(definition.id, definition.title)
