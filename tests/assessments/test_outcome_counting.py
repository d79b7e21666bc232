"""Kept reports name the way of counting: who changes the conditions gives it another number."""

import hashlib

from clinic.assessments.outcomes.asking import COURSES, WINDOWS
from clinic.assessments.outcomes.figures import AT_WEEKS, COUNTED, COUNTED_BY, GROUPS, THOUGHT

# By the number of a way of counting, the digest of its conditions. What is in kept reports is never changed here.
WAYS = {1: "692a84b0bdff5932", 2: "239f073705833a6d"}


def test_another_way_of_counting_has_another_number():
    conditions = repr((COURSES, WINDOWS, AT_WEEKS, COUNTED, GROUPS, THOUGHT))
    assert WAYS[COUNTED_BY] == hashlib.sha256(conditions.encode()).hexdigest()[:16]
