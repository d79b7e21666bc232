"""The words of patients' names."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Reverse

from clinic.tenancy.records import ClinicModel


class NameWord(ClinicModel):
    """A word of some patient's name, in the form it is searched in: where misspelt words look for their like.

    Saving a patient adds their words, and nothing takes one away: a word that nobody is called by any more finds
    nobody. One may stand here more than once, since two writers need not wait for each other.
    """

    web_may = "SELECT, INSERT"
    index_for = {
        "nameword_by_word": "words like what was typed by their beginning, and which are known already",
        "nameword_by_end": "words like what was typed by their end",
        "nameword_by_part": "words with what was typed inside, and near spellings",
    }

    id = models.BigAutoField(primary_key=True)
    word = models.TextField(db_collation="C")

    class Meta:
        indexes = (
            models.Index(fields=["word"], name="nameword_by_word"),
            models.Index(Reverse("word"), name="nameword_by_end"),
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], fastupdate=False, name="nameword_by_part"),
        )

    def __str__(self) -> str:
        return self.word
