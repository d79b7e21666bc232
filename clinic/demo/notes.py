"""Notes of contacts in a filled clinic as text for COPY; every word is invented."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from clinic.assessments.models import ContactKind
from clinic.demo.copied import line
from clinic.demo.rows import WRITER, Rows

NOTE_COLUMNS = (
    "id", "patient_id", "date", "kind", "text", "written_by_id", "written_by_name", "created_at", "version",
)  # fmt: skip
SHARE, LONGEST = 0.35, 6  # of the assessments that a note follows, and by how many days at most
TEXTS = {
    ContactKind.TELEPHONE: (
        "Rang to move the appointment; will come on Thursday instead.",
        "Called back after a message. Sleeping better, still tires quickly.",
        "Did not answer; left no message.",
        "Asked about the side effects that were spoken of last time. They have passed.",
    ),
    ContactKind.VISIT: (
        "Came with a sister. Talked about going back to work in steps.",
        "Brought the diary of the last two weeks. Mornings are the hardest.",
        "Short visit. Agreed on walking every other day until the next one.",
        "Spoke about the move to a new flat, and whom to call there.",
    ),
    ContactKind.LETTER: (
        "Letter to the family doctor with the results so far.",
        "Letter from the employer's physician has arrived; answer it with consent.",
    ),
    ContactKind.MESSAGE: (
        "Wrote that the exercises help. Answered briefly.",
        "Asked by message for another date; offered three.",
    ),
    ContactKind.CORRECTION: (
        "Says that the old address still stands in the letters. Corrected, and the letters looked through.",
    ),
    ContactKind.DISCLOSURE: ("The totals of this year to the family doctor, as agreed on.",),
    ContactKind.OTHER: ("Met in the waiting room; will call tomorrow.",),
}
KINDS = (10, 10, 2, 6, 1, 1, 2)  # how often each is, in their order


def contact_notes(rows: Rows) -> Iterator[str]:
    """A few notes for each patient, after assessments of theirs."""
    random = Random(f"{rows.clinic.seed} notes")  # noqa: S311
    for person, history in rows.each():
        for row in history.rows:
            if random.random() < SHARE:
                kind = random.choices(tuple(TEXTS), KINDS)[0]
                day = rows.today - timedelta(days=max(0, row.days_ago - random.randint(0, LONGEST)))
                yield line(
                    rows.clinic.identifier().hex(), person.key.hex(), day, kind, random.choice(TEXTS[kind]), *WRITER,
                    rows.noon(day) if day < rows.today else rows.morning(), 1,
                )  # fmt: skip
