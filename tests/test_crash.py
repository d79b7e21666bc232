"""`make crash`, a fiftieth of it: every part of the running record is killed while programs write to it."""

from tests.benched import counted


def test_what_was_acknowledged_is_there_after_kills():
    code, found = counted("crash", "trial", 10, 2, 2, 400)
    assert found["acknowledged"] >= 400
    assert {name: found[name] for name in ("lost", "half", "double")} == {"lost": 0, "half": 0, "double": 0}
    assert (found.get("500", 0), code) == (0, 0)


def test_control_that_acknowledges_too_early_loses_writes():
    code, found = counted("crash", "control", 0, 3, 0, 100)
    assert (code, found["lost"] > 0) == (0, True)
